"""The native part of coffer; use coffer.cloudbackup."""

from coffer.cloudbackup import Office365Backup as Office365Backup

__version__: str
