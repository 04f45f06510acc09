"""Services that throttle, fail, lie and cut: nothing wrong is saved, nothing right is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coffer.sandbox import Sandbox
from helpers import USER, check_mirror, saved_files, sums
from journal import MakeBackup, RunBackup

Start = Callable[..., Sandbox]
VALUE = {"kind": "value"}


@pytest.mark.parametrize("retry_after", [4, "3.2", "date:4", None, "garbage", "past", "negative"])
def test_throttling_costs_time_and_nothing_else(sandbox: Sandbox, make_backup: MakeBackup,
                                                run: RunBackup, tmp_path: Path,
                                                retry_after: object) -> None:
    sandbox.control.set_faults([{"match": {**VALUE, "nth": [5, 6, 7]},
                                 "fault": {"type": "throttle", "retryAfter": retry_after,
                                           "gate": retry_after == 4}}])
    # what crossed the refusal on its way may come so much later: the server may be kept waiting
    sandbox.control.knobs(grace=3)
    sandbox.control.reset_metrics()
    backup = make_backup(sandbox, MaxRetryCount=0)
    journal = run(backup)
    assert sandbox.control.metrics()["early_requests"] == 0
    assert sandbox.control.metrics()["by_status"]["429"] >= 1
    assert journal.of("message_error") == []
    assert "nothing is sent for" in journal.log
    check_mirror(sandbox, tmp_path / "data")


def test_a_wait_beyond_the_limit_ends_the_run(sandbox: Sandbox, make_backup: MakeBackup,
                                              run: RunBackup) -> None:
    sandbox.control.set_faults([{"match": {**VALUE, "nth": 5},
                                 "fault": {"type": "throttle", "retryAfter": "huge"}}])
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == [715]
    # What is to be done is said, and a resume goes on from there.
    sandbox.control.set_faults([])
    again = make_backup(sandbox)
    run(again, resume=True)
    assert sums(again)["saved"] + sums(again)["unchanged"] == 20


@pytest.mark.parametrize("fault", [
    {"type": "error", "status": 500, "code": "InternalServerError"},
    {"type": "error", "status": 502, "form": "html"},
    {"type": "error", "status": 503, "form": "empty"},
    {"type": "error", "status": 504, "form": "truncated"},
    {"type": "connection", "how": "reset"},
    {"type": "connection", "how": "reset-after-headers"},
    {"type": "connection", "how": "reset-mid-body", "at": 40},
    {"type": "connection", "how": "close-mid-body", "at": 40},
    {"type": "connection", "how": "no-last-chunk"},
    {"type": "connection", "how": "length-short", "at": 10},
    {"type": "connection", "how": "close-delimited"},
    {"type": "body", "how": "error-200"},
    {"type": "body", "how": "empty"},
    {"type": "body", "how": "html"},
    {"type": "body", "how": "gzip-corrupt"},
    {"type": "body", "how": "gzip-truncated"},
], ids=lambda fault: "-".join(str(value) for value in fault.values()))
def test_a_failure_of_a_message_is_mended_by_a_retry(sandbox: Sandbox, make_backup: MakeBackup,
                                                     run: RunBackup, tmp_path: Path,
                                                     fault: dict[str, object]) -> None:
    sandbox.control.set_faults([{"match": VALUE, "fault": fault, "times": 3}])
    backup = make_backup(sandbox, RetryInterval=0)
    journal = run(backup)
    errors = journal.of("message_error")
    # libcurl itself repeats a request whose reused connection was reset before any answer.
    assert len(errors) == 3 or (fault.get("how") == "reset" and len(errors) >= 1)
    assert all(error.retry for error in errors)
    assert sums(backup)["saved"] == 20
    check_mirror(sandbox, tmp_path / "data")


@pytest.mark.parametrize("fault", [
    {"type": "error", "status": 500},
    {"type": "connection", "how": "reset-mid-body", "at": 200},
    {"type": "connection", "how": "no-last-chunk"},
    {"type": "body", "how": "malformed"},
    {"type": "body", "how": "wrong-types"},
    {"type": "body", "how": "nested", "depth": 10000},
    {"type": "body", "how": "duplicate-keys"},
    {"type": "body", "how": "invalid-utf8"},
    {"type": "body", "how": "empty"},
    {"type": "body", "how": "html"},
    {"type": "body", "how": "gzip-corrupt"},
], ids=lambda fault: "-".join(str(value) for value in fault.values()))
@pytest.mark.parametrize("lasting", [False, True])
def test_a_failure_of_a_page(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                             tmp_path: Path, fault: dict[str, object], lasting: bool) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list", "page": 2}, "fault": fault,
                                 **({} if lasting else {"times": 2})}])
    backup = make_backup(sandbox, MessagePageSize=5, RetryInterval=0, MaxRetryCount=2,
                         sync_deletes=True)
    journal = run(backup)
    if lasting:
        assert len(journal.errors) == 1
        assert journal.errors[0] in (705, 706)
        assert journal.of("message_delete") == []
    else:
        assert journal.errors == []
        check_mirror(sandbox, tmp_path / "data")


def test_permanent_failures_are_told_and_the_rest_is_saved(start_sandbox: Start,
                                                           make_backup: MakeBackup,
                                                           run: RunBackup, tmp_path: Path) -> None:
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "generate": {"messages": 10}, "messages": [
        {"subject": "smime", "valueError": {"status": 500,
                                            "code": "ErrorMimeContentConversionFailed"}},
        {"subject": "corrupt", "valueError": {"status": 500, "code": "ErrorCorruptData"}}]})
    backup = make_backup(sandbox, RetryInterval=0)
    journal = run(backup)
    assert journal.errors == []
    errors = journal.of("message_error")
    assert [(error.error_code, error.retry) for error in errors] == [(151, False)] * 2
    assert sums(backup)["failed"] == 2
    failed = {backup.config(f"FailedMessage[{i}]").split(" ")[0] for i in range(2)}
    assert failed == {error.id for error in errors}
    assert "incomplete" in journal.log
    check_mirror(sandbox, tmp_path / "data", missing=failed)


def test_retries_are_counted(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup) -> None:
    first = sandbox.control.mailbox(USER)[0]["immutableId"]
    sandbox.control.set_faults([{"match": {**VALUE, "itemId": first},
                                 "fault": {"type": "error", "status": 500}}])
    backup = make_backup(sandbox, RetryInterval=0, MaxRetryCount=2)
    journal = run(backup)
    assert [error.retry for error in journal.of("message_error")] == [True, True, False]


def test_a_message_deleted_meanwhile_is_gone(sandbox: Sandbox, make_backup: MakeBackup,
                                             run: RunBackup, tmp_path: Path) -> None:
    sandbox.control.set_faults([{"match": {**VALUE, "nth": 3}, "fault": {
        "type": "mutate", "when": "before", "ops": [{"op": "delete", "id": "$item"}]}}])
    backup = make_backup(sandbox, RetryInterval=0)
    journal = run(backup)
    errors = journal.of("message_error")
    assert [(error.error_code, error.retry) for error in errors] == [(710, False)]
    assert sums(backup)["gone"] == 1
    assert sums(backup)["failed"] == 0
    check_mirror(sandbox, tmp_path / "data")


@pytest.mark.parametrize("how", ["foreign", "relative", "repeat", "cycle"])
def test_links_that_lead_astray(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                how: str) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list", "page": 2},
                                 "fault": {"type": "paging", "how": how}}])
    backup = make_backup(sandbox, MessagePageSize=4, sync_deletes=True)
    journal = run(backup)
    assert journal.errors == [706]
    assert sandbox.control.metrics()["second_origin"]["requests"] == 0


@pytest.mark.parametrize("how", ["duplicate", "empty-page"])
def test_odd_pages_that_are_legal(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                  tmp_path: Path, how: str) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list", "page": 2}, "times": 1,
                                 "fault": {"type": "paging", "how": how}}])
    backup = make_backup(sandbox, MessagePageSize=5)
    journal = run(backup)
    assert journal.errors == []
    assert sums(backup)["listed"] == 20
    check_mirror(sandbox, tmp_path / "data")


def test_pages_without_end_and_without_messages(sandbox: Sandbox, make_backup: MakeBackup,
                                                run: RunBackup) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list"},
                                 "fault": {"type": "paging", "how": "empty-page"}}])
    assert run(make_backup(sandbox)).errors == [706]


def test_an_item_without_a_usable_id_hides_no_other(sandbox: Sandbox, make_backup: MakeBackup,
                                                    run: RunBackup) -> None:
    key = sandbox.control.mailbox(USER)[4]["immutableId"]
    sandbox.control.set_faults([{"match": {"kind": "list"}, "fault": {
        "type": "item", "item": key, "set": {"id": 5}}}])
    backup = make_backup(sandbox)
    journal = run(backup)
    assert journal.errors == []
    assert [error.error_code for error in journal.of("message_error")] == [706]
    assert sums(backup)["saved"] == 19


def test_a_missing_created_date_is_filed_under_undated(sandbox: Sandbox, make_backup: MakeBackup,
                                                       run: RunBackup, tmp_path: Path) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list"}, "fault": {
        "type": "item", "item": "*", "remove": ["createdDateTime"]}}])
    run(make_backup(sandbox))
    assert len(list((tmp_path / "data" / "undated").glob("*.eml"))) == 20


def test_ids_with_slashes_and_in_other_case(start_sandbox: Start, make_backup: MakeBackup,
                                            run: RunBackup, tmp_path: Path) -> None:
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [
        {"subject": str(i), "immutableId": value} for i, value in enumerate(
            ["AAkA/a+b=", "AAkA/A+b=", "AAkA-x_y", "AAkA%2F", "AAkA a"])]})
    backup = make_backup(sandbox)
    run(backup)
    assert sums(backup)["saved"] == 5
    check_mirror(sandbox, tmp_path / "data")


def test_a_server_that_wants_the_slash_encoded_twice(start_sandbox: Start,
                                                     make_backup: MakeBackup,
                                                     run: RunBackup) -> None:
    sandbox = start_sandbox()
    sandbox.control.load({"user": USER, "messages": [{"subject": "s", "immutableId": "AAkA/a"}]})
    sandbox.control.set_faults([{"match": VALUE, "fault": {"type": "id", "how": "reject-slash"}}])
    backup = make_backup(sandbox)
    run(backup)
    assert sums(backup)["saved"] == 1


def test_ids_of_the_wrong_kind_save_nothing(sandbox: Sandbox, make_backup: MakeBackup,
                                            run: RunBackup, tmp_path: Path) -> None:
    sandbox.control.set_faults([{"fault": {"type": "id", "how": "ignore-prefer"}}])
    sandbox.control.knobs(preferenceApplied=False)
    journal = run(make_backup(sandbox))
    assert journal.errors == [716]
    assert saved_files(tmp_path / "data") == {}


def test_a_token_that_ends_at_every_request_loses_nothing(start_sandbox: Start,
                                                          make_backup: MakeBackup, run: RunBackup,
                                                          tmp_path: Path) -> None:
    sandbox = start_sandbox(messages=12)
    # As many as are in flight: whoever comes after them comes after an answer, too.
    sandbox.control.knobs(tokenRequests=4)
    backup = make_backup(data_folder=str(tmp_path / "data"), GraphURL=sandbox.graph_url,
                         UserId=USER, oauth_grant_type=3, oauth_client_id=sandbox.client_id,
                         oauth_client_secret=sandbox.client_secret, MessagePageSize=4,
                         oauth_server_token_url=sandbox.token_url,
                         oauth_authorization_scope="https://graph.microsoft.com/.default")
    journal = run(backup)
    assert journal.errors == []
    assert journal.of("message_error") == []
    check_mirror(sandbox, tmp_path / "data")


def test_a_refused_token_is_707(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup) -> None:
    backup = make_backup(sandbox, authorization="Bearer nonsense")
    assert run(backup).errors == [707]


def test_redirects_are_reported_and_carry_no_token(sandbox: Sandbox, make_backup: MakeBackup,
                                                   run: RunBackup) -> None:
    for follow in (0, 1, 2):
        sandbox.control.reset_metrics()
        sandbox.control.set_faults([{"match": {"kind": "list"},
                                     "fault": {"type": "redirect", "status": 302, "to": "other"}}])
        backup = make_backup(sandbox, FollowRedirects=follow, RetryInterval=0, MaxRetryCount=0,
                             OtherHeaders="X-Own: 1")
        journal = run(backup)
        # Always (1) means what it says: the other server's answer counts, but it gets nothing.
        assert journal.errors == ([151] if follow == 0 else [])
        seen = sandbox.control.metrics()["second_origin"]
        assert seen["with_authorization"] == 0
        assert follow != 0 or seen["requests"] == 0
        assert "X-Own" not in str(seen["log"])


@pytest.mark.parametrize(("status", "code", "expected"), [
    (403, "ErrorAccessDenied", 151), (404, "MailboxNotEnabledForRESTAPI", 151),
    (400, "BadRequest", 151)])
def test_a_mailbox_that_cannot_be_listed(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                         status: int, code: str, expected: int) -> None:
    sandbox.control.set_faults([{"match": {"kind": "list"},
                                 "fault": {"type": "error", "status": status, "code": code}}])
    journal = run(make_backup(sandbox, RetryInterval=0))
    assert journal.errors == [expected]
    assert code in journal.of("error")[0].description


def test_a_filter_that_the_service_refuses(sandbox: Sandbox, make_backup: MakeBackup,
                                           run: RunBackup) -> None:
    journal = run(make_backup(sandbox, filter="colour eq 'red'"))
    assert journal.errors == [704]
    assert "colour" in journal.of("error")[0].description


def test_secrets_are_masked_in_every_log(sandbox: Sandbox, make_backup: MakeBackup, run: RunBackup,
                                         tmp_path: Path) -> None:
    backup = make_backup(data_folder=str(tmp_path / "data"), GraphURL=sandbox.graph_url,
                         UserId=USER, oauth_grant_type=3, oauth_client_id=sandbox.client_id,
                         oauth_client_secret=sandbox.client_secret, LogLevel=3,
                         oauth_server_token_url=sandbox.token_url,
                         oauth_authorization_scope="https://graph.microsoft.com/.default")
    journal = run(backup)
    token = backup.oauth_access_token
    everything = journal.log + backup.config("SentHeaders") + backup.config("TransferredHeaders")
    assert token and token not in everything
    assert sandbox.client_secret not in everything
    types = {entry.log_type for entry in journal.of("log")}
    assert {"RequestHeaders", "ResponseHeaders", "RequestBody", "ResponseBody", "Info"} <= types
    assert max(len(entry.message.encode()) for entry in journal.of("log")) <= 64 * 1024
