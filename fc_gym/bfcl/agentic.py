"""The official verdict on an agentic task, a word in the last message, and beside it our own measure, the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fc_gym.bfcl.grade import Verdict
from fc_gym.bfcl.literals import literal, parsed
from fc_gym.bfcl.responses import calls_in_text
from fc_gym.errors import CallError

__all__ = [
    "AGENTIC",
    "UNKNOWN",
    "Stated",
    "answered",
    "contains_answer",
    "is_calls",
    "last_message",
    "standardized",
    "stated",
]

AGENTIC = ("memory_kv", "memory_vector", "memory_rec_sum", "web_search_base", "web_search_no_snippet")
"""The agentic categories, in the order of the leaderboard."""

UNKNOWN = ("I do not know", "I cannot answer this question")
"""What an agent should state as its answer where it has none."""

_NOT_FOUND = "agentic:answer_not_found"
_INFERENCE = "agentic:inference_error"
_DROPPED = re.compile(r"[,./\-_*^()]")
_FENCE = re.compile(r"\A```\w*\s*\n(.*)\n\s*```\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Stated:
    """The answer of an agent that keeps to the form it was told to use."""

    answer: str
    context: str


def contains_answer(
    turns: Sequence[Sequence[str]] | str, answers: Sequence[str], *, is_call: Callable[[str], bool] | None = None
) -> Verdict:
    """Judge a run as the official checker does: one of the answers is a word of the last message, whatever it says.

    Args:
        turns: Messages of the agent, one list for the one turn of a question; or the text of the error with which its
            run broke off.
        answers: Answers that pass.
        is_call: Says which messages are calls, which do not count; `is_calls` if it is not given.

    >>> contains_answer([["I do not know; but not Michael J."]], ["michael"]).valid
    True
    """
    if isinstance(turns, str):
        return Verdict(False, _INFERENCE, detail=turns)
    if len(turns) != 1:
        return Verdict(False, _INFERENCE, detail=f"{len(turns)} turns were played of 1")
    message = last_message(turns[0], is_call or is_calls)
    if message is None:
        return Verdict(False, _NOT_FOUND, 0, "every message is a call")
    said = standardized(message)
    if any(re.search(rf"\b{re.escape(standardized(answer))}\b", said) for answer in answers):
        return Verdict(True)
    return Verdict(False, _NOT_FOUND, 0, f"no answer in: {message[:200]}")


def answered(message: str | None, answers: Sequence[str]) -> bool:
    """Return True if the agent states exactly one of the answers; our own measure, stricter than the official one.

    Args:
        message: The last message; it passes only if all of it is the form, and never if it says that it has no answer.
        answers: Answers that pass.

    >>> answered("{'answer': 'Michael J.', 'context': 'The ticket says so.'}", ["michael j"])
    True
    >>> answered("It is Michael J.", ["michael j"])
    False
    """
    found = stated(message or "")
    if found is None or standardized(found.answer).strip() in {standardized(one) for one in UNKNOWN}:
        return False
    said = standardized(found.answer).split()
    return bool(said) and any(said == standardized(answer).split() for answer in answers)


def stated(message: str) -> Stated | None:
    """Read the form `{'answer': ..., 'context': ...}`, or return None if the message is anything else.

    Args:
        message: A whole message; blanks and a code fence around the form do not matter. It is read as a literal and
            never evaluated.
    """
    body = message.strip()
    fenced = _FENCE.match(body)
    try:
        form = literal(parsed(fenced.group(1) if fenced else body), "the answer")
    except CallError:
        return None
    if not isinstance(form, Mapping) or set(form) != {"answer", "context"}:
        return None
    answer, context = _as_text(form["answer"]), form["context"]
    return Stated(answer, context) if answer is not None and isinstance(context, str) else None


def last_message(messages: Sequence[str], is_call: Callable[[str], bool]) -> str | None:
    """Return the last message that is no call, or None if all are.

    Args:
        messages: In order.
        is_call: Says which are calls.
    """
    return next((one for one in reversed(messages) if not is_call(one)), None)


def is_calls(message: str) -> bool:
    """Return True if the official decoder reads at least one call in the text of a prompted model.

    Args:
        message: The whole message.
    """
    try:
        return bool(calls_in_text(message, official=True))
    except CallError:
        return False


def standardized(text: str) -> str:
    """Return a text as the official checker compares it: small letters, without `,./-_*^()`, with `"` for `'`.

    Args:
        text: An answer or a message.

    >>> standardized("It's (4.5)")
    'it"s 45'
    """
    return _DROPPED.sub("", text).lower().replace("'", '"')


def _as_text(answer: object) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        return None
    try:
        return str(answer)
    except ValueError:  # Python does not write whole numbers of more than 4300 digits
        return None
