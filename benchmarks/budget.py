"""The budgets of design.md section 7 in FLOORs, and the table that holds measurements against them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["BUDGETS", "NONE", "SHAPES", "AgainstFloor", "Budget", "Row", "table"]

FLOOR_MICROSECONDS = 8.0
"""The FLOOR of the idle machine on which the budgets were set, for those stated per second."""


@dataclass(frozen=True)
class Budget:
    """What one unit of work may take."""

    limit: float
    """FLOORs."""
    stretch: float
    """FLOORs, if all goes well."""

    @classmethod
    def rate(cls, limit: float, stretch: float) -> Budget:
        """Make a budget from so many units per second."""
        return cls(1e6 / limit / FLOOR_MICROSECONDS, 1e6 / stretch / FLOOR_MICROSECONDS)


NONE = Budget(math.inf, 0.0)

BUDGETS = {
    "": NONE,
    "step": Budget(0.6, 0.38),
    "step through gym.make": Budget(0.75, 0.38),
    "refused call": Budget(0.4, 0.2),
    "reset unseeded": Budget(0.25, 0.06),
    "reset seeded": Budget(1.25, 0.06),
    "fork": Budget(0.12, 0.06),
    "rollback": Budget(0.06, 0.03),
    "hash": Budget(1.3, 0.6),
    "legal tools": Budget(0.4, 0.12),
    "vector step": Budget.rate(200_000, 300_000),
    "rollout": Budget.rate(10_000, 20_000),
    "replay": Budget.rate(5_000, 15_000),
    "dialogue": Budget.rate(500 / 60, 2_000 / 60),
}
"""What is measured, to its budget."""

SHAPES = {
    "fork, 3 MB : 5 KB": 1.5,
    "unseeded reset, 3 MB : 5 KB": 1.5,
    "seeded reset, 3 MB : 5 KB": 1.5,
    "call in 100 : 10 turns": 1.3,
}
"""Ratios between two measurements, to the largest allowed."""


@dataclass(frozen=True)
class Row:
    """One measurement."""

    what: str
    seconds: float
    """Per unit of work; infinite if nothing came about."""
    floor: float
    """Seconds that the FLOOR took right before and after."""
    budget: str = ""
    """A key of `BUDGETS`."""
    shape: str = ""
    """A key of `SHAPES`; the second measurement with the same key is divided by the first."""
    noise: float = 0.0
    """Seconds by which a difference may be off."""

    @property
    def ratio(self) -> float:
        """The time of one unit in FLOORs."""
        return self.seconds / self.floor

    @property
    def verdict(self) -> str:
        """How the measurement stands to its budget."""
        budget = BUDGETS[self.budget]
        if budget is NONE:
            return ""
        if self.seconds == math.inf:
            return "none made"
        if self.seconds < self.noise and self.noise > budget.limit * self.floor:
            return "unclear"
        return "stretch" if self.ratio <= budget.stretch else "within" if self.ratio <= budget.limit else "OVER"


class AgainstFloor(Protocol):
    """The fixture of `conftest.py` by which everything is measured."""

    def __call__(
        self,
        what: str,
        work: Callable[..., object],
        *,
        budget: str = "",
        shape: str = "",
        per: int | Callable[[], int] = 1,
        setup: Callable[[], tuple[Any, ...]] | None = None,
        less: Callable[[], object] | None = None,
        once: bool = False,
    ) -> None:
        """Measure one thing.

        Args:
            what: Names it in the table.
            work: Does it.
            budget: A key of `BUDGETS`.
            shape: A key of `SHAPES`.
            per: How many units `work` does; the table is per unit.
            setup: Runs before every `work`, untimed; what it returns are the arguments.
            less: Timed in the same way and taken off.
            once: Run `work` a single time.
        """


def table(rows: Sequence[Row]) -> str:
    """Return the measurements as text."""
    wide = max(len(row.what) for row in rows)
    lines = [
        f"{'what':<{wide}}  {'microseconds':>14}  {'per second':>11}  {'x FLOOR':>11}  "
        f"{'budget':>9}  {'stretch':>9}  verdict"
    ]
    for row in rows:
        budget, rate = BUDGETS[row.budget], 1 / row.seconds if row.seconds else 0.0
        limits = ("", "") if budget is NONE else (_short(budget.limit), _short(budget.stretch))
        lines.append(
            f"{row.what:<{wide}}  {row.seconds * 1e6:>14,.2f}  {_short(rate):>11}  {_short(row.ratio):>11}  "
            f"{limits[0]:>9}  {limits[1]:>9}  {row.verdict}".rstrip()
        )
    return "\n".join([*lines, *_shapes(rows)])


def _shapes(rows: Sequence[Row]) -> list[str]:
    lines = []
    for name, limit in SHAPES.items():
        pair = [row.ratio for row in rows if row.shape == name]
        if len(pair) == 2:
            ratio = pair[1] / pair[0]
            lines.append(f"{name}: {_short(ratio)} (at most {limit}) {'within' if ratio <= limit else 'OVER'}")
    return lines


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.3f}"
