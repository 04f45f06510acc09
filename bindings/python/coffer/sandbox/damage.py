"""What each fault does to an answer."""

from __future__ import annotations

import base64
import random
import zlib
from typing import Any, Callable

from .clock import Clock
from .coding import gzip_bytes
from .errors import GraphError, throttled, unauthorized
from .wire import Response, dumps, json_response

_HTML = (b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>"
         b"<h1>Service unavailable</h1><p>Our services aren't available right now.</p>"
         b"</body></html>")


def seconds_of(value: Any, rng: random.Random) -> float:
    """A time: a number, or `[low, high]` for a uniform choice."""
    if isinstance(value, list):
        return rng.uniform(float(value[0]), float(value[1]))
    return float(value)


def retry_after(value: Any, clock: Clock) -> tuple[str | None, float]:
    """The header's text, and the seconds a client can understand it to mean."""
    if value is None or value == "missing":
        return None, 0.0
    if isinstance(value, (int, float)):
        return str(value), max(0.0, float(value))
    text = str(value)
    if text.startswith("date"):  # "date", "date:5"
        delta = float(text.partition(":")[2] or 2)
        # an HTTP date has whole seconds, so it means up to a second less than `delta`
        return clock.http_date(delta), max(0.0, delta - 1.0)
    if text == "past":
        return clock.http_date(-3600), 0.0
    if text == "huge":
        return "86400000", 86400000.0
    if text == "negative":
        return "-5", 0.0
    if text == "garbage":
        return "soon, please", 0.0
    try:
        return text, max(0.0, float(text))
    except ValueError:
        return text, 0.0


def throttle(fault: dict[str, Any], clock: Clock) -> tuple[GraphError, float]:
    """The refusal of a `throttle` fault, and its length in seconds."""
    status = int(fault.get("status", 429))
    text, seconds = retry_after(fault.get("retryAfter", 1), clock)
    code = str(fault.get("code", "ApplicationThrottled" if status == 429 else "ServiceNotAvailable"))
    message = str(fault.get("message", "Application is over its MailboxConcurrency limit."
                            if status == 429 else "The service is unavailable."))
    return throttled(text, message, status, code, str(fault.get("header", "Retry-After"))), seconds


_CODES = {400: "BadRequest", 403: "ErrorAccessDenied", 404: "ErrorItemNotFound",
          500: "InternalServerError", 502: "BadGateway", 503: "ServiceNotAvailable",
          504: "UnknownError", 509: "ErrorServerBusy", 408: "ErrorTimeoutExpired"}


