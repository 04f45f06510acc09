"""The command line of the sandbox."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from .app import App, Options
from .synth import SIZES
from .tls import KINDS


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m coffer.sandbox",
        description="A Microsoft Graph mail service and an authorization server on this machine, "
                    "with mailboxes that never existed, and the servers of 3-D Secure, with "
                    "cards that never existed: for trying a backup without a tenant, a payment "
                    "without a bank, and for tests.")
    p.add_argument("--host", default="127.0.0.1", help="address to listen on")
    p.add_argument("--port", type=int, default=0, help="port to listen on (default: any)")
    p.add_argument("--second-origin", type=int, default=0, metavar="PORT",
                   help="port of the second origin, which records what reaches it")
    p.add_argument("--3ds", dest="threeds", choices=("auto", "on", "off"), default="auto",
                   help="serve 3-D Secure (default: when jwcrypto is installed)")
    p.add_argument("--3ds-port", dest="threeds_port", type=int, default=0, metavar="PORT",
                   help="its port (default: any)")
    p.add_argument("--tls", action="store_true", help="https with a certificate of a new CA")
    p.add_argument("--tls-certificate", choices=KINDS, default="good",
                   help="kind of server certificate")
    p.add_argument("--ca-file", default="", help="where to write the CA certificate (PEM)")
    p.add_argument("--mail", default="", metavar="DIR", help="serve the .eml files below a folder")
    p.add_argument("--seed", type=int, default=1, help="seed of everything that is made up")
    p.add_argument("--messages", type=int, default=2000, help="messages of alex@sandbox.example")
    p.add_argument("--huge", type=int, default=100_000, help="messages of huge@sandbox.example")
    p.add_argument("--sizes", choices=sorted(SIZES), default="small",
                   help="how large made-up messages are")
    p.add_argument("--scenario", default="", metavar="FILE",
                   help="JSON file with mailboxes, rules and knobs")
    p.add_argument("--no-limits", action="store_true", help="no throttling")
    p.add_argument("--mailbox-concurrency", type=int, default=4,
                   help="requests in flight per application and mailbox")
    p.add_argument("--rate-limit", default="10000/600", metavar="N/SECONDS",
                   help="requests per window")
    p.add_argument("--ready-file", default="", help="JSON file written once it is listening")
    p.add_argument("--ready-stdout", action="store_true", help="the same JSON as one line")
    p.add_argument("--watch-stdin", action="store_true", help="end when the standard input ends")
    p.add_argument("--log", action="store_true", help="one line per request to standard error")
    p.add_argument("--quiet", action="store_true", help="print nothing at the start")
    return p


def settings(config: dict[str, Any]) -> str:
    """What to paste into a program."""
    lines = [
        f"Sandbox at {config['base_url']} (Ctrl+C ends it)", "",
        "Mailboxes: " + ", ".join(f"{u} ({d['messages']} messages)"
                                  for u, d in config["users"].items()), "",
        "# Python, with a token of the user alex:",
        "from coffer.cloudbackup import Office365Backup", "",
        "backup = Office365Backup()",
        f'backup.config("GraphURL={config["graph_url"]}")',
        f'backup.config("UserId={config["user"]}")',
        f'backup.authorization = "Bearer {config["token"]}"',
    ]
    if config["ca_file"]:
        lines.append(f'backup.config("SSLServerCACerts=" + open("{config["ca_file"]}").read())')
    lines += [
        'backup.data_folder = "backup"', "",
        "ended = []",
        "backup.on_end_backup = ended.append",
        "backup.start_backup()",
        "while not ended:",
        "    backup.do_events()", "",
        "# or, instead of the token, as an application (client credentials):",
        "backup.oauth_grant_type = 3",
        f'backup.oauth_server_token_url = "{config["token_url"]}"',
        f'backup.oauth_client_id = "{config["client_id"]}"',
        f'backup.oauth_client_secret = "{config["client_secret"]}"',
        'backup.oauth_authorization_scope = "https://graph.microsoft.com/.default"',
        "backup.authorize()", "",
        "# or let the user sign in (one button; OAuthDeviceCode=True: with a code):",
        f'backup.oauth_client_id = "{config["public_client_id"]}"',
        f'backup.oauth_server_auth_url = "{config["auth_url"]}"',
        f'backup.oauth_server_token_url = "{config["token_url"]}"',
        "backup.authorize()", "",
        f"# tenant {config['tenant']}",
    ]
    if config["threeds"]:
        lines += threeds_settings(config["threeds"])
    if config["ca_file"]:
        lines.append(f"# CA certificate: {config['ca_file']}")
    return "\n".join(lines)


def threeds_settings(threeds: dict[str, Any]) -> list[str]:
    """What to paste for a payment."""
    return [
        "", "# 3-D Secure: what get_auth_request returns and a card number go, as the JSON object",
        '# {"authRequest": ..., "cardNumber": ...}, by POST to',
        f"#   {threeds['server_url']}",
        "# whose answer is for check_auth_response.",
        "from coffer.threeds import Client", "",
        "client = Client()",
        f'client.config("SSLServerCACerts=" + open("{threeds["ca_file"]}").read())',
        'client.message_version = "2.2.0"',
        'client.sdk_app_id = "5c1b4d54-9d4e-4f3e-8a0d-2d1f6c0f8a11"',
        'client.config("SDKReferenceNumber=3DS_LOA_SDK_EXAMPLE_0001")',
        f'client.directory_server_id = "{threeds["directory_server_id"]}"',
        f'client.directory_server_key_id = "{threeds["directory_server_key_id"]}"',
        f'client.directory_server_cert_encoded = """{threeds["directory_server_cert"]}"""',
        "# or with a key on the curve P-256:",
        f'# key id {threeds["directory_server_ec_key_id"]}',
        *("# " + line for line in threeds["directory_server_ec_cert"].splitlines()),
        "client.acs_root_cert_count = 1",
        f'client.set_acs_root_cert_encoded(0, """{threeds["acs_root_cert"]}""")', "",
        "# Card numbers (the code is 123456):",
        *(f"#   {number}  {name}" for name, number in threeds["cards"].items()),
    ]


def write_ready(path: Path, config: dict[str, Any]) -> None:
    """Writes the file in one step: whoever sees it sees all of it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(config, out, indent=1)
    os.replace(temporary, path)


