"""What one measure has counted in one file, and how counts of files add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from fc_synth.contamination.row import Place, Row

__all__ = ["Hit", "Looked", "Match", "Measure", "Tally"]


@dataclass(frozen=True, slots=True)
class Match:
    """Something in a row that the benchmark has too."""

    item: str
    """What the benchmark has."""
    there: Place
    """Where the benchmark has it first."""
    found: str
    """What the row has."""
    weight: float = 1.0
    """How much is shared; the examples with most are shown."""
    strong: bool = True
    """False if it may well be chance."""
    key: str = ""
    """What is counted once; the item if empty."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a measure found in a row."""

    checked: int = 0
    """Things looked at, in the measure's unit."""
    shared: int = 0
    """How many of them the benchmark has too."""
    matches: tuple[Match, ...] = ()
    seen: tuple[str, ...] = ()
    """Things that count once per file, however many rows have them."""


class Measure(Protocol):
    """A way to compare rows with a benchmark."""

    name: str
    unit: str
    """What is counted, in the plural."""
    size: int
    """How many things the benchmark has to be compared with."""

    def look(self, row: Row) -> Looked:
        """Compare one row."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A match with its best place and how often it came."""

    match: Match
    place: Place
    rows: int = 1
    """Rows that have it."""

    def joined(self, other: Hit) -> Hit:
        """Return both as one, with the place where most is shared; the order does not matter."""
        best = min(self, other, key=lambda hit: (-hit.match.weight, hit.match.found, hit.place))
        strong = self.match.strong or other.match.strong
        return Hit(replace(best.match, strong=strong), best.place, self.rows + other.rows)


@dataclass
class Tally:
    """The counts of one measure."""

    checked: int = 0
    shared: int = 0
    rows: int = 0
    """Rows that share something."""
    hits: dict[str, Hit] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take(self, looked: Looked, place: Place) -> None:
        """Count what was found in a row."""
        self.checked += looked.checked
        self.shared += looked.shared
        self.rows += bool(looked.matches)
        self.seen.update(looked.seen)
        once: dict[str, Hit] = {}
        for match in looked.matches:
            key = match.key or match.item
            hit = Hit(match, place)
            once[key] = replace(once[key].joined(hit), rows=1) if key in once else hit
        self._join(once.items())

    def add(self, other: Tally) -> None:
        """Add the counts of another file."""
        self.checked += other.checked
        self.shared += other.shared
        self.rows += other.rows
        self.seen |= other.seen
        self._join(other.hits.items())

    def _join(self, hits: Iterable[tuple[str, Hit]]) -> None:
        for key, hit in hits:
            self.hits[key] = self.hits[key].joined(hit) if key in self.hits else hit
