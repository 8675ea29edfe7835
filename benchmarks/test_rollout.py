"""Whole episodes of a policy that takes no time, and walks: microseconds each."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.depot import NAMES, placing, short_task
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.graph import ApiGraph
from fc_gym.record import Trajectory
from fc_gym.reference import Reference
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.task import Task, Turn
from fc_gym.types import Action

CALLS, REPLAYED = 10, 5
CHUNKS, BEGUN = 40, 4
"""Chunks of episodes that workers play, and how many are there before the time runs."""
WALKS = 3
SIDE_BY_SIDE = (1, 64, 1_024)

needs_agents = pytest.mark.skipif(find_spec("fc_agents") is None, reason="fc_agents is not installed")


@pytest.mark.benchmark(group="rollout")
def test_on_a_session(against_floor: AgainstFloor, small: Domain) -> None:
    task = short_task(small, CALLS)
    against_floor(f"rollout of {CALLS} calls on Session", _Player(small, task), budget="rollout")


@needs_agents
@pytest.mark.benchmark(group="rollout")
def test_with_the_gold_policy(against_floor: AgainstFloor, small: Domain) -> None:
    from fc_agents.rollout import rollout
    from fc_agents.script import GoldPolicy

    policy, task = GoldPolicy(), short_task(small, CALLS)
    env = ToolEnv(small, tasks=[task])
    what = f"rollout of {CALLS} calls by fc_agents, recorded"
    against_floor(what, lambda: rollout(env, policy, 0, task), budget="rollout")


@needs_agents
@pytest.mark.benchmark(group="driver")
def test_driver(against_floor: AgainstFloor, small: Domain) -> None:
    """Take off the same reset and steps without a driver, its policy and its record."""
    from fc_agents.rollout import rollout
    from fc_agents.script import GoldPolicy

    policy, task = GoldPolicy(), short_task(small, CALLS)
    env, bare = ToolEnv(small, tasks=[task]), ToolEnv(small, tasks=[task])
    actions: list[Action] = [*(list(layer) for layer in task.turns[0].gold), "Done."]

    def steps() -> None:
        bare.reset(seed=0, options={"task": task})
        for action in actions:
            bare.step(action)

    what = "driver of fc_agents over reset and step, per step"
    against_floor(what, lambda: rollout(env, policy, 0, task), budget="driver", per=len(actions), less=steps)


@needs_agents
@pytest.mark.benchmark(group="driver")
@pytest.mark.parametrize("episodes", SIDE_BY_SIDE)
def test_taking_turns(against_floor: AgainstFloor, small: Domain, episodes: int) -> None:
    """Record so many episodes of one task, a step of each in turn."""
    task = short_task(small, CALLS)
    actions: list[Action] = [*(list(layer) for layer in task.turns[0].gold), "Done."]
    env = ToolEnv(small, tasks=[task])
    envs = [env.fork(apart=episodes > 1) for _ in range(episodes)]

    def turns() -> None:
        begun = [(one, Trajectory.begin(one, small.name, 0, task)[0]) for one in envs]
        for action in actions:
            for one, trajectory in begun:
                trajectory.step(one, action)

    what = f"turn of a recorded episode among {episodes}"
    shape = f"turn among {SIDE_BY_SIDE[-1]} episodes : 1"
    against_floor(what, turns, per=episodes * len(actions), shape=shape, size=episodes)


@needs_agents
@pytest.mark.benchmark(group="workers", timer=time.perf_counter)
@pytest.mark.parametrize("workers", [1, 2])
def test_on_processes(against_floor: AgainstFloor, small: Domain, tmp_path: Path, workers: int) -> None:
    """Time, by the wall, what comes once every worker has begun."""
    from fc_agents.collect.job import Job
    from fc_agents.workers import CHUNK, parts

    if workers > (os.cpu_count() or 1):
        pytest.skip(f"{workers} processes need as many processors")
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(orjson.dumps(short_task(small, CALLS).json()) + b"\n")
    job = Job(NAMES["small"], "gold", range(CHUNK * CHUNKS), str(path))

    def begun() -> tuple[Iterator[object]]:
        made = parts(job, workers)
        for _ in range(BEGUN):
            next(made)
        return (made,)

    against_floor(
        f"rollout of {CALLS} calls by fc_agents, {workers} {'process' if workers == 1 else 'processes'} (wall)",
        lambda made: deque(made, maxlen=0),
        setup=begun,
        per=CHUNK * (CHUNKS - BEGUN),
        shape="rollout on two processes : one",
        size=workers,
    )


@pytest.mark.benchmark(group="rollout")
@pytest.mark.parametrize("turns", [10, 100])
def test_of_many_turns(against_floor: AgainstFloor, small: Domain, turns: int) -> None:
    told = {"ItemId": ("ITM-10004",)}
    each = tuple(Turn("Please note it.", ((placing(4, count),),), told=told) for count in range(turns))
    task = Task(f"turns-{turns}", small.name, 0, each)
    player, what = _Player(small, task), f"rollout of {turns} turns on Session, per turn"
    against_floor(what, player, per=turns, shape="call in 100 : 10 turns", size=turns)


@pytest.mark.benchmark(group="replay")
def test_replay(against_floor: AgainstFloor, large: Domain) -> None:
    task = short_task(large, REPLAYED)
    against_floor(f"replay and check of {REPLAYED} calls, 3 MB", _Player(large, task), budget="replay")


@needs_agents
@pytest.mark.benchmark(group="walk")
def test_walk(against_floor: AgainstFloor, shop_graph: ApiGraph) -> None:
    """Walk to hard targets in our shop, and drop what is not needed."""
    from fc_agents.trace import minimised
    from fc_agents.walk import DeadEnd, walk

    shop = load_domain("shop")
    starts = [Session.start(shop, seed) for seed in range(WALKS)]
    targets = ("submit_order", "open_return", "claim_refund")
    reached = 0

    def walks() -> None:
        nonlocal reached
        reached = 0
        for seed, session in enumerate(starts):
            for target in targets:
                try:
                    trace = walk(session, shop_graph, target, np.random.default_rng(seed))
                except DeadEnd:
                    continue
                reached += bool(minimised(session, trace))

    against_floor("walk and minimise in shop, per walk that arrives", walks, per=lambda: reached)


class _Player:
    """Plays the verified calls of a task, from JSON text, and replies after each turn.

    Args:
        domain: Where to play.
        task: What to play.
    """

    def __init__(self, domain: Domain, task: Task) -> None:
        self.domain, self.task, self.reference = domain, task, Reference(domain, task)
        self.texts = [[call.json() for layer in turn.gold for call in layer] for turn in task.turns]

    def __call__(self) -> Any:
        session = Session.start(self.domain, 0, self.task, self.reference)
        for texts in self.texts:
            for text in texts:
                session.run([orjson.loads(text)])
            parts = session.reply("Done.")
        assert parts.outcome == 1.0
        return parts
