from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.act import does
from fc_gym.domain import Domain
from fc_gym.session import Session
from fc_gym.task import Task, Turn


@given(text=st.text())
def test_where_no_act_is_wanted_anything_will_do(text: str) -> None:
    assert does(text, "")


@given(text=st.text(max_size=20))
def test_whatever_holds_a_question_mark_asks(text: str) -> None:
    assert does(f"{text}?", "ask")
    assert does(text, "ask") == ("?" in text)


@pytest.mark.parametrize(
    "text",
    [
        "I cannot do that.", "I can't do it.", "Sorry, I couldn't send it.", "I am unable to help.", "It failed.",
        "None of my tools can do that.", "I have no tool for that.", "That is not possible.",
        "This is beyond my tools.", "It does not work.", "I can\u2019t reach it.",
        "I am missing a tool for that.", "I don't have access.", "The service is unavailable.",
    ],
)  # fmt: skip
def test_a_reply_that_says_that_it_does_not_work_declines(text: str) -> None:
    assert does(text, "decline")


@pytest.mark.parametrize(
    "text", ["", "Done.", "Your order is off.", "I have cancelled it.", "Which one do you mean?", "Nothing is missing."]
)
def test_a_reply_that_reports_or_asks_does_not_decline(text: str) -> None:
    assert not does(text, "decline")


def test_silence_informs_nobody() -> None:
    assert does("Fine.", "inform")
    assert not does(" ", "inform")


@pytest.mark.parametrize(("reply", "worth"), [("I cannot do that.", 1.0), ("Done.", 0.0), ("", 0.0)])
def test_a_turn_that_wants_an_act_is_passed_by_a_reply_that_does_it(lab: Domain, reply: str, worth: float) -> None:
    session = Session.start(lab, 0, Task("t", "lab", turns=(Turn("Fly!", act="decline"),)))
    parts = session.reply(reply)
    assert (parts.response_match, parts.outcome) == (worth, worth)
