"""Key types that several domains share, and how identifiers and dates are made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NewType

import numpy as np

__all__ = ["City", "Date", "EmailAddress", "FileId", "PersonName", "Time", "add_days", "draw_today", "mint", "weekday"]

Date = NewType("Date", str)
Time = NewType("Time", str)
EmailAddress = NewType("EmailAddress", str)
PersonName = NewType("PersonName", str)
City = NewType("City", str)
FileId = NewType("FileId", str)

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SPACE = 32**5
_STEP = 20_170_923  # odd, so multiplying by it permutes the 32**5 codes


def mint(prefix: str, number: int) -> str:
    """Turn a counter into an identifier that nobody can guess from the one before.

    Args:
        prefix: The letters in front, such as `"ORD"`.
        number: The counter, 0 or more; distinct below 32**5.

    Returns:
        The prefix and five characters.

    >>> mint("ORD", 1), mint("ORD", 2)
    ('ORD-L7L9M', 'ORD-XC6H8')
    """
    code = (number * _STEP + 7) % _SPACE
    letters = []
    for _ in range(5):
        code, digit = divmod(code, 32)
        letters.append(_ALPHABET[digit])
    return f"{prefix}-{''.join(letters)}"


def add_days(day: Date, count: int) -> Date:
    """Return the day `count` days after `day` (before it, if negative)."""
    return Date((date.fromisoformat(day) + timedelta(days=count)).isoformat())


def draw_today(rng: np.random.Generator) -> Date:
    """Draw the day on which a world begins: one of the first four of March 2026, from Monday on.

    Every world draws it first, so that worlds that are joined, and hence drawn from the same seed, agree on it.
    """
    return add_days(Date("2026-03-02"), int(rng.integers(4)))


def weekday(day: Date) -> str:
    """Return the English name of the day of the week.

    >>> weekday(Date("2026-03-02"))
    'Monday'
    """
    return date.fromisoformat(day).strftime("%A")
