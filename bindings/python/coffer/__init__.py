"""Backs up Microsoft 365 mailboxes.

`coffer.cloudbackup.Office365Backup` does the work; every call that fails raises CofferError.
"""

from coffer._error import CofferError
from coffer._native import __version__

__all__ = ["CofferError", "__version__"]
