"""Reasoning and replies: they speak only of what was to be seen, and of the calls beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fc_gym.domain import Domain
from fc_gym.types import canonical
from fc_synth.verify.play import Play, Played, PlayedTurn, rows_of
from fc_synth.verify.record import Record, settled
from fc_synth.verify.words import named

__all__ = ["grounded", "told"]

_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])(?!\.\d)")


def grounded(play: Play) -> Record:
    """Check that each thought uses what was to be seen when it was written, and agrees with the calls after it.

    Args:
        play: The row, executed.
    """
    against: list[tuple[str, str]] = []
    open_: list[tuple[str, str]] = []
    tally = {"thoughts": 0, "values": 0}
    for turn, one in zip(play.turns, play.talk.turns, strict=True):
        at = 0
        for batch in one.batches:
            steps = turn.steps[at : at + len(batch.calls)]
            at += len(batch.calls)
            place = steps[0].place
            seen = _seen(play, turn, steps[0].opened)
            wrong = _unseen(batch.reasoning, seen, tally) or _disagrees(play, batch.reasoning, steps)
            _note(batch.reasoning, wrong, place, against, open_, tally)
        seen = _seen(play, turn, turn.first + len(turn.steps))
        wrong = _unseen(one.reasoning, seen, tally) or _other_tools(play, one.reasoning, turn.steps)
        _note(one.reasoning, wrong, turn.place, against, open_, tally)
    return settled("grounded", against, open_, tally)


def told(play: Play) -> Record:
    """Check that replies tell no number, identifier or address that was neither shown nor said.

    Args:
        play: The row, executed.
    """
    against = []
    tally = {"replies": len(play.turns), "values": 0}
    for turn in play.turns:
        seen = _seen(play, turn, turn.first + len(turn.steps))
        wrong = _unseen(turn.reply, seen, tally)
        if wrong:
            against.append((turn.place, f"the reply {wrong}"))
    return settled("told", against, [], tally)


def _note(
    text: str, wrong: str, place: str, against: list[tuple[str, str]], open_: list[tuple[str, str]],
    tally: dict[str, int],
) -> None:  # fmt: skip
    tally["thoughts"] += bool(text)
    if wrong:
        against.append((place, f"the thought {wrong}"))
    elif not text:
        open_.append((place, "there is no thought"))


def _seen(play: Play, turn: PlayedTurn, position: int) -> str:
    """Return all that was to be read before a message, as one text."""
    texts = [play.heard(turn.number), _vocabulary(play.domain)]
    for step in play.steps[:position]:
        texts += [step.result.text, *_counts(step)]
    return "\n".join(texts).casefold()


@lru_cache(maxsize=64)
def _vocabulary(domain: Domain) -> str:
    """Return the numbers that the tools themselves speak of, such as the limit that a rule sets."""
    tools = domain.tools.values()
    texts = [canonical(tool.spec()) for tool in tools] + [phrase.text for tool in tools for phrase in tool.says]
    return " ".join(dict.fromkeys(number for text in texts for number in _NUMBER.findall(text)))


def _counts(step: Played) -> list[str]:
    value = step.result.value
    return [str(len(value))] if isinstance(value, list | dict) else []


def _unseen(text: str, seen: str, tally: dict[str, int]) -> str:
    if not text:
        return ""
    for one in named(text):
        tally["values"] += 1
        if one.casefold() not in seen:
            return f"names {one}, which nothing had shown"
    for number in _NUMBER.findall(text):
        tally["values"] += 1
        if not _number_in(number, seen):
            return f"says {number}, which nothing had shown"
    return ""


def _number_in(number: str, seen: str) -> bool:
    short = number.removesuffix(".0")
    if len(short) < 2:
        return True
    return re.search(rf"(?<!\d)0?{re.escape(short)}(?:\.0+|0)?(?!\d)", seen) is not None


def _disagrees(play: Play, text: str, steps: Sequence[Played]) -> str:
    wrong = _other_tools(play, text, steps)
    if wrong:
        return wrong
    used = {str(leaf.value).casefold() for step in steps for leaf in rows_of(play.domain, step.call)}
    mentioned = {one.casefold() for one in named(text)} - {one.casefold() for one in named(play.talk.system)}
    if mentioned and used and not mentioned & used:
        return "is about other rows than the calls"
    return ""


def _other_tools(play: Play, text: str, steps: Sequence[Played]) -> str:
    mentioned = {name for name in play.domain.tools if "_" in name and name in text}
    called = {step.call.name for step in steps}
    if mentioned and not mentioned & called:
        return f"names {', '.join(sorted(mentioned))}, which is not called there"
    return ""
