"""One spelling rule: from a name as the manuals print it to the spelling of each language.

The description holds names in PascalCase as the manuals write them (DataFolder, OAuth.ClientId,
ACSUIType). Every other spelling follows from that; what the rule cannot know is in OVERRIDES and
WORDS.
"""

from __future__ import annotations

import re

# Words that a capital inside would cut in two, or whose capitals follow no rule.
_WHOLE = {"OAuth": "Oauth", "Oauth": "Oauth", "IDNs": "Idns", "IPv6": "Ipv6", "NTLMv2": "Ntlmv2",
          "URLs": "Urls"}
_WHOLE_PATTERN = re.compile("|".join(_WHOLE))
_BEFORE_WORD = re.compile(r"(?<=[A-Z0-9])(?=[A-Z][a-z])")
_AFTER_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ACRONYM = re.compile(r"^([A-Z]{2,}[0-9]*)(?=[A-Z][a-z]|$)")

# snake_case words that PascalCase spells in capitals, or otherwise than Capitalised.
WORDS = {
    "acs": "ACS", "acsui": "ACSUI", "acshtml": "ACSHTML", "ca": "CA", "crl": "CRL", "eml": "Eml",
    "html": "HTML", "http": "HTTP", "idns": "IDNs", "ipv6": "IPv6", "md5": "MD5", "oauth": "OAuth",
    "ocsp": "OCSP", "oob": "OOB", "pkce": "PKCE", "sdk": "SDK", "sha1": "SHA1",
    "sha256": "SHA256", "ssl": "SSL", "tcp": "TCP", "tls": "TLS", "uri": "URI", "url": "URL",
}

# Reserved words of Python that name a field.
PYTHON_RESERVED = frozenset({
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
})


def _words(name: str) -> list[str]:
    text = _WHOLE_PATTERN.sub(lambda match: _WHOLE[match.group()], name)
    text = _BEFORE_WORD.sub("_", text)
    return _AFTER_WORD.sub("_", text).split("_")


def snake(name: str) -> str:
    """DataFolder -> data_folder, OAuth.ClientId -> oauth_client_id, OOBAppURL -> oob_app_url."""
    parts = [word.lower() for piece in name.split(".") for word in _words(piece)]
    return "_".join(part for part in parts if part)


def python(name: str) -> str:
    """As snake, with an underscore after a reserved word: From -> from_."""
    text = snake(name)
    return text + "_" if text in PYTHON_RESERVED else text


def pascal(name: str) -> str:
    """data_folder -> DataFolder, acs_root_cert_store -> ACSRootCertStore; DataFolder stays."""
    if "_" not in name and name[:1].isupper():
        return name
    return "".join(WORDS.get(word, word[:1].upper() + word[1:]) for word in name.rstrip("_").split("_"))


def camel(name: str) -> str:
    """DataFolder -> dataFolder, CertEncoded -> certEncoded; a leading acronym stays: SSLStatus."""
    text = pascal(name)
    if _ACRONYM.match(text):
        return text
    return text[:1].lower() + text[1:]


def upper_snake(name: str) -> str:
    """fwSOCKS4A -> FW_SOCKS4A: constants in C."""
    return snake(name).upper()


def java_getter(leaf: str, type_name: str) -> str:
    return ("is" if type_name == "bool" else "get") + leaf


def java_setter(leaf: str) -> str:
    return "set" + leaf


def java_field(name: str) -> str:
    """Public field of an event class."""
    return camel(name)


def python_event(name: str) -> str:
    return "on_" + snake(name)


def constant(name: str) -> str:
    """Enumerator of the engine's tables: Firewall.Port -> kFirewallPort."""
    return "k" + "".join(piece[:1].upper() + piece[1:] for piece in name.split("."))
