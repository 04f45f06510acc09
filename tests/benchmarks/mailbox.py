"""A mailbox of any size that is the same each time: its listing, its messages, its backup.

Nothing is kept in memory: message number i follows from i alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER = "bench@example.com"
PAGE_SIZE = 500
MONTHS = 60
A_MONTH = 340  # messages
MEDIAN_SIZE = 30_000
SPREAD = 1.2  # of the sizes' logarithm: a mean of 60 KB, and some MB for one in some thousands
LARGEST = 8_000_000


@dataclass(frozen=True)
class Entry:
    """What the listing says of one message, as far as the benchmarks need it."""

    number: int
    id: str
    month: str
    created: str
    modified: str

    @property
    def file(self) -> str:
        """Where a backup keeps it, below DataFolder."""
        return f"{self.month}/{hashlib.sha1(self.id.encode()).hexdigest()}.eml"


def entry(number: int) -> Entry:
    # As long as an immutable id of the service, and shaped like one.
    digest = hashlib.sha256(number.to_bytes(8, "big")).digest()[:26]
    message_id = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + base64.urlsafe_b64encode(digest).decode()
    # The newest first, as the service lists them.
    at = MONTHS - 1 - number // A_MONTH % MONTHS
    month = f"{2019 + at // 12}-{at % 12 + 1:02}"
    day = 28 - number % A_MONTH * 28 // A_MONTH
    time = f"{month}-{day:02}T{23 - number % 24:02}:{number % 60:02}:07Z"
    return Entry(number, message_id, month, time, time)


ITEM = (
    '{"@odata.etag":"W/\\"CQAAABYAAABmYKJ%(number)012dAAB\\"","id":"%(id)s",'
    '"createdDateTime":"%(created)s","lastModifiedDateTime":"%(modified)s",'
    '"receivedDateTime":"%(created)s","sentDateTime":"%(created)s","hasAttachments":false,'
    '"internetMessageId":"<DB7PR04MB%(number)012d@eurprd04.prod.outlook.example>",'
    '"subject":"Re: figures of week %(number)d and what follows from them",'
    '"from":{"emailAddress":{"name":"Alex Wilber","address":"alex.wilber@example.com"}},'
    '"toRecipients":[{"emailAddress":{"name":"Bench","address":"bench@example.com"}},'
    '{"emailAddress":{"name":"Megan Bowen","address":"megan.bowen@example.com"}}],'
    '"ccRecipients":[{"emailAddress":{"name":"Lee Gu","address":"lee.gu@example.com"}}],'
    '"bccRecipients":[]}'
)


def pages(count: int) -> int:
    return max(1, (count + PAGE_SIZE - 1) // PAGE_SIZE)


def write_pages(folder: Path, count: int, base_url: str) -> None:
    """The listing as the service sends it: 1.json, 2.json, … with links to the next."""
    folder.mkdir(parents=True, exist_ok=True)
    last = pages(count)
    context = base_url + "/$metadata#users('bench%40example.com')/messages"
    for page in range(1, last + 1):
        first = (page - 1) * PAGE_SIZE
        head = f'{{"@odata.context":{json.dumps(context)},'
        if page < last:
            head += f'"@odata.nextLink":"{base_url}/page/{page + 1}",'
        items = ",".join(ITEM % vars(entry(number))
                         for number in range(first, min(first + PAGE_SIZE, count)))
        (folder / f"{page}.json").write_text(f'{head}"value":[{items}]}}')


def sizes(count: int) -> Iterator[int]:
    chance = random.Random(20190101)
    for _ in range(count):
        yield min(LARGEST, max(600, int(MEDIAN_SIZE * chance.lognormvariate(0, SPREAD))))


def write_messages(folder: Path, count: int) -> int:
    """One file for each message, named by its id; returns the sum of their sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = base64.encodebytes(random.Random(7).randbytes(LARGEST)).replace(b"\n", b"\r\n")
    total = 0
    for number, size in enumerate(sizes(count)):
        head = (b"From: alex.wilber@example.com\r\nTo: bench@example.com\r\nMIME-Version: 1.0\r\n"
                b"Subject: figures of week %d\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                % number)
        start = number * 78 % 1_000_000
        body = head + noise[start:start + size - len(head)]
        (folder / entry(number).id).write_bytes(body)
        total += len(body)
    return total


def write_backup(folder: Path, count: int) -> None:
    """The files that a backup of this mailbox leaves, with small messages; the engine makes its
    index from them."""
    for number in range(0, min(MONTHS * A_MONTH, count), A_MONTH):
        (folder / entry(number).month).mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(count):
        item = entry(number)
        field = (f"X-NS-Backup: v=1;\r\n id={item.id};\r\n modified={item.modified};"
                 f" mailbox={USER};\r\n ids=immutable\r\n")
        (folder / item.file).write_bytes(
            field.encode() + b"From: alex.wilber@example.com\r\nSubject: small\r\n\r\nSmall.\r\n")