def server_error(fault: dict[str, Any], render: Callable[[GraphError], Response]) -> Response:
    """The answer of an `error` fault."""
    status = int(fault.get("status", 500))
    error = GraphError(status, str(fault.get("code", _CODES.get(status, "UnknownError"))),
                       str(fault.get("message", "" if status == 504 else
                                     "Error while processing response.")))
    answer = render(error)
    form = fault.get("form", "json")
    if form == "html":
        answer.body, answer.content_type = _HTML, "text/html; charset=us-ascii"
    elif form == "empty":
        answer.body, answer.content_type = b"", ""
    elif form == "truncated":
        answer.body = answer.body[:len(answer.body) // 2]
    elif form == "text":
        answer.body = str(fault.get("text", "SystemMemoryProtectionUtilizationMonitor is "
                                    "unhealthy")).encode()
        answer.content_type = "text/plain"
    answer.headers += [(str(n), str(v)) for n, v in dict(fault.get("headers", {})).items()]
    return answer


def auth_error(fault: dict[str, Any]) -> GraphError:
    """The refusal of an `auth` fault (`expire` changes the token instead)."""
    how = fault["how"]
    if how == "claims":
        claims = str(fault.get("claims", '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'))
        return unauthorized("Continuous access evaluation resulted in challenge with result: "
                            "InteractionRequired", base64.b64encode(claims.encode()).decode())
    if how == "empty":
        return unauthorized("Access token is empty.")
    return unauthorized("Access token has expired or is not yet valid.")


def redirect(fault: dict[str, Any], target: str, base: str, other: str) -> Response:
    """The answer of a `redirect` fault."""
    to = str(fault.get("to", "same"))
    if to == "url":
        location = str(fault["url"])
    elif to == "other":
        location = other + target
    elif to == "loop":
        location = base + target
    elif to == "relative":
        location = target + ("&" if "?" in target else "?") + "redirected=1"
    else:
        location = base + target + ("&" if "?" in target else "?") + "redirected=1"
    answer = Response(int(fault.get("status", 302)), b"", "")
    answer.headers.append(("Location", location))
    return answer


def _whole(response: Response) -> bytes:
    """The body in memory; faults that need it are for small answers."""
    if response.stream is not None:
        response.body = b"".join(response.stream)
        response.stream = None
    response.gzipped = None
    return response.body


def damage_body(response: Response, fault: dict[str, Any]) -> None:
    """Applies a `body` fault."""
    how = fault["how"]
    body = _whole(response)
    plan = response.plan
    plan.no_gzip = True
    if how == "malformed":
        response.body = body[:-1] + b",,}" if body.startswith(b"{") else b'{"value": [}'
    elif how == "wrong-types":
        response.body = (b'{"@odata.context":17,"@odata.nextLink":{"a":1},"value":'
                         b'[{"id":42,"subject":["x"],"createdDateTime":{},"from":"nobody",'
                         b'"toRecipients":{"emailAddress":1}},"text",null,7]}')
    elif how == "nested":
        depth = int(fault.get("depth", 10_000))
        response.body = b'{"value":' + b"[" * depth + b"]" * depth + b"}"
    elif how == "error-200":
        response.body = dumps({"error": {"code": "ErrorInternalServerTransientError",
                                         "message": "An internal server error occurred. Try "
                                                    "again later."}})
    elif how == "empty":
        response.body = b""
    elif how == "duplicate-keys":
        response.body = (body[:-1] + b',"value":[],"value":null}') if body.endswith(b"}") else body
    elif how == "invalid-utf8":
        at = body.find(b'"subject":"') + 11
        response.body = body[:at] + b"\xff\xfe\xc0\x80" + body[at:] if at > 10 else b"\xff" + body
    elif how == "bom":
        response.body = b"\xef\xbb\xbf" + body
    elif how == "html":
        response.body, response.content_type = _HTML, "text/html; charset=us-ascii"
    elif how == "raw":
        response.body = (base64.b64decode(fault["base64"]) if "base64" in fault
                         else str(fault.get("text", "")).encode())
    else:
        _damage_gzip(response, fault, body)


def _bomb(size: int) -> bytes:
    coder = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    pieces = [coder.compress(zeros) for _ in range(max(1, size >> 20))]
    return b"".join(pieces) + coder.flush()


def _damage_gzip(response: Response, fault: dict[str, Any], body: bytes) -> None:
    how = fault["how"]
    if how == "gzip-bomb":
        response.body = _bomb(int(fault.get("size", 1 << 30)))
    else:
        coded = gzip_bytes(body)
        if how == "gzip-corrupt":
            middle = len(coded) // 2
            coded = coded[:middle] + bytes(b ^ 0x5A for b in coded[middle:middle + 16]) + \
                coded[middle + 16:]
        elif how == "gzip-truncated":
            coded = coded[:max(12, len(coded) // 2)]
        response.body = coded
    if how != "gzip-undeclared":
        response.headers.append(("Content-Encoding", "gzip"))


def damage_connection(response: Response, fault: dict[str, Any]) -> None:
    """Applies a `connection` fault."""
    how, plan = fault["how"], response.plan
    if how == "reset":
        plan.reset_before = True
    elif how == "reset-after-headers":
        plan.reset_after_headers = True
    elif how in ("reset-mid-body", "close-mid-body"):
        plan.cut_at = int(fault.get("at", 100))
        plan.cut_reset = how == "reset-mid-body"
        plan.no_gzip = True
    elif how == "no-last-chunk":
        plan.no_last_chunk = True
        _whole(response)
        response.framing = "chunked"
    elif how in ("length-short", "length-long"):
        body = _whole(response)
        plan.no_gzip = True
        response.framing = "length"
        step = int(fault.get("at", 10))
        # "short": fewer octets arrive than announced; "long": more arrive
        plan.length_delta = step if how == "length-short" else -min(step, len(body))
        plan.close_after = True
    elif how == "close-idle":
        plan.close_idle = True
    elif how == "close-delimited":
        response.framing = "close"
    elif how == "hang":
        plan.hang = True


def damage_headers(response: Response, fault: dict[str, Any]) -> None:
    """Applies a `headers` fault."""
    removed = {str(n).lower() for n in fault.get("remove", ())}
    setting = {str(n): str(v) for n, v in dict(fault.get("set", {})).items()}
    removed |= {n.lower() for n in setting}
    if "content-type" in removed:
        response.content_type = ""
    response.headers = [(n, v) for n, v in response.headers if n.lower() not in removed]
    response.headers += list(setting.items())


def oauth_error(fault: dict[str, Any], clock: Clock) -> Response:
    """The refusal of an `oauth` fault without `members`."""
    status = int(fault.get("status", 400))
    number = int(fault.get("number", 70008))
    answer = json_response({
        "error": str(fault.get("error", "invalid_grant")),
        "error_description": f"AADSTS{number}: {fault.get('message', 'The refresh token has expired.')}",
        "error_codes": [number]}, status, chunked=False)
    text, _ = retry_after(fault.get("retryAfter"), clock)
    if text is not None:
        answer.headers.append(("Retry-After", text))
    answer.error_code = f"AADSTS{number}"
    return answer
