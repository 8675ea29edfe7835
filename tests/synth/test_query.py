"""Promises of queries: what a user says asks for everything, hides what is hidden, and is read back as it was meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fc_agents.trace import Leaf, execute
from fc_synth.advanced import AdvancedTool, Input
from fc_synth.focus import Focus, made_path
from fc_synth.query import Query, Unsayable, ask_phrases, today_of, write_query
from fc_synth.reading import read_query
from fc_synth.spoken import said
from fc_synth.style import STYLES
from fc_synth.wording import LATER_OPENERS, Wording, plural_mended, theirs, whole, yours
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.tool import Tool
from fc_gym.types import ToolCall

DOMAINS = ("shop", "calendar", "mail")
Made = Callable[[str], Any]
REFERRING, REFERRED = "that ", (" from earlier", " I mentioned")


def test_nearly_every_query_is_read_back_as_it_was_meant(made: Made) -> None:
    right, wrong = 0, []
    for name in DOMAINS:
        domain = load_domain(name)
        for advanced, query, _ in made(name).written:
            meant = [
                (advanced.steps[goal].call.name, dict(words))
                for goal, words in zip(advanced.goals, query.slots, strict=True)
            ]
            read = [(request.tool, request.words) for request in read_query(domain, query.plain)]
            right += read == meant
            wrong += [] if read == meant else [(query.plain, meant, read)]
    rate = right / (right + len(wrong))
    assert right + len(wrong) >= 200
    assert rate >= 0.95, f"{rate:.1%} of {right + len(wrong)}, not: {wrong[:3]}"


@pytest.mark.parametrize(
    "text", ["", " ", "Hello there!", "What is the meaning of life?", "Thanks. Bye.", "{order}", "("]
)
@pytest.mark.parametrize("name", DOMAINS)
def test_where_nothing_is_understood_nothing_is_asked_for(name: str, text: str) -> None:
    assert read_query(load_domain(name), text) == []


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    for request in read_query(load_domain("mail"), text):
        assert request.tool in load_domain("mail").tools


def test_two_requests_are_read_in_the_order_in_which_they_are_said() -> None:
    text = "Hi! Please show me the files I have kept. Then go over what I have begun to write but not sent."
    assert [one.tool for one in read_query(load_domain("mail"), text)] == ["list_files", "list_drafts"]


def test_quoted_words_may_hold_whole_sentences() -> None:
    text = 'Please put these words into that draft: "I am late. Sorry! Can you wait?"'
    (one,) = read_query(load_domain("mail"), text)
    assert one.tool == "write_draft"
    assert one.words == {"draft": "that draft", "body": "I am late. Sorry! Can you wait?"}


def test_what_explains_more_of_the_words_is_understood() -> None:
    text = 'Please put these words into that draft: "Show me my drafts. Thanks."'
    (one,) = read_query(load_domain("mail"), text)
    assert (one.tool, one.words["body"]) == ("write_draft", "Show me my drafts. Thanks.")


@pytest.mark.parametrize("name", DOMAINS)
def test_a_query_contains_no_identifier_and_no_tool_name(name: str, made: Made) -> None:
    tools = [tool for tool in load_domain(name).tools if "_" in tool]
    for advanced, query, rows in made(name).written:
        text = query.text.casefold()
        assert not [row for row in rows if row.casefold() in text], query.text
        assert not [tool for tool in tools if tool in text], query.text
        assert advanced.name not in text


@pytest.mark.parametrize("name", DOMAINS)
def test_a_query_tells_every_literal_that_is_needed(name: str, made: Made) -> None:
    told = 0
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            literals = [one.leaf for one in turn.advanced.inputs if not one.row]
            for leaf in (*literals, *turn.advanced.hints):
                assert said(leaf.value, leaf.key, dialogue.today) in turn.query.text, (leaf, turn.query.text)
                assert leaf.value in turn.query.told[leaf.key]
                told += 1
    assert told > 5


@pytest.mark.parametrize("name", DOMAINS)
def test_every_goal_has_words_for_each_of_its_arguments(name: str, made: Made) -> None:
    for advanced, query, _ in made(name).written:
        assert len(query.slots) == len(advanced.goals)
        for goal, words in zip(advanced.goals, query.slots, strict=True):
            assert set(words) == set(advanced.steps[goal].call.arguments)
            assert all(text and text in query.text for text in words.values()), query.text


def test_rows_spoken_of_before_are_mostly_only_referred_to(made: Made) -> None:
    later = [turn for name in DOMAINS for dialogue in made(name).dialogues for turn in dialogue.turns[1:]]
    assert sum(turn.query.references > 0 for turn in later) > len(later) / 3
    for turn in later:
        referred = [
            text
            for words in turn.query.slots
            for text in words.values()
            if text.startswith(REFERRING) or text.endswith(REFERRED)
        ]
        assert len(referred) >= turn.query.references
    first = [dialogue.turns[0] for name in DOMAINS for dialogue in made(name).dialogues]
    assert all(turn.query.references <= max(0, sum(len(one) for one in turn.query.slots) - 1) for turn in first)


def single(session: Session, call: ToolCall, **more: Any) -> AdvancedTool:
    """Return a call as an advanced tool that asks for it alone."""
    step = execute(session.fork(), call)
    return AdvancedTool(call.name, "", (0,), (), more.pop("hints", ()), (step,), session.calls, **more)


def test_a_row_in_focus_is_named_in_full_if_references_are_unwanted() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("list_files"))
    row = next(iter(session.state.world.files.values()))
    focus, call = Focus(session.domain), ToolCall("compress_file", {"file": row.id})
    focus.mention(call)
    given = (Input(0, Leaf("file", "file", "FileId", row.id), True),)
    advanced = dataclasses.replace(single(session, call), inputs=given)

    def written(refer: float) -> Query:
        rng, world = np.random.default_rng(0), session.state.world
        return write_query(session.domain, world, advanced, focus, 1, rng, refer=refer)

    assert (written(1.0).slots, written(1.0).references) == (({"file": "that file"},), 1)
    assert (written(0.0).slots, written(0.0).references) == (({"file": f"the file {row.name}"},), 0)
    assert focus.last == {"FileId": row.id}, "the writer keeps its own focus"


def test_what_a_hidden_look_up_needs_is_mentioned_though_it_rules_nothing_out() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("list_files"))
    row = next(iter(session.state.world.files.values()))
    call, hint = ToolCall("compress_file", {"file": row.id}), Leaf("size_mb", "size_mb", "find.size_mb", row.size_mb)
    given = (Input(0, Leaf("file", "file", "FileId", row.id), True),)
    advanced = dataclasses.replace(single(session, call), inputs=given, hints=(hint,))
    world, focus = session.state.world, Focus(session.domain)
    query = write_query(session.domain, world, advanced, focus, 0, np.random.default_rng(0))
    assert query.slots == ({"file": f"the file {row.name} of {said(row.size_mb)} MB"},)
    assert query.told == {"find.size_mb": (row.size_mb,)}


def test_a_hint_that_no_words_can_mention_makes_it_unsayable() -> None:
    session = Session.start(load_domain("mail"), 0)
    advanced = single(session, ToolCall("list_files"), hints=(Leaf("name", "name", "PersonName", "Rosa"),))
    with pytest.raises(Unsayable, match="the words cannot mention what a look-up needs"):
        write_query(session.domain, session.state.world, advanced, Focus(session.domain), 0, np.random.default_rng(0))


def test_two_rows_made_in_one_turn_make_it_unsayable() -> None:
    session = Session.start(load_domain("mail"), 0)
    execute(session, ToolCall("list_files"))
    row = next(iter(session.state.world.files))
    advanced = single(session, ToolCall("compress_file", {"file": row}))
    with pytest.raises(Unsayable, match="two rows of a kind are made and cannot be told apart"):
        write_query(session.domain, session.state.world, advanced, Focus(session.domain), 0, np.random.default_rng(0))


def test_a_tool_without_ways_to_ask_is_asked_for_by_its_name() -> None:
    domain = load_domain("mail")
    bare = {name: dataclasses.replace(tool, asks=()) for name, tool in domain.tools.items()}

    class Silent:
        tools: dict[str, Tool] = bare

    assert [one.text for one in ask_phrases(Silent(), "list_files")] == ["list files"]  # type: ignore[arg-type]
    (one,) = ask_phrases(Silent(), "attach_file")  # type: ignore[arg-type]
    assert (
        one.fill({"draft": "that draft", "file": "that file"}) == "attach file with draft that draft and file that file"
    )


def test_a_world_without_a_day_has_none() -> None:
    assert today_of(object()) == ""
    assert today_of(Session.start(load_domain("mail"), 0).state.world).startswith("2026-")


REQUESTS = ["cancel my order", "add it", 'write this: "Hm"', "I want it.", "What is there?"]
asks = st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=3)


@given(asks, st.booleans(), st.integers(0, 10_000))
def test_a_message_says_every_request_in_order_and_ends(asks: list[str], later: bool, seed: int) -> None:
    text = Wording(np.random.default_rng(seed)).request(asks, later=later)
    place = 0
    for ask in asks:
        place = text.lower().index(ask.lower().rstrip(".?"), place) + 1
    assert text[-1] in '.?!"'
    assert "  " not in text
    assert not text[0].islower()
    assert text.count('"Hm".') == text.count('"Hm"'), "what is quoted is no part of a question"


def test_the_words_around_requests_have_their_slots() -> None:
    assert all("{ask}" in one for one in LATER_OPENERS)
    assert all("{ask}" in one for style in STYLES for one in (*style.openers, *style.later, *style.joins, *style.last))
    assert whole("I want it") and not whole("cancel it") and not whole("")


@given(st.lists(st.sampled_from(["my", "order", "me", "I", "the", "tea,"]), max_size=6))
def test_words_about_oneself_are_turned_round(words: list[str]) -> None:
    assert not {"my", "me", "i"} & set(yours(" ".join(words)).lower().split())
    assert not {"my", "me", "i"} & set(theirs(" ".join(words)).lower().split())
    assert len(yours(" ".join(words)).split(" ")) == len(" ".join(words).split(" "))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("I found 1 orders.", "I found 1 order."),
        ("There are 1 entries, today.", "There is 1 entry, today."),
        ("There are 2 entries.", "There are 2 entries."),
        ("It has 1 address.", "It has 1 address."),
    ],
)
def test_one_of_a_thing_is_said_in_the_singular(text: str, right: str) -> None:
    assert plural_mended(text) == right


def test_the_focus_is_on_what_was_dealt_with_last() -> None:
    session = Session.start(load_domain("mail"), 0)
    focus = Focus(session.domain)
    assert focus.meant("that draft") is None
    assert focus.refers("That draft ")
    assert not focus.refers("that cat")
    people = execute(session, ToolCall("find_people"))
    focus.note(people.call, people.result)
    assert focus.last == {}, "a look-up that shows many brings none into focus"
    person = people.result.value[0]["email"]
    made = execute(session, ToolCall("start_draft", {"person": person, "subject": "tea"}))
    focus.note(made.call, made.result)
    assert focus.meant(" That draft") == ("DraftId", made.result.value["id"])
    assert focus.meant("that person") == ("EmailAddress", person)
    other = focus.copy()
    other.mention(ToolCall("compress_file", {"file": "FIL-1"}))
    assert "FileId" in other.last
    assert "FileId" not in focus.last
    assert made_path(session.domain.tools["start_draft"]) == "id"
    assert made_path(session.domain.tools["list_files"]) is None
