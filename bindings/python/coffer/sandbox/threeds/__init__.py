"""EMV 3-D Secure on this machine: a 3DS Server, a directory server and an ACS.

It checks what an app sends as strictly as the specification says, plays scenarios chosen by card
number, and breaks the rules itself when told to. All cryptography is jwcrypto's and
cryptography's, so that it shares no code with the library it is there to test.
"""

from __future__ import annotations

import importlib.util

MISSING = ("3-D Secure needs the Python packages jwcrypto and cryptography; on Debian: "
           "apt-get install python3-jwcrypto python3-cryptography")


def available() -> bool:
    """Whether what this part needs is installed; nothing of it is imported before that is known."""
    return all(importlib.util.find_spec(name) for name in ("jwcrypto", "cryptography"))


__all__ = ["MISSING", "available"]
