"""Rows of the settings that look into the access token; the peer issued it."""

from __future__ import annotations

import json

from authserver import CLAIMS, AuthServer, jwt, sign_in
from case import Case
from coffer.cloudbackup import Office365Backup
from table import Section

rows = Section()


def signed_in(case: Case, path: str = "", plain: bool = False) -> Office365Backup:
    """With a token of these CLAIMS, and at that path."""
    backup = sign_in(case, decide=AuthServer(token=jwt(CLAIMS)), plain=plain).backup
    if path:
        backup.config(f"OAuthJWTXPath={path}")
    return backup


@rows.setting("OAuthJWTXPath", default="", value="/json/nested/deep/leaf",
              any_text="a path that leads nowhere makes the settings of its family empty")
def xpath(case: Case) -> None:
    """Which element of the peer's token is read: each form of a step."""
    backup = signed_in(case)
    assert backup.config("OAuthJWTXText") == str(CLAIMS["nested"]["deep"]["leaf"])
    for path, text in {"/json/roles/[1]": "one", "/json/roles/[last()]": "three",
                       "/json/roles/[last()-1]": "two", "/json/*": CLAIMS["aud"],
                       "/json/name[1]": "Ann", "/json/nobody": "", "no path": ""}.items():
        backup.config(f"OAuthJWTXPath={path}")
        assert backup.config("OAuthJWTXText") == text, path


@rows.read_only("OAuthJWTPayload")
def payload(case: Case) -> None:
    """What the peer put into the token; empty where it is none of these."""
    assert json.loads(signed_in(case).config("OAuthJWTPayload")) == CLAIMS
    assert sign_in(case).backup.config("OAuthJWTPayload") == ""  # an opaque token


@rows.read_only("OAuthJWTXText")
def text(case: Case) -> None:
    assert signed_in(case, "/json/name").config("OAuthJWTXText") == CLAIMS["name"]


@rows.read_only("OAuthJWTXElement")
def element(case: Case) -> None:
    backup = signed_in(case, "/json/nested/deep")
    assert backup.config("OAuthJWTXElement") == "deep"


@rows.read_only("OauthJWTXParent")
def parent(case: Case) -> None:
    backup = signed_in(case, "/json/nested/deep")
    assert backup.config("OauthJWTXParent") == "nested"


@rows.read_only("OAuthJWTXSubTree")
def sub_tree(case: Case) -> None:
    backup = signed_in(case, "/json/nested")
    assert json.loads(backup.config("OAuthJWTXSubTree")) == CLAIMS["nested"]


@rows.read_only("OAuthJWTXChildCount", default="0")
def child_count(case: Case) -> None:
    backup = signed_in(case, "/json")
    assert backup.config("OAuthJWTXChildCount") == str(len(CLAIMS))
    backup.config("OAuthJWTXPath=/json/roles")
    assert backup.config("OAuthJWTXChildCount") == "3"


@rows.read_only("OauthJWTXChildName", index="[0]")
def child_name(case: Case) -> None:
    backup = signed_in(case, "/json")
    found = [backup.config(f"OauthJWTXChildName[{i}]") for i in range(len(CLAIMS))]
    assert found == list(CLAIMS)
    assert case.refused(lambda: backup.config(f"OauthJWTXChildName[{len(CLAIMS)}]")).code == 606


@rows.read_only("OAuthJWTXChildXText", index="[0]")
def child_text(case: Case) -> None:
    backup = signed_in(case, "/json/roles")
    assert [backup.config(f"OAuthJWTXChildXText[{i}]") for i in range(3)] == CLAIMS["roles"]
