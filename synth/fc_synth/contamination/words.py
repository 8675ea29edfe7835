"""Texts and names in the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

__all__ = ["NameKey", "flat", "grams", "name_words", "tool_key", "words"]

_WORD = re.compile(r"\w+")
_CLASS = re.compile(r"[A-Z][a-z0-9]*[A-Z]\w*?_(?=[a-z])")
_OWNER = re.compile(r".*(?:[.:/]|__)(?=\w)")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

NameKey = str
"""A name without case, separators and owner."""


def words(text: str) -> list[str]:
    """Return the words of a text, without case and punctuation.

    >>> words("Don't sort 'A_1.txt'!")
    ['don', 't', 'sort', 'a_1', 'txt']
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def flat(text: str) -> str:
    """Return a text without case, on one line, with single blanks."""
    return " ".join(text.casefold().split())


def grams(parts: Sequence[str], size: int) -> Iterator[str]:
    """Return every run of so many parts, joined by blanks.

    Args:
        parts: Words, or names of calls.
        size: How many make a run.

    >>> list(grams(["a", "b", "c"], 2))
    ['a b', 'b c']
    """
    return (" ".join(parts[at : at + size]) for at in range(len(parts) - size + 1))


def name_words(name: str) -> list[str]:
    """Return the words of a tool's or parameter's name, its owner cut off.

    >>> name_words("TicketAPI.closeTicket"), name_words("mcp__desk__close_ticket"), name_words("TicketAPI_close_ticket")
    (['close', 'ticket'], ['close', 'ticket'], ['close', 'ticket'])
    """
    bare = _CLASS.sub("", _OWNER.sub("", name), count=1)
    return [part.casefold() for part in _PART.findall(bare)] or [name.casefold()]


def tool_key(name: str) -> NameKey:
    """Return a name as it is compared: words without case, separators and owner.

    >>> tool_key("TravelAPI.getFlightCost") == tool_key("get_flight_cost")
    True
    """
    return "".join(name_words(name))
