"""Errors in the shape Microsoft Graph gives them."""

from __future__ import annotations

from typing import Any

WWW_AUTHENTICATE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)


class GraphError(Exception):
    """An error answer: status, service code, message, extra headers."""

    def __init__(self, status: int, code: str, message: str,
                 headers: list[tuple[str, str]] | None = None,
                 inner: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or []
        self.inner = inner or {}

    def body(self, date: str, request_id: str, client_request_id: str) -> dict[str, Any]:
        """The JSON object of the answer (Graph: "Microsoft Graph error responses")."""
        inner: dict[str, Any] = {"date": date, "request-id": request_id,
                                 "client-request-id": client_request_id}
        inner.update(self.inner)
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    return GraphError(400, code, message)


def unknown_property(name: str, type_name: str = "microsoft.graph.message") -> GraphError:
    """The answer to a property that the type does not have."""
    return GraphError(400, "RequestBroker--ParseUri",
                      f"Could not find a property named '{name}' on type '{type_name}'.")


def item_not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound",
                      "The specified object was not found in the store.")


def malformed_id() -> GraphError:
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def foreign_item(item_id: str) -> GraphError:
    return GraphError(404, "ErrorInvalidMailboxItemId",
                      f"Item '{item_id[:24]}' doesn't belong to the targeted mailbox.")


def folder_not_found() -> GraphError:
    return GraphError(404, "ErrorFolderNotFound",
                      "The specified folder could not be found in the store.")


def invalid_user(user: str) -> GraphError:
    return GraphError(404, "ErrorInvalidUser", f"The requested user '{user}' is invalid.")


def access_denied(message: str = "Access is denied. Check credentials and try again.") -> GraphError:
    return GraphError(403, "ErrorAccessDenied", message)


def unauthorized(message: str, claims: str = "") -> GraphError:
    value = WWW_AUTHENTICATE
    if claims:
        value += f', error="insufficient_claims", claims="{claims}"'
    return GraphError(401, "InvalidAuthenticationToken", message,
                      [("WWW-Authenticate", value)])


def throttled(retry_after: str | None, message: str, status: int = 429,
              code: str = "ApplicationThrottled", header: str = "Retry-After") -> GraphError:
    headers = [] if retry_after is None else [(header, retry_after)]
    return GraphError(status, code, message, headers,
                      {"code": str(status), "status": str(status)})
