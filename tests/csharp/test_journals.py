"""Runs and payments from Python and from C#: the journals of their events are identical."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from coffer.sandbox import Sandbox, ThreeDS
from drivers import Driver, Failure

Drivers = tuple[Driver, Driver]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: What differs between any two runs: how long a request took, its ids, when it was answered.
VARIES = ((re.compile(r"\b\d+ ms\b"), "N ms"), (UUID, "<id>"),
          (re.compile(r"Date: [^\r\n]*"), "Date: <date>"),
          (re.compile(r"\"date\":\"[^\"]*\""), "<date>"))


def comparable(journal: list[Any]) -> list[Any]:
    """The journal without what differs between any two runs."""
    for _, fields in journal:
        for name, value in fields.items():
            if isinstance(value, str):
                for pattern, text in VARIES:
                    value = pattern.sub(text, value)
                fields[name] = value
    return journal


def by_event(journal: list[Any]) -> dict[str, list[Any]]:
    """Each event's own sequence, and the log as a set: files are written while the next message is
    fetched, so a message's last event and the next one's first lines race in any language."""
    assert not journal or journal[-1][0] == "OnEndBackup"
    found: dict[str, list[Any]] = {}
    for name, fields in comparable(journal):
        found.setdefault(name, []).append(fields)
    found["OnLog"].sort(key=lambda fields: json.dumps(fields, sort_keys=True))
    return found


def ready(driver: Driver, sandbox: Sandbox, folder: Path, **settings: object) -> None:
    driver.new("Office365Backup")
    driver.call("Config", "GraphURL=" + sandbox.graph_url)
    driver.set("Authorization", sandbox.authorization)
    driver.set("DataFolder", str(folder))
    driver.set("MaxConnections", 1)  # one order of events
    for name, value in settings.items():
        driver.call("Config", f"{name}={value}")


def plain(driver: Driver, sandbox: Sandbox) -> None:
    driver.call("StartBackup")
    driver.loop()


def skipped(driver: Driver, sandbox: Sandbox) -> None:
    driver.answer("OnBeforeMessageBackup", "Skip", True, once=True)
    driver.answer("OnMessageBackup", "Skip", True, once=True)
    plain(driver, sandbox)


def moved(driver: Driver, sandbox: Sandbox) -> None:
    driver.answer("OnBeforeMessageBackup", "BackupFile", "elsewhere/ä.eml", once=True)
    plain(driver, sandbox)


def again(driver: Driver, sandbox: Sandbox) -> None:
    """The second run skips what is there; with SyncDeletes what went away goes."""
    plain(driver, sandbox)
    for _ in range(2):
        sandbox.control.mutate(op="delete", mailbox="alex@sandbox.example", index=0)
    driver.set("SyncDeletes", True)
    driver.answer("OnMessageDelete", "Skip", True, once=True)
    first = driver.journal()
    assert first[-1][0] == "OnEndBackup"
    plain(driver, sandbox)


def aborted(driver: Driver, sandbox: Sandbox) -> None:
    """In the first event of a message: nothing of it is saved; the next run takes up the rest."""
    driver.do("OnBeforeMessageBackup", "AbortBackup", once=True)
    plain(driver, sandbox)
    assert driver.call("Config", "MessagesSaved") == "0"
    driver.journal()
    driver.call("ResumeBackup")
    driver.loop()


def retried(driver: Driver, sandbox: Sandbox) -> None:
    sandbox.control.set_faults([{"match": {"kind": "value"}, "times": 3,
                                 "fault": {"type": "error", "status": 500,
                                           "code": "InternalServerError"}}])
    driver.call("Config", "MaxRetryCount=1")
    driver.call("Config", "RetryInterval=0")
    driver.answer("OnMessageError", "Retry", True)
    plain(driver, sandbox)


def refused(driver: Driver, sandbox: Sandbox) -> None:
    driver.set("Authorization", "Bearer wrong")
    plain(driver, sandbox)


def thrown(driver: Driver, sandbox: Sandbox) -> None:
    """The exception comes out of DoEvents; the run goes on and no event is lost."""
    driver.fail("OnAfterMessageBackup", "of the handler")
    driver.call("StartBackup")
    with pytest.raises(Failure) as caught:
        driver.loop()
    assert (caught.value.kind, caught.value.text) == ("InvalidOperationException", "of the handler")
    driver.loop()


def logged(driver: Driver, sandbox: Sandbox) -> None:
    driver.call("Config", "LogLevel=3")
    driver.set("Filter", "parentFolderId eq 'Inbox'")
    plain(driver, sandbox)


@pytest.mark.parametrize("scenario", [
    plain, skipped, moved, again, aborted, retried, refused, thrown, logged],
    ids=lambda scenario: str(scenario.__name__))
def test_a_backup(drivers: Drivers, sandbox: Sandbox, tmp_path: Path, scenario: Any) -> None:
    journals = []
    for driver in drivers:
        sandbox.control.reset()
        shutil.rmtree(tmp_path / "mail", ignore_errors=True)
        ready(driver, sandbox, tmp_path / "mail")
        scenario(driver, sandbox)
        journals.append(by_event(driver.journal()))
    assert journals[1] == journals[0]
    assert len(journals[0]["OnEndBackup"]) == 1 and len(journals[0]["OnLog"]) > 2


def test_server_authentication(drivers: Drivers, tmp_path: Path) -> None:
    """A certificate that no CA vouches for, accepted by a handler, and not."""
    with Sandbox(tls=True, certificate="self-signed", messages=3) as sandbox:
        for accepted in (True, False):
            journals = []
            for driver in drivers:
                sandbox.control.reset()
                shutil.rmtree(tmp_path / "mail", ignore_errors=True)
                ready(driver, sandbox, tmp_path / "mail", MaxRetryCount=0)
                driver.answer("OnSSLServerAuthentication", "Accept", accepted)
                driver.call("StartBackup")
                driver.loop()
                journals.append(by_event(driver.journal()))
            assert journals[1] == journals[0]
            asked = journals[1]["OnSSLServerAuthentication"]
            assert asked[0]["Accept"] is False and len(asked[0]["CertEncoded"]) > 300
            saved = journals[1].get("OnAfterMessageBackup", [])
            assert len(saved) == (3 if accepted else 0)


# --- payments ----------------------------------------------------------------------------------

def payer(driver: Driver, side: ThreeDS, version: str) -> None:
    driver.new("Client")
    driver.set("MessageVersion", version)
    driver.set("SDKAppId", "b2385523-a66c-4907-ac3c-91848e8c0067")
    driver.call("Config", "SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001")
    driver.call("Config", f"OpenSSLCAFile={side.ca_file}")
    driver.set("DirectoryServerId", side.directory_server_id)
    driver.set("DirectoryServerKeyId", side.directory_server_key_id)
    driver.set("DirectoryServerCert.EncodedB", side.directory_server_cert.encode())
    driver.set("ACSRootCerts.Count", 1)
    driver.set("ACSRootCerts[0].EncodedB", side.acs_root_cert.encode())
    driver.call("AddDeviceParam", "C001", "Android", 2, 1)


def answer(driver: Driver) -> None:
    kind = driver.get("ACSUIType")
    if kind in (2, 3):
        driver.set("ChallengeDataEntry", driver.get("ChallengeSelectInfo[0].Name"))
    elif kind == 4:
        driver.set("OOBContinuationIndicator", 1)
    elif kind == 5:
        driver.set("ChallengeDataEntry", "code=123456&submit=OK")
    elif kind == 7:
        driver.set("UseInformationContinuation", True)
    else:
        driver.set("ChallengeDataEntry", "123456")


SCREEN = ("ACSUIType", "ChallengeInfoHeader", "ChallengeInfoText", "ChallengeInfoLabel",
          "SubmitAuthenticationLabel", "ChallengeSelectInfo.Count", "TransactionStatus")


def pay(driver: Driver, side: ThreeDS, card: str) -> list[Any]:
    """Until the transaction has its result; the screens on the way."""
    driver.call("CheckAuthResponse", side.authenticate(driver.call("GetAuthRequest"), card))
    shown = []
    while driver.get("TransactionStatus") == "C":
        driver.call("SendChallengeRequest")
        shown.append([driver.get(name) for name in SCREEN])
        if not driver.get("ChallengeComplete"):
            answer(driver)
    return shown


def anonymous(journal: list[Any]) -> list[Any]:
    """The events of a payment without what is drawn anew for each: ids, keys, ciphertexts."""
    kept = []
    for name, fields in comparable(journal):
        if name in ("OnDataPacketIn", "OnDataPacketOut"):
            kept.append([name])
        elif name == "OnLog":
            kept.append([name, fields["LogLevel"], fields["LogType"]])
        else:
            kept.append([name, json.dumps(fields, sort_keys=True)])
    return kept


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
@pytest.mark.parametrize("card", ["text", "single", "multi", "oob", "html", "frictionless-Y"])
def test_a_payment(drivers: Drivers, side: ThreeDS, card: str, version: str) -> None:
    results = []
    for driver in drivers:
        payer(driver, side, version)
        shown = pay(driver, side, card)
        results.append((shown, anonymous(driver.journal()), driver.get("TransactionStatus")))
    assert results[1] == results[0]
    assert results[1][2] == "Y"
    assert bool(results[1][0]) == (card != "frictionless-Y")


def test_a_reply_that_breaks_the_protocol(drivers: Drivers, side: ThreeDS) -> None:
    results = []
    for driver in drivers:
        payer(driver, side, "2.2.0")
        side.fault("jwe", how="bad-tag")
        driver.call("CheckAuthResponse", side.authenticate(driver.call("GetAuthRequest"), "text"))
        with pytest.raises(Failure) as caught:
            driver.call("SendChallengeRequest")
        results.append((caught.value.kind, caught.value.code, anonymous(driver.journal())))
    assert results[1] == results[0]
    assert results[1][1] == 1302 or results[1][1] > 1100
    assert sum(entry[0] == "OnError" for entry in results[1][2]) == 1


def test_an_exception_within_a_synchronous_method(drivers: Drivers, side: ThreeDS) -> None:
    """It comes out of the method as itself, and the challenge can go on."""
    driver = drivers[1]
    payer(driver, side, "2.2.0")
    driver.call("CheckAuthResponse", side.authenticate(driver.call("GetAuthRequest"), "text"))
    driver.fail("OnDataPacketOut", "of the handler")
    with pytest.raises(Failure) as caught:
        driver.call("SendChallengeRequest")
    assert (caught.value.kind, caught.value.text) == ("InvalidOperationException", "of the handler")
    assert driver.get("ACSUIType") == 1
    answer(driver)
    driver.call("SendChallengeRequest")
    assert driver.get("TransactionStatus") == "Y"
