"""Rows of the settings about which certificates are trusted, and which are shown."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from case import Case, Seen
from keys import KeyPair, context_of, key_pair
from recorder import Recorder
from table import BOTH, CLIENT, Section

rows = Section()

LINES = ("two\r\nlines", "two\nlines")
ROOT = key_pair("Root of the settings' tests", authority=True)
MIDDLE = key_pair("Between", ROOT, authority=True)
SERVER = key_pair("localhost", ROOT, host="localhost")


def refused(seen: Seen) -> bool:
    """280, and the server heard nothing but a handshake."""
    assert seen.server is not None and seen.requests == []
    codes = [seen.failure.code] if seen.failure is not None else seen.errors
    assert codes == [280]
    return True


def served(seen: Seen) -> bool:
    assert seen.failure is None and seen.errors == [] and seen.requests != []
    return True


def server_of(case: Case, pair: KeyPair = SERVER, *others: KeyPair) -> Recorder:
    return case.server(context=context_of(pair, case.folder, *others))


@rows.setting("SSLServerCACerts", of=BOTH, default="", value=ROOT.certificate_pem,
              invalid=("no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"
                       "-----END CERTIFICATE-----\n"))
def ssl_server_ca_certs(case: Case) -> None:
    """A server of that CA is sent a request, or nothing. Several may stand there."""
    server = server_of(case)
    assert served(case.connect(server)) and refused(case.connect(server_of(case), plain=True))
    several = f"SSLServerCACerts={case.authority.pem}\r\n{ROOT.certificate_pem}"
    assert served(case.connect(server, several, plain=True))


@rows.setting("SSLCACerts", of=BOTH, default="", value=MIDDLE.certificate_pem,
              invalid="no certificate")
def ssl_ca_certs(case: Case) -> None:
    """A server that knows the root alone accepts the client's certificate with what is between,
    and not without it."""
    client = key_pair("client", MIDDLE)
    root = case.folder / "root.pem"
    root.write_text(ROOT.certificate_pem)

    def show(target: Any) -> None:
        target.ssl_cert_store_type = 7  # PEM
        target.ssl_cert_store = client.pem.encode()
        target.ssl_cert_subject = "*"

    for plain in (False, True):
        context = case.authority.context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(root)
        server = case.server(context=context)
        seen = case.connect(server, plain=plain, prepare=show)
        assert bool(server.requests) != plain
        if plain:
            server.wait(lambda: any(c.refused for c in server.connections))
            assert seen.errors != [] or seen.failure is not None
        else:
            assert served(seen)
            assert {c.certificate for c in server.connections if c.requests} == {client.der}


@rows.setting("SSLIncludeCertChain", of=BOTH, default="False", value="True", invalid="perhaps")
def ssl_include_cert_chain(case: Case) -> None:
    """What SSLServerAuthentication is given: the server's certificate as it showed it, or that
    and its issuers up to the root."""
    leaf = key_pair("localhost", MIDDLE, host="localhost")
    found: dict[bool, bytes] = {}
    for plain in (False, True):
        shown: list[bytes] = []

        def look(event: Any, shown: list[bytes] = shown) -> None:
            shown.append(event.cert_encoded)

        case.connect(server_of(case, leaf, MIDDLE), f"SSLServerCACerts={ROOT.certificate_pem}",
                     plain=plain, answers={"ssl_server_authentication": look})
        found[plain] = shown[0]
    assert found[True] == leaf.der
    assert found[False].decode().split() == (
        leaf.certificate_pem + MIDDLE.certificate_pem + ROOT.certificate_pem).split()


@rows.setting("OpenSSLCAFile", of=CLIENT, default="", value="root.pem", invalid=LINES)
def openssl_ca_file(case: Case) -> None:
    """The CAs of that file in place of the system's; 713 where there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        Path(case.value).write_text(ROOT.certificate_pem)
        assert served(case.challenge(server_of(case)))
        server = server_of(case)
        seen = case.challenge(server, f"OpenSSLCAFile={case.folder}/nothing.pem", plain=True)
        assert seen.failure is not None and seen.failure.code == 713 and server.requests == []
    assert refused(case.challenge(server_of(case), plain=True))


@rows.setting("OpenSSLCADir", of=CLIENT, default="", value="authorities", invalid=LINES)
def openssl_ca_dir(case: Case) -> None:
    """The CAs of that folder, found by the hash of their names; 713 where there is none."""
    folder = case.folder / case.value
    folder.mkdir()
    (folder / "root.pem").write_text(ROOT.certificate_pem)
    subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True, timeout=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        assert served(case.challenge(server_of(case)))
    assert refused(case.challenge(server_of(case), plain=True))
    seen = case.challenge(server_of(case), f"OpenSSLCADir={case.folder}/nobody", plain=True)
    assert seen.failure is not None and seen.failure.code == 713 and seen.requests == []


@rows.setting("SSLCACertFilePaths", of=CLIENT,
              default="/etc/ssl/ca-bundle.pem;/etc/pki/tls/certs/ca-bundle.crt;"
                      "/etc/ssl/certs/ca-certificates.crt;/etc/pki/tls/cacert.pem",
              value="nowhere.pem;root.pem;other.pem", invalid=LINES)
def ssl_ca_cert_file_paths(case: Case) -> None:
    """The first of these files that exists, and none besides it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(case.folder)
        Path("root.pem").write_text(ROOT.certificate_pem)
        Path("other.pem").write_text(case.authority.pem)
        assert served(case.challenge(server_of(case), "OpenSSLCAFile="))
        assert refused(case.challenge(case.server(), "OpenSSLCAFile="))
    assert refused(case.challenge(server_of(case), "OpenSSLCAFile=", plain=True))


@rows.setting("SSLSecurityFlags", of=CLIENT, default="0", value="2147483648",
              invalid=("-1", "4294967296", "all"))
def ssl_security_flags(case: Case) -> None:
    """Which finding about a certificate is passed over, and no other: another name, an unknown
    CA (16), dates (1)."""
    stranger = key_pair("Nobody knows", authority=True)
    trust = f"SSLServerCACerts={ROOT.certificate_pem}"
    faulty = {2147483648: key_pair("elsewhere", ROOT, host="elsewhere.example"),
              16: key_pair("localhost", stranger, host="localhost"),
              1: key_pair("localhost", ROOT, host="localhost", days=-1)}
    for flag in faulty:
        for finding, pair in faulty.items():
            seen = case.challenge(server_of(case, pair), trust, f"SSLSecurityFlags={flag}",
                                  plain=True)
            assert served(seen) if flag == finding else refused(seen)
    assert refused(case.challenge(server_of(case, faulty[1]), trust, plain=True))
    assert served(case.challenge(server_of(case, faulty[2147483648]), trust))
