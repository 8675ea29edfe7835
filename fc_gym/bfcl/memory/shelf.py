"""A shelf: the rules of one key-value store, whose entries lie in a plain dict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypedDict

from fc_gym.errors import TaskError

__all__ = ["ARCHIVAL", "CORE", "Keys", "Outcome", "Ranked", "Shelf", "Value"]

_KEY = re.compile(r"^[a-z]+(_[a-z0-9]+)*$")


class Outcome(TypedDict, total=False):
    """What was done, or why nothing was."""

    status: str
    error: str


class Value(TypedDict, total=False):
    """What lies under a key, or why nothing is shown."""

    value: str
    error: str


class Keys(TypedDict):
    """The keys in use, oldest first."""

    keys: list[str]


class Ranked(TypedDict):
    """Keys with their scores, best first."""

    ranked_results: list[tuple[float, str]]


@dataclass(frozen=True)
class Shelf:
    """The rules of one store."""

    name: str
    """How errors call it."""
    entries: int
    """Most entries that it holds."""
    length: int
    """Most characters of one value."""
    added: str
    """What is said when an entry was added."""

    def add(self, found: dict[str, str], key: str, value: str) -> Outcome:
        """Put a new entry at the end; key and value are told as texts first.

        Args:
            found: The entries; changed.
            key: A new name in snake_case; a line break may officially stand behind it.
            value: What to keep.
        """
        if len(found) >= self.entries:
            return {"error": f"{self.name} is full. Please clear some entries."}
        key, value = str(key), str(value)
        if len(value) > self.length:
            return self._too_long()
        if not _KEY.match(key):
            return {"error": "Key must be in snake_case format and cannot contain spaces."}
        if key in found:
            return {"error": "Key name must be unique."}
        found[key] = value
        return {"status": self.added}

    def remove(self, found: dict[str, str], key: str) -> Outcome:
        """Take an entry away.

        Args:
            found: The entries; changed.
            key: Its key as it is.
        """
        if key not in found:
            return _unknown()
        del found[key]
        return {"status": "Key removed."}

    def replace(self, found: dict[str, str], key: str, value: str) -> Outcome:
        """Change an entry in its place; key and value are told as texts first.

        Args:
            found: The entries; changed.
            key: Its key.
            value: What to keep from now on.
        """
        key, value = str(key), str(value)
        if key not in found:
            return _unknown()
        if len(value) > self.length:
            return self._too_long()
        found[key] = value
        return {"status": "Key replaced."}

    def retrieve(self, found: dict[str, str], key: str) -> Value:
        """Show an entry.

        Args:
            found: The entries.
            key: Its key as it is.
        """
        return {"value": found[key]} if key in found else {"error": "Key not found."}

    def search(self, found: dict[str, str], query: str, k: int) -> Ranked:
        """Rank the keys by the words that they share with a text; among equal scores the older key comes first.

        Args:
            found: The entries.
            query: Words, in any case; underscores part them as well.
            k: How many to show, as the end of a Python slice.

        Raises:
            ZeroDivisionError: To the agent, if there are no entries.
            TaskError: To whoever plays, if rank_bm25 is not installed.
        """
        keys = list(found)
        index = _bm25([_words(key) for key in keys])
        scores = index.get_scores(_words(query))
        ranked = sorted(zip(map(float, scores), keys, strict=True), key=lambda pair: pair[0], reverse=True)
        return {"ranked_results": ranked[:k]}

    def _too_long(self) -> Outcome:
        return {"error": f"Entry is too long. Please shorten the entry to less than {self.length} characters."}


CORE = Shelf("Core memory", 7, 300, "Key-value pair added.")
"""The small store, which the agent sees from the start."""

ARCHIVAL = Shelf("Long term memory", 50, 2000, "Key added.")
"""The large store, which the agent has to look into."""


def _unknown() -> Outcome:
    return {"error": "Key not found."}


def _words(text: str) -> list[str]:
    return text.replace("_", " ").lower().split()


def _bm25(corpus: Sequence[Sequence[str]]) -> Any:
    try:
        library = import_module("rank_bm25")
    except ImportError:
        raise TaskError("searching keys needs rank_bm25: pip install rank-bm25") from None
    return library.BM25Plus(corpus)
