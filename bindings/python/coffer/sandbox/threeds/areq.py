"""What a 3DS Server and a directory server check of an app's part of the AReq (CORE231 A.1)."""

from __future__ import annotations

import json
import re
from typing import Any

from jwcrypto import jwe as whole_jwe

from . import jwe
from .certs import Authority
from .keys import BadKey, emv_key, public_key
from .strict import (UUID, VERSIONS, Refusal, check_extensions, loads, one_of, require, text_of)

#: of the directory server of this sandbox
DIRECTORY_SERVER_ID = "F900000001"
RSA_KID = "7c4d9c1e-0f1b-4a60-9d36-000000000001"
EC_KID = "7c4d9c1e-0f1b-4a60-9d36-000000000002"

_FIELDS = ("messageVersion", "deviceChannel", "sdkTransID", "sdkAppID", "sdkReferenceNumber",
           "sdkMaxTimeout", "sdkEphemPubKey", "deviceRenderOptions", "sdkEncData")


def check(text: str) -> dict[str, Any]:
    """The app's part; a Refusal names what is wrong."""
    areq = loads(text)
    if not isinstance(areq, dict):
        raise Refusal("101", "not an object")
    require(areq, _FIELDS)
    version = areq["messageVersion"]
    if version not in VERSIONS:
        raise Refusal("102", ",".join(VERSIONS))
    if version == "2.3.1":
        require(areq, ("sdkType", "defaultSdkType"))
        one_of(areq, "sdkType", ("01",))
        if areq["defaultSdkType"] not in ({"sdkVariant": "01"},
                                          {"sdkVariant": "01", "wrappedInd": "Y"}):
            raise Refusal("203", "defaultSdkType")
    else:
        for name in ("sdkType", "defaultSdkType"):
            if name in areq:
                raise Refusal("203", name)
    one_of(areq, "deviceChannel", ("01",))
    for name in ("sdkTransID", "sdkAppID"):
        if not UUID.match(text_of(areq, name, 36, 36)):
            raise Refusal("203", name)
    if not text_of(areq, "sdkReferenceNumber", 32).isascii():
        raise Refusal("203", "sdkReferenceNumber")
    if not re.fullmatch(r"\d\d", text_of(areq, "sdkMaxTimeout", 2)) or int(
            areq["sdkMaxTimeout"]) < 5:
        raise Refusal("203", "sdkMaxTimeout")
    _check_key(areq["sdkEphemPubKey"])
    _check_render_options(areq["deviceRenderOptions"], version)
    text_of(areq, "sdkEncData", 64000)
    check_extensions(areq)
    return areq


def _check_key(key: Any) -> None:
    try:
        public_key(key)
    except BadKey:
        raise Refusal("203", "sdkEphemPubKey") from None
    if set(key) != {"kty", "crv", "x", "y"} or len(json.dumps(key)) > 256:
        raise Refusal("203", "sdkEphemPubKey")


def _check_render_options(options: Any, version: str) -> None:
    name = "deviceRenderOptions"
    if not isinstance(options, dict):
        raise Refusal("203", name)
    for member in ("sdkInterface", "sdkUiType"):
        if member not in options:
            raise Refusal("201", f"{name}.{member}")
    known = [f"0{n}" for n in range(1, 8 if version == "2.3.1" else 6)]
    types = options["sdkUiType"]
    if options["sdkInterface"] not in ("01", "02", "03"):
        raise Refusal("203", f"{name}.sdkInterface")
    if not isinstance(types, list) or not types or not set(map(str, types)) <= set(known) or (
            types != sorted(set(types))):
        raise Refusal("203", f"{name}.sdkUiType")
    allowed = {"sdkInterface", "sdkUiType"}
    if version == "2.3.1":
        allowed.add("sdkAuthenticationType")
        methods = options.get("sdkAuthenticationType", ["01"])
        if not isinstance(methods, list) or not methods or not all(
                m in [f"{n:02d}" for n in range(1, 12)] for m in methods):
            raise Refusal("203", f"{name}.sdkAuthenticationType")
    if set(options) - allowed:
        raise Refusal("203", name)


def open_device_data(authority: Authority, areq: dict[str, Any]) -> tuple[jwe.Sealed, str]:
    """The device information of sdkEncData (CORE231 6.2.2), checked; its clear text."""
    token = areq["sdkEncData"]
    sealed = jwe.parse(token)
    alg = str(sealed.header.get("alg"))
    ec = alg == "ECDH-ES"
    jwe.check_header(sealed, "ECDH-ES" if ec else "RSA-OAEP-256", ("epk",) if ec else ())
    kid = sealed.header.get("kid")
    wanted = EC_KID if ec else RSA_KID
    if kid != wanted and (kid is not None or areq["messageVersion"] == "2.3.1"):
        raise Refusal("311", "kid")
    if ec:
        try:
            epk = public_key(sealed.header.get("epk"))
        except BadKey as exc:
            raise Refusal("302", f"epk: {exc}") from None
        if set(sealed.header["epk"]) != {"kty", "crv", "x", "y"}:
            raise Refusal("302", "epk has other members")
        if sealed.header["epk"]["x"] == areq["sdkEphemPubKey"]["x"]:
            raise Refusal("302", "epk is the session's key")
        key = emv_key(authority.key("directory-server"), epk, DIRECTORY_SERVER_ID)
        plain = jwe.open_sealed(sealed, key if sealed.enc == jwe.CBC else key[:16])
    else:
        plain = _open_rsa(token, authority)
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("302", "the device information is no UTF-8") from None
    _check_device(text)
    return sealed, text


def _open_rsa(token: str, authority: Authority) -> bytes:
    opened = whole_jwe.JWE()
    try:
        opened.deserialize(token, authority.jwk(authority.directory_rsa().key))
    except Exception as exc:  # jwcrypto has no common base for what it raises here
        raise Refusal("302", f"sdkEncData: {type(exc).__name__}") from None
    payload = opened.payload
    assert isinstance(payload, bytes)
    return payload


def _check_device(text: str) -> None:
    """DV, DD, DPNA, SW, all four and nothing else (SDK device information, 2)."""
    device = loads(text)
    if not isinstance(device, dict) or set(device) != {"DV", "DD", "DPNA", "SW"}:
        raise Refusal("302", "device information has not exactly DV, DD, DPNA, SW")
    if not re.fullmatch(r"\d\.\d+", str(device["DV"])):
        raise Refusal("302", "DV")
    for name in ("DD", "DPNA"):
        if not isinstance(device[name], dict):
            raise Refusal("302", name)
    for value in device["DD"].values():
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(t, str) for t in texts):
            raise Refusal("302", "DD")
    if not all(re.fullmatch(r"RE\d\d", str(v)) for v in device["DPNA"].values()):
        raise Refusal("302", "DPNA")
    if set(device["DD"]) & set(device["DPNA"]):
        raise Refusal("302", "an id is in DD and in DPNA")
    if not isinstance(device["SW"], list) or not all(
            re.fullmatch(r"SW\d\d", str(v)) for v in device["SW"]):
        raise Refusal("302", "SW")
