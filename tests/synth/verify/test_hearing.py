"""Promises of hearing: what people take back, correct or add late is understood from the message alone."""

from __future__ import annotations

import pytest
from fc_synth.verify.hearing import hear

from fc_gym.registration import load_domain

CALENDAR = load_domain("calendar")
CLINIC = load_domain("clinic")
MOVE = "move the client call on 18 March to 13 March at 11:00"


def heard(text: str) -> list[tuple[str, str, str]]:
    """Return tool, words for the event, and the mend of each request."""
    return [(one.request.tool, one.request.words.get("event", ""), one.mend) for one in hear(CALENDAR, text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"Please {MOVE}.", [("move_event", "the client call on 18 March", "")]),
        (
            f"Please {MOVE}. No, wait, I mean the hiring round on 18 March.",
            [("move_event", "the client call on 18 March", "the hiring round on 18 March")],
        ),
        (
            "Please move an event to 13 March at 11:00. I'm talking about the hiring round on 18 March.",
            [("move_event", "the hiring round on 18 March", "")],
        ),
        (f"Please {MOVE}. It's urgent.", [("move_event", "the client call on 18 March", "")]),
        (
            f"Please {MOVE}. You don't have to show me who my colleagues are this time.",
            [("move_event", "the client call on 18 March", "")],
        ),
        ("Grmpf.", []),
    ],
)
def test_the_last_word_counts(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert heard(text) == wanted


def test_words_do_not_begin_in_the_sentence_before() -> None:
    text = (
        "The next shift starts at two. At an appointment we were promised a thyroid panel, so please have it ordered. "
        "It's Amara's appointment with Dr Ivanova."
    )
    assert [one.request.words for one in hear(CLINIC, text)] == [
        {"appointment": "Amara's appointment with Dr Ivanova", "test": "thyroid panel"}
    ]
