"""Hand-over to another instance; interruption by a thread, by a handler, by Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from jwcrypto import jwk

from coffer.sandbox import ThreeDS
from coffer.threeds import Client
from conftest import MakeClient
from payer import CODE, ENCODINGS, VERSIONS, Journal, code_of, finish, start


def private_pem(text: str) -> str:
    return str(jwk.JWK.from_json(text).export_to_pem(private_key=True, password=None).decode())


@pytest.mark.parametrize("as_pem", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_hand_over(side: ThreeDS, make_client: MakeClient, version: str, as_pem: bool) -> None:
    """The app was restarted: what it wrote down is enough to go on."""
    first = make_client(version, ENCODINGS[as_pem])
    text = side.authenticate(first.get_auth_request(), "text")
    written = {name: first.config(name) for name in
               ("SDKEphemeralPrivateKey", "SDKTransactionId", "SDKReferenceNumber")}
    first.close()
    if as_pem:
        written["SDKEphemeralPrivateKey"] = private_pem(written["SDKEphemeralPrivateKey"])
    second = make_client(version, ENCODINGS[as_pem])
    for name, value in written.items():
        second.config(f"{name}={value}")
    second.check_auth_response(text)
    assert second.transaction_status == "C"
    second.send_challenge_request()
    assert second.config("SDKEphemeralPrivateKey") == ""
    assert finish(second) == 1 and second.transaction_status == "Y"


def test_the_private_key_is_there_until_the_first_request(side: ThreeDS, client: Client) -> None:
    assert client.config("SDKEphemeralPrivateKey") == ""
    text = side.authenticate(client.get_auth_request(), "text")
    key = jwk.JWK.from_json(client.config("SDKEphemeralPrivateKey"))
    assert key.export_public(as_dict=True) == jwk.JWK.from_json(
        client.config("SDKEphemeralPublicKey")).export_public(as_dict=True)
    client.check_auth_response(text)
    assert client.config("SDKEphemeralPrivateKey") != ""
    client.send_challenge_request()
    assert client.config("SDKEphemeralPrivateKey") == ""


@pytest.mark.parametrize("end", ["final", "reset_transaction_info", "reset", "get_auth_request"])
def test_keys_are_gone(side: ThreeDS, client: Client, end: str) -> None:
    client.get_auth_request()
    before = client.config("SDKEphemeralPrivateKey")
    if end == "final":
        start(client, side, "text")
        finish(client)
    elif end == "get_auth_request":
        client.get_auth_request()
    else:
        getattr(client, end)()
    after = client.config("SDKEphemeralPrivateKey")
    assert after != before and (after == "") == (end != "get_auth_request")


def test_another_key_cannot_go_on(side: ThreeDS, make_client: MakeClient) -> None:
    first, second, third = make_client(), make_client(), make_client()
    text = side.authenticate(first.get_auth_request(), "text")
    third.get_auth_request()
    second.config("SDKEphemeralPrivateKey=" + third.config("SDKEphemeralPrivateKey"))
    second.config("SDKTransactionId=" + first.sdk_transaction_id)
    assert code_of(second.check_auth_response, text) == 604


def waiting(side: ThreeDS, client: Client) -> None:
    """At a screen whose answer the ACS will keep for itself."""
    start(client, side, "text")
    side.fault("connection", how="hang")
    client.timeout = 0
    client.challenge_data_entry = CODE


def over(side: ThreeDS, client: Client) -> None:
    side.set_faults()
    assert code_of(client.send_challenge_request) == 603
    assert client.config("SDKEphemeralPrivateKey") == "" and client.acsui_type == 0
    assert side.record("erro") == []


def test_interrupt_from_another_thread(side: ThreeDS, client: Client) -> None:
    waiting(side, client)
    out = threading.Event()
    client.on_data_packet_out = lambda event: out.set()

    def interrupt() -> None:
        assert out.wait(60)
        client.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert code_of(client.send_challenge_request) == 301
    thread.join()
    over(side, client)


def test_interrupt_once_the_request_has_arrived(side: ThreeDS, client: Client) -> None:
    waiting(side, client)

    def interrupt() -> None:
        while len(side.record("creq")) < 2:
            pass
        client.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert code_of(client.send_challenge_request) == 301
    thread.join()
    assert len(side.record("creq")) == 2
    over(side, client)


def test_interrupt_from_a_handler(side: ThreeDS, client: Client) -> None:
    waiting(side, client)
    client.on_data_packet_out = lambda event: client.interrupt()
    assert code_of(client.send_challenge_request) == 301
    over(side, client)


def test_ctrl_c(side: ThreeDS, client: Client) -> None:
    """The interpreter's KeyboardInterrupt ends a call that waits."""
    waiting(side, client)

    def press() -> None:
        while len(side.record("creq")) < 2:
            pass
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        client.send_challenge_request()
    thread.join()
    over(side, client)


def test_what_another_thread_may_do_meanwhile(side: ThreeDS, client: Client) -> None:
    waiting(side, client)
    codes: list[int] = []

    def meddle() -> None:
        while len(side.record("creq")) < 2:
            pass
        try:
            codes.append(code_of(client.send_challenge_request))
            codes.append(code_of(client.get_auth_request))
            codes.append(code_of(setattr, client, "proxy_server", "proxy.example"))
        finally:
            client.interrupt()

    thread = threading.Thread(target=meddle)
    thread.start()
    assert code_of(client.send_challenge_request) == 301
    thread.join()
    assert codes == [143, 143, 143]


def test_what_a_handler_may_not_do(side: ThreeDS, client: Client) -> None:
    codes: list[int] = []

    def handler(event: object) -> None:
        codes.append(code_of(client.send_challenge_request))
        codes.append(code_of(client.get_auth_request))

    start(client, side, "text")
    client.on_data_packet_out = handler
    assert finish(client) == 1
    assert codes == [30004, 30004]


def test_a_handler_that_fails(side: ThreeDS, client: Client) -> None:
    """The request is made, and the exception comes as itself."""
    def handler(event: object) -> None:
        raise ZeroDivisionError("mine")

    start(client, side, "text")
    client.on_data_packet_out = handler
    client.challenge_data_entry = CODE
    with pytest.raises(ZeroDivisionError):
        client.send_challenge_request()
    assert len(side.record("creq")) == 2


def test_interrupt_of_nothing(side: ThreeDS, client: Client) -> None:
    client.interrupt()
    journal = Journal().attach(client)
    start(client, side, "text")
    assert finish(client) == 1 and journal.errors == []
