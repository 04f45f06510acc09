"""Rows of the settings about the web server to which the browser comes back."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from authserver import AuthServer, SignedIn, sign_in, signer
from case import Case
from coffer.cloudbackup import Office365Backup
from keys import PFX_PASSWORD, key_pair
from ports import listens, own_port
from recorder import LIMIT
from table import Section

rows = Section()

PAIR = key_pair("localhost")


def port_of(backup: Office365Backup) -> int:
    return int(backup.config("OAuthWebServerPort"))


def certificate_of(port: int) -> bytes:
    """DER of what the web server presents."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as stream,
          context.wrap_socket(stream) as secure):
        return secure.getpeercert(True) or b""


@rows.setting("OAuthReUseWebServer", default="True", value="False", invalid="perhaps")
def reuse_web_server(case: Case) -> None:
    """Whether the port listens after Authorize, and the next one comes back to it."""
    for plain in (False, True):
        done = sign_in(case, plain=plain)
        back = urlsplit(done.asked["redirect_uri"])
        assert listens(("127.0.0.1", back.port or 0)) == plain


@rows.setting("OAuthWebServerActive", default="False", value="True", invalid="perhaps")
def web_server_active(case: Case) -> None:
    """The port listens, and no more when it is set back."""
    backup = signer(case).backup
    port = port_of(backup)
    assert listens(("127.0.0.1", port))
    assert backup.oauth_return_url == f"http://localhost:{port}"
    assert backup.config("OAuthWebServerActive=False") == "False"
    assert not listens(("127.0.0.1", port)) and port_of(backup) == 0
    done = sign_in(case, plain=True)  # what it reads is the state of the port
    assert done.backup.config("OAuthWebServerActive") == "True"
    assert listens(("127.0.0.1", port_of(done.backup)))


@rows.setting("OAuthWebServerHost", default="localhost", value="127.0.0.1",
              invalid=("two\r\nlines", "two\nlines"))
def web_server_host(case: Case) -> None:
    """The host of `redirect_uri`; an address is listened to alone, localhost on both, and any
    other name changes the ReturnURL alone."""
    done = sign_in(case)
    back = urlsplit(done.asked["redirect_uri"])
    assert done.failure is None and back.hostname == "127.0.0.1"
    assert listens(("127.0.0.1", back.port or 0)) and not listens(("::1", back.port or 0))
    both = sign_in(case, plain=True)
    back = urlsplit(both.asked["redirect_uri"])
    assert back.hostname == "localhost"
    assert listens(("127.0.0.1", back.port or 0)) and listens(("::1", back.port or 0))
    other = signer(case, "OAuthWebServerHost=relay.example", "OAuthWebServerActive=True",
                   plain=True).backup
    assert urlsplit(other.oauth_return_url).hostname == "relay.example"
    assert listens(("127.0.0.1", port_of(other)))


@rows.setting("OAuthWebServerPort", default="0", value=str(own_port()),
              invalid=("-1", "65536", "http"))
def web_server_port(case: Case) -> None:
    """The port of `redirect_uri` that listens; 10048 where somebody else has it."""
    done = sign_in(case)
    assert done.failure is None
    assert urlsplit(done.asked["redirect_uri"]).port == int(case.value)
    assert listens(("127.0.0.1", int(case.value)))
    second = signer(case, "OAuthReUseWebServer=False")
    assert case.refused(second.backup.authorize).code == 10048
    chosen = sign_in(case, plain=True)
    assert chosen.backup.config("OAuthWebServerPort") == str(
        urlsplit(chosen.asked["redirect_uri"]).port) != "0"


@rows.setting("OAuthWebServerResponse", default="", value="<p>It worked – gut.</p>",
              any_text="a page of HTML, sent as it is")
def web_server_response(case: Case) -> None:
    """What the browser shows after a good answer."""
    assert sign_in(case).pages == [case.value]
    assert "Signed in" in sign_in(case, plain=True).pages[0]
    assert sign_in(case, decide=AuthServer(error="access_denied")).pages != [case.value]


@rows.setting("OAuthWebServerFailedResponse", default="", value="<p>It did not – schade.</p>",
              any_text="a page of HTML, sent as it is")
def web_server_failed_response(case: Case) -> None:
    """What the browser shows after a refusal."""
    refusing = AuthServer(error="access_denied")
    done = sign_in(case, decide=refusing)
    assert done.pages == [case.value] and done.failure is not None and done.failure.code == 708
    assert "access_denied" in sign_in(case, plain=True, decide=refusing).pages[0]
    assert sign_in(case).pages != [case.value]


