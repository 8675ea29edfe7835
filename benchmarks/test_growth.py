"""How time grows with rows, tools, turns and episodes; `fc-gym bench --growth` fits an exponent to each series."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.depot import LARGE, SMALL, Depot, depot_of, long_task, placing, short_task
from benchmarks.many import CALLS, many_task, many_tools
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.state import State
from fc_gym.task import Limits, Task, Turn

pytestmark = pytest.mark.benchmark(group="growth")

ROWS = (SMALL, 200, 1_800, LARGE)
TOOLS = (10, 30, 100, 300, 1_000)
TURNS = (10, 30, 100, 300)
EPISODES = (10, 100, 1_000, 10_000)

rows_of_the_state = pytest.mark.parametrize("rows", ROWS)
number_of_tools = pytest.mark.parametrize("tools", TOOLS)


@rows_of_the_state
def test_fork(against_floor: AgainstFloor, rows: int) -> None:
    _measured(against_floor, "fork over rows of the state", rows, _written(rows).fork)


@rows_of_the_state
def test_first_write(against_floor: AgainstFloor, rows: int) -> None:
    domain, state = _domain(rows), _written(rows)

    def write(fork: State[Any]) -> None:
        domain.execute(fork.world, placing(4, 31))

    series = "first call after a fork over rows of the state"
    against_floor(_what(series, rows), write, shape=series, size=rows, setup=lambda: (state.fork(),))


@rows_of_the_state
def test_hash(against_floor: AgainstFloor, rows: int) -> None:
    domain, state, counts = _domain(rows), _written(rows), itertools.count()

    def changed() -> tuple[()]:
        for row in range(2):
            domain.execute(state.world, placing(row, next(counts) % 400))
        return ()

    series = "hash, 2 rows changed, over rows of the state"
    against_floor(_what(series, rows), state.hash, shape=series, size=rows, setup=changed)


@rows_of_the_state
def test_unseeded_reset(against_floor: AgainstFloor, rows: int) -> None:
    _measured(against_floor, "unseeded reset over rows of the state", rows, _env(rows).reset)


@rows_of_the_state
def test_seeded_reset(against_floor: AgainstFloor, rows: int) -> None:
    env = _env(rows)
    _measured(against_floor, "seeded reset over rows of the state", rows, lambda: env.reset(seed=1))


@rows_of_the_state
def test_drawing(against_floor: AgainstFloor, rows: int) -> None:
    domain = _domain(rows)
    _measured(against_floor, "drawing a world over its rows", rows, lambda: domain.sample(0))


@number_of_tools
def test_step(against_floor: AgainstFloor, tools: int) -> None:
    env, calls = _env_of_many(tools), itertools.cycle(CALLS)

    def step() -> None:
        info = env.step([next(calls)])[4]
        assert info["legal_tools"] and info["action_mask"].any()

    _measured(against_floor, "env.step over number of tools", tools, step)


@number_of_tools
def test_grounded_calls(against_floor: AgainstFloor, tools: int) -> None:
    env = _env_of_many(tools)
    _measured(against_floor, "grounded calls over number of tools", tools, lambda: len(env.grounded_calls()))


@pytest.mark.parametrize("turns", TURNS)
def test_turns(against_floor: AgainstFloor, small: Domain, turns: int) -> None:
    told = {"ItemId": ("ITM-10004",)}
    each = tuple(Turn("Please note it.", ((placing(4, count),),), told=told) for count in range(turns))
    task = Task(f"turns-{turns}", small.name, 0, each, limits=Limits(steps=10**9))
    env = ToolEnv(small, tasks=[task])
    texts = [placing(4, count).json() for count in range(turns)]

    def play() -> None:
        env.reset(seed=0)
        for text in texts:
            env.step([orjson.loads(text)])
            over = env.step("Done.")[2]
        assert over

    series = "turn over turns of the episode"
    against_floor(_what(series, turns), play, shape=series, size=turns, per=turns)


@pytest.mark.parametrize("before", EPISODES)
def test_episodes(against_floor: AgainstFloor, small: Domain, before: int) -> None:
    """Play an episode in an environment in which many were played."""
    task = short_task(small, 5)
    env = ToolEnv(small, tasks=[task])
    play = _player(env, task)
    for _ in range(before):
        play()
    _measured(against_floor, "episode over episodes before it", before, play)


def _measured(against_floor: AgainstFloor, series: str, size: int, work: Callable[[], object]) -> None:
    against_floor(_what(series, size), work, shape=series, size=size)


def _what(series: str, size: int) -> str:
    return f"{series}: {size:,}"


@cache
def _domain(rows: int) -> Domain:
    return Domain(depot_of(rows))


def _written(rows: int) -> State[Depot]:
    """Return a world in play: digested once, forked off a shared start, one row written."""
    domain = _domain(rows)
    start = domain.sample(0)
    start.hash()
    state: State[Depot] = start.fork()
    domain.execute(state.world, placing(0, 7))
    state.hash()
    return state


def _env(rows: int) -> ToolEnv:
    domain = _domain(rows)
    env = ToolEnv(domain, tasks=[long_task(domain)])
    env.reset(seed=1)
    return env


def _env_of_many(tools: int) -> ToolEnv:
    domain = many_tools(tools)
    env = ToolEnv(domain, tasks=[many_task(domain)], legality="keys")
    env.reset(seed=0)
    return env


def _player(env: ToolEnv, task: Task) -> Callable[[], None]:
    texts = [call.json() for layer in task.turns[0].gold for call in layer]

    def play() -> None:
        env.reset()
        for text in texts:
            env.step([orjson.loads(text)])
        assert env.step("Done.")[2]

    return play
