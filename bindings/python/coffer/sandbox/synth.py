"""Mail that never existed: metadata made from a seed and a number.

Message n of a seed is always the same, and costs a few microseconds, so that a mailbox of
a million messages needs no memory. Times rise with n.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from .model import Address, Message

_FIRST = ("Anna", "Ben", "Chloé", "Dávid", "Ewa", "Farid", "Grace", "Hiroshi", "İpek", "Jörg",
          "Katarzyna", "Liam", "María José", "Nikolaï", "Olga", "Paul", "Quentin", "Rosa",
          "Søren", "Tomáš", "Ursula", "Vera", "Wei", "Ximena", "Yusuf", "Zoë", "Андрей", "李雷",
          "さくら", "Nina", "Oskar", "Pia")
_LAST = ("Albrecht", "Brown", "Castillo", "Dubois", "Eriksson", "Fischer", "García", "Haddad",
         "Ivanova", "Jansen", "Kowalski", "Laurent", "Müller", "Novák", "O'Brien", "Petrov",
         "Quirke", "Rossi", "Schmidt", "Tanaka", "Ueda", "Vargas", "Weiß", "Xu", "Yılmaz",
         "Zimmermann")
_DOMAINS = ("example.com", "example.org", "mail.example.net", "corp.example", "shop.example",
            "lists.example.org", "sandbox.example", "sandbox.example")
_TOPICS = ("Quarterly figures", "Lunch on Thursday?", "Invoice", "Re: Contract draft",
           "Meeting notes", "Fwd: Travel plan", "Budget for next year", "Release checklist",
           "Your order has shipped", "Password expires soon", "Re: Re: Server room",
           "Angebot für die neue Maschine", "Réunion de lundi", "Propuesta de colaboración",
           "Weekly digest", "Photos from the workshop", "Welcome aboard", "Reminder: timesheet",
           "Żółta karteczka", "会議のお知らせ", "Приглашение на встречу", "דוח חודשי",
           "🎉 We did it 🎉", "Out of office", "Feedback wanted", "Bug report", "Newsletter")
_CATEGORIES = ("Red category", "Project X", "Finance", "Travel")

#: newest message of every synthesised mailbox, 2026-01-15T12:00:00Z
ANCHOR = 1768478400
MONTH = 2629800

_MASK = (1 << 64) - 1

#: profile name -> (median octets, sigma of the logarithm, largest)
SIZES: dict[str, tuple[float, float, int]] = {
    "tiny": (1200.0, 0.3, 4000),
    "small": (9000.0, 0.85, 400_000),
    "realistic": (30_000.0, 2.4, 40_000_000),
}


def mix(value: int) -> int:
    """SplitMix64: spreads a small number over 64 bits."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def _quantiles(profile: str, steps: int = 1024) -> list[int]:
    """The size distribution as a table, so that drawing a size is one look-up."""
    median, sigma, largest = SIZES[profile]
    rng = random.Random(7)
    sample = sorted(rng.gauss(0.0, 1.0) for _ in range(steps))
    return [int(min(largest, max(400.0, median * math.exp(sigma * z)))) for z in sample]


@dataclass(frozen=True)
class Place:
    """A folder that receives `weight` of 64 synthesised messages."""

    folder: str
    weight: int


class Synth:
    """Generates message n of one mailbox."""

    def __init__(self, user: str, count: int, seed: int, months: int = 36, sizes: str = "small",
                 places: tuple[Place, ...] = (Place("inbox", 64),)) -> None:
        self.user = user
        self.count = count
        self.seed = mix(seed ^ hash_text(user))
        self._step = max(2, months * MONTH // max(1, count))
        self._start = ANCHOR - self._step * count
        self._sizes = _quantiles(sizes)
        self._owner = Address(_title(user), user)
        self._people = [self._person(n) for n in range(256)]
        slots: list[str] = []
        for place in places:
            slots += [place.folder] * place.weight
        self._slots = (slots * 64)[:64]

    def _person(self, number: int) -> Address:
        bits = mix(self.seed + number)
        first = _FIRST[bits % len(_FIRST)]
        last = _LAST[(bits >> 8) % len(_LAST)]
        domain = _DOMAINS[(bits >> 16) % len(_DOMAINS)]
        if number % 61 == 60:
            # internal or removed users come with an X.500 name instead of an address
            return Address(f"{first} {last}",
                           "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)"
                           f"/CN=RECIPIENTS/CN={bits & 0xFFFFFFFF:08X}-{number}")
        local = f"{_ascii(first)}.{_ascii(last)}" or f"user{number}"
        return Address(f"{first} {last}", f"{local}{number}@{domain}".lower())

    def time(self, number: int) -> int:
        """When message n was created; rises with n."""
        return self._start + self._step * number + mix(self.seed ^ number) % self._step

    def folder(self, number: int) -> str:
        """The folder of message n, without making the message."""
        return self._slots[(mix(self.seed + (number << 1)) >> 20) & 63]

    def message(self, number: int) -> Message:
        """Message n."""
        bits = mix(self.seed + (number << 1))
        more = mix(bits)
        time = self.time(number)
        folder = self.folder(number)
        people = self._people
        topic = _TOPICS[bits % len(_TOPICS)]
        subject: str | None = f"{topic} {number}" if bits & 3 else topic
        sender: Address | None = people[(bits >> 8) & 255]
        to = (self._owner,)
        cc: tuple[Address, ...] = ()
        bcc: tuple[Address, ...] = ()
        if more & 7 == 0:
            cc = (people[(more >> 3) & 255], people[(more >> 11) & 255])
        if folder == "sentitems":
            sender, to = self._owner, (people[(bits >> 8) & 255],)
            if more & 15 == 3:
                bcc = (people[(more >> 20) & 255],)
        draft = folder == "drafts"
        if draft:
            sender = None
        if more % 251 == 0:
            subject = None
        elif more % 257 == 0:
            subject = (f"{topic} " * 200)[:2000]
        size = self._sizes[(more >> 32) & 1023]
        kind = ""
        if more % 97 == 0 and not draft:
            kind = "#microsoft.graph.eventMessageRequest"
        touched = (more >> 44) & 7
        return Message(
            key=number, folder=folder, subject=subject, sender=sender, to=to, cc=cc, bcc=bcc,
            created=time, received=time, sent=time - 2,
            modified=time + (touched * 3600 if touched < 4 else 5),
            internet_id=f"<{bits:016x}.{number}@{_DOMAINS[(bits >> 40) & 3]}>",
            conversation=f"AAQkAG{bits:016x}{more & 0xFFFF:04x}==", draft=draft,
            read=bool(more & 1024), attachments=size > 24000,
            importance="high" if more % 37 == 0 else "normal",
            categories=(_CATEGORIES[(more >> 24) & 3],) if more % 29 == 0 else (),
            kind=kind, size=size, body_seed=bits & 0x7FFFFFFF)


def hash_text(text: str) -> int:
    """A stable number for a text; the built-in hash differs from process to process."""
    value = 0xCBF29CE484222325
    for octet in text.encode():
        value = ((value ^ octet) * 0x100000001B3) & _MASK
    return value


def _ascii(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalnum())


def _title(user: str) -> str:
    return user.split("@", 1)[0].replace(".", " ").title()
