"""A class whose methods wait: handlers inside the call, interrupts, Ctrl-C, closing."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coffer import CofferError
from coffer.sandbox.client import ThreeDS
from coffer.threeds import Client

sys.path.insert(0, str(Path(__file__).parent / "threeds"))
from payer import authenticate, finish, set_up, start  # noqa: E402


class Mine(Exception):
    pass


@pytest.fixture
def client(side: ThreeDS) -> Iterator[Client]:
    """Ready to pay."""
    with Client() as made:
        yield set_up(made, side)


@pytest.fixture
def waiting(client: Client, side: ThreeDS) -> Client:
    """Its next send_challenge_request waits for a reply that never begins; five minutes long,
    what SDKMaxTimeout says."""
    client.timeout = 0
    authenticate(client, side, "text")
    side.fault("connection", how="hang")
    return client


def code_of(call: Callable[[], object]) -> int:
    with pytest.raises(CofferError) as failure:
        call()
    return int(failure.value.code)


ACTIONS: list[Callable[[Client], object]] = [
    lambda client: client.get_auth_request(), lambda client: client.check_auth_response("{}"),
    lambda client: client.send_challenge_request(), lambda client: client.reset(),
    lambda client: client.reset_transaction_info()]


@pytest.mark.parametrize("error", [Mine("x"), CofferError(1, "x"), KeyboardInterrupt(),
                                   SystemExit(3)])
@pytest.mark.parametrize("event", ["log", "data_packet_out", "data_packet_in", "ssl_status",
                                   "ssl_server_authentication"])
def test_what_a_handler_raises_comes_out_of_the_call_as_itself(
        client: Client, side: ThreeDS, event: str, error: BaseException) -> None:
    authenticate(client, side, "text")

    def fail(_: object) -> None:
        setattr(client, f"on_{event}", None)
        raise error

    setattr(client, f"on_{event}", fail)
    with pytest.raises(type(error)) as raised:
        client.send_challenge_request()
    assert raised.value is error
    assert raised.traceback[-1].name == "fail"
    # what the call did is done: the screen is there, and the challenge goes on
    assert client.acsui_type == 1
    assert finish(client) == 1
    assert client.transaction_status == "Y"


def test_a_handler_of_error_goes_before_the_error(client: Client) -> None:
    client.get_auth_request()
    codes: list[int] = []

    def fail(event: Any) -> None:
        codes.append(event.error_code)
        raise Mine

    client.on_error = fail
    with pytest.raises(Mine):
        client.check_auth_response("no JSON")
    assert codes == [604]
    client.on_error = None
    assert code_of(lambda: client.check_auth_response("no JSON")) == 604


def test_an_answer_that_was_raised_over_does_not_count(client: Client, side: ThreeDS) -> None:
    """The event keeps the answer it came with."""
    authenticate(client, side, "text")

    def fail(event: Any) -> None:
        assert event.accept is True
        event.accept = False
        raise Mine

    client.on_ssl_server_authentication = fail
    with pytest.raises(Mine):
        client.send_challenge_request()
    assert client.acsui_type == 1


def test_an_answer_reaches_the_call(client: Client, side: ThreeDS) -> None:
    authenticate(client, side, "text")
    client.on_ssl_server_authentication = lambda event: setattr(event, "accept", False)
    assert code_of(client.send_challenge_request) == 280
    assert side.record("creq") == []


def test_handlers_run_in_the_thread_of_the_call(client: Client, side: ThreeDS) -> None:
    threads: set[int] = set()
    for event in ("log", "data_packet_out", "data_packet_in", "ssl_status",
                  "ssl_server_authentication"):
        setattr(client, f"on_{event}", lambda _: threads.add(threading.get_ident()))
    worker = threading.Thread(target=start, args=(client, side, "text"))
    worker.start()
    worker.join()
    assert threads == {worker.ident}
    assert client.acsui_type == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_a_method_is_refused_inside_a_handler(client: Client, side: ThreeDS,
                                              action: Callable[[Client], object]) -> None:
    authenticate(client, side, "text")
    codes: list[int] = []
    client.on_data_packet_out = lambda _: codes.append(code_of(lambda: action(client)))
    client.send_challenge_request()
    assert codes == [30004]
    assert client.acsui_type == 1


def test_a_handler_may_use_the_rest_of_the_object(client: Client, side: ThreeDS) -> None:
    authenticate(client, side, "text")
    seen: list[object] = []

    def use(_: object) -> None:
        client.challenge_data_entry = "early"
        client.add_extension("id", "name", False, "{}")
        client.add_device_param("C002", "x", 2, 1)
        seen.extend((client.config("ACSURL"), client.extension_count, client.sdk_app_id))
        client.on_data_packet_out = None

    client.on_data_packet_out = use
    client.send_challenge_request()
    assert seen == [side.acs_url, 1, client.sdk_app_id]
    assert client.acsui_type == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_another_thread_is_refused_while_a_call_waits(waiting: Client,
                                                      action: Callable[[Client], object]) -> None:
    codes: list[int] = []

    def meanwhile() -> None:
        codes.append(code_of(lambda: action(waiting)))
        codes.append(code_of(lambda: waiting.config("SSLEnabledProtocols=12288")))
        waiting.interrupt()

    worker = threading.Thread(target=meanwhile)
    waiting.on_data_packet_out = lambda _: worker.start()
    assert code_of(waiting.send_challenge_request) == 301
    worker.join()
    assert codes == [143, 143]


@pytest.mark.parametrize("event", ["data_packet_out", "ssl_status"])
def test_interrupt_from_a_handler_ends_the_call_and_the_challenge(waiting: Client,
                                                                  event: str) -> None:
    setattr(waiting, f"on_{event}", lambda _: waiting.interrupt())
    assert code_of(waiting.send_challenge_request) == 301
    setattr(waiting, f"on_{event}", None)
    assert code_of(waiting.send_challenge_request) == 603


def test_interrupt_of_an_object_at_rest_does_nothing(client: Client, side: ThreeDS) -> None:
    client.interrupt()
    start(client, side, "text")
    client.interrupt()
    assert finish(client) == 1


def test_a_call_that_waits_lets_other_threads_run(waiting: Client) -> None:
    steps: list[float] = []

    def step() -> None:
        for _ in range(50):
            steps.append(time.monotonic())
        waiting.interrupt()

    worker = threading.Thread(target=step)
    waiting.on_data_packet_out = lambda _: worker.start()
    assert code_of(waiting.send_challenge_request) == 301
    worker.join()
    assert len(steps) == 50


def test_ctrl_c_ends_a_call_that_waits(waiting: Client, side: ThreeDS) -> None:
    """Not inside a handler, where it would be the handler's own exception."""
    def press() -> None:
        while not side.record("creq"):  # what has arrived left after the handlers
            pass
        os.kill(os.getpid(), signal.SIGINT)

    worker = threading.Thread(target=press)
    worker.start()
    before = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        waiting.send_challenge_request()
    assert time.monotonic() - before < 100  # the reply would be waited for 300 s
    worker.join()
    assert code_of(waiting.send_challenge_request) == 603


