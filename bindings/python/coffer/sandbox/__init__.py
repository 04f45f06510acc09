"""A sandbox on this machine: Microsoft Graph mail and its login, and the servers of 3-D Secure.

Run it with `python -m coffer.sandbox`, or from a test:

    with Sandbox(messages=50, threeds=True) as sandbox:
        sandbox.graph_url, sandbox.token, sandbox.control.metrics(), sandbox.threeds.server_url
"""

from __future__ import annotations

from .client import Control, ControlError, Sandbox
from .threeds.client import ThreeDS

__all__ = ["Control", "ControlError", "Sandbox", "ThreeDS"]
