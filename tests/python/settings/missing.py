"""Settings whose rows are still to be written: empty in the end, and checked both ways."""

MISSING: dict[str, tuple[str, ...]] = {
    "Office365Backup": (
    ),
    "Client": (
    ),
}
