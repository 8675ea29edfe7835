"""The budgets of design.md section 7 in FLOORs, and the table that holds measurements against them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.interleaved import Spread

__all__ = ["BUDGETS", "NONE", "SHAPES", "AgainstFloor", "Budget", "FromElsewhere", "Row", "table"]

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
    "driver": Budget(0.6, 0.4),
    "replay": Budget.rate(5_000, 15_000),
    "dialogue": Budget.rate(500 / 60, 2_000 / 60),
}
"""What is measured, to its budget."""

SHAPES = {
    "fork, 3 MB : 5 KB": 1.5,
    "unseeded reset, 3 MB : 5 KB": 1.5,
    "seeded reset, 3 MB : 5 KB": 1.5,
    "call in 100 : 10 turns": 1.3,
    "rollout on two processes : one": 1 / 1.8,
    "fork over rows of the state": 1.5,
    "unseeded reset over rows of the state": 1.5,
    "seeded reset over rows of the state": 1.5,
    "first call after a fork over rows of the state": 1.5,
    "hash, 2 rows changed, over rows of the state": 1.5,
    "env.step over number of tools": 1.5,
    "turn over turns of the episode": 1.3,
    "episode over episodes before it": 1.3,
}
"""Series of measurements that grow in size, to the largest ratio of the last to the first that is allowed."""


@dataclass(frozen=True)
class Row:
    """One measurement."""

    what: str
    spread: Spread
    """FLOORs per unit of work; infinite if nothing came about."""
    floor: float
    """Seconds that the FLOOR took beside it."""
    budget: str = ""
    """A key of `BUDGETS`."""
    shape: str = ""
    """The series that the measurement is in, such as a key of `SHAPES`."""
    size: float | None = None
    """The size at which it was measured, in a series."""
    peer: str = ""
    """Whose it is; empty: ours."""
    noise: float = 0.0
    """FLOORs by which a difference may be off."""

    @property
    def ratio(self) -> float:
        """The time of one unit in FLOORs."""
        return self.spread.middle

    @property
    def verdict(self) -> str:
        """How the measurement stands to its budget."""
        budget = BUDGETS[self.budget]
        if budget is NONE:
            return ""
        if self.ratio == math.inf:
            return "none made"
        if self.ratio < self.noise and self.noise > budget.limit:
            return "unclear"
        return "stretch" if self.ratio <= budget.stretch else "within" if self.ratio <= budget.limit else "OVER"

    def json(self) -> dict[str, object]:
        """Return what `fc-gym bench` reads."""
        budget = BUDGETS[self.budget]
        limits = (None, None) if budget is NONE else (budget.limit, budget.stretch)
        return {
            "what": self.what, **self.spread.json(), "floor_us": self.floor * 1e6,
            "budget": limits[0], "stretch": limits[1], "verdict": self.verdict,
            "series": self.shape, "size": self.size, "limit": SHAPES.get(self.shape), "peer": self.peer,
        }  # fmt: skip


class AgainstFloor(Protocol):
    """The fixture of `conftest.py` by which everything is measured."""

    def __call__(
        self,
        what: str,
        work: Callable[..., object],
        *,
        budget: str = "",
        shape: str = "",
        size: float | None = None,
        peer: str = "",
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
            shape: The series that it is in, such as a key of `SHAPES`.
            size: The size at which it is measured, in a series.
            peer: Whose it is; empty: ours.
            per: How many units `work` does; the table is per unit.
            setup: Runs before every `work`, untimed; what it returns are the arguments.
            less: Timed in the same way and taken off.
            once: Run `work` a single time.
        """


class FromElsewhere(Protocol):
    """The fixture of `conftest.py` by which is noted what another process measured."""

    def __call__(self, what: str, measured: Callable[[], dict[str, Any]], *, shape: str) -> None:
        """Note one thing.

        Args:
            what: Names it in the table.
            measured: Measures it, and returns `ratio`, `low`, `high`, `floor_us` and `peer`.
            shape: The series that it is in, with ours.
        """


def table(rows: Sequence[Row]) -> str:
    """Return the measurements as text."""
    wide = max(len(row.what) for row in rows)
    lines = [
        f"{'what':<{wide}}  {'microseconds':>14}  {'per second':>11}  {'x FLOOR':>11}  "
        f"{'budget':>9}  {'stretch':>9}  verdict"
    ]
    for row in rows:
        budget, seconds = BUDGETS[row.budget], row.ratio * row.floor
        limits = ("", "") if budget is NONE else (_short(budget.limit), _short(budget.stretch))
        rate = 1 / seconds if seconds > 0 else 0.0
        lines.append(
            f"{row.what:<{wide}}  {seconds * 1e6:>14,.2f}  {_short(rate):>11}  {_short(row.ratio):>11}  "
            f"{limits[0]:>9}  {limits[1]:>9}  {row.verdict}".rstrip()
        )
    return "\n".join([*lines, *_shapes(rows)])


def _shapes(rows: Sequence[Row]) -> list[str]:
    lines = []
    for name, limit in SHAPES.items():
        series = [row.ratio for row in rows if row.shape == name]
        if len(series) > 1:
            ratio = series[-1] / series[0]
            verdict = "within" if ratio <= limit else "OVER"
            lines.append(f"{name}: {_short(ratio)} (at most {_short(limit)}) {verdict}")
    return lines


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.3f}"
