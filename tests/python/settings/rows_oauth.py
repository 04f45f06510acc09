"""Rows of the settings about signing in."""

from __future__ import annotations

from urllib.parse import parse_qs

from case import Case
from table import Section

rows = Section()


@rows.setting("OAuthPasswordGrantUsername", default="", value="ann@example.com",
              any_text="a user may have any name; it is encoded")
def password_grant_username(case: Case) -> None:
    """`username` of the token request (RFC 6749 4.3.2)."""
    server = case.server()
    backup = case.backup(server)
    backup.authorization = ""
    backup.oauth_grant_type = 2
    backup.oauth_client_id, backup.oauth_client_secret = "app", "password of the user"
    backup.oauth_server_token_url = server.origin + "/token"
    backup.authorize()
    assert parse_qs(server.requests[0].body.decode())["username"] == [case.value]
