"""Every spelling in the tables of both manuals follows from one name."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import table

from apigen import names

MANUALS = ["office365backup.json", "client.json"]


def canonical(row: dict[str, Any]) -> str:
    return str(row.get("canonical_name", row["name"]))


@pytest.mark.parametrize("name, snake", [
    ("DataFolder", "data_folder"), ("OAuth.ClientId", "oauth_client_id"),
    ("SSLServerCert.FingerprintSHA256", "ssl_server_cert_fingerprint_sha256"),
    ("ACSUIType", "acsui_type"), ("OOBAppURL", "oob_app_url"), ("UseIPv6", "use_ipv6"),
    ("OauthJWTXChildName", "oauth_jwtx_child_name"), ("HTTP2HeadersWithoutIndexing",
                                                      "http2_headers_without_indexing"),
    ("UseIDNs", "use_idns"), ("IssuerImage1", "issuer_image1"),
])
def test_snake(name: str, snake: str) -> None:
    assert names.snake(name) == snake


def test_reserved_words_get_an_underscore_in_python_alone() -> None:
    assert names.python("From") == "from_"
    assert names.snake("From") == "from"


@pytest.mark.parametrize("name, camel", [
    ("MessageBackup", "messageBackup"), ("SSLStatus", "SSLStatus"), ("Id", "id"),
    ("SSLServerAuthentication", "SSLServerAuthentication"), ("start_backup", "startBackup"),
])
def test_camel(name: str, camel: str) -> None:
    assert names.camel(name) == camel


@pytest.mark.parametrize("manual", MANUALS)
def test_properties(manual: str) -> None:
    checked = 0
    for row in table(manual)["properties"]:
        name, python = canonical(row), row["python_name"]
        if python is not None and name != "Firewall.FirewallType":  # an override in types.toml
            assert names.snake(name) == python
            checked += 1
        if python is not None and "." not in name:
            assert names.pascal(python) == name
        if not row["index"]:
            leaf = row["field"] or name
            assert names.java_getter(leaf, row["type"]) == row["java_getter"].split(".")[-1]
            if row["java_setter"] is not None:
                assert names.java_setter(leaf) == row["java_setter"].split(".")[-1]
            assert row["csharp_name"].split(".")[-1] in (leaf, "Count")
    assert checked > 100


@pytest.mark.parametrize("manual", MANUALS)
def test_methods_and_events(manual: str) -> None:
    data = table(manual)
    for row in data["methods"]:
        assert names.pascal(row["python_name"]) == row["csharp_name"]
        assert names.camel(row["csharp_name"]) == row["java_name"]
        assert names.python(row["csharp_name"]) == row["python_name"]
        for parameter in row["params"]:
            assert names.snake(parameter["java_name"]) == parameter["python_name"]
            assert names.camel(parameter["python_name"]) == parameter["java_name"]
    for row in data["events"]:
        name = canonical(row)
        assert names.python_event(name) == row["python_name"]
        assert names.camel(name) == row["java_listener_method"]
        assert "On" + name == row["csharp_name"]
        for parameter in row["params"]:
            assert names.python(parameter["name"]) == parameter["python_name"]
            assert names.java_field(parameter["name"]) == parameter["java_field"]
            assert parameter["name"] == parameter["csharp_name"]
