"""Promises of the walk: real calls toward a target, on nothing but what results have shown."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fc_agents.trace import Trace
from fc_agents.walk import DeadEnd, Settings, attribute, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.domains.mail import Draft
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.registration import load_domain
from fc_gym.session import Session

DOMAINS = ("shop", "calendar", "mail")
QUICK = ("calendar", "mail")
Walked = tuple[str, int, Trace]

quick_targets = st.sampled_from([(name, tool) for name in QUICK for tool in load_domain(name).tools])
seeds = st.integers(0, 500)


def scalars(value: Any) -> Iterator[Any]:
    """Yield what stands at the ends of a JSON value."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from scalars(inner)
    else:
        yield value


def identifiers(session: Session) -> set[str]:
    """Return the names of all rows: the keys of every table of rows in the world."""
    world = session.state.world
    tables = [getattr(world, field.name) for field in dataclasses.fields(world)]
    return {key for table in tables if isinstance(table, dict) for key in table if isinstance(key, str)}


def at(value: Any, path: str) -> Any:
    """Read a path such as `[2].lines[0].id`."""
    for name, position in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        value = value[int(position)] if position else value[name]
    return value


def reached(session: Session, graph: ApiGraph, target: str, chance: int, **given: Any) -> Trace | None:
    """Return the walk to a target; None for a dead end."""
    try:
        return walk(session, graph, target, np.random.default_rng(chance), **given)
    except DeadEnd:
        return None


@pytest.mark.parametrize("name", DOMAINS)
def test_a_walk_ends_with_its_target(name: str, walks: Callable[[str], list[Walked]]) -> None:
    for target, _, trace in walks(name):
        assert trace[-1].call.name == target


@pytest.mark.parametrize("name", DOMAINS)
def test_the_calls_of_a_walk_run_again_in_a_fresh_session(name: str, walks: Callable[[str], list[Walked]]) -> None:
    for target, seed, trace in walks(name):
        again = Session.start(load_domain(name), seed).run([one.call for one in trace])
        assert all(result.ok for result in again), target
        assert list(again) == [one.result for one in trace]


