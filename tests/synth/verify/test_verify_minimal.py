"""Promises of single certificates, on dialogues made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from fc_synth.verify.asking import solvable, unique
from fc_synth.verify.leak import leaked
from fc_synth.verify.meaning import asked_of
from fc_synth.verify.minimal import minimal
from fc_synth.verify.necessity import necessary
from fc_synth.verify.play import Play, played
from fc_synth.verify.provenance import invented, observable
from fc_synth.verify.reasoning import grounded, told
from fc_synth.verify.record import Record
from fc_synth.verify.talk import Batch, Made, Talk, TalkTurn

from fc_gym.domain import Domain
from fc_gym.registration import load_domain
from fc_gym.types import ToolCall

MAIL = load_domain("mail")


@pytest.fixture(scope="module")
def locked() -> tuple[int, str, str]:
    """Give a seed, a locked conversation of its world, and words for it."""
    for seed in range(80):
        world = MAIL.sample(seed).world
        for key, row in world.conversations.items():
            words = f"the conversation about {row.subject}"
            alike = [one for one in world.conversations.values() if one.subject == row.subject]
            if row.locked and len(alike) == 1:
                return seed, key, words
    raise AssertionError("no mailbox with a locked conversation that can be named")


def play(
    domain: Domain, seed: int, user: str, *batches: list[ToolCall], reply: str = "Done.", thought: str = ""
) -> Play:
    """Play one turn with true results."""
    state = domain.sample(seed)
    made = [
        Batch(thought, [Made(one.name, dict(one.arguments), domain.execute(state.world, one).text) for one in batch])
        for batch in batches
    ]
    return played(domain, Talk("Today.", [TalkTurn(user, made, reply, thought and "I am done.")]), seed)


LIST = ToolCall("list_conversations")


def unlock(key: str) -> ToolCall:
    return ToolCall("unlock_conversation", {"conversation": key})


def request(words: str) -> str:
    phrase = next(one.text for one in MAIL.tools["unlock_conversation"].asks if not one.text[0].isupper())
    return f"Please {phrase.replace('{conversation}', words)}."


def records(one: Play) -> dict[str, Record]:
    asked = asked_of(one)
    return {
        record.name: record
        for record in (
            observable(one), invented(one), solvable(one, asked), unique(one, asked), necessary(one, asked),
            minimal(one, asked), grounded(one), told(one),
        )
    }  # fmt: skip


def test_a_look_up_and_an_action_are_minimal(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    found = records(play(MAIL, seed, request(words), [LIST], [unlock(key)], thought="I look."))
    assert {name for name, one in found.items() if one.verdict != "proved"} == set()
    assert found["necessary"].tally == {"feeds": 1, "asked": 1}
    assert found["minimal"].tally["minimal"] == 1


def test_a_shorter_plan_is_shown(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    found = records(play(MAIL, seed, request(words), [LIST], [ToolCall("find_people")], [unlock(key)]))
    assert found["minimal"].verdict == "refuted"
    assert found["minimal"].detail.startswith("shorter: list_conversations(")
    assert found["necessary"].detail == "without find_people everything else is the same"


def test_a_search_that_is_cut_short_proves_nothing(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    one = play(MAIL, seed, request(words), [LIST], [unlock(key)])
    assert minimal(one, asked_of(one), budget=1).verdict == "proved"
    longer = play(MAIL, seed, request(words), [LIST], [ToolCall("find_people")], [unlock(key)])
    found = minimal(longer, asked_of(longer), budget=1)
    assert (found.verdict, found.tally["unknown"]) == ("unknown", 1)


def test_what_is_used_in_the_message_that_shows_it_is_counted_apart(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    found = records(play(MAIL, seed, request(words), [LIST, unlock(key)]))["observable"]
    assert found.verdict == "refuted" and found.tally["same message"] == 1 and found.tally["unseen"] == 0
    found = records(play(MAIL, seed, request(words), [unlock(key)]))["observable"]
    assert found.verdict == "refuted" and found.tally["unseen"] == 1


def test_words_outside_the_grammar_leave_it_open(locked: tuple[int, str, str]) -> None:
    seed, key, _ = locked
    found = records(play(MAIL, seed, "Grmpf.", [LIST], [unlock(key)]))
    assert {found[name].verdict for name in ("solvable", "unique", "minimal", "necessary")} == {"unknown"}
    assert found["necessary"].tally == {"feeds": 1, "state": 1}


def test_another_row_than_the_words_mean_is_found(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    rows = MAIL.sample(seed).world.conversations
    for other in rows:
        if other != key and rows[other].locked:
            found = records(play(MAIL, seed, request(words), [LIST], [unlock(other)]))
            assert "means" in found["solvable"].detail
            assert found["necessary"].detail == "unlock_conversation changes something that nobody asked for"


def test_an_action_that_is_refused_is_not_done(locked: tuple[int, str, str]) -> None:
    seed = locked[0]
    rows = MAIL.sample(seed).world.conversations
    free = next(one for one in rows if not rows[one].locked)
    found = records(play(MAIL, seed, request(f"the conversation about {rows[free].subject}"), [LIST], [unlock(free)]))
    assert found["solvable"].verdict == "refuted" or found["unique"].verdict == "refuted"


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [("It is done.", False), ("It took 98765 steps.", True), ("See CON-99999X.", True), ("Ask zoe@nowhere.org.", True)],
)
def test_a_reply_tells_only_what_was_shown(reply: str, wrong: bool, locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    found = told(play(MAIL, seed, request(words), [LIST], [unlock(key)], reply=reply))
    assert (found.verdict == "refuted") == wrong


@pytest.mark.parametrize(
    ("thought", "wrong"),
    [
        ("", ""),
        ("I call list_conversations and unlock_conversation.", ""),
        ("I call find_people.", "names find_people, which is not called there"),
        ("It must be KEY.", "names KEY, which nothing had shown"),
    ],
)
def test_a_thought_agrees_with_its_calls(thought: str, wrong: str, locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    text = thought.replace("KEY", key)
    found = grounded(play(MAIL, seed, request(words), [LIST], [unlock(key)], thought=text))
    assert (found.verdict == "refuted") == bool(wrong)
    assert wrong.replace("KEY", key) in found.detail


def test_an_identifier_is_a_leak_until_a_reply_has_told_it(locked: tuple[int, str, str]) -> None:
    seed, key, words = locked
    one = play(MAIL, seed, f"{request(words)} It is {key}.", [LIST], [unlock(key)])
    assert [(turn, value) for turn, value, _ in leaked(one)] == [(0, key)]
    talk = Talk("", [TalkTurn(request(words), [], f"It is {key}."), TalkTurn(f"Then take {key}.")])
    assert leaked(played(MAIL, talk, seed)) == []


def test_what_a_result_makes_known_later_is_a_leak() -> None:
    bank = load_domain("bank")
    for seed in range(30):
        world = bank.sample(seed).world
        account = next(iter(world.accounts))
        result: Any = bank.execute(world, ToolCall("export_statement", {"account": account}))
        if result.ok:
            calls = [ToolCall("show_finances")], [ToolCall("export_statement", {"account": account})]
            name = result.value["name"]
            assert name in [value for _, value, _ in leaked(play(bank, seed, f"Make {name}, please.", *calls))]
            assert leaked(play(bank, seed, "Make it, please.", *calls)) == []
            return
    raise AssertionError("no statement could be made")
