"""Messages that real mailboxes contain and that break clients."""

from __future__ import annotations

import base64
from typing import Any


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def odd_messages() -> list[dict[str, Any]]:
    """Load specifications, one for each kind of oddity."""
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: odd\r\n"
    return [
        {"subject": "no header at all", "body": _b64(b"just text\r\nwithout any header\r\n")},
        {"subject": "starts with an empty line", "body": _b64(b"\r\nbody only\r\n")},
        {"subject": "bare LF", "body": _b64(head.replace(b"\r\n", b"\n") + b"\none\ntwo\n")},
        {"subject": "bare CR", "body": _b64(head + b"\r\none\rtwo\r\n")},
        {"subject": "long line", "body": _b64(head + b"X-Long: " + b"x" * 5000 + b"\r\n\r\n"
                                              + b"y" * 20000 + b"\r\n")},
        {"subject": "8-bit", "body": _b64(head + b"X: \xe4\xf6\xfc\r\n\r\n\xff\xfe\x80\x81\r\n")},
        {"subject": "NUL", "body": _b64(head + b"\r\na\x00b\x00\x00c\r\n")},
        {"subject": "X-NS-Backup already there",
         "body": _b64(b"X-NS-Backup: v=1; id=somebody-else; modified=2020-01-01T00:00:00Z\r\n"
                      + head + b"X-NS-Backup: second\r\n\r\nbody\r\n")},
        {"subject": "no final line end", "body": _b64(head + b"\r\nno end")},
        {"subject": "header only", "body": _b64(head)},
        {"subject": "looks like JSON", "body": _b64(b'{"subject": "not an error object"}\r\n')},
        {"subject": "starts with mbox line", "body": _b64(b"From x Mon Jan 1\r\n" + head + b"\r\nx")},
        {"subject": "one octet", "body": _b64(b"x")},
        {"subject": None, "from": None, "to": [], "isDraft": True, "internetMessageId": None,
         "folder": "drafts", "body": _b64(b"Content-Type: text/plain\r\n\r\ndraft\r\n")},
        {"subject": "control \u0001\u0007 and \u202e right to left",
         "from": {"name": 'Quote " \\ back; semi, comma', "address": "q@example.com"}},
        {"subject": "lone surrogate \ud83d here"},
        {"subject": "S/MIME", "valueError": {
            "status": 500, "code": "ErrorMimeContentConversionFailed",
            "message": "MIME content conversion failed."}},
        {"subject": "without dates", "receivedDateTime": None, "sentDateTime": None},
        {"subject": "without createdDateTime", "createdDateTime": None,
         "lastModifiedDateTime": "2024-05-05T05:05:05Z"},
        {"subject": "unusable createdDateTime", "createdDateTime": "0001-01-01T00:00:00Z"},
    ]
