"""Two card payments with 3-D Secure, against the servers of a sandbox: one asks for a code."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from coffer.sandbox import Sandbox, ThreeDS
from coffer.threeds import Client, ClientLogEventParams

VERSION = "2.3.1"
CODE = "123456"  # that the sandbox's bank sends
TEXT_SCREEN = 1  # of ACSUIType
LOGGED = ("AReq", "ARes", "CReq", "CRes", "Erro", "Info")
WIDTH = 96


def print_log(event: ClientLogEventParams) -> None:
    """One line for each message; what the customer typed is masked by the library."""
    if event.log_type in LOGGED:
        line = " ".join(event.message.split())
        if event.log_type == "CReq":  # the answer stands at its end
            print(textwrap.fill(line, WIDTH, initial_indent="  CReq  ",
                                subsequent_indent=" " * 8, break_on_hyphens=False))
        else:
            print(f"  {event.log_type:5} {line}"[:WIDTH])


def set_up(client: Client, side: ThreeDS) -> None:
    """What an app brings: its ids, the certificates of the payment system, facts of the device."""
    client.message_version = VERSION
    client.sdk_app_id = "5c1b4d54-9d4e-4f3e-8a0d-2d1f6c0f8a11"
    client.config("SDKReferenceNumber=3DS_LOA_SDK_DEMO_0001")
    client.directory_server_id = side.directory_server_id
    client.directory_server_key_id = side.directory_server_key_id
    client.directory_server_cert_encoded = side.directory_server_cert.encode()
    client.acs_root_cert_count = 1
    client.set_acs_root_cert_encoded(0, side.acs_root_cert)
    client.config("SSLServerCACerts=" + Path(side.ca_file).read_text(encoding="ascii"))
    client.add_device_param("C001", "Linux", 2, 1)
    client.add_device_param("C005", "en-US", 2, 1)
    client.config("LogLevel=2")
    client.on_log = print_log


def ask_for_code(client: Client) -> None:
    """Shows the bank's screen and takes the answer; without a terminal the answer is known."""
    print(f"\n  {client.challenge_info_header}")
    print(textwrap.indent(client.challenge_info_text, "  "))
    label = client.challenge_entry_box_label or client.challenge_info_label or "Code"
    if sys.stdin.isatty():
        try:
            client.challenge_data_entry = input(f"  {label} (the sandbox sent {CODE}): ").strip()
        except EOFError:
            client.challenge_cancellation_indicator = "01"
    else:
        print(f"  {label}: {CODE} (answered by itself: there is no terminal)")
        client.challenge_data_entry = CODE
    print()


def pay(side: ThreeDS, card: str) -> str:
    """One payment; its transStatus: Y is authenticated."""
    print(f"Card {side.card(card)}:")
    with Client() as client:
        set_up(client, side)
        # An app sends this to its own server, whose 3DS Server asks the bank.
        client.check_auth_response(side.authenticate(client.get_auth_request(), card))
        if client.transaction_status == "C":
            client.send_challenge_request()
            while not client.challenge_complete and client.acsui_type == TEXT_SCREEN:
                ask_for_code(client)
                client.send_challenge_request()
        status = client.transaction_status
    print(f"  transStatus {status}: "
          f"{'authenticated' if status == 'Y' else 'not authenticated'}\n")
    return status


def run(sandbox: Sandbox) -> bool:
    """A payment that asks for a code, and one that does not; True if both ended."""
    side = sandbox.threeds
    print(f"\nTwo payments with 3-D Secure {VERSION}; the bank's server is {side.acs_url}.")
    asked = pay(side, "text")
    silent = pay(side, "frictionless-Y")
    return asked in ("Y", "N") and silent == "Y"
