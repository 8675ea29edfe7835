"""Entities: values of states and arguments that two worlds do not share by chance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from fc_synth.contamination.row import Place, Row
from fc_synth.contamination.tally import Looked, Match
from fc_synth.contamination.words import flat

__all__ = ["Entities", "weight"]

LETTERS, PHRASE, LONG = 4, 3, 5
"""Fewest characters of an entity, fewest words of a phrase, and of a sentence."""
CODE, DIGITS, SWITCHES, NUMBER = 8, 5, 4, 10
"""Fewest characters of a code, digits or changes between letters and digits in it, and digits of a number."""
WINDOW = 4
"""Most words of an entity that is looked for inside of texts."""
PUBLIC = frozenset(
    {
        "1234567890",
        "4111111111111111",
        "4012888888881881",
        "378282246310005",
        "eyjhbgcioijiuzi1niisinr5cci6ikpxvcj9",
        "the quick brown fox jumps over the lazy dog",
    }
)
"""Examples that everybody uses: numbers of test cards, the usual head of a token, the usual sentence."""

_MARKED = re.compile(r"(?=.*[^\W\d_])(?=.*(?:\d|[_@]|\w\.\w))\S+")
_MAIL = re.compile(r"\S+@(?!example\.)\S+\.\w+")
_PLAIN = re.compile(r"[^\W\d_]+[_-]?\d{0,2}(?:\.[^\W_]{1,5})?")
_WHEN = re.compile(r"[\dTZ:.+\-/ ]+|\d{1,2}:\d\d ?[ap]m|\d+(?:st|nd|rd|th|px|gb|mb|kb|k|m|h|d|min|s)", re.I)
_RUN = re.compile(r"\d+|[^\W\d_]+")
_EDGES = "\"'`.,;:!?()[]{}<>*#@"


def weight(text: str) -> float:
    """Return how unlikely it is that a value is shared by chance; 0 for values that do not count.

    * 2: e-mail addresses that are not at example.*; codes of 8 characters and more with letters and at least 5 digits
      or 4 changes between letters and digits; numbers of 10 digits and more; sentences of 5 words and more.
    * 1: words of 4 characters and more with a digit, `_`, `@` or an inner dot (identifiers, names of files and users);
      two words and more that all begin with capitals (names of people and places); any 3 or 4 words.
    * 0: everything else: single words (`open`, `high`), also with a short number or an ending (`file2`, `notes.txt`),
      two plain words (`on hold`), dates, times, amounts, short numbers, and examples that everybody uses (`PUBLIC`).

    Args:
        text: The value.

    >>> [weight(one) for one in ("ann@acme.io", "ORD-77A3X", "old_notes.txt", "Ann Lee", "paid", "2026-05-01")]
    [2.0, 2.0, 1.0, 1.0, 0.0, 0.0]
    """
    parts = text.split()
    if _key(text) in PUBLIC or (_WHEN.fullmatch(text.strip()) and not _key(text).isdigit()):
        return 0.0
    if len(parts) > 1:
        named = all(part[:1].isupper() for part in parts)
        return 2.0 if len(parts) >= LONG else float(named or len(parts) >= PHRASE)
    return _word_weight(text.strip().strip(_EDGES))


def _word_weight(word: str) -> float:
    if word.isdigit():
        return 2.0 * (len(word) >= NUMBER)
    if _MAIL.fullmatch(word):
        return 2.0
    if len(word) < LETTERS or _PLAIN.fullmatch(word) or not _MARKED.fullmatch(word):
        return 0.0
    digits = sum(sign.isdigit() for sign in word)
    switches = sum(one[0].isdigit() != other[0].isdigit() for one, other in pairwise(_RUN.findall(word)))
    return 1.0 + (len(word) >= CODE and (digits >= DIGITS or switches >= SWITCHES))


def _key(text: str) -> str:
    return flat(text).strip(_EDGES)


class Entities:
    """Values of the benchmark's states and arguments, looked for in values and inside of texts; `weight` says which.

    Args:
        rows: The benchmark's.
    """

    name = "entities of states and arguments"
    unit = "rows"

    def __init__(self, rows: Iterable[Row]) -> None:
        self._known: dict[str, tuple[str, Place, float]] = {}
        for row in rows:
            for value in row.values:
                heavy = weight(value)
                if heavy:
                    self._known.setdefault(_key(value), (value, row.place, heavy))
        self.size = len(self._known)

    def look(self, row: Row) -> Looked:
        """Compare the values, and what users and the model say."""
        found = {key for value in row.values if (key := _key(value)) in self._known}
        for text in (*row.queries, *row.texts, *(value for value in row.values if " " in value)):
            found.update(key for key in _inside(text) if key in self._known)
        matches = tuple(self._match(key) for key in sorted(found))
        return Looked(1, int(bool(matches)), matches)

    def _match(self, key: str) -> Match:
        value, there, heavy = self._known[key]
        return Match(value, there, value, heavy, strong=heavy > 1, key=key)


def _inside(text: str) -> Iterator[str]:
    """Return every run of one to four words, without the signs around it."""
    parts = flat(text).split()
    for size in range(1, WINDOW + 1):
        for at in range(len(parts) - size + 1):
            yield " ".join(parts[at : at + size]).strip(_EDGES)
