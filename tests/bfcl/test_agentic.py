from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.agentic import UNKNOWN, Stated, answered, contains_answer, is_calls, last_message, stated
from fc_gym.bfcl.grade import Verdict

ODD = [*",./-_*^()'\"$+?[]{}|\\&~#", "ß", "ſ", "İ", "ı", "Σ", "é", "茶", "١", "\u00a0", "\ud800", "\n", "\x00"]
WORDS = ["michael", "J.", "7", "seven", "4.5", "it's", "c++", "a_b", "STRASSE", "", *ODD]
PLAIN = st.text(st.sampled_from("abcXYZ 0123"), min_size=1, max_size=12).filter(lambda text: bool(text.strip()))


def pairs(number: int) -> Iterator[tuple[str, list[str]]]:
    rng = random.Random(7)
    for _ in range(number):
        message = rng.choice(["", " "]).join(rng.choices(WORDS, k=rng.randrange(12)))
        start = rng.randrange(len(message) + 1)
        answers = [message[start : start + rng.randrange(9)], "".join(rng.choices(WORDS, k=rng.randrange(4)))]
        yield message, [rng.choice([one, one.upper(), one.lower()]) for one in answers[: rng.randrange(3)]]


def official() -> Any:
    try:
        from bfcl_eval.eval_checker.agentic_eval import agentic_checker  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        pytest.skip("run: pip install --no-deps bfcl-eval==2026.3.23")
    return agentic_checker.agentic_checker


def test_the_verdict_is_the_official_one() -> None:
    judge = official()
    for message, answers in pairs(5000):
        told = judge(message, answers)
        ours = contains_answer([[message]], answers, is_call=lambda _: False)
        assert (ours.valid, ours.error_type) == (told["valid"], told.get("error_type", "")), (message, answers)


@pytest.mark.parametrize(
    ("message", "answer", "valid"),
    [
        ("It is Michael J.", "michael j", True),
        ("I do not know; but not Michael J.", "michael", True),
        ("Michaela", "michael", False),
        ("4.5 km", "45", True),
        ("it's", 'it"s', True),
        ("a\nb", "a b", False),
        ("c++", "c++", False),
        ("c++x", "c++", True),
        ("ab", "a.*b", True),
        ("a]b", "[a]", False),
        ("", "", False),
        ("x", "", True),
    ],
)
def test_an_answer_passes_as_a_whole_word_of_the_message(message: str, answer: str, valid: bool) -> None:
    verdict = contains_answer([[message]], ["no such word", answer], is_call=lambda _: False)
    assert verdict.official() == (
        {"valid": True} if valid else {"valid": False, "error_type": "agentic:answer_not_found"}
    )


def test_only_the_last_message_that_is_no_call_counts() -> None:
    assert contains_answer([["x", "[ls()]", "It is tea.", "[ls()]", "[cd(folder='a')]"]], ["tea"]).valid
    assert not contains_answer([["It is tea.", "I do not know."]], ["tea"]).valid
    assert not contains_answer([["[search(keywords='tea')]"]], ["tea"]).valid
    assert last_message(["a", "b"], lambda text: text == "b") == "a"


def test_a_run_without_a_message_or_with_other_turns_than_one_fails() -> None:
    assert contains_answer([["[ls()]"]], ["ls"]) == Verdict(
        False, "agentic:answer_not_found", 0, "every message is a call"
    )
    assert contains_answer([[]], ["x"]).error_type == "agentic:answer_not_found"
    assert contains_answer("Connection lost: x", ["x"]).official()["error_type"] == "agentic:inference_error"
    for turns in ([], [["x"], ["x"]]):
        verdict = contains_answer(turns, ["x"])
        assert (verdict.error_type, verdict.detail) == (
            "agentic:inference_error",
            f"{len(turns)} turns were played of 1",
        )


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        ("[ls()]", True),
        ("ls(a=True)", True),
        ("", False),
        ("[]", False),
        ("I do not know", False),
        ("{'answer': 1}", False),
    ],
)
def test_a_message_is_calls_if_it_reads_as_calls(message: str, calls: bool) -> None:
    assert is_calls(message) is calls


@given(
    answer=PLAIN,
    context=st.text(max_size=20),
    around=st.sampled_from(["{}", " {}\n", "```\n{}\n```", "```json\n{}\n```"]),
)
def test_a_stated_answer_is_read_back_and_passes(answer: str, context: str, around: str) -> None:
    message = around.format(repr({"answer": answer, "context": context}))
    assert stated(message) == Stated(answer, context)
    assert answered(message, ["~", answer.upper()])
    assert contains_answer([[message]], [answer.strip()]).valid


@pytest.mark.parametrize(
    "message",
    [
        "",
        "tea",
        "It is {'answer': 'tea', 'context': ''}",
        "{'answer': 'tea'}",
        "{'answer': 'tea', 'context': '', 'more': ''}",
        "{'answer': ['tea'], 'context': ''}",
        "{'answer': True, 'context': ''}",
        "{'answer': 'tea', 'context': 3}",
        "{'answer': tea, 'context': ''}",
        "{'answer': __import__('os').getcwd(), 'context': ''}",
        "{'answer': 0x" + "f" * 9999 + ", 'context': ''}",
        "{" * 60_000,
        "{'answer': 'tea', 'context': '" + "a" * 70_000 + "'}",
        "{['answer']: 1}",
        "\ud800",
        "a\x00b",
    ],
)
def test_a_message_in_any_other_form_states_nothing(message: str) -> None:
    assert stated(message) is None and not answered(message, ["tea", "True", "", message])


def test_no_message_at_all_is_no_answer() -> None:
    assert not answered(None, [""])


@pytest.mark.parametrize("text", [*UNKNOWN, "i do not know.", " I do not know "])
def test_saying_that_one_does_not_know_is_no_answer(text: str) -> None:
    assert not answered(repr({"answer": text, "context": ""}), [text])


@pytest.mark.parametrize(
    ("answer", "valid"),
    [
        ("Dong-Sup Yoon", True),
        ("dong sup yoon", False),
        ("The Dong-Sup Yoon", False),
        ("DongSup  Yoon", True),
        (7, False),
    ],
)
def test_the_stated_answer_must_be_the_whole_answer(answer: object, valid: bool) -> None:
    assert answered(repr({"answer": answer, "context": "Dong-Sup Yoon"}), ["Dong-Sup Yoon"]) is valid


def test_a_number_may_be_stated_as_a_number() -> None:
    assert answered("{'answer': 7, 'context': ''}", ["7", "seven"]) and answered(
        "{'answer': 4.5, 'context': ''}", ["4.5"]
    )
