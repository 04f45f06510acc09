"""Pays with a card that asks for a code, at a sandbox of its own.

    challenge.py [CARD]

CARD is a name that the sandbox knows (text, single, oob, html, frictionless-Y …); text by default.
The code of the sandbox's screens is 123456.
"""

from __future__ import annotations

import sys
from pathlib import Path

from coffer import CofferError
from coffer.sandbox import Sandbox
from coffer.threeds import Client


def answer(client: Client) -> None:
    """Shows a screen on the terminal, and asks."""
    print(client.challenge_info_header, client.challenge_info_text, sep="\n")
    if client.acsui_type == 4:
        input("Authenticate elsewhere, then press Enter: ")
        client.oob_continuation_indicator = 1
    elif client.acsui_type == 7:
        client.use_information_continuation = True
    else:
        for i in range(client.challenge_select_info_count):
            print(f"  {client.get_challenge_select_info_name(i)}: "
                  f"{client.get_challenge_select_info_value(i)}")
        entry = input(f"{client.challenge_info_label or 'Code'}: ")
        client.challenge_data_entry = f"code={entry}" if client.acsui_type > 4 else entry


def main(card: str) -> int:
    with Sandbox(messages=1, threeds=True) as sandbox, Client() as client:
        side = sandbox.threeds
        client.message_version = "2.2.0"
        client.sdk_app_id = "b2385523-a66c-4907-ac3c-91848e8c0067"
        client.config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001")
        client.config("SSLServerCACerts=" + Path(side.ca_file).read_text(encoding="ascii"))
        client.directory_server_id = side.directory_server_id
        client.directory_server_key_id = side.directory_server_key_id
        client.directory_server_cert_encoded = side.directory_server_cert.encode()
        client.acs_root_cert_count = 1
        client.set_acs_root_cert_encoded(0, side.acs_root_cert)
        client.add_device_param("C001", "Android", 2, 1)
        try:
            client.check_auth_response(side.authenticate(client.get_auth_request(), card))
            while client.transaction_status == "C":
                client.send_challenge_request()
                if not client.challenge_complete:
                    answer(client)
        except CofferError as error:
            print(f"The payment failed: {error}")
            return 1
        print("transStatus:", client.transaction_status)
        return 0 if client.transaction_status in ("Y", "A") else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["text"]))
