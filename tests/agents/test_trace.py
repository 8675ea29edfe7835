"""Promises of traces: what runs, what can be dropped, what can be moved, and what can be issued together."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fc_agents.trace import Executed, Refused, Trace, Unseen, argument_leaves, execute, hoisted, layers, minimised

from fc_gym.domain import Domain
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
LOOKS = {
    "shop": ("list_orders", "show_checkout"),
    "calendar": ("find_colleagues",),
    "mail": ("list_files", "find_people"),
}
Walked = tuple[str, int, Trace]


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


def run(session: Session, calls: list[ToolCall]) -> Trace | None:
    """Run calls in a continuation; None if one of them is refused or uses what nothing has shown."""
    fork, done = session.fork(), []
    try:
        for call in calls:
            done.append(execute(fork, call))
    except (Unseen, Refused):
        return None
    return tuple(done)


def runs(session: Session, calls: list[ToolCall]) -> Trace:
    """Run calls that must run."""
    done = run(session, calls)
    assert done is not None
    return done


def end(session: Session, trace: Trace) -> tuple[str, str]:
    """Return the last result and the final state of a trace."""
    fork = session.fork()
    results = fork.run([one.call for one in trace])
    return results[-1].text, fork.state.hash()


def padded(name: str, walked: list[Walked]) -> list[tuple[Session, Trace]]:
    """Return walks with look-ups in them that nothing needs."""
    found = []
    for number, (_, seed, trace) in enumerate(walked):
        session = Session.start(load_domain(name), seed)
        calls = [one.call for one in trace]
        for extra, look in enumerate(LOOKS[name]):
            calls.insert((number + extra) % len(calls), ToolCall(look))
        found.append((session, runs(session, calls)))
    return found


def test_a_call_on_a_row_that_nothing_has_shown_does_not_run() -> None:
    session = Session.start(load_domain("mail"), 0)
    row, before = next(iter(session.state.world.conversations)), session.state.hash()
    with pytest.raises(Unseen, match=f"unlock_conversation uses the ConversationId {row}, which nothing has shown"):
        execute(session, ToolCall("unlock_conversation", {"conversation": row}))
    assert session.state.hash() == before
    assert session.calls == 0


def test_a_refused_call_is_no_step_of_a_trace() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("list_conversations"))
    row = next(key for key, one in session.state.world.conversations.items() if not one.locked)
    with pytest.raises(Refused, match=r"unlock_conversation.*is refused: .* is not locked"):
        execute(session, ToolCall("unlock_conversation", {"conversation": row}))


def test_what_is_no_row_comes_from_the_user_unless_a_result_showed_it() -> None:
    session = Session.start(load_domain("mail"), 0)
    shown = execute(session, ToolCall("find_people"))
    person = shown.result.value[1]["email"]
    made = execute(session, ToolCall("start_draft", {"person": person, "subject": "the moon"}))
    assert made.sources["subject"].kind == "user"
    assert (made.sources["person"].kind, made.sources["person"].call, made.sources["person"].path) == (
        "output", 0, "[1].email",
    )  # fmt: skip


def test_the_leaves_of_arguments_know_their_parameter_and_key() -> None:
    leaves = list(argument_leaves(load_domain("mail"), ToolCall("start_draft", {"person": "a@b", "subject": "tea"})))
    assert [(leaf.path, leaf.parameter, leaf.key, leaf.value) for leaf in leaves] == [
        ("person", "person", "EmailAddress", "a@b"),
        ("subject", "subject", "start_draft.subject", "tea"),
    ]


@pytest.mark.parametrize("name", DOMAINS)
def test_nothing_can_be_dropped_from_a_minimised_trace_and_its_last_call_stays(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    dropped = 0
    for session, trace in padded(name, walks(name)):
        short = minimised(session, trace)
        calls = [one.call for one in short]
        assert calls[-1] == trace[-1].call
        assert runs(session, calls) == short
        for position in range(len(calls) - 1):
            assert run(session, calls[:position] + calls[position + 1 :]) is None, calls[position]
        dropped += len(trace) - len(short)
    assert dropped >= len(walks(name)) * len(LOOKS[name]) / 2


@pytest.mark.parametrize("name", DOMAINS)
def test_minimising_leaves_the_session_untouched(name: str, walks: Callable[[str], list[Walked]]) -> None:
    session, trace = padded(name, walks(name)[:1])[0]
    before = session.state.hash(), session.known.size, session.calls
    minimised(session, trace)
    hoisted(session, trace)
    assert (session.state.hash(), session.known.size, session.calls) == before


def test_what_can_be_dropped_only_after_something_else_was_dropped_is_dropped_too() -> None:
    """The cart takes eight pieces: without the six of one product, the two of another need not be taken out."""
    session = Session.start(load_domain("shop"), 0)
    world = session.state.world
    first, second, third = list(world.products)[:3]
    for product in world.products.values():
        product.stock = 9
    world.cart.clear()
    world.cart[second] = 2
    calls = [
        ToolCall("search_products"),
        ToolCall("add_to_cart", {"product": first, "quantity": 6}),
        ToolCall("remove_from_cart", {"product": second}),
        ToolCall("add_to_cart", {"product": third, "quantity": 2}),
    ]
    trace = runs(session, calls)
    assert run(session, [calls[0], calls[1], calls[3]]) is None
    assert [one.call for one in minimised(session, trace)] == [calls[0], calls[3]]


def test_calls_to_keep_are_kept(walks: Callable[[str], list[Walked]]) -> None:
    keep = ToolCall("list_files")
    for session, trace in padded("mail", walks("mail")[:20]):
        calls = [one.call for one in minimised(session, trace, [keep])]
        assert keep in calls
        for position, call in enumerate(calls[:-1]):
            assert call == keep or run(session, calls[:position] + calls[position + 1 :]) is None


@pytest.mark.parametrize("name", DOMAINS)
def test_hoisting_keeps_the_calls_the_final_state_and_the_last_result(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    moved = 0
    for session, trace in padded(name, walks(name)):
        new = hoisted(session, trace)
        assert Counter(one.call for one in new) == Counter(one.call for one in trace)
        assert new[-1].call == trace[-1].call
        assert end(session, new) == end(session, trace)
        assert runs(session, [one.call for one in new]) == new
        moved += new != trace
    assert moved > len(walks(name)) / 10


def test_hoisting_looks_first_and_acts_then() -> None:
    session = Session.start(load_domain("mail"), 0)
    conversations = session.state.world.conversations.values()
    row = next(one.id for one in conversations if one.folder == "archive" and not one.locked)
    person = next(iter(session.state.world.people))
    calls = [
        ToolCall("list_conversations"),
        ToolCall("move_conversation", {"conversation": row, "folder": "inbox"}),
        ToolCall("find_people"),
        ToolCall("forward_conversation", {"conversation": row, "person": person}),
    ]
    order = [one.call for one in hoisted(session, runs(session, calls))]
    assert order == [calls[0], calls[2], calls[1], calls[3]]


def test_a_look_up_of_what_an_action_made_stays_behind_it() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("find_people"))
    person = next(iter(session.state.world.people))
    made = [ToolCall("start_draft", {"person": person, "subject": "the moon"}), ToolCall("list_drafts")]
    trace = runs(session, [*made, ToolCall("list_drafts")])
    assert [one.call for one in hoisted(session, trace)][-1] == trace[-1].call
    assert end(session, hoisted(session, trace)) == end(session, trace)


def cancelled(session: Session) -> tuple[str, str]:
    """Show the calendar of a day with a cancelled event; return that event and a day."""
    row = next(one for one in session.state.world.events.values() if one.status == "cancelled")
    execute(session, ToolCall("list_events", {"day": row.day}))
    return row.id, row.day


def with_a_cancelled_event() -> Session:
    starts = (Session.start(load_domain("calendar"), seed) for seed in range(50))
    return next(one for one in starts if any(row.status == "cancelled" for row in one.state.world.events.values()))


def test_a_look_up_that_only_works_after_an_action_is_not_moved_in_front_of_it() -> None:
    session = with_a_cancelled_event()
    event, _ = cancelled(session)
    restore, look = ToolCall("restore_event", {"event": event}), ToolCall("find_free_rooms", {"event": event})
    room = runs(session, [restore, look])[1].result.value[0]["id"]
    trace = runs(session, [restore, look, ToolCall("reserve_room", {"event": event, "room": room})])
    assert hoisted(session, trace) == trace
    assert [len(layer) for layer in layers(session.domain, trace, session.calls)] == [1, 1, 1]


@pytest.mark.parametrize("name", DOMAINS)
def test_layers_are_the_trace_in_order_and_use_nothing_of_their_own(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    together = 0
    for session, raw in padded(name, walks(name)):
        trace = hoisted(session, raw)
        split = layers(session.domain, trace, session.calls)
        assert tuple(one for layer in split for one in layer) == trace
        assert all(split)
        fork, shown = session.fork(), set[Any]()
        for layer in split:
            names = identifiers(fork)
            for one in layer:
                mine = {value for value in scalars(dict(one.call.arguments)) if value in names}
                assert mine <= shown, one.call
            for result in fork.run([one.call for one in layer]):
                shown |= set(scalars(json.loads(result.text)))
            together += len(layer) > 1
    assert together > len(walks(name)) / 4


def check_apart(domain: Domain, trace: Trace, first: int) -> None:
    """Prove that no layer both changes something and looks something up for later."""
    position = first
    used = {source.call for one in trace for source in one.sources.values()}
    for layer in layers(domain, trace, first):
        calls = list(enumerate(layer, start=position))
        feeding = [at for at, one in calls if domain.tools[one.call.name].reads_only and at in used]
        writing = [at for at, one in calls if not domain.tools[one.call.name].reads_only]
        assert not (feeding and writing), [one.call for one in layer]
        position += len(layer)


@pytest.mark.parametrize("name", DOMAINS)
def test_nothing_is_changed_in_a_layer_that_looks_something_up_for_later(
    name: str, walks: Callable[[str], list[Walked]]
) -> None:
    for session, trace in padded(name, walks(name)):
        check_apart(session.domain, hoisted(session, trace), 0)


def test_layers_count_from_the_first_call_of_the_turn() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("list_conversations"))
    row = next(key for key, one in session.state.world.conversations.items() if one.locked)
    unlock = ToolCall("unlock_conversation", {"conversation": row})
    move = ToolCall("move_conversation", {"conversation": row, "folder": "trash"})
    assert [len(layer) for layer in layers(session.domain, runs(session, [unlock, move]), 1)] == [2]
    again = runs(session, [ToolCall("list_conversations"), unlock, move])
    assert [len(layer) for layer in layers(session.domain, again, 1)] == [3], "known before, so nothing is fed"


def test_a_trace_of_nothing_has_no_layers() -> None:
    empty: tuple[Executed, ...] = ()
    assert layers(load_domain("mail"), empty, 0) == []
