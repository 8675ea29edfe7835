"""The critic's role: the verdict is reached by rule, a model only words the hint, and may give nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fc_gym.known import Known
from fc_gym.types import ToolCall, leaves
from fc_synth.roles.voice import Voice
from fc_synth.thought import Critic, Hint

__all__ = ["ModelCritic"]

_JOB = (
    "A student proposed tool calls. Compare them with the right ones and write one or two sentences that help the "
    "student to find the error alone: say what kind of error it is and where. Do not write any value of the right "
    "calls, nor the name of a tool that the student did not use.\n\nProposed: {mine}\nRight: {right}\n"
    "Kind of error: {kind}\n\nAnswer with the sentences alone."
)
_LONGEST = 400
_PLACES = re.compile(r"\b(calls?|tools?|arguments?|parameters?|values?|steps?|missing|first|second|third|last)\b")
"""Words by which a hint says where or what an error is."""


class ModelCritic:
    """Words hints with a model.

    Args:
        rule: Finds the error; what the model writes cannot change the verdict.
        voice: Asks.
    """

    def __init__(self, rule: Critic, voice: Voice) -> None:
        self.rule, self.voice = rule, voice

    def judge(self, calls: Sequence[ToolCall], gold: Sequence[ToolCall], known: Known) -> Hint | None:
        """Return the first error in a model's words, or by rule if these give something away; None if there is none."""
        hint = self.rule.judge(calls, gold, known)
        if hint is None:
            return None
        shown = ["; ".join(map(str, one)) or "none" for one in (calls, gold)]
        prompt = _JOB.format(mine=shown[0], right=shown[1], kind=hint.text())
        text = " ".join(self.voice.ask([{"role": "user", "content": prompt}]).content.split())
        fault = _fault(text, calls, gold)
        if fault:
            self.voice.refuse(fault)
            return hint
        self.voice.accept()
        return replace(hint, words=text)


def _fault(text: str, calls: Sequence[ToolCall], gold: Sequence[ToolCall]) -> str:
    """Return what is wrong with a hint; empty if nothing is."""
    if not text or len(text) > _LONGEST:
        return "an empty or too long hint"
    if not _PLACES.search(text.casefold()) and not any(call.name in text for call in calls):
        return "the hint says neither what is wrong nor where"
    lowered, mine = text.casefold(), set(_values(calls)) | {call.name for call in calls}
    theirs = set(_values(gold)) | {call.name for call in gold}
    return "the hint gives something away" if any(one.casefold() in lowered for one in theirs - mine) else ""


def _values(calls: Sequence[ToolCall]) -> Iterator[str]:
    """Yield the values in calls, as texts; single characters say nothing."""
    for call in calls:
        for _, leaf, _ in leaves(dict(call.arguments)):
            if leaf is not None and len(str(leaf)) > 1:
                yield str(leaf)
