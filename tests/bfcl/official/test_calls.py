"""Sessions of drawn calls, on the official executor and on ours: equal results, equal states."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.bfcl.texts import FAILED
from tests.bfcl.alone import alone
from tests.bfcl.drawn import Drawn, Hints, hints_of
from tests.bfcl.leaks import Leak, leaks
from tests.bfcl.official.package import OfficialSession
from tests.bfcl.official.sizes import CALLS, KIND, SEED, SESSIONS

pytestmark = pytest.mark.official

RECURSION = f"{FAILED}maximum recursion depth exceeded"
LEAKS = range(4)


def folded(text: str, *, kind: bool = KIND) -> str:
    """Leave out of a result what is not compared."""
    return FAILED if text.startswith(FAILED if kind else RECURSION) else text


def differences(task: BfclTask, hints: Hints, seed: int, ours: Session, calls: int = CALLS) -> list[str]:
    """Play drawn calls on a new official session and on ours, until they differ."""
    theirs = OfficialSession(task)
    executor = Executor(ours, theirs.label)
    drawn = Drawn(task, hints, [SEED, seed])
    for number in range(calls):
        call = drawn.next()
        wanted, have = theirs.run(call), executor.play(call).text
        if folded(wanted) != folded(have):
            return [f"{task.id}, seed {seed}, call {number}, {call}\n  official: {wanted[:500]}\n  ours: {have[:500]}"]
        states = [json.dumps(one.state(), sort_keys=True) for one in (theirs, ours)]
        if states[0] != states[1]:
            return [f"{task.id}, seed {seed}, call {number}, {call}: other states"]
        drawn.learn(wanted)
    return []


def test_drawn_calls_have_the_official_results_and_lead_to_the_official_states(
    tasks: Mapping[str, Sequence[BfclTask]],
) -> None:
    pool = [*tasks["base"], *tasks["long_context"]]
    hints = hints_of(pool)
    found: list[str] = []
    for seed in range(SESSIONS):
        task = pool[seed * 37 % len(pool)]
        ours = Session(task.classes, task.config, task.long_context)
        found += alone(partial(differences, task, hints, seed, ours))
    assert not found, "\n".join([f"{len(found)} of {SESSIONS} sessions differ", *found[:20]])


def test_the_comparison_sees_another_seed_of_the_tools(tasks: Mapping[str, Sequence[BfclTask]]) -> None:
    pool = [task for task in tasks["base"] if "send_message(" in str(task.truth)][:10]
    found: list[str] = []
    for task in pool:
        config = {**task.config, "MessageAPI": {**task.config.get("MessageAPI", {}), "random_seed": 7}}
        found += alone(partial(differences, task, {}, 0, Session(task.classes, config), 60))
    assert found


def official_results(task: BfclTask, calls: Sequence[str], before: Sequence[str] = ()) -> list[str]:
    """Play calls on an official session, after others on a session of another name."""
    earlier = OfficialSession(replace(task, id=f"{task.id}_before"))
    for call in before:
        earlier.run(call)
    session = OfficialSession(task)
    return [session.run(call) for call in calls]


@pytest.mark.parametrize("number", LEAKS)
def test_where_official_sessions_leak_ours_have_the_results_of_a_fresh_process(
    tasks: Mapping[str, Sequence[BfclTask]], number: int
) -> None:
    leak: Leak = leaks(next(iter(bulk().travel.cards)))[number]
    fresh = alone(partial(official_results, leak.task, leak.after))
    assert (alone(partial(official_results, leak.task, leak.after, leak.before)) != fresh) == leak.seen
    first, second = (Session(leak.task.classes, leak.task.config, leak.task.long_context) for _ in range(2))
    polluted = Executor(first, "m").run(leak.before)
    assert polluted == alone(partial(official_results, leak.task, leak.before))
    assert Executor(second, "m").run(leak.after) == fresh
