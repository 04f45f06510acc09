"""Backs up Microsoft 365 mailboxes; authenticates card payments in apps (3-D Secure).

`coffer.cloudbackup.Office365Backup` and `coffer.threeds.Client` do the work; every call that fails
raises CofferError.
"""

from coffer._error import CofferError
from coffer._native import __version__

__all__ = ["CofferError", "__version__"]
