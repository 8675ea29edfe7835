"""Reasoning in words: what the offline reasoner thinks before it calls, and before it replies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fc_gym.domain import Domain
from fc_gym.phrase import Phrase
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, to_json
from fc_synth.memory import Memory
from fc_synth.query import ask_phrases
from fc_synth.reading import Request
from fc_synth.step import Step
from fc_synth.wording import capital, one_of, theirs, whole

__all__ = ["Narrator"]

WANTS = (
    "The user wants me to {ask}.", "So the request is to {ask}.", "I am asked to {ask}.", "They want me to {ask}.",
    "What is needed: {ask}.", "My job here is to {ask}.", "This time I should {ask}.",
    "The user would like me to {ask}.",
)  # fmt: skip
SAYS = ('The user says: "{ask}"', 'The request: "{ask}"', 'What I have to act on: "{ask}"', 'They write: "{ask}"')
THEN = (
    "After that: {ask}.", "Then I should {ask}.", "Once that is done, I have to {ask}.", "The next part is to {ask}.",
    "And then {ask}.",
)  # fmt: skip
LOOKS = (
    "I do not know the {key} of {words} yet. {tool} can show it.",
    "To act on {words} I need the {key}, so I start with {tool}.",
    "{capital}: which {noun} is that? {tool} should show its {key}.",
    "{capital} is only described, not identified. I look it up with {tool}.",
    "No result has shown {words} so far. I get it from {tool}.",
    "I have to match {words} to an {key} first; {tool} gives me the rows to compare.",
)  # fmt: skip
ALSO = (
    "The same goes for {words}: {tool}.", "I look up {words} as well, with {tool}.", "For {words} there is {tool}.",
    "I also need {words}, from {tool}.",
)  # fmt: skip
FOUND = (
    "{words} is {value}.", "Going by the results, {words} is {value}.", "I can match {words} to {value} now.",
    "The results identify {words} as {value}.", "Only {value} fits {words}.", "That makes {value} {words}.",
)  # fmt: skip
REFERS = (
    'By "{words}" they mean {value}.', '"{words}" is {value}, the one just spoken of.',
    '"{words}" can only be {value}, which came up last.',
)  # fmt: skip
SEEN = (
    "It is shown as {evidence}, so first I have to {effect}.", "Since it is {evidence}, the first step is to {effect}.",
    "The results say {evidence}; before anything else I {effect}.",
)  # fmt: skip
PREPARES = (
    "That only works after another step: {effect}.", "Before that can be done I have to {effect}.",
    "One thing has to come first: {effect}.", "As things stand it would be refused, so to begin with I {effect}.",
)  # fmt: skip
CALLS = (
    "Now I call {tool}.", "Next: {tool}.", "So I call {tool} with that.", "{tool} does it.", "That calls for {tool}.",
    "{tool} is the tool for this.", "I go ahead with {tool}.", "With that, {tool}.",
)  # fmt: skip
ENDS = (
    "Everything that was asked for is done, so I can answer.", "That worked. Time to tell the user.",
    "Nothing is left to do but to say how it went.", "All calls went through, so I sum up the outcome.",
    "{tool} went through, and with it the request is done.", "The result of {tool} is what I was after. I report back.",
    "No call was refused and nothing is open, so I close with the outcome.", "{tool} confirms it. I let the user know.",
)  # fmt: skip
ANSWERS = (
    "The result of {tool} has what the user asked for.", "That is the answer; I put it in words.",
    "{tool} shows it, so I can tell the user.", "I have what was asked for and pass it on.",
)  # fmt: skip


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

    def after(self, tool: str) -> str:
        """Return the reasoning in front of the closing answer.

        Args:
            tool: The last tool that was called.
        """
        ends = ANSWERS if self.domain.tools[tool].reads_only else ENDS
        return one_of(ends, self.rng).format(tool=tool)

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
            forms: tuple[str, ...] = ALSO if "look" in told else LOOKS
            told.add("look")
            text = one_of(forms, self.rng).format(
                key="identifier", noun=noun, words=words, tool=step.call.name, capital=capital(words)
            )
            return [capital(text)]
        if step.kind == "prepare":
            effect = self._effect(requests[step.request], step)
            ways = SEEN if step.evidence else PREPARES
            line = one_of(ways, self.rng).format(effect=effect, evidence=step.evidence.replace("_", " "))
            return [*self._found(requests[step.request], step, memory, told), line]
        found = self._found(requests[step.request], step, memory, told)
        return [*found, one_of(CALLS, self.rng).format(tool=step.call.name)]

    def _found(self, request: Request, step: Step, memory: Memory, told: set[str]) -> list[str]:
        """Say which rows the words of a request turned out to mean."""
        lines = []
        for name, words in request.words.items():
            one = self.domain.tools[request.tool].parameters[name]
            if one.key not in self.domain.entities or words in told or self._value(step, one) is None:
                continue
            told.add(words)
            value = to_json(self._value(step, one)).strip('"')
            forms = REFERS if memory.focus.refers(words) else FOUND
            lines.append(capital(one_of(forms, self.rng).format(words=theirs(words), value=value)))
        return lines

    def _value(self, step: Step, one: Parameter) -> JsonValue:
        """Return the value that a call has for a parameter of the request it serves."""
        parameters = self.domain.tools[step.call.name].parameters
        name = next((name for name, other in parameters.items() if other.key == one.key), "")
        return step.call.arguments.get(one.name, step.call.arguments.get(name))

    def _effect(self, request: Request, step: Step) -> str:
        """Say what a preparation does, in the words in which one would ask for it."""
        parameters = self.domain.tools[request.tool].parameters
        by_key = {parameters[name].key: theirs(words) for name, words in request.words.items()}
        tool = self.domain.tools[step.call.name]
        words = {name: by_key[tool.parameters[name].key] for name in step.call.arguments}
        phrases = [phrase for phrase in ask_phrases(self.domain, tool.name) if _plain(phrase.text)]
        return theirs(_drawn(phrases, self.rng).fill(words)) if phrases else tool.name.replace("_", " ")


def _plain(ask: str) -> bool:
    """Return True for a way of asking that can follow "I have to"."""
    return not whole(ask) and not ask.startswith("do not ")


def _drawn(phrases: Sequence[Phrase], rng: np.random.Generator) -> Phrase:
    return phrases[int(rng.integers(len(phrases)))]
