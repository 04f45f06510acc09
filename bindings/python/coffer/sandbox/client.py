"""Starting a sandbox from a program, and talking to its control interface."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Sequence
from urllib.parse import urlencode

from .threeds.client import ThreeDS

Json = dict[str, Any]


class ControlError(RuntimeError):
    """The sandbox refused a control request."""


class Control:
    """The control interface of a running sandbox."""

    def __init__(self, base_url: str, ca_file: str = "") -> None:
        self._base = base_url + "/__sim/"
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if ca_file:
            context = ssl.create_default_context(cafile=ca_file)
            # tests also start servers whose certificate is wrong on purpose
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def _raw(self, method: str, name: str, body: Any = None, **query: Any) -> bytes:
        url = self._base + name + ("?" + urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, method=method)
        try:
            with self._opener.open(request, timeout=300) as answer:
                content = answer.read()
        except urllib.error.HTTPError as exc:
            with exc:
                text = exc.read().decode("utf-8", "replace")
            raise ControlError(text) from None
        assert isinstance(content, bytes)
        return content

    def call(self, method: str, name: str, body: Any = None, **query: Any) -> Any:
        """Any control request; the methods below are those that have a name."""
        return json.loads(self._raw(method, name, body, **query))

    def config(self) -> Json:
        """Addresses, accounts and tokens."""
        result: Json = self.call("GET", "config")
        return result

    def metrics(self, log: bool = False, items: bool = False) -> Json:
        """What the server counted; with the last requests and the counts per item on demand."""
        result: Json = self.call("GET", "metrics", log=int(log), items=int(items))
        return result

    def reset_metrics(self) -> None:
        """Starts all counts again."""
        self.call("POST", "metrics/reset", {})

    def set_faults(self, rules: Sequence[Json]) -> None:
        """Replaces the rules; an empty list ends all faults."""
        self.call("POST", "faults", {"rules": list(rules)})

    def faults(self) -> list[Json]:
        """The rules, with how often each matched and acted."""
        result: list[Json] = self.call("GET", "faults")
        return result

    def mutate(self, *ops: Json, **op: Any) -> list[Json]:
        """Changes mailboxes: operations as objects, or one as keyword arguments."""
        wanted = list(ops) + ([op] if op else [])
        result: list[Json] = self.call("POST", "mutate", {"ops": wanted})["results"]
        return result

    def load(self, spec: Json) -> list[str]:
        """Loads one mailbox, or several under `mailboxes`; returns the users."""
        result: list[str] = self.call("POST", "load", spec)["users"]
        return result

    def advance(self, seconds: float) -> float:
        """Moves the server's clock; returns its time."""
        return float(self.call("POST", "clock", {"advance": seconds})["now"])

    def set_date_skew(self, seconds: float) -> None:
        """Makes the Date header (only) wrong by so much."""
        self.call("POST", "clock", {"dateSkew": seconds})

    def expire_tokens(self) -> int:
        """Ends every access token issued so far, the printed ones too."""
        return int(self.call("POST", "tokens/expire", {})["expired"])

    def issue_token(self, **members: Any) -> str:
        """A new access token: user, scopes, roles, lifetime, requests, client, opaque."""
        return str(self.call("POST", "tokens/issue", members)["token"])

    def issue_refresh_token(self, **members: Any) -> str:
        """A new refresh token for user, scopes, client."""
        return str(self.call("POST", "tokens/issue", {**members, "refresh": True})
                   ["refresh_token"])

    def register_certificate(self, pem: str, **members: Any) -> int:
        """A certificate with whose key an application (client) may sign its assertions."""
        return int(self.call("POST", "certificates", {"pem": pem, **members})["certificates"])

    def knobs(self, **values: Any) -> Json:
        """Sets knobs, returns all of them."""
        result: Json = self.call("POST", "knobs", values)
        return result

    def close_connections(self) -> int:
        """Closes all connections of the server in an orderly way, this one included."""
        try:
            return int(self.call("POST", "connections/close", {})["closed"])
        except (OSError, ValueError):
            return 0  # the answer was lost with its own connection

    def reset(self) -> None:
        """Mailboxes, rules, knobs, clock and metrics as at the start."""
        self.call("POST", "reset", {})

    def mailbox(self, user: str = "alex@sandbox.example", hashes: bool = True, offset: int = 0,
                limit: int = 1_000_000) -> list[Json]:
        """Every message: key, id, immutableId, folder, createdDateTime, sha256, size, …"""
        result: list[Json] = self.call("GET", "mailbox", user=user, hashes=int(hashes),
                                        offset=offset, limit=limit)["messages"]
        return result

    def folders(self, user: str = "alex@sandbox.example") -> list[Json]:
        """Every folder: key, id, displayName, parent, hidden, messages."""
        result: list[Json] = self.call("GET", "folders", user=user)
        return result

    def body(self, key: int | str, user: str = "alex@sandbox.example") -> bytes:
        """The octets of a message by key or id, past all limits and rules."""
        name: Json = {"key": key} if isinstance(key, int) else {"id": key}
        return self._raw("GET", "body", user=user, **name)


