"""How values are said: dates, amounts and lists as a person writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fc_gym.types import JsonValue

__all__ = ["joined", "said", "said_today"]


def said(value: JsonValue, key: str = "", today: str = "") -> str:
    """Return a value as it is said.

    Args:
        value: A scalar or a list of scalars.
        key: The key it is of, such as `Date`.
        today: The current day as ISO text; a date of the same year is said without the year.

    >>> said("2026-03-02", "Date", "2026-01-10"), said(24.5), said(["a", "b", "c"])
    ('2 March', '24.5', 'a, b and c')
    """
    if isinstance(value, list | tuple):
        return joined([said(one, key, today) for one in value])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(round(value, 2)).removesuffix(".0")
    if key == "Date" and isinstance(value, str):
        return _day(value, today)
    return "" if value is None else str(value)


def said_today(today: str) -> str:
    """Return a day in full, as a system message gives it.

    >>> said_today("2026-03-02")
    'Monday, 2 March 2026'
    """
    day = date.fromisoformat(today)
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def joined(texts: Sequence[str]) -> str:
    """Join texts with commas and a last "and"."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _day(value: str, today: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    text = f"{day.day} {day:%B}"
    return text if today[:4] == value[:4] else f"{text} {day.year}"
