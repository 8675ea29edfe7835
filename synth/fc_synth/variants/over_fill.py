"""Over-fill: the user gives a detail more than any call has a place for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_synth.variants.case import Case, Made

__all__ = ["EXTRA", "OverFill"]

EXTRA = (
    "My customer number is {number}, in case you need it.", "My reference for it is {number}, by the way.",
    "If anyone asks, my extension is {number}.", "The code on my letter was {number}, should that matter.",
    "My colleagues have it under the number {number}.", "My old member number was {number}, I think.",
)  # fmt: skip


@dataclass(frozen=True)
class OverFill:
    """The operator."""

    name: str = "over_fill"
    phenomenon: str = "over_fill"
    preserves: bool = True

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a detail too many in one turn."""
        number = int(case.rng.integers(len(case.scenes)))
        extra = int(case.rng.integers(10_000, 100_000))
        said = case.one_of(EXTRA).format(number=extra)
        scene = replace(case.numbered[number], user=f"{case.scenes[number].user} {said}")
        return Made(case.insert(number, scene, instead=1), case.domain, {"turn": number, "extra": str(extra)})
