"""Measures of what users say: shared runs of words, equal short queries, and nearly the same ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from fc_synth.contamination.row import Place, Row
from fc_synth.contamination.tally import Looked, Match
from fc_synth.contamination.words import grams, words

__all__ = ["LONG", "EqualQueries", "NearQueries", "WordGrams"]

LONG, SHORTEST = 13, 4
"""Words of a query from which runs are compared, and fewest words of a query whose equality is no chance."""
SHINGLE, NEAR_WORDS, NEAR = 3, 8, 0.5
"""Words per shingle, fewest words of a query, and share of common shingles, of nearly the same queries."""


class WordGrams:
    """Queries that have a run of words in common with a query of the benchmark.

    Args:
        rows: The benchmark's.
        count: Words in a run.
        strong: False if such a run may well be chance.
    """

    unit = "queries"

    def __init__(self, rows: Iterable[Row], count: int = LONG, *, strong: bool = True) -> None:
        self.name, self._count, self._strong = f"{count}-word runs of queries", count, strong
        self._known: dict[str, tuple[str, Place]] = {}
        for row in rows:
            for query in row.queries:
                for gram in grams(words(query), count):
                    self._known.setdefault(gram, (query, row.place))
        self.size = len(self._known)

    def look(self, row: Row) -> Looked:
        """Compare the queries of a row."""
        matches: list[Match] = []
        shared = 0
        for query in row.queries:
            by_query = Counter(self._known[gram] for gram in grams(words(query), self._count) if gram in self._known)
            shared += bool(by_query)
            matches += [
                Match(known, there, query, float(times), self._strong) for (known, there), times in by_query.items()
            ]
        return Looked(len(row.queries), shared, tuple(matches))


class EqualQueries:
    """Short queries, of fewer words than the long runs have, that the benchmark has word for word.

    Of fewer than 4 words they are listed but may be chance.

    Args:
        rows: The benchmark's.
    """

    name = "equal short queries"
    unit = "queries"

    def __init__(self, rows: Iterable[Row]) -> None:
        self._known: dict[str, tuple[str, Place]] = {}
        for query, key, place in _short(rows):
            self._known.setdefault(key, (query, place))
        self.size = len(self._known)

    def look(self, row: Row) -> Looked:
        """Compare the short queries of a row."""
        short = list(_short([row]))
        matches = [
            Match(*self._known[key], query, float(key.count(" ") + 1), strong=key.count(" ") + 1 >= SHORTEST)
            for query, key, _ in short
            if key in self._known
        ]
        return Looked(len(short), len(matches), tuple(matches))


class NearQueries:
    """Queries of 8 words and more that share half of their 3-word shingles with a query of the benchmark.

    The shares are exact, counted over an index of shingles, so nothing is missed and nothing depends on chance.

    Args:
        rows: The benchmark's.
    """

    name = "nearly the same queries"
    unit = "queries"

    def __init__(self, rows: Iterable[Row]) -> None:
        self._queries: list[tuple[str, Place, int]] = []
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        seen: set[str] = set()
        for row in rows:
            for query in row.queries:
                parts = words(query)
                if len(parts) >= NEAR_WORDS and (key := " ".join(parts)) not in seen:
                    seen.add(key)
                    shingles = set(grams(parts, SHINGLE))
                    for shingle in shingles:
                        self._having[shingle].append(len(self._queries))
                    self._queries.append((query, row.place, len(shingles)))
        self.size = len(self._queries)

    def look(self, row: Row) -> Looked:
        """Compare the queries of a row."""
        long = [(query, parts) for query in row.queries if len(parts := words(query)) >= NEAR_WORDS]
        nearest = [match for query, parts in long if (match := self._nearest(query, parts)) is not None]
        return Looked(len(long), len(nearest), tuple(nearest))

    def _nearest(self, query: str, parts: list[str]) -> Match | None:
        shingles = set(grams(parts, SHINGLE))
        common = Counter(number for shingle in shingles for number in self._having.get(shingle, ()))
        shares = (
            (both / (len(shingles) + self._queries[number][2] - both), -number) for number, both in common.items()
        )
        share, minus = max(shares, default=(0.0, 0))
        if share < NEAR:
            return None
        known, there, _ = self._queries[-minus]
        return Match(known, there, query, round(share, 6))


def _short(rows: Iterable[Row]) -> Iterator[tuple[str, str, Place]]:
    for row in rows:
        for query in row.queries:
            parts = words(query)
            if 0 < len(parts) < LONG:
                yield query, " ".join(parts), row.place
