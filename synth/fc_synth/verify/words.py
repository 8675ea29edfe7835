"""Words and values: how the values of results and arguments may stand in what people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from fc_gym.types import JsonValue
from fc_synth.spoken import said

__all__ = ["forms", "holds", "named", "tokens"]

_TOKEN = re.compile(r"[A-Z][A-Z0-9]*-[A-Z0-9]+|[\w.+-]+@[\w-]+\.[\w.-]*\w|\d+(?:[.,:]\d+)*|\w+")
_IDENTIFIER = re.compile(r"\b[A-Z]{2,5}-[A-Z0-9]{4,}\b|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")


def forms(value: JsonValue, key: str = "", today: str = "") -> Iterator[str]:
    """Yield the texts by which a value can be written.

    Args:
        value: A scalar.
        key: The key it is of, such as `Date`.
        today: The current day.

    >>> list(forms(220.0))
    ['220', '220.0']
    """
    spoken = said(value, key, today)
    if spoken:
        yield spoken
    if isinstance(value, float) and str(value) != spoken:
        yield str(value)
    if isinstance(value, str):
        if value != spoken:
            yield value
        if len(value) == 10 and value[4:5] == value[7:8] == "-" and key != "Date":
            yield said(value, "Date", value)
            yield said(value, "Date", "")


def holds(text: str, value: JsonValue, key: str = "", today: str = "") -> bool:
    """Return True if a text has a value in it, as a word of its own.

    >>> holds("over 220 euros", 220.0), holds("in 2200 days", 220.0)
    (True, False)
    """
    low = text.casefold()
    return any(form.casefold() in low and _word(form).search(text) for form in forms(value, key, today) if form)


def named(text: str) -> list[str]:
    """Return what looks like an identifier or an address in a text."""
    return list(dict.fromkeys(_IDENTIFIER.findall(text)))


def tokens(text: str) -> list[str]:
    """Return the words, numbers and identifiers of a text."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=65536)
def _word(form: str) -> re.Pattern[str]:
    before = r"(?<![\w.])" if form[:1].isalnum() else ""
    after = r"(?!\w)(?!\.\d)" if form[-1:].isalnum() else ""
    return re.compile(before + re.escape(form) + after, re.IGNORECASE)
