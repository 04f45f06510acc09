"""A CONNECT proxy that asks for NTLM and lets nobody in whose NTLMv2 response is not the one that
python3-ntlm-auth computes (MS-NLMP 3.3.2)."""

from __future__ import annotations

import base64
import os
import socket
import struct

from ntlm_auth.compute_response import ComputeResponse

from peer import Peer

USER, DOMAIN, PASSWORD = "User", "Domain", "Password"
#: MS-NLMP 4.2.2.1.2: NTOWFv1("Password"); the library takes a hash for a password, and Debian's
#: Python has no MD4 to compute it
NT_HASH = "0" * 32 + ":" + "a4f49c406510bdcab6824ee7c30fd852"
FLAGS = 0x00A28205 | 0x00080000  # Unicode, NTLM, target type domain, target info, extended session
REPLY = (b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM%s\r\n"
         b"Content-Length: 0\r\nProxy-Connection: keep-alive\r\n\r\n")


def av_pair(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + value


TARGET = DOMAIN.encode("utf-16-le")
TARGET_INFO = av_pair(2, TARGET) + av_pair(1, "Server".encode("utf-16-le")) + av_pair(0, b"")


def challenge_message(challenge: bytes) -> bytes:
    """MS-NLMP 2.2.1.2."""
    name = struct.pack("<HHI", len(TARGET), len(TARGET), 56)
    info = struct.pack("<HHI", len(TARGET_INFO), len(TARGET_INFO), 56 + len(TARGET))
    return (b"NTLMSSP\0" + struct.pack("<I", 2) + name + struct.pack("<I", FLAGS) + challenge
            + bytes(8) + info + bytes(8) + TARGET + TARGET_INFO)


def field(message: bytes, offset: int) -> bytes:
    length, _, start = struct.unpack_from("<HHI", message, offset)
    return message[start:start + length]


class NtlmProxy(Peer):
    """`users` are those it let in, `refused` counts the others, `schemes` what it was offered."""

    def __init__(self) -> None:
        self.users: list[str] = []
        self.refused = 0
        self.schemes: list[str] = []
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        challenge = os.urandom(8)
        while True:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                data = client.recv(1)
                if not data:
                    return
                head += data
            token = self._token(head)
            if token[8:12] == struct.pack("<I", 1):
                text = base64.b64encode(challenge_message(challenge))
                client.sendall(REPLY % (b" " + text))
            elif token[8:12] == struct.pack("<I", 3) and self._is_right(token, challenge):
                port = int(head.split()[1].rsplit(b":", 1)[1])
                self.carry(client, port, b"HTTP/1.1 200 OK\r\n\r\n")
                return
            else:
                client.sendall(REPLY % b"")

    def _token(self, head: bytes) -> bytes:
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b": ")
            if name.lower() == b"proxy-authorization":
                scheme, _, text = value.partition(b" ")
                self.schemes.append(scheme.decode())
                return base64.b64decode(text) if scheme == b"NTLM" else b""
        return b""

    def _is_right(self, message: bytes, challenge: bytes) -> bool:
        """The proof of NTLMv2; a response of version 1 has 24 octets and none of this."""
        response = field(message, 20)
        domain = field(message, 28).decode("utf-16-le")
        user = field(message, 36).decode("utf-16-le")
        right = False
        if len(response) > 44:
            # MS-NLMP 2.2.2.7: proof, versions and reserved, time, challenge, reserved, info
            stamp, own, info = response[24:32], response[32:40], response[44:-4]
            expected = ComputeResponse._get_NTLMv2_response(
                user, NT_HASH, domain, challenge, own, stamp, _Info(info))[0]
            right = (domain, user) == (DOMAIN, USER) and response == expected
        if right:
            self.users.append(f"{domain}\\{user}")
        else:
            self.refused += 1
        return right


class _Info:
    """Target info as the library wants it: something that packs itself."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def pack(self) -> bytes:
        return self._octets
