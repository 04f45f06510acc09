"""The 3-D Secure side of a sandbox as a program sees it: addresses, payments, control."""

from __future__ import annotations

import json
import ssl
import urllib.request
from typing import Any, Protocol

Json = dict[str, Any]


class _Control(Protocol):
    def call(self, method: str, name: str, body: Any = None, **query: Any) -> Any: ...


class ThreeDS:
    """Addresses and certificates as in `config["threeds"]`; rules, knobs and record."""

    def __init__(self, config: Json, control: _Control) -> None:
        self.config = config
        self._control = control
        context = ssl.create_default_context(cafile=self.ca_file)
        # tests also start servers whose certificate is wrong on purpose
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def authenticate(self, auth_request: str, card: str = "text") -> str:
        """What a merchant's server does: posts the app's text and a card, returns the answer."""
        body = json.dumps({"authRequest": auth_request, "cardNumber": self.card(card)}).encode()
        request = urllib.request.Request(self.server_url, body,
                                         {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode("utf-8", "surrogatepass"))

    def card(self, name: str) -> str:
        """The number of a scenario; a number stands for itself."""
        return str(self.config["cards"].get(name, name))

    def record(self, kind: str = "") -> list[Json]:
        """What arrived, oldest first: all, or `areq`, `creq`, `erro`, `elsewhere`."""
        result: list[Json] = self._control.call("GET", "threeds/record", kind=kind)
        return result

    def clear(self) -> None:
        """Empties the record."""
        self._control.call("POST", "threeds/record/clear", {})

    def transactions(self) -> list[Json]:
        """Everything the ACS knows of each transaction, the session key too."""
        result: list[Json] = self._control.call("GET", "threeds/transactions")
        return result

    def set_faults(self, *rules: Json) -> None:
        """Replaces the rules; none ends all faults."""
        self._control.call("POST", "threeds/faults", {"rules": list(rules)})

    def fault(self, kind: str, *, match: Json | None = None, times: int | None = None,
              **members: Any) -> None:
        """One rule instead of all: `fault("jwe", how="bad-tag", match={"round": 2})`."""
        self.set_faults({"name": kind, "match": match or {}, "times": times,
                         "fault": {"type": kind, **members}})

    def faults(self) -> list[Json]:
        """The rules, with how often each matched and acted."""
        result: list[Json] = self._control.call("GET", "threeds/faults")
        return result

    def knobs(self, **values: str) -> Json:
        """Sets knobs, returns all of them."""
        result: Json = self._control.call("POST", "threeds/knobs", values)
        return result

    def metrics(self) -> Json:
        """Counts of requests, of acting rules, of refusals, of connections."""
        result: Json = self._control.call("GET", "threeds/metrics")
        return result

    def close_connections(self) -> int:
        """Closes all connections in an orderly way."""
        return int(self._control.call("POST", "threeds/connections/close", {})["closed"])

    @property
    def server_url(self) -> str:
        return str(self.config["server_url"])

    @property
    def acs_url(self) -> str:
        return str(self.config["acs_url"])

    @property
    def ca_file(self) -> str:
        """PEM file of the CA of the TLS servers."""
        return str(self.config["ca_file"])

    @property
    def directory_server_id(self) -> str:
        return str(self.config["directory_server_id"])

    @property
    def directory_server_cert(self) -> str:
        """PEM; RSA."""
        return str(self.config["directory_server_cert"])

    @property
    def directory_server_key_id(self) -> str:
        return str(self.config["directory_server_key_id"])

    @property
    def directory_server_ec_cert(self) -> str:
        """PEM; P-256."""
        return str(self.config["directory_server_ec_cert"])

    @property
    def directory_server_ec_key_id(self) -> str:
        return str(self.config["directory_server_ec_key_id"])

    @property
    def acs_root_cert(self) -> str:
        """PEM of the root below which ACS signing certificates stand."""
        return str(self.config["acs_root_cert"])
