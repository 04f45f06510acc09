"""Rows of the settings about redirects."""

from __future__ import annotations

from collections.abc import Callable

from case import Case, Seen
from graph import Graph
from recorder import Answer, Decide, Recorder, Request
from table import Section

rows = Section()


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status, {"Location": to}, b"moved", "Moved")


def redirecting(to: Callable[[Request], str | None], status: int = 302) -> Decide:
    """A mailbox of one message; where `to` names another address for a request, it redirects."""
    def first(request: Request) -> Answer | None:
        other = to(request)
        return None if other is None else moved(other, status)
    return Graph(1, first=first)


def listing_elsewhere(other: Recorder) -> Decide:
    """The listing moves to another server, as the address that was asked for."""
    return redirecting(lambda request: other.origin + request.target
                       if "$value" not in request.target else None)


@rows.setting("FollowRedirects", default="0", value="1", invalid=("3", "-1", "always"))
def follow_redirects(case: Case) -> None:
    """0: 151, and the other place hears nothing. 1: it is asked, without Authorization and
    OtherHeaders when it is another server. 2: not when the scheme changes, and GET alone."""
    def run(*settings: str, tls: bool = False, plain: bool = True) -> tuple[Seen, Recorder]:
        other = case.server(tls=tls)
        server = case.server(listing_elsewhere(other))
        trust = f"SSLServerCACerts={case.authority.pem}"
        return case.run(server, "OtherHeaders=X-Own: 1", trust, *settings, plain=plain), other

    seen, other = run()
    assert seen.errors == [151] and "FollowRedirects" in seen.error_text
    assert other.connections == []
    seen, other = run(plain=False)
    assert seen.errors == [] and len(seen.files) == 1
    assert [r.header("Authorization") for r in other.requests] == [None]
    assert [r.header("X-Own") for r in other.requests] == [None]
    assert seen.requests[0].header("Authorization") and seen.requests[0].header("X-Own") == "1"
    seen, other = run("FollowRedirects=2")
    assert seen.errors == [] and len(other.requests) == 1
    seen, other = run("FollowRedirects=2", tls=True)
    assert seen.errors == [151] and other.connections == []
    seen, other = run(tls=True, plain=False)
    assert seen.errors == [] and len(other.requests) == 1


@rows.setting("MaxRedirectAttempts", default="20", value="3", invalid=("-1", "x"),
              before="FollowRedirects=1")
def max_redirect_attempts(case: Case) -> None:
    """As many hops and not one more."""
    for hops, plain, errors in ((3, False, []), (4, False, [151]), (20, True, []),
                                (21, True, [151])):
        def to(request: Request, most: int = hops) -> str | None:
            if "$value" in request.target:
                return None
            done = int(request.target.rpartition("&hop=")[2] if "&hop=" in request.target else 0)
            target = request.target.partition("&hop=")[0]
            return f"{target}&hop={done + 1}" if done < most else None
        server = case.server(redirecting(to))
        seen = case.run(server, "FollowRedirects=1", plain=plain)
        assert seen.errors == errors, hops
        listed = [request for request in seen.requests if "$value" not in request.target]
        assert len(listed) == (hops + 1 if not errors else hops)


@rows.setting("GetOn302Redirect", default="False", value="True", invalid="perhaps",
              before="FollowRedirects=1")
def get_on_302_redirect(case: Case) -> None:
    """A POST that is redirected with 302 goes on as GET without a body, else as it was; 303 is
    always a GET, 307 never."""
    for status, plain, method in ((302, False, "GET"), (302, True, "POST"), (307, False, "POST"),
                                  (303, True, "GET")):
        graph = Graph(2)

        def first(request: Request, status: int = status) -> Answer | None:
            return moved("/v1.0/moved/$batch", status) if request.target == "/v1.0/$batch" else None
        graph.first = first
        server = case.server(graph)
        backup = case.backup(server, "FollowRedirects=1", plain=plain)
        backup.sync_deletes = True
        case.run(server, backup=backup)
        graph.gone.add("message-1")
        # A $batch that comes as GET has no question in it: the answer cannot be understood.
        graph.first = lambda request, first=first: (  # type: ignore[misc]
            Answer(body=b"{}") if request.method == "GET" and "batch" in request.target
            else first(request))
        seen = case.run(server, backup=backup)
        there = next(r for r in seen.requests if r.target == "/v1.0/moved/$batch")
        assert (there.method, bool(there.body)) == (method, method == "POST"), (status, plain)
        assert len(seen.files) == (1 if method == "POST" else 2)
