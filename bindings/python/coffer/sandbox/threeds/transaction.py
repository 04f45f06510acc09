"""One authentication, as the ACS remembers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from . import jwe
from .keys import emv_key, public_key
from .scenarios import Scenario


@dataclass
class Transaction:
    """Ids, keys, counters and the place in the scenario."""

    version: str
    card: str
    scenario: Scenario
    areq: dict[str, Any]
    server_id: str
    ds_id: str
    acs_id: str
    key: ec.EllipticCurvePrivateKey
    created: float
    #: clear device information, and its enc
    device: str = ""
    device_enc: str = ""
    cek: bytes = b""
    from_app: int = 0
    to_app: int = 0
    rounds: int = 0
    place: int = 0
    wrong: int = 0
    sent_again: int = 0
    pending: int = 0
    last: float = 0.0
    #: as sent; None before the first
    screen: dict[str, Any] | None = None
    app_url: str | None = None
    app_url_ind: str = ""
    #: why no further CReq is taken; empty while open
    closed: str = ""
    status: str = ""
    #: the last reply as sent, for a replay
    last_reply: str = ""
    last_number: int = -1
    consents: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pending = self.scenario.pending
        self.last = self.created
        # CORE231 6.2.3.2: PartyVInfo is the SDK reference number
        self.cek = emv_key(self.key, public_key(self.areq["sdkEphemPubKey"]),
                           self.areq["sdkReferenceNumber"])

    @property
    def sdk_id(self) -> str:
        return str(self.areq["sdkTransID"])

    @property
    def ids(self) -> dict[str, str]:
        return {"threeDSServerTransID": self.server_id, "acsTransID": self.acs_id,
                "sdkTransID": self.sdk_id}

    def open(self, sealed: jwe.Sealed) -> bytes:
        return jwe.open_sealed(sealed, jwe.key_from_app(self.cek, sealed.enc))

    def as_json(self) -> dict[str, Any]:
        """Everything, secrets too: a test looks for them where they must not be."""
        return {**self.ids, "dsTransID": self.ds_id, "card": self.card, "version": self.version,
                "device": self.device, "deviceEnc": self.device_enc, "cek": self.cek.hex(),
                "rounds": self.rounds, "status": self.status, "closed": self.closed,
                "sdkCounterStoA": self.from_app, "acsCounterAtoS": self.to_app,
                "consents": self.consents, "areq": self.areq}
