"""Every benchmark is held against the FLOOR and the budgets of design.md section 7; nothing here fails for being slow.

`fc-gym bench` runs them and shows one table. To run them by hand:

    python -m pytest benchmarks --benchmark-only --benchmark-quiet -q -p no:cacheprovider -o addopts=""

The settings in pyproject.toml switch pytest-benchmark off, so that the tests run without it; the empty `addopts`
undoes that. `--benchmark-json=PATH` writes what `fc-gym bench` reads as the `extra_info` of each; pytest-benchmark's
own figures are of whole rounds. All times are processor time, which neighbours on the machine disturb least, unless a
benchmark says that it takes the wall's.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

from benchmarks import depot
from benchmarks.budget import AgainstFloor, FromElsewhere, Row, table
from benchmarks.interleaved import BRIEF, FULL, Beside, Measure, Spread, rounds_of, timed
from fc_gym.catalogue import register_envs
from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.measure import measure
from fc_gym.registration import load_domain

ROWS = pytest.StashKey[list[Row]]()
EVERY = 16
"""Runs that are prepared one by one, to a timing of the FLOOR."""


@pytest.fixture
def measure_for(pytestconfig: pytest.Config) -> Measure:
    """How long to measure."""
    return BRIEF if pytestconfig.getoption("--quick") else FULL


@pytest.fixture
def against_floor(benchmark: Any, pytestconfig: pytest.Config, measure_for: Measure) -> AgainstFloor:
    """Run a benchmark in rounds, each with the FLOOR beside it, and note how it compares."""

    def run(
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
        beside, times = Beside(less), 1
        if setup:
            beside = _with_setup(benchmark, work, setup, measure_for, once=once)
        else:
            times, rounds = (1, 1) if once else rounds_of(work, measure_for)
            benchmark.pedantic(partial(timed, work, times), setup=beside, rounds=rounds)
        if benchmark.stats is None:  # --benchmark-disable
            return
        units = per() if callable(per) else per
        idle = 0.0 if not setup or once else _idle()
        spread = beside.spread([max(0.0, one - idle) for one in benchmark.stats.stats.data], units, times)
        floor = statistics.median(beside.floors)
        noise = 0.05 * statistics.median(beside.bases) / floor
        _noted(benchmark, pytestconfig, Row(what, spread, floor, budget, shape, size, peer, noise))

    return run


@pytest.fixture
def from_elsewhere(benchmark: Any, pytestconfig: pytest.Config) -> FromElsewhere:
    """Note what another process measured."""

    def run(what: str, measured: Callable[[], dict[str, Any]], *, shape: str) -> None:
        one = measured()  # it may skip, which pytest-benchmark does not expect inside a round
        benchmark.pedantic(lambda: one, rounds=1)
        spread, floor = Spread(one["low"], one["ratio"], one["high"]), one["floor_us"] / 1e6
        row = Row(what, spread, floor, "", shape, peer=one["peer"])
        _noted(benchmark, pytestconfig, row)

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="measure a quarter as long")
    parser.addoption("--only", default="", help="groups of benchmarks to run, with commas between them")
    parser.addoption("--peer-python", default="", help="a Python in which peers are installed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    ours = [item for item in items if item.path.parent == here]
    for item in ours:
        settings = {"timer": time.process_time}
        for marker in reversed(list(item.iter_markers("benchmark"))):
            settings |= marker.kwargs
        item.add_marker(pytest.mark.benchmark(**settings), append=False)
    wanted = [name.strip().lower() for name in config.getoption("--only").split(",") if name.strip()]
    if not wanted:
        return
    groups = dict.fromkeys(_group(item) for item in ours)
    for name in wanted:
        if name not in groups:
            raise pytest.UsageError(f"there is no group of benchmarks {name!r}; there are {', '.join(groups)}")
    items[:] = [item for item in ours if _group(item) in wanted]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if rows:
        floors = sorted(row.floor * 1e6 for row in rows)
        terminalreporter.section("against the FLOOR")
        terminalreporter.write_line(
            f"FLOOR: {floors[len(floors) // 2]:.2f} microseconds ({floors[0]:.2f} to {floors[-1]:.2f})\n{table(rows)}"
        )


def _group(item: pytest.Item) -> str:
    marker = item.get_closest_marker("benchmark")
    return str(marker.kwargs.get("group", "")) if marker else ""


def _noted(benchmark: Any, config: pytest.Config, row: Row) -> None:
    config.stash.setdefault(ROWS, []).append(row)
    benchmark.extra_info.update(row.json())


def _with_setup(
    benchmark: Any, work: Callable[..., object], setup: Callable[[], tuple[Any, ...]], measure: Measure, *, once: bool
) -> Beside:
    """Run work that has to be prepared for each time; the FLOOR is beside a few runs together."""
    groups, every = (1, 1) if once else (measure.rounds, EVERY)
    if not once and (spent := _once(work, setup)) > measure.batch:
        groups, every = max(3, min(groups, int(measure.whole / spent))), 1
    beside = Beside(every=every)

    def prepare() -> tuple[tuple[Any, ...], dict[str, Any]]:
        beside()
        return setup(), {}

    benchmark.pedantic(work, setup=prepare, rounds=groups * every)
    return beside


def _once(work: Callable[..., object], setup: Callable[[], tuple[Any, ...]]) -> float:
    return timed(partial(work, *setup()), 1)


def _idle() -> float:
    """Return the seconds that timing one empty call takes."""
    spent = []
    for _ in range(400):
        begin = time.process_time()
        _nothing()
        spent.append(time.process_time() - begin)
    return statistics.median(spent)


def _nothing() -> None:
    pass
