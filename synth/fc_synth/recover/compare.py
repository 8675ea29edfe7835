"""Comparison: how much of the planted truth about origins is recovered, and how much of what is recovered is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_gym.provenance import Source
from fc_synth.recover.origin import Origin, Place

__all__ = ["Comparison"]


@dataclass
class Comparison:
    """What was recovered, beside what the rows claim."""

    planted: Counter[str] = field(default_factory=Counter)
    """Argument leaves by the kind of their true origin."""
    recovered: Counter[str] = field(default_factory=Counter)
    """Argument leaves by the kind that was recovered."""
    right: Counter[str] = field(default_factory=Counter)
    """Those recovered exactly: kind, turn, and for results the call and the path, too."""

    def add(self, truth: Mapping[Place, Source], found: Mapping[Place, Origin]) -> None:
        """Take in one row.

        Args:
            truth: What the row claims.
            found: What was recovered.
        """
        for place, source in truth.items():
            self.planted[source.kind] += 1
            origin = found.get(place, Origin("unknown"))
            if origin.kind != "unknown":
                self.recovered[origin.kind] += 1
            if _same(source, origin):
                self.right[source.kind] += 1

    def precision(self, kind: str = "") -> float:
        """Return the share of what was recovered that is right, of one kind or of all; 1 if nothing was."""
        return _share(self.right, self.recovered, kind)

    def recall(self, kind: str = "") -> float:
        """Return the share of what was planted that was recovered, of one kind or of all; 1 if nothing was."""
        return _share(self.right, self.planted, kind)


def _same(source: Source, origin: Origin) -> bool:
    if source.kind != origin.kind:
        return False
    if source.kind in ("user", "output") and source.turn != origin.turn:
        return False
    return source.kind != "output" or (source.call, source.path) == (origin.call, origin.path)


def _share(some: Counter[str], all_: Counter[str], kind: str) -> float:
    whole = all_[kind] if kind else all_.total()
    return (some[kind] if kind else some.total()) / whole if whole else 1.0
