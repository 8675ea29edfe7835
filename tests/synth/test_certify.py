"""Promises of certificates: what is proved of a dialogue holds, and every planted defect is found."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from fc_agents.trace import Executed, execute
from fc_synth.certify import Certificate, certify, leaks, proved_again
from fc_synth.sample import sample_of

from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
MAIL = load_domain("mail")
QUERY = "Please unlock that one and then put it in the trash."


def proved(dialogue: Any, turns: list[list[Executed]] | None = None, asked: Any = None) -> Certificate:
    """Certify a dialogue, or a changed one."""
    return certify(
        load_domain(dialogue.domain),
        dialogue.seed,
        [list(turn.steps) for turn in dialogue.turns] if turns is None else turns,
        [turn.advanced.goals for turn in dialogue.turns] if asked is None else asked,
        [turn.query.text for turn in dialogue.turns],
    )


@pytest.mark.parametrize("name", DOMAINS)
def test_every_dialogue_is_proved_and_can_be_proved_again(name: str, made: Callable[[str], Any]) -> None:
    for dialogue in made(name).dialogues:
        assert dialogue.certificate.ok
        assert proved(dialogue) == dialogue.certificate
        assert len(dialogue.certificate.necessary) == sum(len(turn.steps) for turn in dialogue.turns)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_dropped_call_is_found(name: str, made: Callable[[str], Any]) -> None:
    reasons = set()
    for dialogue in made(name).dialogues:
        places = [(turn, at) for turn, one in enumerate(dialogue.turns) for at in range(len(one.steps))]
        for (turn, at), why in zip(places, dialogue.certificate.necessary, strict=True):
            if why == "asked":
                continue
            turns = [list(one.steps) for one in dialogue.turns]
            del turns[turn][at]
            again = proved(dialogue, turns, [() for _ in turns])
            reasons.add(why)
            assert not again.replay or again.state_hash != dialogue.certificate.state_hash
            assert not (again.observable and why == "feeds")
            assert again.replay or why in ("feeds", "enables")
    assert "feeds" in reasons


@pytest.fixture(scope="module")
def honest() -> tuple[int, list[Executed]]:
    """Give a seed and the calls that unlock a conversation and put it in the trash."""
    for seed in range(50):
        session = Session.start(MAIL, seed)
        locked = [row.id for row in session.state.world.conversations.values() if row.locked]
        if len(locked) > 1:
            calls = [
                ToolCall("list_conversations"),
                ToolCall("unlock_conversation", {"conversation": locked[0]}),
                ToolCall("move_conversation", {"conversation": locked[0], "folder": "trash"}),
            ]
            return seed, [execute(session, call) for call in calls]
    raise AssertionError("no mailbox with two locked conversations")


def test_the_honest_calls_are_proved_with_their_reasons(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    proof = certify(MAIL, seed, [steps], [(2,)], [QUERY])
    assert proof.ok
    assert proof.necessary == ("feeds", "enables", "asked")
    session = Session.start(MAIL, seed)
    session.run([step.call for step in steps])
    assert proof.state_hash == session.state.hash()
    assert proof.json()["necessary"] == ("feeds", "enables", "asked")


def test_an_action_that_nothing_builds_on_changes_the_state(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    assert certify(MAIL, seed, [steps], [()], [QUERY]).necessary == ("feeds", "enables", "state")


def test_a_missing_preparation_is_no_replay_though_all_was_shown(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    proof = certify(MAIL, seed, [[steps[0], steps[2]]], [(1,)], [QUERY])
    assert not proof.ok
    assert not proof.replay
    assert proof.observable


def test_an_identifier_that_was_not_shown_is_not_observable(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    proof = certify(MAIL, seed, [steps[1:]], [(0, 1)], [QUERY])
    assert not proof.ok
    assert not proof.observable
    assert not proof.replay


def test_a_swapped_argument_is_found(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    rows = Session.start(MAIL, seed).state.world.conversations
    other = next(key for key, row in rows.items() if row.locked and key != steps[1].call.arguments["conversation"])
    for step, arguments in ((1, {"conversation": other}), (2, {**steps[2].call.arguments, "folder": "archive"})):
        changed = list(steps)
        changed[step] = dataclasses.replace(steps[step], call=ToolCall(steps[step].call.name, arguments))
        proof = certify(MAIL, seed, [changed], [(1, 2)], [QUERY])
        assert not proof.ok
        assert not proof.replay
        assert proof.observable


def test_a_result_that_was_tampered_with_is_found(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    result = dataclasses.replace(steps[2].result, text=steps[2].result.text.replace("trash", "inbox"))
    proof = certify(MAIL, seed, [[*steps[:2], dataclasses.replace(steps[2], result=result)]], [(2,)], [QUERY])
    assert not proof.replay
    assert proof.observable


def test_another_seed_is_another_world(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    assert not certify(MAIL, seed + 1, [steps], [(2,)], [QUERY]).replay


@pytest.mark.parametrize("name", DOMAINS)
def test_a_superfluous_call_is_not_necessary(name: str, made: Callable[[str], Any]) -> None:
    look = {"shop": "show_checkout", "calendar": "find_colleagues", "mail": "list_files"}[name]
    for dialogue in made(name).dialogues[:12]:
        turns = [list(turn.steps) for turn in dialogue.turns]
        session = Session.start(load_domain(name), dialogue.seed)
        for steps in turns:
            session.run([step.call for step in steps])
        turns[-1].append(execute(session, ToolCall(look)))
        proof = proved(dialogue, turns)
        assert proof.replay
        assert proof.observable
        assert proof.necessary[-1] == ""
        assert not proof.ok


def test_a_look_up_made_twice_is_superfluous(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    proof = certify(MAIL, seed, [[steps[0], *steps]], [(3,)], [QUERY])
    assert proof.replay
    assert proof.necessary[:2] == ("", "")


def test_an_identifier_or_a_tool_in_a_query_is_a_leak(honest: tuple[int, list[Executed]]) -> None:
    seed, steps = honest
    row = steps[1].call.arguments["conversation"]
    for query, hidden in (
        (f"Please unlock {row}.", row),
        (f"please unlock {row.lower()}", row),
        ("Call unlock_conversation on it.", "unlock_conversation"),
        ("CALL Unlock_Conversation", "unlock_conversation"),
    ):
        proof = certify(MAIL, seed, [steps], [(2,)], [query])
        assert proof.leaks == (hidden,)
        assert not proof.ok
    assert leaks(MAIL, seed, [steps], [QUERY, "Thanks."]) == ()


def test_an_identifier_that_comes_about_in_the_dialogue_is_hidden_too() -> None:
    session = Session.start(MAIL, 0)
    steps = [execute(session, ToolCall("find_people"))]
    person = steps[0].result.value[0]["email"]
    steps.append(execute(session, ToolCall("start_draft", {"person": person, "subject": "tea"})))
    draft = steps[1].result.value["id"]
    assert leaks(MAIL, 0, [steps], [f"Is it {draft}?"]) == (draft,)
    assert leaks(MAIL, 0, [], [f"Is it {draft}?"]) == ()
    assert leaks(MAIL, 0, [], [f"Write to {person}."]) == (person,)


@pytest.mark.parametrize(
    "flaw",
    [
        {"replay": False},
        {"observable": False},
        {"necessary": ("asked", "")},
        {"leaks": ("CON-1",)},
        {"minimal": ("minimal", "shorter")},
        {"unique": "refuted"},
        {"solvable": "refuted"},
    ],
)
def test_a_certificate_holds_only_if_all_of_it_does(flaw: dict[str, Any]) -> None:
    good = Certificate(True, True, ("asked", "feeds"), (), "0" * 32)
    assert good.ok
    assert not dataclasses.replace(good, **flaw).ok


@pytest.mark.parametrize("name", ["shop", "calendar", "mail"])
def test_a_written_row_is_proved_again_unless_a_result_a_call_or_the_end_was_changed(
    name: str, made: Callable[[str], Any]
) -> None:
    domain = load_domain(name)
    honest = sample_of(domain, made(name).dialogues[0], "x")
    assert proved_again(domain, honest)
    last = max(at for at, one in enumerate(honest["messages"]) if one["role"] == "tool")
    for change in ("result", "call", "end", "seed"):
        row = copy.deepcopy(honest)
        if change == "result":
            row["messages"][last]["content"] = "null"
        elif change == "call":
            row["messages"] = [one for one in row["messages"] if not one.get("tool_calls")]
        elif change == "end":
            row["meta"]["certificate"]["state_hash"] = "0" * 32
        else:
            row["meta"]["seed"] += 1
        assert not proved_again(domain, row), change
