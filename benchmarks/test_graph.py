"""What grows with the number of tools: legal tools, grounded calls and the API graph."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.many import CALLS, MANY, many_task, many_tools
from fc_gym.env import ToolEnv
from fc_gym.graph import data_edges
from fc_gym.measure import measure
from fc_gym.registration import load_domain

STATES = 4


@pytest.mark.benchmark(group="legal")
@pytest.mark.parametrize("count", MANY)
def test_legal_tools(against_floor: AgainstFloor, count: int) -> None:
    """Take off a step among ten tools that asks for none of it."""
    ask, plain = _stepped(count, "keys", look=True), _stepped(MANY[0], "off", look=False)
    against_floor(f"legal tools and mask, {count:,} tools, per step", ask, budget="legal tools", less=plain)


@pytest.mark.benchmark(group="legal")
@pytest.mark.parametrize("count", MANY)
def test_step(against_floor: AgainstFloor, count: int) -> None:
    against_floor(f"env.step, {count:,} tools, legality keys, looked at", _stepped(count, "keys", look=True))


@pytest.mark.benchmark(group="grounded")
@pytest.mark.parametrize("count", MANY)
def test_grounded_calls(against_floor: AgainstFloor, count: int) -> None:
    env = _env(count, "keys")
    against_floor(f"grounded calls, {count:,} tools, per step", lambda: len(env.grounded_calls()))


@pytest.mark.benchmark(group="graph")
def test_data_edges(against_floor: AgainstFloor) -> None:
    domain = many_tools(MANY[-1])
    against_floor(f"data edges of {MANY[-1]:,} tools", lambda: data_edges(domain))


@pytest.mark.benchmark(group="graph")
def test_measuring(against_floor: AgainstFloor) -> None:
    shop = load_domain("shop")
    what = "measuring the graph of shop, per state visited"
    against_floor(what, lambda: measure(shop, seeds=1, states=STATES), per=STATES)


def _env(count: int, legality: Any) -> ToolEnv:
    domain = many_tools(count)
    env = ToolEnv(domain, tasks=[many_task(domain)], legality=legality)
    env.reset(seed=0)
    return env


def _stepped(count: int, legality: str, *, look: bool) -> Callable[[], object]:
    env, calls = _env(count, legality), itertools.cycle(CALLS)

    def step() -> object:
        info = env.step([next(calls)])[4]
        return (len(info["legal_tools"]), info["action_mask"].any()) if look else None

    return step