class Sandbox:
    """A sandbox in a process of its own. Use it as a context manager."""

    def __init__(self, messages: int = 20, huge: int = 1000, seed: int = 1, tls: bool = False,
                 certificate: str = "good", mail: str | os.PathLike[str] = "",
                 sizes: str = "tiny", limits: bool = True, mailbox_concurrency: int = 4,
                 rate_limit: str = "10000/600", scenario: str | os.PathLike[str] = "",
                 ca_file: str | os.PathLike[str] = "", host: str = "127.0.0.1", port: int = 0,
                 spec: Json | None = None, rules: Sequence[Json] = (),
                 python: str = "", threeds: bool = False) -> None:
        arguments = [
            f"--messages={messages}", f"--huge={huge}", f"--seed={seed}", f"--sizes={sizes}",
            f"--mailbox-concurrency={mailbox_concurrency}", f"--rate-limit={rate_limit}",
            f"--host={host}", f"--port={port}", "--ready-stdout", "--watch-stdin",
            f"--tls-certificate={certificate}", f"--3ds={'on' if threeds else 'off'}"]
        for name, value in (("mail", mail), ("scenario", scenario), ("ca-file", ca_file)):
            if value:
                arguments.append(f"--{name}={os.fspath(value)}")
        if tls:
            arguments.append("--tls")
        if not limits:
            arguments.append("--no-limits")
        self._command = [python or sys.executable, str(Path(__file__).resolve().parent)]
        self._command += arguments
        self._spec, self._rules = spec, list(rules)
        self._process: subprocess.Popen[bytes] | None = None
        self.config: Json = {}
        self.control = Control("")
        self._threeds: ThreeDS | None = None

    def start(self) -> "Sandbox":
        """Starts the process; returns when it accepts connections."""
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"the sandbox did not start (exit code {process.returncode})")
        self.config = json.loads(line)
        self.control = Control(self.config["base_url"], self.config["ca_file"])
        if self.config["threeds"]:
            self._threeds = ThreeDS(self.config["threeds"], self.control)
        if self._spec is not None:
            self.control.load(self._spec)
        if self._rules:
            self.control.set_faults(self._rules)
        return self

    def stop(self) -> None:
        """Ends the process and waits for it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> "Sandbox":
        return self.start() if self._process is None else self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    def sign_in(self, backup: Any) -> None:
        """Signs alex in at the sandbox through the library: a browser that nobody sees goes to
        the page and presses its button. `backup` is an `Office365Backup`."""
        backup.oauth_client_id = self.public_client_id
        backup.oauth_server_auth_url = self.auth_url
        backup.oauth_server_token_url = self.token_url
        words = [sys.executable, str(Path(__file__).resolve().parent / "signin" / "press.py")]
        if self.ca_file:
            words.append(f"--ca-file={self.ca_file}")
        backup.config("OAuthWebServerHost=127.0.0.1")  # a bare container may not know localhost
        backup.config("OAuthBrowserCommand=" + " ".join(f'"{word}"' for word in words))
        backup.authorize()

    @property
    def base_url(self) -> str:
        return str(self.config["base_url"])

    @property
    def graph_url(self) -> str:
        """What the setting GraphURL takes."""
        return str(self.config["graph_url"])

    @property
    def token_url(self) -> str:
        return str(self.config["token_url"])

    @property
    def auth_url(self) -> str:
        """What OAuth.ServerAuthURL takes."""
        return str(self.config["auth_url"])

    @property
    def public_client_id(self) -> str:
        """An application without a secret."""
        return str(self.config["public_client_id"])

    @property
    def password(self) -> str:
        """Every user's."""
        return str(self.config["password"])

    @property
    def token(self) -> str:
        """A delegated token of alex, with Mail.Read and Mail.Read.Shared."""
        return str(self.config["token"])

    @property
    def app_token(self) -> str:
        """A token of the application alone, for all mailboxes."""
        return str(self.config["app_token"])

    @property
    def refresh_token(self) -> str:
        return str(self.config["refresh_token"])

    @property
    def authorization(self) -> str:
        """What the property Authorization takes."""
        return f"Bearer {self.token}"

    @property
    def ca_file(self) -> str:
        """PEM file of the CA; empty without TLS."""
        return str(self.config["ca_file"])

    @property
    def second_origin(self) -> str:
        """A second server that records all requests (see metrics)."""
        return str(self.config["second_origin"])

    @property
    def user(self) -> str:
        return str(self.config["user"])

    @property
    def client_id(self) -> str:
        return str(self.config["client_id"])

    @property
    def client_secret(self) -> str:
        return str(self.config["client_secret"])

    @property
    def tenant(self) -> str:
        return str(self.config["tenant"])

    @property
    def threeds(self) -> ThreeDS:
        """The 3-D Secure side, of a sandbox started with threeds=True."""
        if self._threeds is None:
            raise RuntimeError("this sandbox was started without threeds=True")
        return self._threeds

    @property
    def pid(self) -> int:
        return int(self.config["pid"])