@pytest.mark.parametrize("name", DOMAINS)
def test_a_walk_uses_no_identifier_before_a_result_has_shown_it(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    used = 0
    for _, seed, trace in walks(name):
        session = Session.start(load_domain(name), seed)
        shown: set[Any] = set()
        for one in trace:
            mine = {value for value in scalars(dict(one.call.arguments)) if value in identifiers(session)}
            assert mine <= shown, one.call
            shown |= set(scalars(json.loads(session.run([one.call])[0].text)))
            used += len(mine)
    assert used > len(walks(name)) / 2


@pytest.mark.parametrize("name", DOMAINS)
def test_the_origin_of_an_argument_is_the_place_in_a_result_where_it_stands(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    for _, _, trace in walks(name):
        for position, one in enumerate(trace):
            assert set(one.sources) == {
                f"{parameter}[{index}]" if isinstance(value, list) else parameter
                for parameter, value in one.call.arguments.items()
                for index in range(len(value) if isinstance(value, list) else 1)
            }
            for path, source in one.sources.items():
                if source.kind == "output":
                    assert 0 <= source.call < position
                    result = json.loads(trace[source.call].result.text)
                    assert at(result, source.path) == at(dict(one.call.arguments), path)


@settings(max_examples=20)
@given(quick_targets, seeds)
def test_a_walk_leaves_its_session_untouched(
    graph: Callable[[str], ApiGraph], where: tuple[str, str], seed: int
) -> None:
    name, target = where
    session = Session.start(load_domain(name), seed)
    before = session.state.hash(), session.known.size, session.calls, session.steps, session.turn, session.seen.copy()
    reached(session, graph(name), target, seed)
    after = session.state.hash(), session.known.size, session.calls, session.steps, session.turn, session.seen.copy()
    assert before == after


@settings(max_examples=15)
@given(quick_targets, seeds)
def test_the_same_chance_gives_the_same_walk(
    graph: Callable[[str], ApiGraph], where: tuple[str, str], seed: int
) -> None:
    name, target = where
    one, other = (reached(Session.start(load_domain(name), seed), graph(name), target, seed) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("name", "target"), [("mail", "send_draft"), ("calendar", "announce_event")])
def test_other_chance_gives_other_walks(name: str, target: str, graph: Callable[[str], ApiGraph]) -> None:
    session = Session.start(load_domain(name), 1)
    traces = [reached(session, graph(name), target, chance) or () for chance in range(8)]
    assert len({tuple(one.call for one in trace) for trace in traces}) >= 5


@settings(max_examples=25)
@given(quick_targets, seeds, st.integers(1, 6))
def test_a_walk_has_no_more_calls_than_allowed(
    graph: Callable[[str], ApiGraph], where: tuple[str, str], seed: int, most: int
) -> None:
    name, target = where
    session = Session.start(load_domain(name), seed)
    trace = reached(session, graph(name), target, seed, settings=Settings(calls=most))
    assert trace is None or len(trace) <= most


def test_a_target_that_needs_a_look_up_cannot_be_reached_with_one_call(graph: Callable[[str], ApiGraph]) -> None:
    session = Session.start(load_domain("mail"), 0)
    with pytest.raises(DeadEnd, match=r"^nothing shows ConversationId$|^too long$"):
        walk(session, graph("mail"), "unlock_conversation", np.random.default_rng(0), settings=Settings(calls=1))


@settings(max_examples=15)
@given(seeds, st.data())
def test_a_row_that_is_bound_is_looked_up_and_used(
    graph: Callable[[str], ApiGraph], seed: int, data: st.DataObject
) -> None:
    session = Session.start(load_domain("mail"), seed)
    row = data.draw(st.sampled_from(sorted(session.state.world.conversations)))
    trace = reached(session, graph("mail"), "move_conversation", seed, bound={"conversation": row})
    assert trace is not None
    assert trace[-1].call.arguments["conversation"] == row
    assert any(row in one.result.text for one in trace[:-1])


def test_a_value_that_is_bound_is_used(graph: Callable[[str], ApiGraph]) -> None:
    session = Session.start(load_domain("mail"), 4)
    for chance in range(5):
        trace = reached(session, graph("mail"), "start_draft", chance, bound={"subject": "the moon"})
        assert trace is not None
        assert trace[-1].call.arguments["subject"] == "the moon"


@pytest.mark.parametrize(
    ("bound", "given", "reason"),
    [
        ({"conversation": "CON-NONE"}, Settings(), "^unlock_conversation: no arguments fit$"),
        ({}, Settings(depth=-1), "^too deep$"),
        ({}, Settings(calls=0), "^too long$"),
        ({}, Settings(draws=0), "^unlock_conversation: no arguments fit$"),
        ({}, Settings(depth=0), "^too deep$"),
    ],
)
def test_what_cannot_be_reached_is_a_dead_end_with_its_reason(
    bound: dict[str, str], given: Settings, reason: str, graph: Callable[[str], ApiGraph]
) -> None:
    session = Session.start(load_domain("mail"), 0)
    with pytest.raises(DeadEnd, match=reason):
        walk(session, graph("mail"), "unlock_conversation", np.random.default_rng(0), bound, given)


def test_a_refusal_that_nothing_lifts_is_a_dead_end(lab: Domain) -> None:
    without_power = ApiGraph(lab, Measured(frozenset({Edge("state", "shut_door", "analyse_probe", "door_open")})))
    start = next(one for seed in range(9) if (one := Session.start(lab, seed)).state.world.door_open)
    with pytest.raises(DeadEnd, match="analyse_probe: nothing lifts no_power"):
        walk(start, without_power, "analyse_probe", np.random.default_rng(0))


def test_two_refusals_that_need_each_other_are_a_dead_end(lab: Domain) -> None:
    circle = (
        Edge("state", "open_door", "shut_door", "door_shut"),
        Edge("state", "shut_door", "open_door", "door_open"),
        Edge("state", "shut_door", "analyse_probe", "no_power"),
    )
    misled = ApiGraph(lab, Measured(frozenset(circle)))
    start = next(one for seed in range(9) if not (one := Session.start(lab, seed)).state.world.door_open)
    with pytest.raises(DeadEnd, match="analyse_probe: no_power came back"):
        walk(start, misled, "analyse_probe", np.random.default_rng(0))


def test_alternatives_are_drawn_by_chance_and_only_one_is_taken(lab: Domain, lab_graph: ApiGraph) -> None:
    session, powers = Session.start(lab, 0), []
    for chance in range(30):
        trace = walk(session, lab_graph, "analyse_probe", np.random.default_rng(chance))
        powers.append([one.call.name for one in trace if one.call.name in ("plug_in", "fit_battery")])
    assert {len(power) for power in powers} == {1}
    assert {power[0] for power in powers} == {"plug_in", "fit_battery"}


def test_a_step_is_taken_only_if_a_refusal_asks_for_it(lab: Domain, lab_graph: ApiGraph) -> None:
    for seed in range(12):
        session = Session.start(lab, seed)
        names = [one.call.name for one in walk(session, lab_graph, "analyse_probe", np.random.default_rng(seed))]
        assert ("shut_door" in names) == session.state.world.door_open
        assert "open_door" not in names


def test_harder_settings_give_longer_walks(graph: Callable[[str], ApiGraph]) -> None:
    def total(hardness: float) -> int:
        traces = [
            reached(Session.start(load_domain("mail"), seed), graph("mail"), tool, seed,
                    settings=Settings(hardness=hardness, make=0.0))
            for seed in range(6) for tool in ("send_draft", "forward_conversation", "save_attachment", "attach_file")
        ]  # fmt: skip
        lengths = [len(trace) for trace in traces if trace]
        assert len(lengths) > 12
        return sum(lengths) * 100 // len(lengths)

    assert total(1.0) > total(0.0) + 30


def test_rows_can_be_made_instead_of_found(graph: Callable[[str], ApiGraph]) -> None:
    session = Session.start(load_domain("mail"), 2)

    def fresh(make: float) -> list[bool]:
        given = Settings(make=make)
        traces = [reached(session, graph("mail"), "attach_file", chance, settings=given) for chance in range(9)]
        return [trace[-1].call.arguments["draft"] not in session.state.world.drafts for trace in traces if trace]

    assert sum(fresh(1.0)) > len(fresh(1.0)) / 2
    assert not any(fresh(0.0))


def test_a_row_gives_the_field_of_the_same_name_or_else_of_the_same_key() -> None:
    draft = Draft("DRA-1", "tea", "2026-03-01", recipient="Rosa")  # type: ignore[arg-type]
    tools = load_domain("mail").tools
    assert attribute(draft, tools["start_draft"].parameters["subject"]) == "tea"
    assert attribute(draft, tools["find_people"].parameters["name"]) == "Rosa"
    assert attribute(draft, tools["write_draft"].parameters["person"]) is None
    assert attribute(None, tools["find_people"].parameters["name"]) is None
    two_days = attribute(draft, load_domain("calendar").tools["list_events"].parameters["day"])
    assert two_days is None, "two fields are dates, so neither is meant"
