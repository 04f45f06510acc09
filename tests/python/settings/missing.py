"""Settings whose rows are still to be written: empty in the end, and checked both ways."""

MISSING: dict[str, tuple[str, ...]] = {
    "Office365Backup": (
        "ProxyAuthorization",
        "ProxyAuthScheme",
        "ProxyPassword",
        "ProxyPort",
        "ProxyUser",
        "UseProxyAutoConfigURL",
        "FirewallAutoDetect",
        "FirewallHost",
        "FirewallPassword",
        "FirewallPort",
        "FirewallType",
        "FirewallUser",
        "ProxyExceptionsList",
        "FirewallData",
    ),
    "Client": (
    ),
}
