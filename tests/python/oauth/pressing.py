"""A browser for tests: follows redirects, presses the button, hands fragments over.

    pressing.py [--press allow|deny] [--record FILE] [--strays] URL

It is what OAuthBrowserCommand starts. `--record` keeps each page it saw, `--strays` sends the web
server of the library what real life sends besides.
"""

from __future__ import annotations

import argparse
import html
import http.cookiejar
import re
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by hand, or their fragments would be lost."""

    def redirect_request(self, *args: Any, **kw: Any) -> None:
        return None


def open_url(url: str, data: bytes | None = None,
             jar: http.cookiejar.CookieJar | None = None) -> tuple[int, str, str]:
    """Status, Location and text."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    cookies = urllib.request.HTTPCookieProcessor(jar)
    opener = urllib.request.build_opener(Stay, cookies, urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=trusting))
    try:
        with opener.open(url, data, timeout=60) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", ""), error.read().decode()


def form_of(page: str) -> dict[str, str]:
    return {html.unescape(n): html.unescape(v) for n, v in re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>', page)}


def strays(location: str) -> None:
    """What is none of the sign-in's, just before its answer."""
    parts = urllib.parse.urlsplit(location)
    root = f"{parts.scheme}://{parts.netloc}"
    for target in ("/favicon.ico", "/", "/?code=guessed&state=guessed", "/?error=access_denied"):
        status, _, _ = open_url(root + target)
        assert status in (400, 404), (target, status)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as slow:
        slow.sendall(b"GET /?code=")
        open_url(root + "/?code=" + "x" * 300_000)


def walk(url: str, press: str, odd: bool) -> list[str]:
    """From the authorization server to the page of the library's web server."""
    pages: list[str] = []
    data: bytes | None = None
    jar = http.cookiejar.CookieJar()
    for _ in range(20):
        fragment = urllib.parse.urlsplit(url).fragment
        _, location, page = open_url(url.partition("#")[0], data, jar)
        data = None
        if location:
            url = urllib.parse.urljoin(url, location)
            if odd and "state=" in url:
                strays(url)
            continue
        pages.append(page)
        if fragment and "location.hash" in page:
            url, data = url.partition("#")[0], fragment.encode()
        elif 'name="choice"' in page:
            action = re.search(r'action="([^"]*)"', page)
            assert action is not None
            url = urllib.parse.urljoin(url, html.unescape(action[1]))
            data = f"choice={press}".encode()
        elif form_of(page) and (action := re.search(r'action="([^"]*)"', page)):
            url = urllib.parse.urljoin(url, html.unescape(action[1]))
            data = urllib.parse.urlencode(form_of(page)).encode()
        else:
            return pages
    raise AssertionError(f"no end: {url}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--press", default="allow")
    parser.add_argument("--record", default="")
    parser.add_argument("--strays", action="store_true")
    parser.add_argument("url")
    args = parser.parse_args()
    pages = walk(args.url, args.press, args.strays)
    if args.record:
        with open(args.record, "w", encoding="utf-8") as out:
            out.write("\n<!-- page -->\n".join(pages))


if __name__ == "__main__":
    main()
