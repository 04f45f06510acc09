"""The native part of coffer; use coffer.cloudbackup and coffer.threeds."""

from coffer.cloudbackup import Office365Backup as Office365Backup
from coffer.threeds import Client as Client

__version__: str
