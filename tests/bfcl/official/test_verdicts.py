"""Agents that stray from the ground truth, judged by the official checker and by ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pytest

from fc_gym.bfcl.decode import WrittenCall, read_call
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.tasks import BfclTask
from tests.bfcl.alone import alone
from tests.bfcl.drawn import Drawn, hints_of
from tests.bfcl.official.package import MODEL, official_verdict
from tests.bfcl.official.sizes import SEED, spread

pytestmark = pytest.mark.official

Plan = list[list[list[str]]]
Agent = Callable[[BfclTask, np.random.Generator, Iterator[str]], Plan]


def backwards(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    return [[list(reversed(calls))] for calls in task.truth]


def stuttering(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    return [[[call, call] for call in calls] for calls in task.truth]


def forgetful(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    return [[[call] for call in calls if chance.random() < 0.9] for calls in task.truth]


def floating(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    return [[[_with_floats(call)] for call in calls] for calls in task.truth]


def hasty(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    turns = [[list(calls)] for calls in task.truth]
    return [turn + later for turn, later in zip(turns, [*turns[1:], [["bogus()"]]], strict=True)]


def wandering(task: BfclTask, chance: np.random.Generator, drawn: Iterator[str]) -> Plan:
    return [
        [step for call in (*calls, "") for step in _detour(call, chance, drawn)] if chance.random() < 0.95 else []
        for calls in task.truth
    ]


def _detour(call: str, chance: np.random.Generator, drawn: Iterator[str]) -> list[list[str]]:
    steps = [[call]] if call else []
    if chance.random() < 0.15:
        steps.insert(int(chance.integers(len(steps) + 1)), [next(drawn)])
    return steps + [[]] * int(chance.random() < 0.05)


def _with_floats(text: str) -> str:
    call = read_call(text)
    given = {
        name: float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in call.keyword.items()
    }
    return str(WrittenCall(call.name, call.positional, given))


AGENTS: tuple[Agent, ...] = (backwards, stuttering, forgetful, floating, hasty, wandering)


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.__name__)
def test_an_agent_has_the_official_verdict(tasks: Mapping[str, Sequence[BfclTask]], agent: Agent) -> None:
    everything = [task for some in tasks.values() for task in some]
    hints, grader = hints_of(everything), Grader(model=MODEL)
    found: list[str] = []
    kinds: Counter[str] = Counter()
    for number, task in enumerate(spread(everything)):
        drawn = iter(Drawn(task, hints, [SEED, number], guided=0.2))
        turns = agent(task, np.random.default_rng([SEED, number]), drawn)
        official = alone(partial(official_verdict, task, turns))
        kinds[official.get("error_type", "valid")] += 1
        ours = grader.grade(task, turns)
        if ours.official() != official:
            found.append(f"{task.id}: official {official}, ours {ours}, played {turns}")
    assert not found, "\n".join([f"{len(found)} verdicts differ", *found[:10]])
    assert len(kinds) > 1, f"every verdict is the same: {kinds}"
