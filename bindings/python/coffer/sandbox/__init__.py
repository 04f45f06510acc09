"""A sandbox for mail backups: Microsoft Graph and its login, on this machine.

Run it with `python -m coffer.sandbox`, or from a test:

    with Sandbox(messages=50) as sandbox:
        sandbox.graph_url, sandbox.token, sandbox.control.metrics()
"""

from __future__ import annotations

from .client import Control, ControlError, Sandbox

__all__ = ["Control", "ControlError", "Sandbox"]
