"""Beginning an episode: microseconds per reset."""

from __future__ import annotations

import itertools
from typing import Any

import gymnasium as gym
import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.depot import LARGE, SMALL, long_task
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv

pytestmark = pytest.mark.benchmark(group="reset")

SIZES = ("small", "large")
WORDS = {"small": "5 KB", "large": "3 MB"}
ROWS = {"small": SMALL, "large": LARGE}


@pytest.mark.parametrize("size", SIZES)
def test_unseeded_with_a_task(against_floor: AgainstFloor, size: str, request: pytest.FixtureRequest) -> None:
    env = _env(request.getfixturevalue(size))
    what = f"reset unseeded, {WORDS[size]}"
    shape = "unseeded reset, 3 MB : 5 KB"
    against_floor(what, env.reset, budget="reset unseeded", shape=shape, size=ROWS[size])


@pytest.mark.parametrize("size", SIZES)
def test_seeded_with_a_task(against_floor: AgainstFloor, size: str, request: pytest.FixtureRequest) -> None:
    env = _env(request.getfixturevalue(size))
    what = f"reset seeded, {WORDS[size]}"
    shape = "seeded reset, 3 MB : 5 KB"
    against_floor(what, lambda: env.reset(seed=1), budget="reset seeded", shape=shape, size=ROWS[size])


def test_unseeded_through_make(against_floor: AgainstFloor, small: Domain) -> None:
    env = gym.make("benchmarks/Small-v0", tasks=[long_task(small)])
    against_floor("reset unseeded, 5 KB, through gym.make", lambda: env.reset(), budget="reset unseeded")


def test_with_one_of_many_tasks(against_floor: AgainstFloor, small: Domain) -> None:
    env, tasks = ToolEnv(small), itertools.cycle([long_task(small) for _ in range(8)])
    against_floor(
        "reset unseeded, 5 KB, task in options",
        lambda: env.reset(options={"task": next(tasks)}),
        budget="reset unseeded",
    )


def test_free_play_from_the_same_start(against_floor: AgainstFloor, small: Domain) -> None:
    env = ToolEnv(small)
    against_floor("reset seeded, 5 KB, free play", lambda: env.reset(seed=1), budget="reset seeded")


@pytest.mark.parametrize("size", SIZES)
def test_free_play_from_a_new_start(against_floor: AgainstFloor, size: str, request: pytest.FixtureRequest) -> None:
    env: gym.Env[Any, Any] = ToolEnv(request.getfixturevalue(size))
    env.reset(seed=1)
    against_floor(f"reset unseeded, {WORDS[size]}, free play (draws a new world)", env.reset)


def _env(domain: Domain) -> ToolEnv:
    env = ToolEnv(domain, tasks=[long_task(domain)])
    env.reset(seed=1)
    return env
