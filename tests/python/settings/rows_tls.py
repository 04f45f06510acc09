"""Rows of the settings about TLS."""

from __future__ import annotations

from case import Case
from table import BOTH, Section

rows = Section()


@rows.setting("SSLEnabledProtocols", of=BOTH, default="15360", value="3072",
              invalid=("0", "48", "x"))
def enabled_protocols(case: Case) -> None:
    """Without 1.3 in the sum, 1.2 is what comes about."""
    server = case.server(tls=True)
    seen = case.connect(server)
    assert seen.errors == [] and {c.tls for c in server.connections} == {"TLSv1.2"}
    other = case.server(tls=True)
    case.connect(other, plain=True)
    assert {c.tls for c in other.connections} == {"TLSv1.3"}
