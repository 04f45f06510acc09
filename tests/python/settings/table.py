"""The table of settings: what a row is, and how the files of rows fill it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BACKUP, CLIENT = "Office365Backup", "Client"
BOTH = (BACKUP, CLIENT)

#: files of rows, each a test of its own
SECTIONS = tuple(sorted(path.stem.removeprefix("rows_")
                        for path in Path(__file__).parent.glob("rows_*.py")))

#: the contract's closed list (section 3) of settings without effect; parts of SSLSecurityFlags and
#: of TLS13KeyShareGroups are on it too, which have an effect otherwise
CLOSED = frozenset({
    "Append", "AllowNTLMFallback", "KerberosSPN", "CloseStreamAfterTransfer", "EncodeURL",
    "FirewallListener", "HTTP2HeadersWithoutIndexing", "MaxHeaders", "MaxHTTPCookies",
    "MaxLineLength", "PrivateKeyContainer", "SSLContextProtocol",
    "SSLTrustManagerFactoryAlgorithm", "UseNTLMv2", "UsePlatformDeflate",
    "UsePlatformHTTPClient", "OpenSSLPrngSeedData", "SSLClientCACerts"})

#: defaults that are not the manuals': contract, section 3
DEVIATIONS = frozenset({
    (BACKUP, "UserAgent"), (BACKUP, "KeepAlive"), (BACKUP, "SSLEnabledProtocols"),
    (CLIENT, "SSLEnabledProtocols"), (BACKUP, "SSLEnableRenegotiation")})

Effect = Callable[..., None]  # of a case.Case


@dataclass(frozen=True)
class Row:
    """One setting of one class."""

    of: str
    name: str
    default: str
    value: str = ""
    effect: Effect | None = None
    invalid: tuple[str, ...] = ()
    code: int = 713
    any_text: str = ""
    without_effect: str = ""
    read_only: bool = False
    before: tuple[str, ...] = ()
    index: str = ""
    reads: str | None = None

    @property
    def id(self) -> str:
        return f"{self.of}.{self.name}"

    def assigned(self, value: str) -> str:
        """What config takes to give the setting that value."""
        return f"{self.name}{self.index}={value}"


def texts(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else given


class Section:
    """The rows of one file; the README tells how they are written."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def setting(self, name: str, *, default: str, value: str, of: str | tuple[str, ...] = BACKUP,
                invalid: str | tuple[str, ...] = (), code: int = 713, any_text: str = "",
                before: str | tuple[str, ...] = (),
                index: str = "", reads: str | None = None) -> Callable[[Effect], Effect]:
        """A setting that acts: the function below shows how, with `value`."""
        assert bool(invalid) != bool(any_text), f"{name}: either invalid values or any_text"
        assert value != default, f"{name}: the default shows nothing"

        def add(effect: Effect) -> Effect:
            for each in texts(of):
                self.rows.append(Row(each, name, default, value, effect, texts(invalid), code,
                                     any_text, before=texts(before), index=index,
                                     reads=reads))
            return effect
        return add

    def read_only(self, name: str, *, default: str = "", of: str | tuple[str, ...] = BACKUP,
                  index: str = "") -> Callable[[Effect], Effect]:
        """A setting that tells: the function below compares it with what a peer recorded."""
        def add(effect: Effect) -> Effect:
            for each in texts(of):
                self.rows.append(Row(each, name, default, effect=effect, read_only=True,
                                     index=index))
            return effect
        return add

    def without_effect(self, name: str, *, default: str, value: str, reason: str,
                       of: str | tuple[str, ...] = BACKUP, invalid: str | tuple[str, ...] = (),
                       any_text: str = "") -> None:
        """A setting of the closed list: accepted, kept, read back; a run goes on as without it."""
        assert bool(invalid) != bool(any_text), f"{name}: either invalid values or any_text"
        assert reason
        for each in texts(of):
            self.rows.append(Row(each, name, default, value, None, texts(invalid),
                                 any_text=any_text, without_effect=reason))


def rows_of(section: str) -> list[Row]:
    found = importlib.import_module(f"rows_{section}").rows
    assert isinstance(found, Section)
    return found.rows


def all_rows() -> list[Row]:
    return [row for section in SECTIONS for row in rows_of(section)]
