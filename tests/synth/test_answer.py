"""Promises of answers: they tell what was asked for, and nothing that no result has shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fc_agents.trace import Executed, execute
from fc_synth.answer import answer, result_words
from fc_synth.spoken import said
from fc_synth.wording import theirs, yours

from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
TOKEN = re.compile(r"[A-Z]{2,}-\w+|[\w.]+@[\w.]+\w|\d+(?:[.:]\d+)*")


def counts(value: Any) -> Iterator[int]:
    """Yield the length of every list in a JSON value."""
    if isinstance(value, list):
        yield len(value)
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from counts(inner)


def tokens(texts: list[str]) -> set[str]:
    return {token for text in texts for token in TOKEN.findall(text)}


def test_an_answer_contains_everything_that_it_must(made: Callable[[str], Any]) -> None:
    needed = 0
    for dialogue in (one for name in DOMAINS for one in made(name).dialogues):
        for turn in dialogue.turns:
            assert all(text and text in turn.answer.text for text in turn.answer.must)
            assert len(set(turn.answer.must)) == len(turn.answer.must)
            needed += len(turn.answer.must)
    assert needed > 0


@pytest.mark.parametrize("name", DOMAINS)
def test_only_what_was_asked_to_be_looked_up_must_be_told(name: str, made: Callable[[str], Any]) -> None:
    tools = load_domain(name).tools
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            goals = [turn.steps[goal].call.name for goal in turn.advanced.goals]
            assert not turn.answer.must or any(tools[goal].reads_only for goal in goals)


@pytest.mark.parametrize("name", DOMAINS)
def test_every_number_and_identifier_in_an_answer_was_shown_or_said(
    name: str, made: Callable[[str], Any], scalars: Any
) -> None:
    told = 0
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            values = [step.result.value for step in turn.steps]
            leaves = [leaf for value in values for leaf in scalars(value) if leaf is not None]
            spoken = [said(leaf, key, dialogue.today) for leaf in leaves for key in ("", "Date")]
            lengths = [str(count) for value in values for count in counts(value)]
            allowed = tokens([*spoken, *map(str, leaves), *lengths, turn.query.text])
            found = tokens([turn.answer.text])
            assert found <= allowed, (turn.answer.text, found - allowed)
            told += len(found)
    assert told > 20


@pytest.mark.parametrize("name", DOMAINS)
def test_an_answer_speaks_to_the_user_in_whole_sentences(name: str, made: Callable[[str], Any]) -> None:
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            text = turn.answer.text
            assert not text[0].islower()
            assert text[-1] in ".!?"
            assert not re.search(r"[{}\[\]]", text), text
            assert not re.search(r"\bmy (order|draft|return)\b", text), text


def mailbox(*calls: ToolCall) -> tuple[Session, list[Executed]]:
    session = Session.start(load_domain("mail"), 0)
    return session, [execute(session, call) for call in calls]


def test_a_list_is_told_with_its_number_and_its_names() -> None:
    session, steps = mailbox(ToolCall("list_files"))
    names = [row.name for row in session.state.world.files.values()]
    told = answer(session.domain, steps, [{}], session.state.world.today, np.random.default_rng(0))
    assert str(len(names)) in told.text
    assert told.must == tuple(names)
    assert said(names) in told.text


def test_an_empty_list_is_told_as_such_and_asks_for_nothing() -> None:
    session = Session.start(load_domain("mail"), 0)
    session.state.world.files.clear()
    step = execute(session, ToolCall("list_files"))
    for seed in range(5):
        told = answer(session.domain, [step], [{}], "", np.random.default_rng(seed))
        assert {"no", "none"} & set(told.text.rstrip(".").split(" "))
        assert told.must == ()


def test_two_things_done_are_both_told() -> None:
    session, steps = mailbox(ToolCall("find_people"), ToolCall("list_files"))
    file = next(iter(session.state.world.files.values()))
    steps.append(execute(session, ToolCall("compress_file", {"file": file.id})))
    words = [{}, {"file": "that file"}]
    told = answer(session.domain, steps[1:], words, session.state.world.today, np.random.default_rng(1))
    assert "that file" in told.text
    assert file.name in told.text
    assert len(told.must) == 3, "what was done is told freely, what was looked up has to be told"


def test_a_tool_that_says_nothing_is_done() -> None:
    session, steps = mailbox(ToolCall("list_files"))

    class Silent:
        tools = {"list_files": dataclasses.replace(session.domain.tools["list_files"], says=())}  # noqa: RUF012

    told = answer(Silent(), steps, [{}], "", np.random.default_rng(0))  # type: ignore[arg-type]
    assert (told.text, told.must) == ("Done.", ())


def test_words_for_a_place_in_a_result() -> None:
    session, (step,) = mailbox(ToolCall("list_conversations"))
    rows, today = step.result.value, session.state.world.today
    domain = session.domain
    assert result_words(domain, step, "result#", today) == str(len(rows))
    assert result_words(domain, step, "result[].subject", today) == said([row["subject"] for row in rows])
    days = said([row["received"] for row in rows], "Date", today)
    assert result_words(domain, step, "result[].received", today) == days
    assert not re.search(r"\d{4}-\d\d", days)
    assert result_words(domain, step, "result.nothing", today) == ""
    assert result_words(domain, step, "result[].nothing", today) == ""


def test_what_is_quoted_is_not_turned_round() -> None:
    assert theirs('put "that suits me" into my draft') == 'put "that suits me" into their draft'
    assert yours('my draft says "call me"') == 'your draft says "call me"'
