"""Calls to try: with values that an agent can know, with any that exist, with made-up ones, and malformed ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from fc_gym.checks.picture import picture
from fc_gym.domain import Domain, World
from fc_gym.known import Known, candidates, draw_call, spoken_values
from fc_gym.measure import onlooker
from fc_gym.spaces import ToolCallSpace
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult, leaves

__all__ = ["Attempt", "Insider", "Kind", "Outsider", "made_up", "sampled"]

Kind = Literal["fair", "onlooker", "unseen", "malformed"]
"""`fair`: from values that were shown or said; `onlooker`: from any that exist; `unseen`: with a made-up key."""

Attempt = tuple[Kind, ToolCall, str]
"""The kind of a call, the call, and the parameter that was tampered with (empty if none)."""

_QUOTED = re.compile(r"[\"']([^\"']{1,40})[\"']")
_LONGEST, _RECENT = 40, 200
_WRONG: JsonValue = {"no": ["value", "of", "this", "kind"]}


class Insider:
    """Draws calls from what an agent was shown or told.

    Args:
        domain: The domain.
        world: The start state, for what its user would say.
        rng: The source of chance.
        wanted: Tools to call rather than others.
    """

    def __init__(
        self, domain: Domain, world: World, rng: np.random.Generator, wanted: frozenset[str] = frozenset()
    ) -> None:
        self.domain, self.rng, self.wanted = domain, rng, wanted
        self.free = _Free(domain, rng)
        self.spoken = spoken_values(domain, world)
        self.known, self.recent = self._fresh(), self._fresh()
        self.accepted: set[str] = set()
        if domain.foreign:  # without keys, the names in the start state are what its user would say
            self.free.hear(picture(world).value)

    def attempt(self) -> Attempt | None:
        """Return the next call to try; None if none can be made from what is known."""
        for name in self._order():
            tool = self.domain.tools[name]
            narrow = self.free.call(tool, self.recent) if self.rng.random() < 0.4 else None
            call = narrow or self.free.call(tool, self.known)
            if call is not None:
                return "fair", call, ""
        return None

    def hear(self, result: ToolResult) -> None:
        """Take in what a call showed."""
        if not result.ok:
            return
        self.accepted.add(result.call.name)
        self.free.hear(result.value)
        self.known.show(result, 0, 0)
        recent = self._fresh()
        if recent.show(result, 0, 0):
            self.recent = recent

    def _fresh(self) -> Known:
        known = Known(self.domain)
        for key, values in self.spoken.items():
            known.tell(key, values)
        return known

    def _order(self) -> list[str]:
        names = list(self.domain.tools)
        weights = [6.0 if name in self.wanted else 1.0 if name in self.accepted else 3.0 for name in names]
        chances = np.array(weights) / sum(weights)
        return [names[int(at)] for at in self.rng.choice(len(names), size=len(names), replace=False, p=chances)]


class Outsider:
    """Draws calls that an agent should not make: values it was not shown, made-up keys, malformed arguments.

    Args:
        domain: The domain.
        world: The start state.
        rng: The source of chance.
    """

    def __init__(self, domain: Domain, world: World, rng: np.random.Generator) -> None:
        self.domain, self.rng = domain, rng
        self.free = _Free(domain, rng)
        self.names = list(domain.tools)

    def attempt(self, world: World) -> Attempt | None:
        """Return the next call to try in a world; None if none can be made."""
        known = onlooker(self.domain, world)
        for at in self.rng.permutation(len(self.names)):
            tool = self.domain.tools[self.names[int(at)]]
            call = self.free.call(tool, known)
            if call is not None:
                return self._tampered(tool, call)
        return None

    def _tampered(self, tool: Tool, call: ToolCall) -> Attempt:
        chance = self.rng.random()
        keys = [one for one in tool.parameters.values() if one.key in self.domain.entities]
        if chance < 0.3 and keys:
            one = keys[int(self.rng.integers(len(keys)))]
            return "unseen", ToolCall(tool.name, {**call.arguments, one.name: made_up(one)}), one.name
        if chance < 0.5:
            options = list(_malformed(tool, call))
            return "malformed", options[int(self.rng.integers(len(options)))], ""
        return "onlooker", call, ""


class _Free:
    """Values for parameters that no key, example or choice gives: from the schema, or texts that results showed."""

    def __init__(self, domain: Domain, rng: np.random.Generator) -> None:
        self.domain, self.rng = domain, rng
        self.space = ToolCallSpace(domain, seed=rng)
        self.texts: dict[str, None] = {}

    def hear(self, value: JsonValue) -> None:
        for path, leaf, _ in leaves(value):
            if isinstance(leaf, str) and 0 < len(leaf) <= _LONGEST and path and not path.endswith("."):
                self.texts[leaf] = None

    def call(self, tool: Tool, known: Known) -> ToolCall | None:
        free = [one for one in tool.parameters.values() if not one.key and not candidates(tool, one, known)]
        names = {one.name for one in free}
        bound = {name: one for name, one in tool.parameters.items() if name not in names}
        call = draw_call(replace(tool, parameters=bound), known, self.rng)
        if call is None or not free:
            return call
        given = [one for one in free if one.required or self.rng.random() < 0.5]
        try:
            return ToolCall(tool.name, {**call.arguments, **{one.name: self._value(tool, one) for one in given}})
        except Exception:  # bounds that leave no value; the check of schemas tells it
            return None

    def _value(self, tool: Tool, one: Parameter) -> JsonValue:
        texts = _QUOTED.findall(one.description) or list(self.texts)[-_RECENT:]
        if texts and one.schema.get("type") == "string" and self.rng.random() < 0.7:
            return str(texts[int(self.rng.integers(len(texts)))])
        return sampled(self.space, tool, one.name)


def sampled(space: ToolCallSpace, tool: Tool, parameter: str = "") -> JsonValue:
    """Draw from a tool's schema: the value of one parameter, or all arguments if none is named."""
    mask = np.array([name == tool.name for name in space.tools], dtype=np.int8)
    while True:
        action = space.sample(mask)
        if isinstance(action, str) or (parameter and parameter not in action[0].arguments):
            continue
        return action[0].arguments[parameter] if parameter else dict(action[0].arguments)


def made_up(one: Parameter) -> JsonValue:
    """Return a key of the right type that exists in no world."""
    kind = (one.schema.get("items", {}) if one.many else one.schema).get("type")
    value: JsonValue = 987_654_321 if kind == "integer" else f"no-such-{one.key}"
    return [value] if one.many else value


def _malformed(tool: Tool, call: ToolCall) -> Iterator[ToolCall]:
    yield ToolCall(f"{tool.name}_", dict(call.arguments))
    yield ToolCall(tool.name, {**call.arguments, "no_such_parameter": 1})
    for name, one in tool.parameters.items():
        yield ToolCall(tool.name, {**call.arguments, name: _WRONG})
        if one.required:
            yield ToolCall(tool.name, {key: value for key, value in call.arguments.items() if key != name})
