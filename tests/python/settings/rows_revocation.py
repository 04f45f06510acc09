"""Rows of the settings about revocation; tests/python/revocation has more of it."""

from __future__ import annotations

from case import Case
from revoking import LIST, RESPONDER, RevokingAuthority
from table import BOTH, Section

rows = Section()


def refuses_what_is_revoked(case: Case, kind: str) -> None:
    case.authority = authority = case.enter(RevokingAuthority(case.folder))
    server = case.server(context=authority.context_naming(kind))
    assert case.connect(server).refusal == (0, "") and len(authority.status.requests) == 1
    authority.revoke_all()
    refused = case.connect(server)
    assert refused.refusal[0] == 280 and refused.requests == []
    assert case.connect(server, plain=True).refusal == (0, "")
    assert len(authority.status.requests) == 2


@rows.setting("SSLCheckCRL", of=BOTH, default="0", value="2", invalid=("3", "-1", "x"))
def check_crl(case: Case) -> None:
    """The list is fetched; a server that is on it gets no request."""
    refuses_what_is_revoked(case, LIST)


@rows.setting("SSLCheckOCSP", of=BOTH, default="0", value="2", invalid=("3", "-1", "x"))
def check_ocsp(case: Case) -> None:
    """The responder is asked; a server that it calls revoked gets no request."""
    refuses_what_is_revoked(case, RESPONDER)
