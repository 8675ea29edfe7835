"""Reasoning in words: what the offline reasoner thinks before it calls, and before it replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fc_gym.domain import Domain
from fc_gym.types import to_json
from fc_synth.reading import Request
from fc_synth.wording import capital, one_of, theirs

if TYPE_CHECKING:
    from fc_synth.memory import Memory
    from fc_synth.offline import Step

__all__ = ["Narrator"]

WANTS = ("The user wants me to {ask}.", "So the request is to {ask}.", "I am asked to {ask}.", "They want me to {ask}.",
         "What is needed: {ask}.")  # fmt: skip
SAYS = ('The user says: "{ask}"', 'The request: "{ask}"')
THEN = ("After that: {ask}.", "Then I should {ask}.", "Once that is done, I have to {ask}.")
LOOKS = (
    "I do not know the {key} of {words} yet. {tool} can show it.",
    "To act on {words} I need the {key}, so I start with {tool}.",
    "Which {noun} is meant by {words}? {tool} should tell me the {key}.",
    "{capital} is only described, not identified. I look it up with {tool}.",
)  # fmt: skip
FOUND = ("{words} is {value}.", "Going by the results, {words} is {value}.", "I can match {words} to {value} now.",
         "The results identify {words} as {value}.")  # fmt: skip
REFERS = ('By "{words}" they mean {value} from before.', '"{words}" is {value}, which we just dealt with.')
SEEN = ("It is shown as {evidence}, so first I have to {effect}.", "Since it is {evidence}, the first step is to {effect}.")
PREPARES = ("That only works after another step: {effect}.", "Before that can be done I have to {effect}.",
            "One thing has to come first: {effect}.")  # fmt: skip
CALLS = ("Now I call {tool}.", "Next: {tool}.", "So I call {tool} with that.", "{tool} does it.", "That calls for {tool}.")
ENDS = ("Everything that was asked for is done, so I can answer.", "That worked. Time to tell the user.",
        "The results have what the user needs to know; I report back.", "Nothing is left to do but to say how it went.",
        "All calls went through, so I sum up the outcome.")  # fmt: skip


class Narrator:
    """Puts the reasons for calls into words; it says nothing that was not read, shown or known of the tools.

    Args:
        domain: The tools.
        rng: Chooses among the ways to say it.
    """

    def __init__(self, domain: Domain, rng: np.random.Generator) -> None:
        self.domain, self.rng = domain, rng

    def before(self, requests: Sequence[Request], steps: Sequence[Step], memory: Memory, *, opening: bool) -> str:
        """Return the reasoning in front of calls.

        Args:
            requests: What the user asks for.
            steps: The calls and why they are made.
            memory: What has been shown.
            opening: True for the first calls of a turn.
        """
        lines = self._wants(requests) if opening else []
        told: set[str] = set()
        for step in steps:
            lines += [line for line in self._step(requests, step, memory, told) if line]
        return " ".join(lines)

    def after(self) -> str:
        """Return the reasoning in front of the closing answer."""
        return one_of(ENDS, self.rng)

    def _wants(self, requests: Sequence[Request]) -> list[str]:
        lines = []
        for index, request in enumerate(requests):
            if request.text[:1].isupper() and " " in request.text:
                lines.append(one_of(SAYS, self.rng).format(ask=request.text))
            else:
                lines.append(one_of(THEN if index else WANTS, self.rng).format(ask=theirs(request.text)))
        return lines

    def _step(self, requests: Sequence[Request], step: Step, memory: Memory, told: set[str]) -> list[str]:
        if step.kind == "lookup":
            noun = self.domain.entities[step.key].noun
            words = theirs(step.words)
            text = one_of(LOOKS, self.rng).format(
                key="identifier", noun=noun, words=words, tool=step.call.name, capital=capital(words)
            )
            return [capital(text)]
        if step.kind == "prepare":
            effect = _effect(self.domain.tools[step.call.name].description)
            forms = SEEN if step.evidence else PREPARES
            return [one_of(forms, self.rng).format(effect=effect, evidence=step.evidence.replace("_", " "))]
        found = self._found(requests[step.request], step, memory, told)
        return [*found, one_of(CALLS, self.rng).format(tool=step.call.name)]

    def _found(self, request: Request, step: Step, memory: Memory, told: set[str]) -> list[str]:
        """Say which rows the words of a request turned out to mean."""
        lines = []
        for name, words in request.words.items():
            one = self.domain.tools[request.tool].parameters[name]
            if one.key not in self.domain.entities or words in told:
                continue
            told.add(words)
            value = to_json(step.call.arguments[name]).strip('"')
            forms = REFERS if memory.focus.meant(words) else FOUND
            lines.append(capital(one_of(forms, self.rng).format(words=theirs(words), value=value)))
        return lines


def _effect(description: str) -> str:
    """Return the first clause of a tool's description as an infinitive."""
    first = description.split(". ")[0].rstrip(".")
    for stop in ("; ", ", ", " that ", " which ", " so that "):
        first = first.split(stop)[0]
    return first[:1].lower() + first[1:]
