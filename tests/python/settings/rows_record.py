"""Rows of the settings that tell what went over the wire, and of the log."""

from __future__ import annotations

from case import Case, Seen
from graph import Graph
from recorder import Answer, Recorder, Request
from table import Section

rows = Section()


def masked(head: bytes) -> str:
    """A request's head as it may be shown."""
    return head.decode().replace("Bearer token-of-the-test", "Bearer ******")


def failing(request: Request) -> Answer | None:
    """The message itself is refused, with a text and fields of its own."""
    if "$value" not in request.target:
        return None
    return Answer(403, {"X-Answer": "no", "Set-Cookie": "s=hush; HttpOnly"}, b"You may not.",
                  "Not For You")


def refused_message(case: Case, *settings: str, plain: bool = True) -> tuple[Seen, Recorder]:
    server = case.server(Graph(first=failing))
    return case.run(server, *settings, plain=plain), server


@rows.read_only("StatusLine")
def status_line(case: Case) -> None:
    """The line as the server wrote it."""
    seen, _ = refused_message(case)
    assert seen.setting("StatusLine") == "HTTP/1.1 403 Not For You"
    assert case.run().setting("StatusLine") == "HTTP/1.1 200 OK"


@rows.read_only("StatusCode", default="0")
def status_code(case: Case) -> None:
    """The number in it."""
    assert refused_message(case)[0].setting("StatusCode") == "403"
    assert case.run().setting("StatusCode") == "200"


@rows.read_only("TransferredHeaders")
def transferred_headers(case: Case) -> None:
    """All fields of the last reply in their order; what logs in is masked."""
    seen, _ = refused_message(case)
    assert seen.setting("TransferredHeaders") == (
        "X-Answer: no\r\nSet-Cookie: ******\r\nContent-Length: 12\r\n")


@rows.read_only("TransferredData")
def transferred_data(case: Case) -> None:
    """The body of the last reply that was no message: an error's, else the listing's."""
    assert refused_message(case)[0].setting("TransferredData") == "You may not."
    seen = case.run()
    listing = Graph()(seen.requests[0])
    assert listing is not None and seen.setting("TransferredData").encode() == listing.body


@rows.setting("TransferredDataLimit", default="0", value="7", invalid=("-1", "x"))
def transferred_data_limit(case: Case) -> None:
    """The body is cut there, in memory alone."""
    assert refused_message(case, plain=False)[0].setting("TransferredData") == "You may"
    assert refused_message(case)[0].setting("TransferredData") == "You may not."
    assert len(case.run().files) == 1


@rows.read_only("SentHeaders")
def sent_headers(case: Case) -> None:
    """What the server received, octet for octet, but for the token."""
    seen, server = refused_message(case, "OtherHeaders=X-Own: 1")
    assert seen.setting("SentHeaders") + "\r\n" == masked(server.requests[-1].head)
    assert b"X-Own: 1\r\n" in server.requests[-1].head
    assert b"token-of-the-test" in server.requests[-1].head


@rows.setting("TransferredRequest", default="OFF", reads="", value="ON", invalid=("maybe", "1"))
def transferred_request(case: Case) -> None:
    """The whole request as the server received it; nothing without it."""
    seen, server = refused_message(case, plain=False)
    assert seen.setting("TransferredRequest") == masked(server.requests[-1].head)
    assert refused_message(case)[0].setting("TransferredRequest") == ""
    backup = case.backup(server)
    backup.authorization = ""
    backup.oauth_grant_type = 3
    backup.oauth_client_id, backup.oauth_client_secret = "app", "of-the-app"
    backup.oauth_server_token_url = server.origin + "/token"
    backup.authorize()
    sent = server.requests[-1]
    assert b"of-the-app" in sent.body
    assert backup.config("TransferredRequest") == (
        sent.head + sent.body.replace(b"of-the-app", b"******")).decode()


@rows.read_only("BytesTransferred", default="0")
def bytes_transferred(case: Case) -> None:
    """The octets of the last body on the wire."""
    assert refused_message(case)[0].setting("BytesTransferred") == "12"
    assert case.run(case.server(Graph(size=5000))).setting("BytesTransferred") == "5000"


@rows.setting("LogLevel", default="1", value="3", invalid=("4", "-1", "all"))
def log_level(case: Case) -> None:
    """0 nothing; 1 a line for each request; 2 the fields that went, 3 the bodies too."""
    kinds = {}
    for level in ("0", "1", "2", "3"):
        seen, server = refused_message(case, f"LogLevel={level}", plain=level != "3")
        kinds[level] = {entry.log_type for entry in seen.journal.of("log")}
        if level in "23":
            line = server.requests[-1].line
            assert any(entry.log_type == "RequestHeaders" and entry.message.startswith(line)
                       for entry in seen.journal.of("log"))
    assert kinds["0"] == set() and kinds["1"] <= {"Info", "Error"} and kinds["1"]
    assert {"RequestHeaders", "ResponseHeaders"} <= kinds["2"] and "ResponseBody" not in kinds["2"]
    assert "ResponseBody" in kinds["3"]
    assert "You may not." in seen.log and "token-of-the-test" not in seen.log
