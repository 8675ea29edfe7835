"""Environments side by side, JSON text in and JSON text out: microseconds per step of one environment."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium as gym
import orjson
import pytest
from gymnasium.vector import SyncVectorEnv

from benchmarks.budget import AgainstFloor
from benchmarks.depot import NAMES, long_task
from benchmarks.floor import CALLS
from fc_gym.domain import Domain
from fc_gym.registration import make_env

pytestmark = pytest.mark.benchmark(group="vector")

COUNTS = (1, 8, 64, 512)


@pytest.mark.parametrize("count", COUNTS)
def test_ours(against_floor: AgainstFloor, small: Domain, count: int) -> None:
    vector = gym.make_vec("benchmarks/Small-v0", num_envs=count, tasks=[long_task(small)])
    against_floor(f"make_vec, {count} envs, per step", _stepped(vector, count), budget="vector step", per=count)


@pytest.mark.parametrize("count", COUNTS)
def test_of_gymnasium(against_floor: AgainstFloor, small: Domain, count: int) -> None:
    vector = SyncVectorEnv([partial(make_env, NAMES["small"], [long_task(small)])] * count)
    against_floor(f"SyncVectorEnv, {count} envs, per step", _stepped(vector, count), per=count)


def _stepped(vector: gym.vector.VectorEnv[Any, Any, Any], count: int) -> Callable[[], object]:
    calls = itertools.cycle(CALLS)
    vector.reset(seed=0)

    def step() -> object:
        text = next(calls)
        return vector.step([[orjson.loads(text)] for _ in range(count)])

    return step
