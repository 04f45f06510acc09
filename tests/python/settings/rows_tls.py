"""Rows of the settings about what is offered in a handshake, as the server recorded it."""

from __future__ import annotations

from case import Case, Seen
from hello import Hello, read_hello
from recorder import Recorder
from table import BOTH, CLIENT, Section

rows = Section()

LINES = ("two\r\nlines", "two\nlines")
#: numbers of IANA's registries
AES_128, AES_256, CHACHA = 0x1301, 0x1302, 0x1303
ECDSA_AES_128, ECDSA_AES_256 = 0xC02B, 0xC02C
P256, P384, X25519, X448, FFDHE_2048 = 23, 24, 29, 30, 256


def offered(case: Case, *settings: str, plain: bool = False) -> tuple[Hello, Seen, Recorder]:
    """The first ClientHello of a connection, and what came of it."""
    server = case.server(tls=True)
    seen = case.connect(server, *settings, plain=plain)
    return read_hello(server.connections[0].hello), seen, server


def fine(seen: Seen, server: Recorder) -> bool:
    return seen.failure is None and seen.errors == [] and server.requests != []


@rows.setting("SSLEnabledProtocols", of=BOTH, default="15360", value="3072",
              invalid=("0", "48", "x"))
def enabled_protocols(case: Case) -> None:
    """Without 1.3 in the sum, 1.2 is what comes about; 1.3 alone is what is offered alone."""
    hello, seen, server = offered(case)
    assert fine(seen, server) and {c.tls for c in server.connections} == {"TLSv1.2"}
    assert 43 not in hello.extensions  # supported_versions
    _, _, server = offered(case, plain=True)
    assert {c.tls for c in server.connections} == {"TLSv1.3"}
    hello, seen, server = offered(case, "SSLEnabledProtocols=12288", plain=True)
    assert hello.extensions[43] == b"\x02\x03\x04" and fine(seen, server)


@rows.setting("SSLEnabledCipherSuites", of=BOTH, default="*",
              value="TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;TLS_AES_256_GCM_SHA384",
              invalid=LINES)
def enabled_cipher_suites(case: Case) -> None:
    """These suites and no other are offered; a list without one of TLS 1.3 rules that out."""
    hello, seen, server = offered(case)
    assert set(hello.suites) == {ECDSA_AES_256, AES_256} and fine(seen, server)
    hello, seen, server = offered(
        case, "SSLEnabledCipherSuites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", plain=True)
    assert hello.suites == [ECDSA_AES_128] and fine(seen, server)
    assert {c.tls for c in server.connections} == {"TLSv1.2"}
    hello, _, _ = offered(case, plain=True)
    assert {AES_128, AES_256, ECDSA_AES_128, ECDSA_AES_256} < set(hello.suites)


@rows.setting("SSLCipherStrength", of=BOTH, default="0", value="256",
              invalid=("-1", "65536", "strong"))
def cipher_strength(case: Case) -> None:
    """Nothing with a shorter key is offered; 713 where nothing is left."""
    hello, seen, server = offered(case)
    assert {AES_256, CHACHA, ECDSA_AES_256} <= set(hello.suites) and fine(seen, server)
    assert not {AES_128, ECDSA_AES_128} & set(hello.suites)
    assert {c.bits for c in server.connections} == {256}
    hello, _, _ = offered(case, plain=True)
    assert {AES_128, ECDSA_AES_128} < set(hello.suites)
    nothing_left = case.server(tls=True)
    if case.is_backup:
        backup = case.backup(nothing_left, "SSLCipherStrength=257", plain=True)
        assert case.refused(backup.start_backup).code == 713
    else:
        failure = case.challenge(nothing_left, "SSLCipherStrength=257", plain=True).failure
        assert failure is not None and failure.code == 713
    assert nothing_left.requests == []


@rows.setting("OpenSSLCipherList", of=CLIENT, default="DEFAULT",
              value="ECDHE-ECDSA-AES128-GCM-SHA256", before="SSLEnabledProtocols=3072",
              any_text="a list in OpenSSL's language; one that names no cipher is 713 when a "
                       "connection is made")
def openssl_cipher_list(case: Case) -> None:
    """The suites of TLS 1.2 that are offered."""
    hello, seen, server = offered(case)
    assert hello.suites == [ECDSA_AES_128] and fine(seen, server)
    hello, _, _ = offered(case, "SSLEnabledProtocols=3072", plain=True)
    assert {ECDSA_AES_128, ECDSA_AES_256} < set(hello.suites)
    none = case.server(tls=True)
    seen = case.connect(none, "OpenSSLCipherList=NO-SUCH-CIPHER", plain=True)
    assert seen.failure is not None and seen.failure.code == 713 and none.requests == []


@rows.setting("TLS12SupportedGroups", of=BOTH,
              default="ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1",
              value="ecdhe_secp384r1,ecdhe_secp256r1", before="SSLEnabledProtocols=3072",
              invalid=("secp384r1", "ecdhe_secp256r1;ecdhe_secp384r1", "rot13"))
