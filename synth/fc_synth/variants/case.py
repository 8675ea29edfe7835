"""Cases: a verified dialogue as operators see it, executed once and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from fc_agents.trace import Executed

from fc_gym.domain import Domain
from fc_gym.session import Session
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, ToolCall
from fc_synth.answer import answer
from fc_synth.query import today_of
from fc_synth.reading import Request, read_query
from fc_synth.variants.course import Course, course_of
from fc_synth.variants.script import Row, Scene, Script, read_script
from fc_synth.wording import capital, whole, yours

__all__ = ["Case", "Made", "Operator", "calls_json", "case_of", "reword", "sentence", "spoken_ask"]


@dataclass(frozen=True)
class Made:
    """What an operator made of a dialogue."""

    script: Script
    domain: Domain
    """Where the script is played; another one than the case's if tools of other domains are offered."""
    data: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the proofs need besides."""
    notices: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Tools that are announced in front of a scene."""


class Operator(Protocol):
    """Makes a variant of a verified dialogue."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def phenomenon(self) -> str:
        """The phenomenon of CONFETTI (2506.01859) that it brings about; empty if none."""
        ...

    @property
    def preserves(self) -> bool:
        """True if the calls of the clean dialogue are still right, so that nothing but the setting is harder."""
        ...

    def make(self, case: Case) -> Made | None:
        """Return a variant; None if the dialogue has no place for it."""
        ...


@dataclass(frozen=True)
class Case:
    """A verified dialogue, ready to be varied."""

    row: Row
    domain: Domain
    script: Script
    course: Course
    rng: np.random.Generator
    pool: Sequence[Row] = ()
    """Other rows, of this and of other domains."""
    flavour: str = ""
    """Which sort of the variant is wanted, for operators that have several; empty: any."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The turns of the dialogue."""
        return self.script.scenes

    @property
    def today(self) -> str:
        """The current day."""
        return today_of(self.course.before[0].state.world)

    def before(self, scene: int) -> Session:
        """Return the session as a scene begins, to be changed at will."""
        return self.course.before[scene].fork()

    def drawn(self, count: int) -> list[int]:
        """Return the numbers below a count in an order drawn by chance."""
        return [int(one) for one in self.rng.permutation(count)]

    def easiest(self) -> list[int]:
        """Return the turns, those with fewest changes first, since what they want is searched for; else by chance."""

        def changes(number: int) -> int:
            return sum(not self.domain.tools[call.name].reads_only for call in self.scenes[number].calls)

        return sorted(self.drawn(len(self.scenes)), key=lambda number: max(1, changes(number)))

    def one_of(self, choices: Sequence[str]) -> str:
        """Draw one text."""
        return choices[int(self.rng.integers(len(choices)))]

    def requests(self, scene: int) -> list[Request]:
        """Return what a scene asks for, one for each of its goals; empty if its words are not understood so."""
        return self._requests[scene]

    @cached_property
    def _requests(self) -> list[list[Request]]:
        found = []
        for one in self.scenes:
            read = read_query(self.domain, one.user)
            fits = [request.tool for request in read] == [call.name for call in one.goals]
            once = all(one.user.count(request.text) == 1 for request in read)
            found.append(read if fits and once else [])
        return found

    def parameter(self, request: Request, name: str) -> Parameter:
        """Return a parameter of the tool that a request is about."""
        return self.domain.tools[request.tool].parameters[name]

    def row_words(self, request: Request) -> list[str]:
        """Return the parameters for which a request names one row in words that describe it."""
        nouns = {f"that {entity.noun}" for entity in self.domain.entities.values()}
        return [
            name
            for name, words in request.words.items()
            if self.parameter(request, name).key in self.domain.entities
            and not self.parameter(request, name).many
            and words.lower() not in nouns
            and request.text.count(words) == 1
        ]

    def value_words(self, request: Request, scene: int) -> list[str]:
        """Return the parameters for which a request says a plain value that only the user can know."""
        told = self.scenes[scene].told
        return [
            name
            for name, words in request.words.items()
            if f"{request.tool}.{name}" in told or self.parameter(request, name).key in told
            if self.parameter(request, name).key not in self.domain.entities and request.text.count(words) == 1
        ]

    def refers(self, text: str) -> bool:
        """Return True if a text names a row only as what was spoken of before."""
        low = text.lower()
        return any(f"that {entity.noun}" in low for entity in self.domain.entities.values())

    def reply(self, steps: Sequence[Executed], words: Sequence[Mapping[str, str]]) -> tuple[str, tuple[str, ...]]:
        """Return what is said of executed calls, and the texts in it that were asked for."""
        told = answer(self.domain, steps, words, self.today, self.rng)
        return told.text, told.must

    def insert(self, place: int, *scenes: Scene, instead: int = 0) -> Script:
        """Return the script with scenes put in, in place of some that were there."""
        old = self.numbered
        return replace(self.script, scenes=(*old[:place], *scenes, *old[place + instead :]))

    @property
    def numbered(self) -> tuple[Scene, ...]:
        """The scenes, each marked as the turn that it is."""
        return tuple(replace(one, of=number) for number, one in enumerate(self.scenes))

    def without_told(self, scene: Scene, key: str, tool: str, value: JsonValue) -> dict[str, tuple[JsonValue, ...]]:
        """Return what a scene's user tells, without one value."""
        names = (key, tool)
        return {
            name: kept
            for name, values in scene.told.items()
            if (kept := tuple(one for one in values if name not in names or one != value))
        }


def case_of(
    domain: Domain, row: Row, rng: np.random.Generator, pool: Sequence[Row] = (), flavour: str = ""
) -> Case | None:
    """Execute a row; None if its calls do not run again to its own results and to full reward.

    Args:
        domain: The row's domain.
        row: A verified dialogue.
        rng: The source of chance for the operators.
        pool: Other rows that operators may borrow from.
        flavour: Which sort of variant is wanted.
    """
    script = read_script(row)
    course = course_of(domain, script)
    said = [message["content"] for message in row["messages"] if message["role"] == "tool"]
    if course is None or not course.perfect or list(course.texts) != said:
        return None
    return Case(row, domain, script, course, rng, pool, flavour)


def reword(text: str, request: Request, old: str, new: str) -> str:
    """Return a message in which one request says other words.

    Args:
        text: The message.
        request: The request, which stands in it once.
        old: Words in the request.
        new: What to say instead.
    """
    return text.replace(request.text, request.text.replace(old, new))


def spoken_ask(request: Request) -> str:
    """Return a request as the assistant repeats it, to follow "I cannot"; empty if it is a sentence of its own."""
    return "" if whole(request.text) else yours(request.text)


def calls_json(calls: Sequence[ToolCall]) -> list[JsonValue]:
    """Return calls as plain JSON values."""
    return [{"name": call.name, "arguments": dict(call.arguments)} for call in calls]


def sentence(text: str) -> str:
    """Return words as a sentence."""
    return capital(text) if text[-1] in ".?!" else f"{capital(text)}."
