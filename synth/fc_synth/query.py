"""Queries: what a user says to get an advanced tool's effect, written from the tool alone (phase 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from fc_agents.trace import Leaf

from fc_gym.domain import Domain, World
from fc_gym.keys import keys_in, row_types
from fc_gym.known import Known, candidates
from fc_gym.phrase import Phrase
from fc_gym.types import JsonValue
from fc_synth.advanced import AdvancedTool, Input
from fc_synth.describe import describe
from fc_synth.focus import Focus
from fc_synth.noise import Noisy, Slot, disturbed
from fc_synth.spoken import said
from fc_synth.wording import Wording, capital, whole

__all__ = ["Query", "Unsayable", "ask_phrases", "today_of", "write_query"]

NAMED = 0.3
"""How much less likely a row with a bare name, such as a file, is only referred to."""


class Unsayable(Exception):
    """No honest query can be written; the message is the reason, for counting."""


@dataclass(frozen=True)
class Query:
    """What the user says, and what the words mean."""

    text: str
    told: Mapping[str, tuple[JsonValue, ...]]
    """Values that the words mean, by key or `tool.parameter`."""
    slots: tuple[Mapping[str, str], ...]
    """For each goal of the advanced tool: parameter to the words used for it."""
    references: int
    """How many rows are named only as what was spoken of before."""
    plain: str = ""
    """The same request in so many words, without noise; what a reader may fall back on."""
    noise: tuple[str, ...] = ()
    """The forms of noise in the text."""


def write_query(
    domain: Domain, world: World, advanced: AdvancedTool, focus: Focus, turn: int, rng: np.random.Generator,
    *, refer: float = 0.75, wording: Wording | None = None, noise: float = 0.0,
) -> Query:  # fmt: skip
    """Write a query.

    Args:
        domain: The domain.
        world: The world as it is when the user speaks; used to tell rows apart.
        advanced: What the query must ask for; its steps are not looked at.
        focus: What was last spoken of.
        turn: The turn, from 0.
        rng: The source of chance.
        refer: The chance that a row last spoken of is only referred to, 0 to 1.
        wording: The manner of the user, who may have said things before; somebody new if not given.
        noise: How much is added that makes the request harder to read, 0 to 1.

    Raises:
        Unsayable: If a row cannot be told apart in words, or a hint cannot be mentioned.
    """
    writer = _Writer(domain, world, advanced, focus.copy(), rng, refer)
    slots = [writer.slots(goal) for goal in advanced.goals]
    if writer.open:
        raise Unsayable("the words cannot mention what a look-up needs")
    asks = [writer.ask(goal, words) for goal, words in zip(advanced.goals, slots, strict=True)]
    noisy = Noisy(asks)
    if noise:
        kinds = [writer.noisy_slots(goal, words) for goal, words in zip(advanced.goals, slots, strict=True)]
        noisy = disturbed(asks, kinds, writer.others(), noise, rng)
    manner = wording or Wording(rng)
    text = manner.request(noisy.asks, later=turn > 0, asides=noisy.asides, mends=noisy.mends)
    plain = text if not set(noisy.kinds) - {"aside"} else " ".join(_sentence(ask) for ask in asks)
    told = {key: tuple(values) for key, values in writer.told.items()}
    return Query(text, told, tuple(slots), writer.references, plain, noisy.kinds)


def ask_phrases(domain: Domain, tool: str) -> tuple[Phrase, ...]:
    """Return the ways to ask for a tool; made from its name if its author gave none."""
    found = domain.tools[tool].asks
    if found:
        return found
    words = tool.replace("_", " ")
    given = [one for one in domain.tools[tool].parameters.values() if one.required]
    slots = " and ".join(f"{one.name.replace('_', ' ')} {{{one.name}}}" for one in given)
    return (Phrase(f"{words} with {slots}" if slots else words),)


def today_of(world: World) -> str:
    """Return the current day of a world as ISO text; empty if it keeps none."""
    return str(getattr(world, "today", ""))


def _sentence(ask: str) -> str:
    """Return a request as a sentence of its own."""
    return capital(ask) if ask[-1] in ".?!" else f"{capital(ask)}."


def _one(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


class _Writer:
    def __init__(
        self, domain: Domain, world: World, advanced: AdvancedTool, focus: Focus, rng: np.random.Generator, refer: float
    ) -> None:
        self.domain, self.world, self.advanced, self.focus, self.rng = domain, world, advanced, focus, rng
        self.refer = refer
        self.told: dict[str, list[JsonValue]] = {}
        self.references = 0
        self.open: list[Leaf] = list(advanced.hints)
        self.named: set[tuple[str, JsonValue]] = set()
        """The rows that this message has named in full."""

    def slots(self, goal: int) -> dict[str, str]:
        """Return the words for every argument of one goal, and note what they tell."""
        words: dict[str, list[str]] = {}
        inputs = {one.leaf.path: one for one in self.advanced.inputs if one.step == goal}
        step = self.advanced.steps[goal]
        tool = self.domain.tools[step.call.name]
        for parameter, value in step.call.arguments.items():
            values = value if isinstance(value, list) else [value]
            for index, leaf in enumerate(values):
                path = f"{parameter}[{index}]" if isinstance(value, list) else parameter
                key = tool.parameters[parameter].key or f"{tool.name}.{parameter}"
                words.setdefault(parameter, []).append(self._words(inputs.get(path), key, leaf))
        self.focus.note(step.call, step.result)
        return {parameter: " and ".join(texts) for parameter, texts in words.items()}

    def ask(self, goal: int, words: Mapping[str, str]) -> str:
        """Return one way to ask for a goal that has a place for all words."""
        name = self.advanced.steps[goal].call.name
        fitting = [phrase for phrase in ask_phrases(self.domain, name) if set(words) <= set(phrase.slots)]
        if not fitting:
            raise Unsayable(f"no way of asking for {name} has a place for all that is given")
        phrase = fitting[int(self.rng.integers(len(fitting)))]
        return phrase.fill(
            {slot: f'"{text}"' if f": {{{slot}}}" in phrase.text else text for slot, text in words.items()}
        )

    def noisy_slots(self, goal: int, words: Mapping[str, str]) -> list[Slot]:
        """Return the words of a goal with what may be said in their place by mistake."""
        step = self.advanced.steps[goal]
        tool = self.domain.tools[step.call.name]
        found = []
        for parameter, text in words.items():
            one = tool.parameters[parameter]
            if one.many or self.focus.refers(text):
                continue
            if one.key in self.domain.entities:
                noun = self.domain.entities[one.key].noun
                vague = "" if text.endswith(f" {noun}") else _one(noun)
                found.append(Slot(text, self._mistaken(one.key, step.call.arguments[parameter]), vague))
            else:
                wrong = [
                    said(value, one.key, today_of(self.world)) for value in candidates(tool, one, Known(self.domain))
                ]
                found.append(Slot(text, tuple(other for other in wrong if other != text)))
        return found

    def others(self) -> list[str]:
        """Return requests that are not meant: look-ups that need nothing told, of what the message is about if any."""
        asked = {self.advanced.steps[goal].call.name for goal in self.advanced.goals}
        about = {one.key for name in asked for one in self.domain.tools[name].parameters.values()}
        about &= self.domain.entities.keys()
        free = [
            tool
            for tool in self.domain.tools.values()
            if tool.reads_only and tool.name not in asked and not any(one.required for one in tool.parameters.values())
        ]
        return [
            phrase.fill({})
            for tool in [tool for tool in free if tool.gives & about] or free
            for phrase in ask_phrases(self.domain, tool.name)
            if not phrase.required and not whole(phrase.text)
        ]

    def _mistaken(self, key: str, value: JsonValue) -> tuple[str, ...]:
        """Return words for a row that could be mistaken for another; empty if they cannot be told apart."""
        entity = self.domain.entities[key]
        rows = entity.rows(self.world)
        wrong = [row for one, row in rows.items() if one != value]
        if value not in rows or not wrong:
            return ()
        row = wrong[int(self.rng.integers(len(wrong)))]
        others = [other for other in rows.values() if other is not row]
        found = describe(entity, row, others, (), today_of(self.world), self.rng)
        return (found.text,) if found else ()

    def _words(self, given: Input | None, key: str, value: JsonValue) -> str:
        if key in self.domain.entities:
            words = self.focus.phrase(key) if given is None else self.focus.reference(key, value)
            if given is None or (words and self.rng.random() < self._referring(key, value)):
                if given is None and self.focus.last.get(key) != value:
                    raise Unsayable("two rows of a kind are made and cannot be told apart")
                self.references += given is not None
                return words
            return self._described(key, value)
        self.told.setdefault(key, []).append(value)
        self._mentioned(key, value)
        return said(value, key, today_of(self.world))

    def _referring(self, key: str, value: JsonValue) -> float:
        """Return how likely a row spoken of is only referred to.

        What this message has named already is hardly ever named again; what has a bare name is, after a while.
        """
        if (key, value) in self.named and self.refer > 0.0:
            return 1.0
        if not self.focus.bare(key) or self.refer >= 1.0:
            return self.refer
        return self.refer * (NAMED if self.focus.near(key, value) else 0.0)

    def _described(self, key: str, value: JsonValue) -> str:
        entity = self.domain.entities[key]
        rows = entity.rows(self.world)
        if value not in rows:
            raise Unsayable("a row is not there yet when the user speaks")
        row = rows[value]
        must = [field for leaf in self.open if (field := self._field(row, leaf))]
        others = [other for one, other in rows.items() if one != value]
        description = describe(entity, row, others, must, today_of(self.world), self.rng)
        if description is None:
            raise Unsayable(f"the words for a {entity.noun} fit several")
        for slot in description.fields:
            self._tell_field(row, slot)
        self.named.add((key, value))
        return description.text

    def _tell_field(self, row: object, slot: str) -> None:
        """Note what a description says of a row, as the literals of look-ups."""
        value = getattr(row, slot)
        for leaf in list(self.open):
            if self._field(row, leaf) == slot:
                self.told.setdefault(leaf.key, []).append(value)
                self.open.remove(leaf)

    def _mentioned(self, key: str, value: JsonValue) -> None:
        """Close a hint that a said value gives as well."""
        self.open = [leaf for leaf in self.open if (leaf.key, leaf.value) != (key, value)]

    def _field(self, row: object, leaf: Leaf) -> str:
        """Return the field of a row whose value a look-up needs: of the same name or key; empty if there is none."""
        if getattr(row, leaf.parameter, None) == leaf.value:
            return leaf.parameter
        for name, type_ in row_types(row).items():
            if leaf.key in {key for _, key in keys_in(type_)} and getattr(row, name) == leaf.value:
                return name
        return ""
