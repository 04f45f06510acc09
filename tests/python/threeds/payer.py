"""An app as these tests play it: a Client ready to pay, and a journal of its events."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from coffer import CofferError
from coffer.threeds import Client
from coffer.sandbox import ThreeDS

Json = dict[str, Any]

VERSIONS = ("2.1.0", "2.2.0", "2.3.1")
CBC, GCM = "A128CBC-HS256", "A128GCM"
ENCODINGS = (CBC, GCM)
APP_ID = "b2385523-a66c-4907-ac3c-91848e8c0067"
REFERENCE = "3DS_LOA_SDK_COFFER_0001"
CODE = "123456"

#: members that stand in every CReq
BASE = {"messageType", "messageVersion", "threeDSServerTransID", "acsTransID", "sdkTransID",
        "sdkCounterStoA"}


def base_of(version: str) -> set[str]:
    return BASE | ({"oobAppURLInd"} if version == "2.3.1" else set())


@dataclass
class Event:
    """One event as its handler saw it."""

    name: str
    fields: Json

    def __getattr__(self, name: str) -> Any:
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None


EVENTS = ("data_packet_in", "data_packet_out", "error", "log", "ssl_server_authentication",
          "ssl_status")


@dataclass
class Journal:
    """All events of a client, in order."""

    events: list[Event] = field(default_factory=list)
    answers: dict[str, Callable[[Any], object]] = field(default_factory=dict)

    def attach(self, client: Client) -> Journal:
        for name in EVENTS:
            setattr(client, f"on_{name}", self._handler(name))
        return self

    def _handler(self, name: str) -> Callable[[Any], None]:
        def handle(params: Any) -> None:
            kind = type(params)
            self.events.append(Event(name, {n: getattr(params, n) for n in vars(kind)
                                            if isinstance(getattr(kind, n), property)}))
            answer = self.answers.get(name)
            if answer is not None:
                answer(params)
        return handle

    def of(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def logs(self, log_type: str) -> list[str]:
        return [str(e.message) for e in self.of("log") if e.log_type == log_type]

    @property
    def log(self) -> str:
        return "\n".join(f"{e.log_type}: {e.message}" for e in self.of("log"))

    @property
    def errors(self) -> list[int]:
        return [int(e.error_code) for e in self.of("error")]


def set_up(client: Client, side: ThreeDS, version: str = "2.2.0", enc: str = CBC,
           ec_key: bool = False) -> Client:
    """Everything that get_auth_request and a challenge at the sandbox need."""
    client.message_version = version
    client.sdk_app_id = APP_ID
    client.config(f"SDKReferenceNumber={REFERENCE}")
    client.config(f"UseAESGCM={enc == GCM}")
    client.directory_server_id = side.directory_server_id
    client.directory_server_cert_encoded = (side.directory_server_ec_cert if ec_key
                                            else side.directory_server_cert)
    client.directory_server_key_id = (side.directory_server_ec_key_id if ec_key
                                      else side.directory_server_key_id)
    client.acs_root_cert_count = 1
    client.set_acs_root_cert_encoded(0, side.acs_root_cert)
    client.config(f"OpenSSLCAFile={side.ca_file}")  # the system's CAs take 20 ms to read
    client.add_device_param("C001", "Android", 2, 1)
    client.add_device_param("A040", '["one","two"]', 1, 1)
    client.add_device_param("C010", "RE01", 2, 2)
    client.add_device_param("SW01", "", 2, 3)
    return client


def authenticate(client: Client, side: ThreeDS, card: str) -> Json:
    """Until check_auth_response has returned; the ARes."""
    text = side.authenticate(client.get_auth_request(), card)
    client.check_auth_response(text)
    ares: Json = json.loads(text)
    return ares


def start(client: Client, side: ThreeDS, card: str) -> None:
    """Until the first screen."""
    authenticate(client, side, card)
    assert client.transaction_status == "C"
    client.send_challenge_request()


#: acsui_type -> what a customer does who knows the code
def answer(client: Client) -> None:
    ui, newest = client.acsui_type, client.message_version == "2.3.1"
    if ui == 1:
        client.challenge_data_entry = CODE
        if client.challenge_entry_box_two_label:
            client.challenge_data_entry_two = "4321"
    elif ui == 2:
        client.challenge_data_entry = client.get_challenge_select_info_name(0)
    elif ui == 3:
        client.challenge_data_entry = ",".join(
            client.get_challenge_select_info_name(i)
            for i in range(client.challenge_select_info_count - 1))
    elif ui == 4:
        client.oob_continuation_indicator = 1
    elif ui in (5, 6):
        client.challenge_data_entry = f"code={CODE}&submit=OK"
        if ui == 6 and newest:
            client.oob_continuation_indicator = 1
    elif ui == 7:
        client.use_information_continuation = True
    else:
        raise AssertionError(f"screen of type {ui}")


def finish(client: Client, most: int = 20) -> int:
    """Answers all screens; returns the number of requests that it took."""
    for count in range(1, most):
        answer(client)
        client.send_challenge_request()
        if client.challenge_complete:
            return count
    raise AssertionError("the challenge does not end")


def code_of(call: Callable[..., object], *arguments: Any) -> int:
    """The code of a failure whose text is one line that helps."""
    try:
        call(*arguments)
    except CofferError as error:
        assert len(error.message) > 20, error.message
        assert "\n" not in error.message
        return int(error.code)
    raise AssertionError("nothing was refused")


def print_count(name: str, cases: Iterable[object]) -> None:
    """Beside pytest's output, which captures what tests print."""
    print(f"{name}: {len(list(cases))} cases", file=sys.__stdout__, flush=True)
