"""The pages of the sign-in."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..wire import Request, Response

if TYPE_CHECKING:
    from ..oauth import OAuthError

_STYLE = ("body{font:18px/1.5 system-ui,sans-serif;max-width:30em;margin:4em auto;padding:0 1em}"
          "button{font:inherit;padding:.4em 1em;margin-right:1em}")


def _page(title: str, body: str, status: int = 200) -> Response:
    text = (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
            f"</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}"
            "</body></html>\n")
    answer = Response(status, text.encode(), "text/html; charset=utf-8")
    answer.headers.append(("Cache-Control", "no-store"))
    return answer


def plain(title: str, text: str) -> Response:
    return _page(title, f"<p>{escape(text)}</p>")


def sign_in(request: Request, user: str, scope: str) -> Response:
    """One button, and the other one."""
    return _page("Sign in to the sandbox", (
        f"<p>The application asks for: {escape(scope)}</p>"
        f'<form method="post" action="{escape(request.target)}">'
        f'<button name="choice" value="allow" autofocus>Sign in as {escape(user)}</button>'
        '<button name="choice" value="deny">Cancel</button></form>'))


def device(code: str, wrong: bool) -> Response:
    note = "<p>There is no such code.</p>" if wrong else ""
    return _page("Enter the code", (
        f'{note}<form method="post">'
        f'<p><input name="user_code" value="{escape(code)}" autofocus></p>'
        '<button name="choice" value="allow">Sign in</button>'
        '<button name="choice" value="deny">Cancel</button></form>'))


def problem(error: OAuthError) -> Response:
    """Errors about client or redirect address: the user sees them, the application does not."""
    answer = _page("Sorry, but we're having trouble signing you in.",
                   f"<p>AADSTS{error.number}: {escape(error.text)}</p>", 400)
    answer.error_code = f"AADSTS{error.number}"
    return answer


def with_state(location: str, how: str) -> str:
    """A redirect with a `wrong` state, or `missing` it."""
    parts = urlsplit(location)
    place = "fragment" if parts.fragment else "query"
    fields = [(n, v) for n, v in parse_qsl(getattr(parts, place)) if n != "state"]
    if how == "wrong":
        fields.append(("state", "not-the-one-that-was-sent"))
    return urlunsplit(parts._replace(**{place: urlencode(fields)}))


def by_mode(answer: Response, mode: str) -> Response:
    """`form_post`: a page that posts what the redirect would have carried."""
    location = answer.header("Location")
    if mode != "form_post" or not location:
        return answer
    parts = urlsplit(location)
    fields = parse_qsl(parts.fragment or parts.query, keep_blank_values=True)
    target = urlunsplit(parts._replace(query="", fragment=""))
    inputs = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">'
                     for n, v in fields)
    return _page("Working", f'<form method="post" action="{escape(target)}">{inputs}<noscript>'
                 "<button>Continue</button></noscript></form>"
                 "<script>document.forms[0].submit()</script>")
