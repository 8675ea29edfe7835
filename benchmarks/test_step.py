"""One tool step, JSON text in and JSON text out: microseconds per call."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import orjson
import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.depot import long_task
from benchmarks.floor import CALLS, floor
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.session import Session
from fc_gym.types import ToolCall

pytestmark = pytest.mark.benchmark(group="step")

REFUSED = {
    "by the tool": CALLS[0].replace("ITM-10004", "ITM-99999"),
    "missing argument": CALLS[0].replace('"quantity": 31, ', ""),
    "wrong type": CALLS[0].replace("31", '"31"'),
    "unknown tool": CALLS[0].replace("place_stock", "place_stocks"),
}


def test_the_floor(against_floor: AgainstFloor) -> None:
    against_floor("the FLOOR itself", floor)


def test_execute(against_floor: AgainstFloor, small: Domain) -> None:
    against_floor("step: Domain.execute", _executed(small, CALLS), budget="step")


def test_session(against_floor: AgainstFloor, small: Domain) -> None:
    against_floor("step: Session.run", _run(small, CALLS), budget="step")


@pytest.mark.parametrize("legality", ["off", "keys", "state"])
def test_env(against_floor: AgainstFloor, small: Domain, legality: Any) -> None:
    env = ToolEnv(small, tasks=[long_task(small)], legality=legality)
    budget = "" if legality == "state" else "step"
    against_floor(f"step: env.step, legality {legality}", _stepped(env), budget=budget)


def test_made_env(against_floor: AgainstFloor, small: Domain) -> None:
    env = gym.make("benchmarks/Small-v0", tasks=[long_task(small)])
    against_floor("step: env.step through gym.make", _stepped(env), budget="step through gym.make")


@pytest.mark.parametrize("reason", REFUSED)
def test_refused(against_floor: AgainstFloor, small: Domain, reason: str) -> None:
    against_floor(f"refused call: Session.run, {reason}", _run(small, [REFUSED[reason]]), budget="refused call")


def test_refused_by_env(against_floor: AgainstFloor, small: Domain) -> None:
    env = ToolEnv(small, tasks=[long_task(small)])
    against_floor("refused call: env.step, by the tool", _stepped(env, [REFUSED["by the tool"]]), budget="refused call")


def _executed(domain: Domain, texts: Any) -> Callable[[], str]:
    world, calls = domain.sample(0).world, itertools.cycle(texts)
    return lambda: domain.execute(world, ToolCall.of(orjson.loads(next(calls)))).text


def _run(domain: Domain, texts: Any) -> Callable[[], str]:
    session, calls = Session.start(domain, 0, long_task(domain)), itertools.cycle(texts)
    return lambda: session.run([orjson.loads(next(calls))])[0].text


def _stepped(env: gym.Env[Any, Any], texts: Any = CALLS) -> Callable[[], str]:
    calls = itertools.cycle(texts)
    env.reset(seed=0)

    def step() -> str:
        observation, _, _, _, info = env.step([orjson.loads(next(calls))])
        assert info["legal_tools"]
        return str(observation["results"][0])

    return step
