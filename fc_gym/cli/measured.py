"""What benchmarks measured: ratios to the FLOOR, from a run or from an earlier file, and what follows from them."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fc_gym.errors import FcGymError, RecordError

__all__ = ["GROWTH", "PEERS", "Change", "Measured", "Run", "Series", "changes", "exponent", "read_run", "run_of"]

GROWTH, PEERS = "growth", "peers"
"""Groups of measurements that have tables of their own."""

FIRM = 0.2
"""Change up to which two runs are taken for equal, whatever their spreads: busy neighbours alone make so much."""


@dataclass(frozen=True)
class Measured:
    """One measurement, in FLOORs."""

    what: str
    group: str
    ratio: float | None
    """The median; None if nothing came about."""
    low: float | None
    """The first quartile of the rounds."""
    high: float | None
    """The third."""
    budget: float | None = None
    stretch: float | None = None
    verdict: str = ""
    series: str = ""
    """What it is compared with, by size or by peer."""
    size: float | None = None
    limit: float | None = None
    """The largest ratio of the last of the series to its first that is allowed."""
    peer: str = ""
    """Whose it is; empty: ours."""

    @property
    def noise(self) -> float:
        """Half the width of the middle half of the rounds, as a share."""
        if not self.ratio or self.low is None or self.high is None:
            return 0.0
        return (self.high - self.low) / 2 / self.ratio


@dataclass(frozen=True)
class Series:
    """Measurements of one thing at growing sizes."""

    name: str
    sizes: tuple[float, ...]
    ratios: tuple[float, ...]
    """FLOORs."""
    limit: float | None

    @property
    def growth(self) -> float:
        """How many times as long the last takes as the first."""
        return self.ratios[-1] / self.ratios[0] if self.ratios[0] else math.inf

    @property
    def verdict(self) -> str:
        """Whether it grows within its limit."""
        return "" if self.limit is None else "within" if self.growth <= self.limit else "OVER"


@dataclass(frozen=True)
class Run:
    """All measurements of one run."""

    floor_us: float
    """Microseconds of a step of the FLOOR, the median."""
    python: str
    cpus: int
    rows: tuple[Measured, ...]

    def series(self) -> list[Series]:
        """Return the series of two sizes or more, in the order of their first."""
        found: dict[str, list[Measured]] = {}
        for row in self.rows:
            if row.series and row.size is not None and row.ratio is not None:
                found.setdefault(row.series, []).append(row)
        return [_series(name, rows) for name, rows in found.items() if len({row.size for row in rows}) > 1]

    def json(self) -> dict[str, Any]:
        """Return plain JSON values, without times and names of machines."""
        machine = {"python": self.python, "cpus": self.cpus}
        return {"floor_us": self.floor_us, "machine": machine, "rows": [asdict(row) for row in self.rows]}


@dataclass(frozen=True)
class Change:
    """How a measurement changed between two runs."""

    what: str
    old: float | None
    new: float | None
    noise: float
    """Share up to which a change means nothing."""

    @property
    def share(self) -> float | None:
        """The change as a share of the old value; None if one is missing."""
        return None if not self.old or self.new is None else self.new / self.old - 1

    @property
    def verdict(self) -> str:
        """What the change means."""
        if self.share is None:
            return "new" if self.new is not None else "gone"
        if abs(self.share) <= self.noise:
            return ""
        return "slower" if self.share > 0 else "faster"


def changes(old: Run, new: Run) -> list[Change]:
    """Compare two runs: what is in both, then what is new or gone."""
    before, now = ({row.what: row for row in run.rows} for run in (old, new))
    both = [_change(before[what], row) for what, row in now.items() if what in before]
    added = [Change(what, None, row.ratio, 0.0) for what, row in now.items() if what not in before]
    return both + added + [Change(what, row.ratio, None, 0.0) for what, row in before.items() if what not in now]


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return the power of the size with which a time grows: the slope of a line through the logarithms.

    Args:
        sizes: Two different sizes or more, above 0.
        times: The time at each.

    >>> round(exponent([10, 100, 1000], [3, 30, 300]), 6)
    1.0
    """
    tiny = 1e-12
    logs = [math.log(max(time, tiny)) for time in times]
    return statistics.linear_regression([math.log(size) for size in sizes], logs).slope


def run_of(path: Path) -> Run:
    """Read the file that pytest-benchmark wrote.

    Args:
        path: The file.

    Raises:
        FcGymError: If nothing in it was measured as ours is.
    """
    entries = json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
    kept = [{**one["extra_info"], "group": one["group"] or ""} for one in entries if "what" in one["extra_info"]]
    if not kept:
        raise FcGymError("nothing that was measured is held against the FLOOR; use the fixture against_floor")
    rows = [_row(values) for values in kept]
    floor = statistics.median(values["floor_us"] for values in kept)
    return Run(floor, platform.python_version(), os.cpu_count() or 1, tuple(rows))


def read_run(path: Path) -> Run:
    """Read a file that `fc-gym bench --out` wrote.

    Args:
        path: The file.

    Raises:
        RecordError: If it is not there, or is something else.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        machine, rows = body["machine"], tuple(_row(row) for row in body["rows"])
        return Run(float(body["floor_us"]), str(machine["python"]), int(machine["cpus"]), rows)
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); `fc-gym bench --out` writes one") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise RecordError(f"{path}: no record of a benchmark run ({reason}); `fc-gym bench --out` writes one") from None


def _row(values: Mapping[str, Any]) -> Measured:
    row = Measured(**{one.name: values[one.name] for one in fields(Measured)})
    for one in fields(Measured):
        value, words = values[one.name], one.type == "str"
        good = isinstance(value, str) if words else value is None or (type(value) in (int, float) and value >= 0)
        if not good:
            raise ValueError(f"{one.name} is {value!r} in {row.what!r}")
    return row


def _series(name: str, rows: Sequence[Measured]) -> Series:
    pairs = sorted((row.size, row.ratio) for row in rows if row.size is not None and row.ratio is not None)
    return Series(name, tuple(size for size, _ in pairs), tuple(ratio for _, ratio in pairs), rows[0].limit)


def _change(old: Measured, new: Measured) -> Change:
    return Change(new.what, old.ratio, new.ratio, max(FIRM, old.noise + new.noise))