def main(arguments: list[str] | None = None) -> int:
    """Runs the sandbox until it is told to end."""
    args = parser().parse_args(arguments)
    count, _, window = args.rate_limit.partition("/")
    try:
        rate = (int(count), float(window or 600))
    except ValueError:
        parser().error("--rate-limit is N/SECONDS")
    for name in ("mail", "scenario"):
        path = getattr(args, name)
        if path and not Path(path).exists():
            parser().error(f"--{name}: {path} does not exist")
    options = Options(
        host=args.host, port=args.port, tls=args.tls, certificate=args.tls_certificate,
        ca_file=args.ca_file, mail=args.mail, seed=args.seed, messages=args.messages,
        huge=args.huge, sizes=args.sizes, scenario=args.scenario, limits=not args.no_limits,
        concurrency=args.mailbox_concurrency, rate=rate[0], window=rate[1],
        second_port=args.second_origin,
        threeds=args.threeds, threeds_port=args.threeds_port, ready_file=args.ready_file,
        ready_stdout=args.ready_stdout, watch_stdin=args.watch_stdin, log=args.log)

    def announce(config: dict[str, Any]) -> None:
        if options.ready_file:
            write_ready(Path(options.ready_file), config)
        if options.ready_stdout:
            print(json.dumps(config), flush=True)
        elif not args.quiet:
            print(settings(config), flush=True)

    try:
        asyncio.run(App(options).run(announce))
    except OSError as exc:
        print(f"sandbox: {exc}", file=sys.stderr)
        return 1
    finally:
        if options.ready_file:
            Path(options.ready_file).unlink(missing_ok=True)
    return 0
