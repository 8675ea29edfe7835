"""Struck calls: a dialogue in which one call fails, with what is done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import orjson

from fc_gym.fault import Fault
from fc_gym.form import FORMS
from fc_gym.types import ToolCall, to_json
from fc_synth.variants.case import Case, Made
from fc_synth.variants.script import Layer, Scene

__all__ = ["Change", "Place", "Renamed", "Renewed", "Rewritten", "Same", "places", "struck"]


@dataclass(frozen=True)
class Place:
    """A call of the dialogue that a fault could strike."""

    scene: int
    layer: int
    index: int
    call: ToolCall
    met: int
    """Calls of the same tool before it."""
    made: int
    """Calls before it."""


class Change(Protocol):
    """How later calls and texts are after a fault."""

    def call(self, call: ToolCall) -> ToolCall:
        """Return a call as it must be."""
        ...

    def text(self, text: str) -> str:
        """Return reasoning as it must be."""
        ...


@dataclass(frozen=True)
class Same:
    """Everything is as it was."""

    def call(self, call: ToolCall) -> ToolCall:
        """Return the call."""
        return call

    def text(self, text: str) -> str:
        """Return the text."""
        return text


@dataclass(frozen=True)
class Renewed(Same):
    """A row has another identifier."""

    old: str
    new: str

    def call(self, call: ToolCall) -> ToolCall:
        """Return the call with the new identifier."""
        text = to_json(dict(call.arguments)).replace(f'"{self.old}"', f'"{self.new}"')
        return ToolCall(call.name, orjson.loads(text))

    def text(self, text: str) -> str:
        """Return the text with the new identifier."""
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Renamed(Same):
    """A parameter has another name."""

    tool: str
    old: str
    new: str

    def call(self, call: ToolCall) -> ToolCall:
        """Return the call with the new name."""
        if call.name != self.tool:
            return call
        return ToolCall(
            call.name, {self.new if name == self.old else name: one for name, one in call.arguments.items()}
        )


@dataclass(frozen=True)
class Rewritten(Same):
    """A parameter takes its values in another form."""

    tool: str
    parameter: str
    form: str

    def call(self, call: ToolCall) -> ToolCall:
        """Return the call with the value in its new form."""
        if call.name != self.tool or self.parameter not in call.arguments:
            return call
        value = FORMS[self.form].write(call.arguments[self.parameter])
        return ToolCall(call.name, {**call.arguments, self.parameter: value})


def places(case: Case) -> Iterator[Place]:
    """Return every call of a dialogue."""
    met: dict[str, int] = {}
    made = 0
    for number, scene in enumerate(case.scenes):
        for position, layer in enumerate(scene.layers):
            for index, call in enumerate(layer.calls):
                yield Place(number, position, index, call, met.get(call.name, 0), made)
                met[call.name] = met.get(call.name, 0) + 1
                made += 1


def struck(case: Case, place: Place, repair: Sequence[Layer], fault: Fault, change: Change) -> Made:
    """Return the dialogue with a call that fails, what repairs it, and the rest as it must be then.

    Args:
        case: The dialogue.
        place: The call that fails.
        repair: What is done about it.
        fault: Why it fails.
        change: How everything later must be.
    """
    scene = case.scenes[place.scene]
    layer = scene.layers[place.layer]
    rest = tuple(change.call(call) for call in layer.calls[place.index + 1 :])
    before = Layer(layer.thought, (*layer.calls[: place.index], place.call))
    after = (Layer("With that out of the way, I go on.", rest),) if rest else ()
    later = _changed(scene, change)
    layers = (*scene.layers[: place.layer], before, *repair, *after, *later.layers[place.layer + 1 :])
    added = sum(len(one.calls) for one in repair)
    at = sum(len(one.calls) for one in scene.layers[: place.layer]) + place.index
    asked = tuple(one + added * (one >= at) for one in scene.asked)
    mine = replace(scene, layers=layers, closing=later.closing, asked=asked, of=place.scene)
    following = tuple(_changed(one, change) for one in case.numbered[place.scene + 1 :])
    scenes = (*case.numbered[: place.scene], mine, *following)
    script = replace(case.script, scenes=scenes, faults=(fault,))
    return Made(script, case.domain, {"call": place.made, "tool": place.call.name})


def _changed(scene: Scene, change: Change) -> Scene:
    layers = tuple(Layer(change.text(one.thought), tuple(map(change.call, one.calls))) for one in scene.layers)
    return replace(scene, layers=layers, closing=change.text(scene.closing))
