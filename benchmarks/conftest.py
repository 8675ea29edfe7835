"""Every benchmark is held against the FLOOR and the budgets of design.md section 7; nothing here fails for being slow.

Run them, and see one table at the end, with

    python -m pytest benchmarks --benchmark-only --benchmark-quiet -q -p no:cacheprovider -o addopts=""

The settings in pyproject.toml switch pytest-benchmark off, so that the tests run without it; the empty `addopts`
undoes that. `--benchmark-json=PATH` writes `ratio`, `floor_us` and `budget` of each as its `extra_info`.
All times are processor time, which neighbours on the machine disturb least.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

from benchmarks import depot
from benchmarks.budget import BUDGETS, NONE, AgainstFloor, Row, table
from benchmarks.floor import floor_seconds, seconds
from fc_gym.catalogue import register_envs
from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.measure import measure
from fc_gym.registration import load_domain

ROWS = pytest.StashKey[list[Row]]()
FEW = 8
"""Rounds up to which they are counted by hand."""


@pytest.fixture
def against_floor(benchmark: Any, pytestconfig: pytest.Config) -> AgainstFloor:
    """Run a benchmark between two timings of the FLOOR, and note how it compares."""

    def run(
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
        rounds = 1 if once else _rounds(work, setup)
        before, floor = seconds(less, 20) if less else 0.0, floor_seconds()
        if setup:
            benchmark.pedantic(work, setup=lambda: (setup(), {}), rounds=rounds)
        elif rounds <= FEW:
            benchmark.pedantic(work, rounds=rounds)
        else:
            benchmark(work)
        floor = (floor + floor_seconds()) / 2
        base = (before + seconds(less, 20)) / 2 if less else 0.0
        if benchmark.stats is None:  # --benchmark-disable
            return
        units = per() if callable(per) else per
        median = float(benchmark.stats.stats.median)
        spent = max(0.0, median - base) / units if units else math.inf
        row = Row(what, spent, floor, budget, shape, noise=0.05 * base)
        pytestconfig.stash.setdefault(ROWS, []).append(row)
        limit = BUDGETS[budget].limit if BUDGETS[budget] is not NONE else None
        benchmark.extra_info.update(what=what, ratio=row.ratio, floor_us=floor * 1e6, budget=limit)

    return run


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    """Register our domains, and the one that is measured in both sizes."""
    register_envs()
    for size, name in depot.NAMES.items():
        gym.register(
            f"benchmarks/{size.title()}-v0",
            entry_point="fc_gym.registration:make_env",
            vector_entry_point="fc_gym.registration:make_vector_env",
            kwargs={"domain": name},
        )


@pytest.fixture(scope="session")
def small() -> Domain:
    """The measured domain with 5 KB of rows."""
    return load_domain(depot.NAMES["small"])


@pytest.fixture(scope="session")
def large() -> Domain:
    """The measured domain with 3 MB of rows."""
    return load_domain(depot.NAMES["large"])


@pytest.fixture(scope="session")
def shop_graph() -> ApiGraph:
    """The graph of our shop, from a twelfth of the states that are visited otherwise."""
    shop = load_domain("shop")
    return ApiGraph(shop, measure(shop, seeds=4, states=6))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.benchmark(timer=time.process_time, max_time=0.4))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if rows:
        floors = sorted(row.floor * 1e6 for row in rows)
        terminalreporter.section("against the FLOOR")
        terminalreporter.write_line(
            f"FLOOR: {floors[len(floors) // 2]:.2f} microseconds ({floors[0]:.2f} to {floors[-1]:.2f})\n{table(rows)}"
        )


def _rounds(work: Callable[..., object], setup: Callable[[], tuple[Any, ...]] | None) -> int:
    """Run once to warm up, and return how often the work is to be repeated: for about 0.3 seconds."""
    begin = time.perf_counter()
    work(*(setup() if setup else ()))
    spent = time.perf_counter() - begin
    return 1 if spent > 1.0 else max(3, min(400, int(0.3 / spent)))
