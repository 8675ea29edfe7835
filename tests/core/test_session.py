from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.reference import Reference
from fc_gym.reward import TOTALS, RewardParts, total_named
from fc_gym.session import Session
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import ToolCall


def probes(lab: Domain, seed: int) -> list[str]:
    return list(lab.sample(seed).world.probes)


@pytest.fixture
def task(lab: Domain) -> Task:
    first, second = probes(lab, 0)[:2]
    door = (ToolCall("shut_door"),) if lab.sample(0).world.door_open else ()
    return Task(
        "t",
        "lab",
        0,
        (
            Turn("Analyse one.", ((ToolCall("list_probes"),), (*door, ToolCall("plug_in"), _analyse(first))), ("1",)),
            Turn("And the other.", ((_analyse(second),),), ("2",)),
        ),
    )


def _analyse(probe: str) -> ToolCall:
    return ToolCall("analyse_probe", {"probe": probe})


def played(lab: Domain, task: Task, turns: list[tuple[list[ToolCall], str]]) -> RewardParts:
    """Play a task and add up what each part earned."""
    session = Session.start(lab, 0, task)
    earned = RewardParts()
    for calls, reply in turns:
        session.run(calls)
        parts = session.reply(reply).json()
        earned = RewardParts(**{name: value + parts[name] for name, value in earned.json().items()})
    return earned


def gold(task: Task) -> list[tuple[list[ToolCall], str]]:
    return [([call for layer in turn.gold for call in layer], " ".join(turn.answer)) for turn in task.turns]


def mutations(task: Task) -> Iterator[tuple[str, list[tuple[list[ToolCall], str]]]]:
    """Spoil the verified course in one place, in every place where that can be done."""
    for turn, (calls, reply) in enumerate(gold(task)):
        for position, call in enumerate(calls):
            rest = [*calls[:position], *calls[position + 1 :]]
            yield f"drop {call}", _with(task, turn, rest, reply)
            other = ToolCall(call.name, {**call.arguments, "probe": "P0000"})
            yield f"swap {call}", _with(task, turn, [*calls[:position], other, *calls[position + 1 :]], reply)
            yield (
                f"unknown after {call}",
                _with(task, turn, [*calls[: position + 1], ToolCall("fly"), *rest[position:]], reply),
            )
            yield f"battery after {call}", _with(
                task, turn, [*calls[: position + 1], ToolCall("fit_battery"), *rest[position:]], reply
            )  # fmt: skip
        yield f"silent in turn {turn}", _with(task, turn, calls, "")


def _with(task: Task, turn: int, calls: list[ToolCall], reply: str) -> list[tuple[list[ToolCall], str]]:
    course = gold(task)
    course[turn] = (calls, reply)
    return course


def test_the_verified_course_earns_every_part_in_full(lab: Domain, task: Task) -> None:
    assert played(lab, task, gold(task)) == RewardParts(1, 1, 1, 1, 1, 1)


def test_every_spoiled_course_earns_strictly_less(lab: Domain, task: Task) -> None:
    total = TOTALS["dense"]
    best = total(played(lab, task, gold(task)))
    for what, course in mutations(task):
        assert total(played(lab, task, course)) < best, what


@pytest.mark.parametrize("name", sorted(TOTALS))
def test_every_total_is_one_for_the_verified_course(name: str, lab: Domain, task: Task) -> None:
    assert total_named(name)(played(lab, task, gold(task))) == pytest.approx(1.0)


def test_an_unknown_total_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="'fast' is no total; have dense, progress, outcome"):
        total_named("fast")


def test_a_turn_without_verified_calls_is_passed_by_calling_nothing(lab: Domain) -> None:
    task = Task("t", "lab", 0, (Turn("Thank you."),))
    assert played(lab, task, [([], "You are welcome.")]).outcome == 1.0
    assert played(lab, task, [([ToolCall("list_probes")], "Here.")]).outcome == 0.0


def test_more_calls_than_allowed_are_refused_one_by_one(lab: Domain, task: Task) -> None:
    session = Session.start(lab, 0, replace(task, limits=Limits(calls_per_step=1)))
    codes = [result.refusal.code if result.refusal else "" for result in session.run([ToolCall("list_probes")] * 3)]
    assert codes == ["", "too_many_calls", "too_many_calls"]


def test_tools_that_are_not_on_offer_are_unknown(lab: Domain, task: Task) -> None:
    turn = replace(task.turns[0], tools=("list_probes", "plug_in"), gold=())
    session = Session.start(lab, 0, replace(task, turns=(turn,)))
    result = session.run([ToolCall("plug_on")])[0]
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.hint) == ("unknown_tool", "did you mean plug_in?")
    assert session.run([ToolCall("shut_door")])[0].refusal is not None


def test_a_task_of_another_domain_is_turned_down(lab: Domain, task: Task) -> None:
    with pytest.raises(TaskError, match="task t is for the domain kitchen, not lab"):
        Session.start(lab, 0, replace(task, domain="kitchen"))


def test_a_task_whose_verified_call_is_refused_is_turned_down(lab: Domain) -> None:
    task = Task("t", "lab", 0, (Turn("?", ((ToolCall("analyse_probe", {"probe": "P0"}),),)),))
    with pytest.raises(TaskError, match=r"the verified call analyse_probe\(probe=\"P0\"\) is refused"):
        Reference(lab, task)


def test_a_task_that_offers_an_unknown_tool_is_turned_down(lab: Domain) -> None:
    with pytest.raises(TaskError, match=r"task t: a turn offers 'plug_on'; did you mean plug_in\?"):
        Reference(lab, Task("t", "lab", 0, (Turn("?", tools=("plug_on",)),)))


def test_a_start_state_can_be_given_as_a_record(lab: Domain) -> None:
    record = {"probes": {"P1": {"id": "P1", "place": "roof", "grams": 3}}, "mains": True}
    session = Session.start(lab, 0, Task("t", "lab", turns=(Turn("?"),), start=record))
    assert session.run([_analyse("P1")])[0].ok


def test_a_start_state_that_does_not_fit_is_turned_down(lab: Domain) -> None:
    with pytest.raises(TaskError, match="the start state does not fit Lab"):
        Session.start(lab, 0, Task("t", "lab", turns=(Turn("?"),), start={"probes": 3}))


@given(seed=st.integers(0, 50), picks=st.lists(st.integers(0, 5), max_size=12), cut=st.integers(0, 12))
def test_a_fork_and_its_origin_do_not_see_one_another(lab: Domain, seed: int, picks: list[int], cut: int) -> None:
    names = [name for name in lab.tools if name != "analyse_probe"]
    session = Session.start(lab, seed)
    for pick in picks[:cut]:
        session.run([ToolCall(names[pick % len(names)])])
    before = (session.state.hash(), session.known.size, session.calls)
    fork = session.fork()
    for pick in picks[cut:]:
        fork.run([ToolCall(names[pick % len(names)])])
    assert (session.state.hash(), session.known.size, session.calls) == before
