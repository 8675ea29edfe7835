"""Promises of the offline reasoner: it solves most turns, and only with what it was told and shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fc_synth.memory import Memory
from fc_synth.offline import OfflineReasoner
from fc_synth.thought import Hint

from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
Made = Callable[[str], Any]
Graphs = Callable[[str], ApiGraph]


def reasoner_for(session: Session, graphs: Graphs) -> OfflineReasoner:
    name = session.domain.name
    return OfflineReasoner(session.domain, graphs(name), session.state.world.today, np.random.default_rng(0))


@pytest.mark.parametrize("name", DOMAINS)
def test_it_solves_most_turns(name: str, made: Made) -> None:
    found = made(name)
    solved = sum(len(one.turns) for one in found.dialogues)
    unsolved = sum(count for reason, count in found.refused.items() if reason.startswith("thought: "))
    assert solved > 50
    assert solved / (solved + unsolved) > 0.85, f"{solved} of {solved + unsolved}"


def test_it_is_mostly_right_at_once_and_sometimes_corrected(made: Made) -> None:
    tries = [
        len(chain.attempts)
        for name in DOMAINS for one in made(name).dialogues for turn in one.turns for chain in turn.chains
    ]  # fmt: skip
    assert tries.count(1) / len(tries) > 0.75
    assert max(tries) > 1


@pytest.mark.parametrize("name", DOMAINS)
def test_it_proposes_and_mentions_no_identifier_that_no_result_has_shown(
    name: str, made: Made, played: Any, identifiers: Any, scalars: Any
) -> None:
    mentioned = 0
    for dialogue in made(name).dialogues:
        shown: set[Any] = set()
        for turn, session in played(dialogue):
            fork = session.fork()
            fork.run([step.call for step in turn.steps])
            rows = identifiers(session) | identifiers(fork)
            for layer, chain in zip(turn.layers, turn.chains, strict=True):
                for attempt in chain.attempts:
                    used = {value for call in attempt.calls for value in scalars(dict(call.arguments))}
                    assert (used & rows) <= shown
                    named = {row for row in rows if row in attempt.reasoning}
                    assert named <= shown, attempt.reasoning
                    mentioned += len(named)
                for step in layer:
                    shown |= set(scalars(json.loads(step.result.text)))
            assert not [row for row in rows - shown if row in turn.closing]
    assert mentioned > 50


@pytest.mark.parametrize("name", DOMAINS)
def test_what_is_accepted_is_what_was_verified(name: str, made: Made) -> None:
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            assert len(turn.chains) == len(turn.layers)
            for layer, chain in zip(turn.layers, turn.chains, strict=True):
                names = sorted(call.name for call in chain.accepted.calls)
                assert names == sorted(step.call.name for step in layer)
                assert all(attempt.hint is not None for attempt in chain.attempts[:-1])
                assert chain.accepted.hint is None
                assert chain.accepted.reasoning


@pytest.fixture
def locked() -> tuple[Session, Any]:
    """Give a mailbox with a locked conversation that its subject tells apart."""
    for seed in range(50):
        session = Session.start(load_domain("mail"), seed)
        rows = list(session.state.world.conversations.values())
        for row in rows:
            if row.locked and [one.subject for one in rows].count(row.subject) == 1:
                return session, row
    raise AssertionError("no such mailbox")


def test_it_looks_up_what_is_only_described_and_then_acts(locked: tuple[Session, Any], graph: Graphs) -> None:
    session, row = locked
    reasoner = reasoner_for(session, graph)
    reasoner.begin(f"Could you unlock the conversation about {row.subject}?")
    first = reasoner.propose([])
    assert [call.name for call in first.calls] == ["list_conversations"]
    assert row.subject in first.reasoning
    reasoner.observe(session.run(first.calls))
    second = reasoner.propose([])
    assert second.calls == (ToolCall("unlock_conversation", {"conversation": row.id}),)
    assert row.id in second.reasoning
    reasoner.observe(session.run(second.calls))
    assert reasoner.propose([]).calls == ()


def test_it_takes_reference_words_for_what_was_dealt_with_last(locked: tuple[Session, Any], graph: Graphs) -> None:
    session, row = locked
    reasoner = reasoner_for(session, graph)
    reasoner.begin(f"Please unlock the conversation about {row.subject}.")
    for _ in range(2):
        reasoner.observe(session.run(reasoner.propose([]).calls))
    reasoner.begin("Great, now move that conversation to the trash, please.")
    assert reasoner.propose([]).calls == (
        ToolCall("move_conversation", {"conversation": row.id, "folder": "trash"}),
    )  # fmt: skip


def test_it_prepares_what_a_result_said_has_to_be_prepared(locked: tuple[Session, Any], graph: Graphs) -> None:
    session, row = locked
    reasoner = reasoner_for(session, graph)
    reasoner.begin(f"Please move the conversation about {row.subject} to the trash.")
    reasoner.observe(session.run(reasoner.propose([]).calls))
    again = reasoner.propose([])
    assert [call.name for call in again.calls] == ["unlock_conversation", "move_conversation"]
    assert "locked" in again.reasoning


def test_a_look_up_that_was_ruled_out_is_not_proposed_again(locked: tuple[Session, Any], graph: Graphs) -> None:
    session, row = locked
    reasoner = reasoner_for(session, graph)
    reasoner.begin(f"Please unlock the conversation about {row.subject}.")
    first = reasoner.propose([])
    hints = [Hint("other_tool", 0)]
    assert reasoner.propose([]).calls == first.calls, "it changes its mind only when told to"
    second = reasoner.propose(hints)
    assert first.calls[0] not in second.calls
    assert reasoner.propose(hints).calls == second.calls, "a hint is heard once"


def test_it_proposes_nothing_where_it_understands_nothing(graph: Graphs) -> None:
    reasoner = reasoner_for(Session.start(load_domain("mail"), 0), graph)
    reasoner.begin("How do you do?")
    assert reasoner.propose([]).calls == ()
    assert reasoner.propose([Hint("no_calls", 0)]).calls == ()


def test_memory_keeps_what_results_show_and_not_refusals(locked: tuple[Session, Any]) -> None:
    session, row = locked
    memory = Memory(session.domain, session.state.world.today)
    words = f"the conversation about {row.subject}"
    assert memory.meant("ConversationId", words) == []
    refused = [ToolCall("unlock_conversation", {"conversation": "CON-NONE"}), ToolCall("no_tool")]
    for result in session.run([*refused, ToolCall("list_conversations")]):
        memory.observe(result)
    assert memory.meant("ConversationId", words) == [row.id]
    assert memory.meant("ConversationId", "the cat") == []
    assert memory.meant("FileId", words) == []
    assert memory.records("ConversationId", row.id)[0]["subject"] == row.subject
    assert {one.tool for one in memory.shown} == {"list_conversations"}
    other = memory.copy()
    other.observe(session.run([ToolCall("unlock_conversation", {"conversation": row.id})])[0])
    assert other.records("ConversationId", row.id)[0]["locked"] is False
    assert memory.records("ConversationId", row.id)[0]["locked"] is True
    other.focus.mention(ToolCall("unlock_conversation", {"conversation": row.id}))
    assert other.meant("ConversationId", "that conversation") == [row.id]
    assert other.meant("DraftId", "that conversation") == []
    assert memory.meant("ConversationId", "that conversation") == []