def tls12_supported_groups(case: Case) -> None:
    """supported_groups, in that order."""
    hello, seen, server = offered(case)
    assert hello.groups == [P384, P256] and fine(seen, server)
    hello, _, _ = offered(case, "SSLEnabledProtocols=3072", plain=True)
    assert hello.groups == [P256, P384, 25]


@rows.setting("TLS13SupportedGroups", of=BOTH,
              default="ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1,"
                      "ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192",
              value="ecdhe_secp384r1,ffdhe_2048", before="SSLEnabledProtocols=12288",
              invalid=("x25519", "ecdhe_x25519;ecdhe_x448", "rot13"))
def tls13_supported_groups(case: Case) -> None:
    """supported_groups, in that order; 276 where the server has none of them."""
    hello, seen, server = offered(case)
    assert hello.groups == [P384, FFDHE_2048] and hello.key_shares == [P384]
    assert fine(seen, server)
    hello, _, _ = offered(case, "SSLEnabledProtocols=12288", plain=True)
    assert hello.groups[:4] == [X25519, X448, P256, P384] and len(hello.groups) == 10
    context = case.authority.context()
    context.set_ecdh_curve("prime256v1")
    other = case.server(context=context)
    seen = case.connect(other)
    assert ([seen.failure.code] if seen.failure else seen.errors) == [276]
    assert other.requests == []


@rows.setting("TLS13KeyShareGroups", of=BOTH,
              default="ecdhe_x25519,ecdhe_secp256r1,ecdhe_secp384r1,ffdhe_2048,ffdhe_3072",
              value="ecdhe_secp384r1", invalid=("x25519", "rot13"))
def tls13_key_share_groups(case: Case) -> None:
    """The group of the key share; every supported group is offered still."""
    hello, seen, server = offered(case)
    assert hello.key_shares == [P384] and fine(seen, server)
    assert {X25519, P256, P384} <= set(hello.groups)
    hello, _, _ = offered(case, plain=True)
    assert hello.key_shares == [X25519]


@rows.setting("TLS12SignatureAlgorithms", of=BOTH,
              default="sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa,"
                      "sha256-ecdsa,sha256-rsa,sha256-dsa,sha224-ecdsa,sha224-rsa,sha224-dsa,"
                      "sha1-ecdsa,sha1-rsa,sha1-dsa",
              value="sha256-ecdsa,sha384-rsa", before="SSLEnabledProtocols=3072",
              invalid=("sha999-rsa", "md5-rsa", "sha256", "sha256-rsa;sha1-rsa"))
def tls12_signature_algorithms(case: Case) -> None:
    """signature_algorithms (RFC 5246 7.4.1.4.1); a certificate that is signed in another way is
    refused."""
    hello, seen, server = offered(case)
    assert fine(seen, server)
    assert 0x0403 in hello.signatures and set(hello.signatures) <= {0x0403, 0x0501, 0x0805, 0x080A}
    hello, _, _ = offered(case, "SSLEnabledProtocols=3072", plain=True)
    assert {0x0403, 0x0503, 0x0603} <= set(hello.signatures)
    assert 0x0203 not in hello.signatures and 0x0201 not in hello.signatures  # SHA-1
    _, seen, server = offered(case, "SSLEnabledProtocols=3072",
                              "TLS12SignatureAlgorithms=sha384-ecdsa,sha256-rsa", plain=True)
    assert ([seen.failure.code] if seen.failure else seen.errors)[0] in (276, 280)
    assert server.requests == []


@rows.setting("TLS13SignatureAlgorithms", of=BOTH,
              default="rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512,rsa_pkcs1_sha256,"
                      "rsa_pkcs1_sha384,rsa_pkcs1_sha512,ecdsa_secp256r1_sha256,"
                      "ecdsa_secp384r1_sha384,ecdsa_secp521r1_sha512,ed25519,ed448",
              value="ecdsa_secp256r1_sha256,ed25519", before="SSLEnabledProtocols=12288",
              invalid=("sha256-rsa", "rsa_pss_md5", "ed25519;ed448"))
def tls13_signature_algorithms(case: Case) -> None:
    """signature_algorithms (RFC 8446 4.2.3), in that order; 276 or 280 for a server that has none
    of them."""
    hello, seen, server = offered(case)
    assert hello.signatures == [0x0403, 0x0807] and fine(seen, server)
    hello, _, _ = offered(case, "SSLEnabledProtocols=12288", plain=True)
    assert {0x0804, 0x0403, 0x0503, 0x0603, 0x0807, 0x0808} <= set(hello.signatures)
    _, seen, server = offered(case, "TLS13SignatureAlgorithms=ed25519",
                              "SSLEnabledProtocols=12288", plain=True)
    assert ([seen.failure.code] if seen.failure else seen.errors)[0] in (276, 280)
    assert server.requests == []
