"""Promises of the advanced tool: it does what its trace did, and asks only for what a user would know."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fc_agents.trace import Trace, Unseen, execute
from fc_agents.walk import DeadEnd, walk
from fc_synth.advanced import AdvancedTool, fold, nested

from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
Graphs = Callable[[str], ApiGraph]


def folded(
    session: Session, graphs: Graphs, target: str, *, implicit: bool = True, bound: dict[str, Any] | None = None
) -> AdvancedTool:
    """Return the first walk to a target that can be had, as one tool."""
    graph = graphs(session.domain.name)
    for chance in range(20):
        try:
            trace = walk(session, graph, target, np.random.default_rng(chance), bound)
        except DeadEnd:
            continue
        return fold(session.domain, graph, trace, session.calls, implicit=implicit)
    raise AssertionError(f"no way to {target}")


def by_hand(session: Session, graphs: Graphs, calls: list[ToolCall], *, implicit: bool = True) -> AdvancedTool:
    """Return calls of ours as one tool."""
    fork = session.fork()
    trace: Trace = tuple(execute(fork, call) for call in calls)
    return fold(session.domain, graphs(session.domain.name), trace, session.calls, implicit=implicit)


@pytest.mark.parametrize("name", DOMAINS)
def test_an_advanced_tool_does_what_its_trace_did(name: str, made: Callable[[str], Any], played: Any) -> None:
    for dialogue in made(name).dialogues:
        for turn, session in played(dialogue):
            assert turn.advanced.steps == turn.steps
            assert turn.advanced.run(session) == turn.steps


@pytest.mark.parametrize("name", DOMAINS)
def test_its_spec_is_a_function_that_asks_for_words_and_shows_no_identifier(
    name: str, made: Callable[[str], Any]
) -> None:
    for advanced, _, rows in made(name).written:
        spec = advanced.spec()
        assert spec["type"] == "function"
        body = spec["function"]
        assert body["name"] == advanced.name
        assert body["parameters"]["required"] == list(body["parameters"]["properties"])
        assert len(body["parameters"]["required"]) == len(advanced.inputs)
        text = json.dumps(spec)
        assert not [row for row in rows if row in text]


@pytest.mark.parametrize("name", DOMAINS)
def test_no_input_names_a_row_that_the_turn_itself_makes(
    name: str, made: Callable[[str], Any], played: Any, identifiers: Any, scalars: Any
) -> None:
    hidden = 0
    for dialogue in made(name).dialogues:
        for turn, session in played(dialogue):
            before = identifiers(session)
            assert all(one.leaf.value in before for one in turn.advanced.inputs if one.row)
            fork = session.fork()
            fork.run([step.call for step in turn.steps])
            fresh = identifiers(fork) - before
            goals = [turn.steps[goal] for goal in turn.advanced.goals]
            hidden += any(value in fresh for step in goals for value in scalars(dict(step.call.arguments)))
    assert hidden > 0 or name == "shop"


@pytest.mark.parametrize("name", DOMAINS)
def test_the_goals_are_in_order_and_end_with_the_target(name: str, made: Callable[[str], Any]) -> None:
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            goals = turn.advanced.goals
            assert list(goals) == sorted(set(goals))
            assert goals[-1] == len(turn.steps) - 1
            assert turn.steps[-1].call.name == turn.target


@pytest.mark.parametrize("name", DOMAINS)
def test_only_look_ups_and_harmless_preparations_without_consent_are_hidden(
    name: str, made: Callable[[str], Any], graph: Graphs
) -> None:
    hidden = {"looks": 0, "prepares": 0}
    for advanced, _, _ in made(name).written:
        for position, step in enumerate(advanced.steps):
            if position in advanced.goals:
                continue
            tool = load_domain(name).tools[step.call.name]
            hidden["looks" if tool.reads_only else "prepares"] += 1
            assert tool.reads_only or (not tool.consent and graph(name).harmless(tool.name))
            later = {str(value) for one in advanced.steps[position + 1 :] for value in one.call.arguments.values()}
            assert tool.reads_only or all(str(value) in later for value in step.call.arguments.values())
    assert hidden["looks"] > 20
    assert hidden["prepares"] > 0 or name == "shop", "the shop has hardly any preparation that is harmless"


def test_what_needs_consent_is_always_asked_for(made: Callable[[str], Any]) -> None:
    domain, met = load_domain("calendar"), 0
    for advanced, _, _ in made("calendar").written:
        for position, step in enumerate(advanced.steps):
            if domain.tools[step.call.name].consent:
                assert position in advanced.goals
                met += 1
    assert met > 5


@pytest.mark.parametrize("name", DOMAINS)
def test_spelled_out_every_action_is_asked_for(name: str, made: Callable[[str], Any], graph: Graphs) -> None:
    domain = load_domain(name)
    for advanced, _, _ in made(name).written:
        plain = fold(domain, graph(name), advanced.steps, advanced.first, implicit=False, wanted=advanced.goals)
        actions = [index for index, step in enumerate(plain.steps) if not domain.tools[step.call.name].reads_only]
        assert set(plain.goals) == {*actions, *advanced.goals}
        assert set(advanced.goals) <= set(plain.goals)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_tool_that_calls_advanced_tools_still_does_what_its_trace_did(
    name: str, made: Callable[[str], Any], played: Any, graph: Graphs
) -> None:
    parts = 0
    for dialogue in made(name).dialogues:
        for turn, session in played(dialogue):
            outer = nested(session.domain, graph(name), turn.advanced)
            assert outer.run(session.fork()) == turn.steps
            for part in outer.parts:
                start = part.first - outer.first
                assert part.steps == turn.steps[start : start + len(part.steps)]
                assert 2 <= len(part.steps) < len(turn.steps)
            parts += len(outer.parts)
    assert parts > 0 or name == "shop"


def test_what_is_changed_reaches_the_tools_that_a_tool_calls(graph: Graphs) -> None:
    session = Session.start(load_domain("mail"), 0)
    person = next(row.email for row in session.state.world.people.values())
    outer = by_hand(
        session, graph, [ToolCall("find_people"), ToolCall("start_draft", {"person": person, "subject": "tea"})]
    )
    inner = dataclasses.replace(outer, steps=outer.steps[1:], first=outer.first + 1)
    whole = dataclasses.replace(outer, parts=(inner,))
    again = whole.run(session.fork(), {(1, "subject"): "coffee"})
    assert again[1].call.arguments == {"person": person, "subject": "coffee"}


def test_another_quantity_is_another_effect(graph: Graphs) -> None:
    starts = (Session.start(load_domain("shop"), seed) for seed in range(30))
    session = next(
        one for one in starts
        if not one.state.world.cart and any(row.stock > 3 for row in one.state.world.products.values())
    )  # fmt: skip
    product = next(row.id for row in session.state.world.products.values() if row.stock > 3)
    calls = [ToolCall("search_products"), ToolCall("add_to_cart", {"product": product, "quantity": 1})]
    advanced = by_hand(session, graph, calls)
    inputs = [(one.step, one.leaf.path, one.row) for one in advanced.inputs]
    assert inputs == [(1, "product", True), (1, "quantity", False)]
    fork = session.fork()
    again = advanced.run(fork, {(1, "quantity"): 3})
    assert again[1].call.arguments == {"product": product, "quantity": 3}
    assert fork.state.world.cart == {product: 3}
    assert session.state.world.cart == {}


def test_another_subject_is_another_draft(graph: Graphs) -> None:
    session = Session.start(load_domain("mail"), 3)
    advanced = folded(session, graph, "start_draft", bound={"subject": "tea"})
    goal = advanced.goals[-1]
    fork = session.fork()
    again = advanced.run(fork, {(goal, "subject"): "the moon"})
    assert again[-1].result.value["subject"] == "the moon"
    assert "the moon" in [row.subject for row in fork.state.world.drafts.values()]
    assert advanced.run(session.fork())[-1].result.value["subject"] == "tea"


def test_a_hidden_identifier_is_the_one_that_this_run_finds(graph: Graphs) -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("find_people"))
    person = next(iter(session.state.world.people))
    start = ToolCall("start_draft", {"person": person, "subject": "tea"})
    probe = execute(session.fork(), start)
    calls = [start, ToolCall("write_draft", {"draft": probe.result.value["id"], "body": "hm"})]
    advanced = by_hand(session, graph, calls)
    assert [one.leaf.path for one in advanced.inputs] == ["person", "subject", "body"]
    elsewhere = session.fork()
    execute(elsewhere, start)
    again = advanced.run(elsewhere)
    assert again[1].call.arguments["draft"] == again[0].result.value["id"] != probe.result.value["id"]
    assert elsewhere.state.world.drafts[again[0].result.value["id"]].body == "hm"


def test_a_row_that_nothing_has_shown_is_no_input(graph: Graphs) -> None:
    session = Session.start(load_domain("mail"), 3)
    advanced = folded(session, graph, "compress_file")
    with pytest.raises(Unseen, match="compress_file uses the FileId FIL-NONE, which nothing has shown"):
        advanced.run(session.fork(), {(advanced.goals[-1], "file"): "FIL-NONE"})


def test_what_hidden_look_ups_need_from_the_user_are_hints(graph: Graphs) -> None:
    session = Session.start(load_domain("calendar"), 0)
    event = next(iter(session.state.world.events.values()))
    calls = [ToolCall("list_events", {"day": event.day}), ToolCall("show_event", {"event": event.id})]
    advanced = by_hand(session, graph, calls)
    assert [(leaf.key, leaf.value) for leaf in advanced.hints] == [("Date", event.day)]
    assert advanced.name == "show_event"
    assert advanced.goals == (1,)
