"""A store of texts that are found by nearness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from fc_gym.bfcl.memory.embed import Embedder
from fc_gym.bfcl.memory.shelf import Outcome
from fc_gym.errors import TaskError
from fc_gym.types import JsonValue

__all__ = ["Added", "Entry", "Found", "Near", "NearTexts", "nearest"]


class Added(TypedDict, total=False):
    """The id of a new entry, or why there is none."""

    id: int
    error: str


class Entry(TypedDict):
    """One text."""

    id: int
    text: str


class Near(TypedDict):
    """One text and how near it is, up to 1."""

    id: int
    similarity_score: float
    text: str


class Found(TypedDict):
    """Texts; the official descriptions call the field `results`, the official tools `result`."""

    result: Sequence[Entry] | Sequence[Near]


@dataclass
class NearTexts:
    """Texts under numbers, with a vector each."""

    entries: int
    """Most entries that it holds."""
    length: int
    """Most characters of one text."""
    embedder: Embedder | None = None
    """Makes the vectors; without one, nothing can be added or found."""
    texts: dict[int, str] = field(default_factory=dict)
    """Id to text, oldest first."""
    next_id: int = 0
    """Id of the next entry; ids are not used twice unless the store is cleared."""
    rows: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    """Id to vector `[D]`; the one embedded last stands last."""

    def fill(self, found: Mapping[str, JsonValue], name: str) -> None:
        """Take the entries of a snapshot.

        Args:
            found: Next id under `next_id`, and texts under their ids, as texts, under `store`.
            name: How to call the store in an error.

        Raises:
            TaskError: To whoever wrote the snapshot, if it has another form.
        """
        try:
            texts = {int(number): text for number, text in found["store"].items()}
            self.next_id = int(found["next_id"])
        except (AttributeError, KeyError, TypeError, ValueError):
            raise TaskError(f"{name} of a snapshot has an integer next_id, and texts under ids in store") from None
        if texts:
            self.rows = dict(zip(texts, self._embedded(list(texts.values())), strict=True))
        self.texts = texts

    @property
    def snapshot(self) -> dict[str, JsonValue]:
        """The texts and the next id; vectors are made anew."""
        return {"next_id": self.next_id, "store": {str(number): text for number, text in self.texts.items()}}

    def add(self, text: str) -> Added:
        """Keep a text at the end.

        Args:
            text: What to keep.
        """
        if len(text) > self.length:
            return {"error": self._too_long()}
        if len(self.texts) >= self.entries:
            return {"error": f"Memory size exceeds maximum size of {self.entries} entries."}
        number = self.next_id
        self.rows[number] = self._only(text)
        self.texts[number] = text
        self.next_id += 1
        return {"id": number}

    def remove(self, number: int) -> Outcome:
        """Take a text away.

        Args:
            number: Its id.
        """
        if number not in self.texts:
            return _absent(number)
        del self.texts[number], self.rows[number]
        return {"status": f"ID {number} removed from store."}

    def update(self, number: int, text: str) -> Outcome:
        """Change a text in its place.

        Args:
            number: Its id.
            text: What to keep from now on.
        """
        if number not in self.texts:
            return _absent(number)
        if len(text) > self.length:
            return {"error": self._too_long()}
        row = self._only(text)
        del self.rows[number]
        self.texts[number], self.rows[int(number)] = text, row  # 1.0 and True find the entry 1 as well
        return {"status": f"ID {number} updated."}

    def clear(self) -> Outcome:
        """Forget everything; ids begin at 0 again."""
        self.texts, self.rows, self.next_id = {}, {}, 0
        return {"status": "Memory cleared."}

    def retrieve(self, query: str, top_k: int) -> Found:
        """Find the nearest texts.

        Args:
            query: What to look for.
            top_k: How many, at least 1.

        Raises:
            AssertionError: To the agent, if `top_k` is below 1.
            TypeError: To the agent, if it is no integer.
        """
        if not self.texts:
            return {"result": []}
        most = min(top_k, len(self.texts))
        row = self._embedded(query if isinstance(query, list) else [query])[0]
        if not most > 0:
            raise AssertionError
        if type(most) is not int:
            kind = type(most).__name__
            raise TypeError(
                "an integer is required" if kind == "bool" else f"'{kind}' object cannot be interpreted as an integer"
            )
        ids = list(self.rows)
        scores = [_product(one, row) for one in self.rows.values()]
        found: list[Near] = [
            {"id": ids[place], "similarity_score": scores[place], "text": self.texts[ids[place]]}
            for place in nearest(scores, most)
        ]
        return {"result": found}

    def retrieve_all(self) -> Found:
        """Show all texts, oldest first."""
        found: list[Entry] = [{"id": number, "text": text} for number, text in self.texts.items()]
        return {"result": found}

    def _only(self, text: str) -> NDArray[np.float32]:
        rows = self._embedded(text if isinstance(text, list) else [text])
        if len(rows) != 1:
            raise AssertionError("not same nb of vectors as ids")
        row: NDArray[np.float32] = rows[0]
        return row

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.embedder is None:
            raise TaskError("the vector memory needs an embedder; give SentenceEmbedder() or HashedWords()")
        return np.asarray(self.embedder(texts), np.float32)

    def _too_long(self) -> str:
        return f"Entry length exceeds maximum length of {self.length} characters."


def nearest(scores: Sequence[float], most: int) -> list[int]:
    """Return the places of the highest scores, highest first.

    Args:
        scores: One per place.
        most: How many places to return at most.

    Returns:
        Places. Among equal scores the later place comes first, but a place that is not better than all those kept
        does not enter; this is how the official index breaks ties.

    >>> nearest([0.0, 0.0, 0.0, 1.0], 3), nearest([1.0, 0.0, 0.0, 0.0], 3)
    ([3, 2, 1], [0, 2, 1])
    """
    kept: list[tuple[float, int]] = []
    for place, score in enumerate(scores):
        if len(kept) < most:
            kept.append((score, place))
        elif score > min(kept)[0]:
            kept.remove(min(kept))
            kept.append((score, place))
    return [place for _, place in sorted(kept, reverse=True)]


def _product(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    whole = np.multiply(
        one, other, dtype=np.float64
    ).sum()  # in this precision, no order of summing shows in the result
    return float(np.float32(whole))


def _absent(number: int) -> Outcome:
    return {"error": f"ID {number} not present in store."}
