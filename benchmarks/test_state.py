"""Forks, copies, marks, rollbacks and digests of a small and a large world: microseconds each."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.depot import LARGE, SMALL, placing
from fc_gym.domain import Domain
from fc_gym.state import Snapshot, State

SIZES = ("small", "large")
WORDS = {"small": "5 KB", "large": "3 MB"}
ROWS = {"small": SMALL, "large": LARGE}
WRITES = 16


@pytest.fixture
def domain(size: str, request: pytest.FixtureRequest) -> Domain:
    found: Domain = request.getfixturevalue(size)
    return found


@pytest.fixture
def state(domain: Domain) -> State[Any]:
    """A world in play: digested once, forked off a shared start, one row written."""
    start = domain.sample(0)
    start.hash()
    state = start.fork()
    domain.execute(state.world, placing(0, 7))
    state.hash()
    return state


@pytest.mark.benchmark(group="fork")
@pytest.mark.parametrize("size", SIZES)
def test_fork(against_floor: AgainstFloor, state: State[Any], size: str) -> None:
    shape = "fork, 3 MB : 5 KB"
    against_floor(f"fork, {WORDS[size]}", state.fork, budget="fork", shape=shape, size=ROWS[size])


@pytest.mark.benchmark(group="fork")
@pytest.mark.parametrize("size", SIZES)
def test_fork_of_many_rows(against_floor: AgainstFloor, domain: Domain, state: State[Any], size: str) -> None:
    for row in range(WRITES):
        domain.execute(state.world, placing(row, 9))
    against_floor(f"fork, {WORDS[size]}, {WRITES} rows owned", state.fork)


@pytest.mark.benchmark(group="fork")
@pytest.mark.parametrize("size", SIZES)
def test_first_write(against_floor: AgainstFloor, domain: Domain, state: State[Any], size: str) -> None:
    def write(fork: State[Any]) -> None:
        domain.execute(fork.world, placing(4, 31))

    against_floor(f"first call after a fork, {WORDS[size]}", write, setup=lambda: (state.fork(),))


@pytest.mark.benchmark(group="fork")
@pytest.mark.parametrize("size", SIZES)
def test_snapshot(against_floor: AgainstFloor, state: State[Any], size: str) -> None:
    against_floor(f"snapshot, {WORDS[size]}", state.snapshot, budget="fork")


@pytest.mark.benchmark(group="fork")
@pytest.mark.parametrize("size", SIZES)
def test_copy(against_floor: AgainstFloor, state: State[Any], size: str) -> None:
    against_floor(f"copy and its first hash, {WORDS[size]}, per row", lambda: state.copy().hash(), per=ROWS[size])


@pytest.mark.benchmark(group="restore")
@pytest.mark.parametrize("size", SIZES)
def test_restore(against_floor: AgainstFloor, domain: Domain, state: State[Any], size: str) -> None:
    counts = itertools.count()

    def written() -> tuple[Snapshot]:
        mark, count = state.snapshot(), next(counts) % 400
        for row in range(WRITES):
            domain.execute(state.world, placing(row, count))
        return (mark,)

    what = f"restore, {WORDS[size]}, per write of {WRITES}"
    against_floor(what, state.restore, budget="rollback", setup=written, per=WRITES)


@pytest.mark.benchmark(group="hash")
@pytest.mark.parametrize("size", SIZES)
def test_hash(against_floor: AgainstFloor, domain: Domain, state: State[Any], size: str) -> None:
    counts = itertools.count()

    def changed() -> tuple[()]:
        count = next(counts) % 400
        for row in range(2):
            domain.execute(state.world, placing(row, count))
        return ()

    against_floor(f"hash, {WORDS[size]}, 2 rows changed", state.hash, budget="hash", setup=changed)


@pytest.mark.benchmark(group="hash")
@pytest.mark.parametrize("size", SIZES)
def test_hash_again(against_floor: AgainstFloor, state: State[Any], size: str) -> None:
    against_floor(f"hash, {WORDS[size]}, nothing changed", state.hash, budget="hash")
