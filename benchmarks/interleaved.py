"""Timing in rounds, each with a batch of the FLOOR beside it, so that what disturbs the machine disturbs both.

It imports nothing but the standard library, since it also runs in the Python of a peer.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.floor import floor

__all__ = ["BRIEF", "FULL", "Beside", "Measure", "Spread", "interleaved", "rounds_of", "spread_of", "timed"]

FLOORS = 100
"""Steps of the FLOOR beside one round."""


@dataclass(frozen=True)
class Measure:
    """How long to measure one thing."""

    rounds: int
    """Most rounds."""
    batch: float
    """Seconds that a round takes, if the work is short."""
    whole: float
    """Seconds that all rounds take, if the work is long."""


FULL = Measure(25, 0.008, 0.4)
BRIEF = Measure(9, 0.002, 0.1)


@dataclass(frozen=True)
class Spread:
    """The middle half of what many rounds gave."""

    low: float
    middle: float
    high: float

    def json(self) -> dict[str, float | None]:
        """Return the ratio and its quartiles; None for what is infinite."""
        pairs = (("ratio", self.middle), ("low", self.low), ("high", self.high))
        return {name: value if math.isfinite(value) else None for name, value in pairs}


@dataclass
class Beside:
    """Times the FLOOR, and what is to be taken off, before every round.

    Args:
        less: What is to be taken off; None: nothing.
        every: Rounds until the FLOOR is timed again.
    """

    less: Callable[[], object] | None = None
    every: int = 1

    def __post_init__(self) -> None:
        self.floors: list[float] = []
        self.bases: list[float] = []
        self._count = 0
        self._times = rounds_of(self.less, FULL)[0] if self.less else 1

    def __call__(self) -> None:
        """Get ready for a round."""
        if self._count % self.every == 0:
            self.floors.append(timed(floor, FLOORS))
            self.bases.append(timed(self.less, self._times) if self.less else 0.0)
        self._count += 1

    def spread(self, seconds: Sequence[float], units: float = 1.0, times: int = 1) -> Spread:
        """Return in FLOORs what rounds took.

        Args:
            seconds: What each round took, in order.
            units: Units of work in one run.
            times: Runs in a round.
        """
        floors = [*self.floors, timed(floor, FLOORS)]
        ratios = []
        for position, base in enumerate(self.bases):
            group = seconds[position * self.every : (position + 1) * self.every]
            beside = (floors[position] + floors[position + 1]) / 2
            ratios.append((statistics.median(group) / times - base) / units / beside if units else math.inf)
        return spread_of(ratios)


def interleaved(work: Callable[[], object], measure: Measure = FULL) -> tuple[Spread, float]:
    """Return what one run of `work` takes in FLOORs, and the seconds of a FLOOR."""
    times, rounds = rounds_of(work, measure)
    beside, seconds = Beside(), []
    for _ in range(rounds):
        beside()
        seconds.append(timed(work, times))
    return beside.spread(seconds), statistics.median(beside.floors)


def rounds_of(work: Callable[[], object], measure: Measure) -> tuple[int, int]:
    """Run a few times to warm up, and return how often the work is to be run in a round, and how many rounds."""
    spent = timed(work, 1)
    if spent < measure.batch:
        spent = min(timed(work, 3), timed(work, 3))
    if spent > measure.whole:
        return 1, 1 if spent > 2 * measure.whole else 3
    return max(1, int(measure.batch / max(spent, 1e-7))), max(3, min(measure.rounds, int(measure.whole / spent)))


def spread_of(ratios: Sequence[float]) -> Spread:
    """Return the median and the quartiles."""
    if len(ratios) < 2 or math.inf in ratios:
        return Spread(ratios[0], ratios[0], ratios[0])
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Spread(low, middle, high)


def timed(work: Callable[[], object], times: int) -> float:
    """Return the processor seconds of one run among so many in a row."""
    begin = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begin) / times