def secured(case: Case, *settings: str, plain: bool = False) -> SignedIn:
    """An object whose web server speaks TLS."""
    return signer(case, "OAuthWebServerSSLEnabled=True", *settings, plain=plain)


def refused_start(case: Case, signed: SignedIn) -> int:
    """The code with which the web server does not start; nothing listens then."""
    failure = case.refused(lambda: signed.backup.config("OAuthWebServerActive=True"))
    assert port_of(signed.backup) == 0
    return failure.code


@rows.setting("OAuthWebServerSSLEnabled", default="False", value="True", invalid="perhaps")
def web_server_ssl_enabled(case: Case) -> None:
    """A handshake comes about, and nothing else is answered."""
    store = (f"OAuthWebServerCertStore={PAIR.pem}", "OAuthWebServerCertStoreType=7",
             "OAuthWebServerCertSubject=*")
    done = sign_in(case, *store)
    assert done.failure is None and done.asked["redirect_uri"].startswith("https://localhost:")
    port = port_of(done.backup)
    assert certificate_of(port) == PAIR.der
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=LIMIT) as answer:
            raise AssertionError(answer.status)
    except (urllib.error.URLError, ConnectionError, OSError):
        pass
    clear = sign_in(case, *store, plain=True)
    assert clear.asked["redirect_uri"].startswith("http://localhost:")


@rows.setting("OAuthWebServerCertStore", default="", value=PAIR.pem,
              any_text="a path or the store itself; read when the server starts")
def web_server_cert_store(case: Case) -> None:
    """The certificate that the browser is shown."""
    started = secured(case, "OAuthWebServerCertStoreType=7", "OAuthWebServerCertSubject=*")
    started.backup.config("OAuthWebServerActive=True")
    assert certificate_of(port_of(started.backup)) == PAIR.der
    without = secured(case, "OAuthWebServerCertStoreType=7", plain=True)
    assert refused_start(case, without) == 272


@rows.setting("OAuthWebServerCertStoreType", default="0", value="6",
              invalid=("-1", "20", "24", "98", "100", "PEM"))
def web_server_cert_store_type(case: Case) -> None:
    """The store is read as a file of PEM; the store of Windows does not exist here."""
    file = case.folder / "server.pem"
    file.write_text(PAIR.pem)
    store = (f"OAuthWebServerCertStore={file}", "OAuthWebServerCertSubject=*")
    started = secured(case, *store)
    started.backup.config("OAuthWebServerActive=True")
    assert certificate_of(port_of(started.backup)) == PAIR.der
    assert refused_start(case, secured(case, *store, plain=True)) == 270
    assert refused_start(case, secured(case, *store, "OAuthWebServerCertStoreType=7",
                                       plain=True)) in (271, 272)


@rows.setting("OAuthWebServerCertStorePassword", default="", value=PFX_PASSWORD,
              any_text="passwords are any text")
def web_server_cert_store_password(case: Case) -> None:
    """A PFX file opens with it alone: 273 otherwise."""
    file = case.folder / "server.pfx"
    file.write_bytes(PAIR.pfx)
    store = (f"OAuthWebServerCertStore={file}", "OAuthWebServerCertStoreType=2",
             "OAuthWebServerCertSubject=*")
    started = secured(case, *store)
    started.backup.config("OAuthWebServerActive=True")
    assert certificate_of(port_of(started.backup)) == PAIR.der
    wrong = secured(case, *store, "OAuthWebServerCertStorePassword=wrong", plain=True)
    assert refused_start(case, wrong) == 273


@rows.setting("OAuthWebServerCertSubject", default="", value="CN=localhost",
              any_text="a name that no certificate of the store has is 272 when the server starts")
def web_server_cert_subject(case: Case) -> None:
    """Of two certificates the one that is named."""
    other = key_pair("somewhere.example")
    store = (f"OAuthWebServerCertStore={other.pem}{PAIR.pem}", "OAuthWebServerCertStoreType=7")
    started = secured(case, *store)
    started.backup.config("OAuthWebServerActive=True")
    assert certificate_of(port_of(started.backup)) == PAIR.der
    second = secured(case, *store, "OAuthWebServerCertSubject=CN=somewhere.example", plain=True)
    second.backup.config("OAuthWebServerActive=True")
    assert certificate_of(port_of(second.backup)) == other.der
    nobody = secured(case, *store, "OAuthWebServerCertSubject=CN=nobody.example", plain=True)
    assert refused_start(case, nobody) == 272
