"""Promises of the readers: each remembers what it is said to, and the literal one does nothing that was not said."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest
from fc_agents.named import GROUP, policy_named
from fc_synth.making import Order, made_row
from fc_synth.plan import Plan
from fc_synth.reader import ForgetfulPolicy, LiteralPolicy, ReaderPolicy, ShortMemoryPolicy
from fc_synth.reading import read_query
from fc_synth.sample import task_of

from fc_gym.env import ToolEnv
from fc_gym.registration import load_domain, make_env
from fc_gym.task import Task
from fc_gym.types import Action, JsonValue

ROWS = 6
PLAN = Plan(turns=(4, 5), depth=0.5, implicit=1.0, distance=1.0)


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    order = Order(("mail",), ROWS, 5, PLAN)
    return [task_of(made_row(order, load_domain("mail"), number)) for number in range(ROWS)]


def _actions(task: Task) -> Iterator[Action]:
    for turn in task.turns:
        yield from (list(layer) for layer in turn.gold)
        yield "Done."


def _started(policy: ReaderPolicy, task: Task) -> ToolEnv:
    env = make_env(task.domain, [task])
    env.reset(seed=0, options={"task": task})
    policy.begin(env, 0)
    return env


def test_every_policy_that_is_offered_bears_its_name() -> None:
    names = {point.name for point in entry_points(group=GROUP)}
    assert {"reader", "literal"} <= names
    assert all(policy_named(name).name == name for name in names)


@pytest.mark.parametrize("kind", [ShortMemoryPolicy, ForgetfulPolicy])
def test_a_new_message_finds_no_more_than_the_last_results_in_mind(kind: type[ReaderPolicy], tasks: list[Task]) -> None:
    forgotten = 0
    for task in tasks:
        policy, seen = kind(), list[str]()
        env = _started(policy, task)
        before: set[tuple[str, JsonValue]] = set()
        for action in _actions(task):
            observation, *_ = env.step(action)
            policy.see(action, observation)
            assert policy.reasoner is not None
            memory = policy.reasoner.memory
            if isinstance(action, str):
                recent = " ".join(seen[max(0, len(seen) - kind.memory) :])
                mind = {*memory.focus.last.items(), *((one.key, one.value) for one in memory.shown)}
                assert all(str(value) in recent for _, value in mind)
                forgotten += bool(before - mind)
            else:
                seen += [f"{call} {text}" for call, text in zip(action, observation["results"], strict=True)]
            before |= set(memory.focus.last.items())
    assert forgotten


def test_a_reader_remembers_all_that_was_shown(tasks: list[Task]) -> None:
    for task in tasks:
        policy, shown = ReaderPolicy(), 0
        env = _started(policy, task)
        for action in _actions(task):
            observation, *_ = env.step(action)
            policy.see(action, observation)
            assert policy.reasoner is not None
            assert len(policy.reasoner.memory.shown) >= shown
            shown = len(policy.reasoner.memory.shown)


def test_the_literal_one_changes_nothing_that_was_not_asked_for(tasks: list[Task]) -> None:
    calls = 0
    for task in tasks:
        policy = LiteralPolicy()
        env = _started(policy, task)
        asked = {request.tool for request in read_query(env.domain, task.turns[0].user)}
        observation, info = env.reset(seed=0, options={"task": task})
        action = policy.act(observation, info)
        while not isinstance(action, str):
            calls += len(action)
            assert all(env.domain.tools[call.name].reads_only or call.name in asked for call in action)
            observation, *_, info = env.step(action)
            action = policy.act(observation, info)
    assert calls >= ROWS