def test_a_signal_whose_handler_returns_ends_nothing(client: Client, side: ThreeDS) -> None:
    authenticate(client, side, "text")
    side.fault("latency", seconds=1)
    seen: list[int] = []
    previous = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        client.on_data_packet_out = lambda _: os.kill(os.getpid(), signal.SIGUSR1)
        client.send_challenge_request()
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert seen == [signal.SIGUSR1]
    assert client.acsui_type == 1


def test_the_interpreter_may_end_while_a_daemon_thread_waits(side: ThreeDS) -> None:
    program = """
import json, sys, threading
from coffer.sandbox.client import ThreeDS
from coffer.threeds import Client
from payer import authenticate, set_up

side = ThreeDS(json.loads(sys.argv[1]), None)
client = set_up(Client(), side)
authenticate(client, side, "text")
sent = threading.Event()
client.on_data_packet_out = lambda _: sent.set()
threading.Thread(target=client.send_challenge_request, daemon=True).start()
sent.wait()
"""
    side.fault("connection", how="hang")
    paths = [str(Path(__file__).parent / "threeds"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run([sys.executable, "-c", program, json.dumps(side.config)],
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                          capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_handler_may_close_the_object(client: Client, side: ThreeDS) -> None:
    """It takes effect when the call that fired the event returns."""
    authenticate(client, side, "text")
    client.on_data_packet_out = lambda _: client.close()
    with pytest.raises(CofferError) as failure:
        client.send_challenge_request()
    assert failure.value.code in (301, 30001)
    assert code_of(lambda: client.acsui_type) == 30001


def test_closing_from_another_thread_ends_the_call(waiting: Client) -> None:
    worker = threading.Thread(target=waiting.close)
    waiting.on_data_packet_out = lambda _: worker.start()
    before = time.monotonic()
    assert code_of(waiting.send_challenge_request) == 301
    assert time.monotonic() - before < 100
    worker.join()
    assert code_of(lambda: waiting.acsui_type) == 30001


def test_an_object_dropped_by_its_handler_lives_until_the_call_returns(side: ThreeDS) -> None:
    held = [set_up(Client(), side)]
    reference = weakref.ref(held[0])
    held[0].config("LogLevel=3")
    held[0].on_log = lambda _: held.clear()
    text = held[0].get_auth_request()
    assert "sdkEncData" in text and not held
    gc.collect()
    assert reference() is None


def test_a_cycle_through_a_handler_is_collected() -> None:
    class Application:
        def __init__(self) -> None:
            self.client = Client()
            self.client.on_error = self.handle

        def handle(self, _: object) -> None:
            pass

    application = Application()
    references = weakref.ref(application), weakref.ref(application.client)
    del application
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_a_truth_value_counts_as_the_number_1(client: Client) -> None:
    """The manual says that the indicator is a number, and that it is set to True."""
    client.oob_continuation_indicator = True
    assert client.oob_continuation_indicator == 1
    with pytest.raises(TypeError, match="challenge_data_entry must be str, not int"):
        client.challenge_data_entry = 5  # type: ignore[assignment]
    with pytest.raises(TypeError, match="acs_root_cert_index must be int, not str"):
        client.get_acs_root_cert_store("0")  # type: ignore[arg-type]


def test_reset_keeps_the_handlers_alone(client: Client) -> None:
    client.on_error = print
    client.reset()
    assert (client.sdk_app_id, client.device_param_count, client.acs_root_cert_count) == ("", 0, 0)
    assert client.config("SDKReferenceNumber") == "" and client.on_error is print


def test_reset_transaction_info_keeps_what_every_payment_needs(client: Client,
                                                               side: ThreeDS) -> None:
    start(client, side, "text")
    before = client.sdk_transaction_id
    client.reset_transaction_info()
    assert (client.sdk_transaction_id, client.transaction_status, client.acsui_type) == ("", "", 0)
    assert client.config("ACSURL") == client.config("ChallengeResponse") == ""
    start(client, side, "text")
    assert client.sdk_transaction_id not in ("", before)
    assert finish(client) == 1


def test_a_file_of_cas_takes_the_place_of_the_systems(side: ThreeDS, tmp_path: Path) -> None:
    with Client() as client:
        set_up(client, side)
        client.config("OpenSSLCAFile=")
        authenticate(client, side, "text")
        assert code_of(client.send_challenge_request) == 280
        client.config("OpenSSLCAFile=" + side.ca_file)
        start(client, side, "text")
        client.config(f"OpenSSLCAFile={tmp_path / 'none'}")
        authenticate(client, side, "text")
        assert code_of(client.send_challenge_request) == 713


def test_two_clients_pay_in_two_threads(side: ThreeDS) -> None:
    failures: list[BaseException] = []

    def pay(card: str) -> None:
        try:
            with Client() as mine:
                start(set_up(mine, side), side, card)
                finish(mine)
                assert mine.transaction_status == "Y"
        except BaseException as error:  # told in the thread of the test
            failures.append(error)

    workers = [threading.Thread(target=pay, args=(card,)) for card in ("text", "oob", "single")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
