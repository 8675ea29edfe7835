"""Promises of difficulty: gold solves all, copying from the query hardly anything, and bad settings are named."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from fc_synth.hardness import commands, sweep
from fc_synth.hardness.solving import SOLVERS, gold_solves, solved
from fc_synth.hardness.sweep import ALL, HURT, Point, Sweep, kendall, set_knob
from fc_synth.making import Order
from fc_synth.noise import KINDS, Slot, disturbed
from fc_synth.pipeline import synthesize
from fc_synth.plan import KNOBS, Plan, plan_of
from fc_synth.rows import read_rows
from fc_synth.sample import task_of
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.errors import DomainError, RecordError
from fc_gym.registration import load_domain, make_env
from fc_gym.types import JsonValue


def test_gold_solves_every_turn_and_copying_hardly_any(tmp_path: Path) -> None:
    domains = ("mail", "calendar")
    synthesize(Order(domains, 12, 3), [load_domain(name) for name in domains], tmp_path)
    turns: dict[str, list[bool]] = {}
    for row in read_rows(tmp_path / "dialogues.jsonl"):
        task = task_of(row)
        env = make_env(task.domain, [task])
        assert gold_solves(env, task)
        for name, passed in solved(env, task, SOLVERS).items():
            turns.setdefault(name, []).extend(passed)
    rates = {name: sum(passed) / len(passed) for name, passed in turns.items()}
    assert rates["copy"] <= 0.05
    assert rates["reader"] > 0.5 > rates["random-legal"]


@given(st.floats(0, 1))
def test_difficulty_sets_every_knob_and_nothing_else(level: float) -> None:
    plan = plan_of(level)
    assert {plan.depth, plan.distance, plan.implicit, plan.related, plan.noise} == {level}
    assert (plan.turns, plan.tries, plan.walk) == (Plan().turns, Plan().tries, Plan().walk)
    for knob in KNOBS:
        assert getattr(set_knob(knob, level), knob) == getattr(plan, knob)


@given(st.integers(0, 10_000))
def test_what_is_meant_is_said_last(seed: int) -> None:
    slot = Slot("my order of May", ("my order of June",), "an order")
    made = disturbed(["cancel my order of May"], [[slot]], ["show me my orders"], 1.0, np.random.default_rng(seed))
    text = " ".join([made.asks[0], made.mends.get(0, "")])
    assert set(made.kinds) <= set(KINDS)
    if {"corrected", "late"} & set(made.kinds):
        assert text.rindex("my order of May") > max(text.rfind("of June"), text.rfind("an order"))


def test_every_knob_is_measured_on_policies_that_there_are() -> None:
    assert set(HURT) == {*KNOBS, ALL}
    there = {make().name for make in SOLVERS}
    assert all(names and set(names) <= there for names in HURT.values())


def test_tau_is_of_the_policies_that_a_knob_can_hurt() -> None:
    points = tuple(Point(level, {"short-memory": ((level < 1,),), "reader": ((level >= 1,),)}, 1) for level in range(3))
    one = Sweep("distance", points)
    assert one.tau() == one.tau("short-memory") < 0 < one.tau("reader")
    low, high = one.interval()
    assert low <= one.tau() <= high
    assert one.json()["measured_on"] == ["short-memory"]


def test_a_falling_rate_has_a_tau_of_minus_one() -> None:
    assert kendall([0, 1, 2], [0.9, 0.5, 0.1]) == -1.0
    assert kendall([0, 1, 2], [0.5, 0.5, 0.5]) == 0.0


@pytest.mark.parametrize("levels", ["1", "a,b", "0,2"])
def test_levels_that_are_none_are_named(levels: str) -> None:
    with pytest.raises(DomainError, match="are no levels; give two or more from 0 to 1"):
        commands.knobs("mail", dialogues=1, levels=levels)


def test_a_knob_that_is_none_is_named() -> None:
    with pytest.raises(DomainError, match="'bold' is no knob; have depth"):
        commands.knobs("mail", dialogues=1, only="bold")
    with pytest.raises(ValueError, match="'bold' is no knob"):
        set_knob("bold", 0.5)


def test_a_row_that_a_world_cannot_give_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    real = sweep.made_row  # type: ignore[attr-defined]

    def sometimes(order: Order, domain: Domain, number: int) -> dict[str, JsonValue]:
        if number in lost:
            raise RecordError("mail: 40 starts gave no dialogue")
        made: dict[str, JsonValue] = real(order, domain, number)
        return made

    lost = {1}
    monkeypatch.setattr(sweep, "made_row", sometimes)
    order = Order(("mail",), 2, 5, Plan(turns=(2, 2)))
    assert [task.id for task in itertools.islice(sweep._tasks(order), 2)] == ["mail-5-000000", "mail-5-000002"]
    lost |= set(range(100))
    with pytest.raises(RecordError, match="40 starts"):
        next(sweep._tasks(order))
