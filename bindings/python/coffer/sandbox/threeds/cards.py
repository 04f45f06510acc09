"""Card numbers that never existed, one for each scenario."""

from __future__ import annotations

#: scenario -> its place in the number, in the order in which it is printed
_PLACES: dict[str, int] = {
    "frictionless-Y": 1, "frictionless-A": 2, "frictionless-N": 3, "frictionless-U": 4,
    "frictionless-R": 5, "frictionless-I": 6, "frictionless-D": 7,
    "text": 11, "single": 12, "multi": 13, "oob": 14, "html": 15, "html-oob": 16, "info": 17,
    "two-boxes": 21, "multi-step": 22, "trust-list": 23, "device-binding": 24, "additional": 25,
    "resend": 26, "oob-pending": 27, "declined": 28, "decoupled": 29, "three-rounds": 30,
    "endless": 31, "everything": 32,
}


def _with_check_digit(digits: str) -> str:
    """The Luhn digit appended (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


#: scenario -> card number
CARDS = {name: _with_check_digit(f"400055551{place:06d}") for name, place in _PLACES.items()}
_NAMES = {number: name for name, number in CARDS.items()}


def scenario_of(card: str) -> str | None:
    """The scenario of a card number, with or without spaces, or given by its own name."""
    digits = card.replace(" ", "")
    return _NAMES.get(digits, card if card in CARDS else None)
