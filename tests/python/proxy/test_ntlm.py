"""NTLM, against a proxy that computes the NTLMv2 response itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("ntlm_auth", reason="python3-ntlm-auth is not installed (see ./quickstart)")

from conftest import Traveller  # noqa: E402
from ntlm_proxy import DOMAIN, PASSWORD, USER, NtlmProxy  # noqa: E402
from tap import Tap  # noqa: E402

NTLM = 4


@pytest.fixture
def proxy() -> Iterator[NtlmProxy]:
    with NtlmProxy() as server:
        yield server


def test_the_right_password(traveller: Traveller, proxy: NtlmProxy,
                            tap: Callable[[int], Tap]) -> None:
    way = tap(proxy.port)
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=way.port, proxy_auth_scheme=NTLM,
                        proxy_user=f"{DOMAIN}/{USER}", proxy_password=PASSWORD)
    assert trip.errors == []
    assert set(proxy.users) == {f"{DOMAIN}\\{USER}"} and proxy.refused == 0
    assert set(proxy.schemes) == {"NTLM"}
    for head in way.heads():
        assert "x-own" not in head.lower() and "\r\nauthorization" not in head.lower()
    assert "Proxy-Authorization: NTLM ******" in trip.log  # its messages are credentials
    assert "Proxy-Authorization: NTLM T" not in trip.log


@pytest.mark.parametrize("user, password", [(f"{DOMAIN}/{USER}", "password"),
                                            (f"{DOMAIN}/Other", PASSWORD),
                                            (f"Elsewhere/{USER}", PASSWORD)])
def test_what_is_wrong(traveller: Traveller, proxy: NtlmProxy, user: str, password: str) -> None:
    traveller.sandbox.control.reset_metrics()
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=proxy.port, proxy_auth_scheme=NTLM,
                        proxy_user=user, proxy_password=password)
    assert trip.errors == [118]
    assert f"The proxy 127.0.0.1:{proxy.port} refused with status 407" in trip.text
    assert proxy.users == [] and proxy.refused > 0
    assert traveller.name == "client" or traveller.sandbox.control.metrics()["requests"] == 0


def test_a_scheme_that_the_proxy_does_not_take(traveller: Traveller, proxy: NtlmProxy) -> None:
    """Digest was asked for: no other scheme is tried, and the text says which would do."""
    trip = traveller.go(proxy_server="127.0.0.1", proxy_port=proxy.port, proxy_auth_scheme=1,
                        proxy_user=USER, proxy_password=PASSWORD)
    assert trip.errors == [118] and "(it takes NTLM)" in trip.text
    assert proxy.schemes == []
