"""Renamed tools and parameters: the same tools under other names, the same everywhere in the dialogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from fc_gym.renamed import Alias
from fc_gym.tool import Tool
from fc_gym.types import ToolCall
from fc_synth.variants.case import Case, Made
from fc_synth.variants.script import Layer, Scene

__all__ = ["Renaming", "renamed_call"]


@dataclass(frozen=True)
class Renaming:
    """The operator."""

    name: str = "renamed"
    phenomenon: str = ""
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue under other names."""
        styles = tuple(STYLES)
        style = styles[int(case.rng.integers(len(styles)))]
        change = STYLES[style](case.rng)
        names: dict[str, Alias] = {}
        for tool in case.domain.tools.values():
            new = change(tool.name)
            names[new] = Alias(tool.name, _parameters(tool, change))
        if len(names) < len(case.domain.tools):
            return None
        news = {alias.tool: new for new, alias in names.items()}
        scenes = tuple(_scene(scene, names, news) for scene in case.numbered)
        return Made(replace(case.script, scenes=scenes, names=names), case.domain, {"style": style})


def renamed_call(call: ToolCall, names: Mapping[str, Alias]) -> ToolCall:
    """Return a call under its new names."""
    for new, alias in names.items():
        if alias.tool == call.name:
            news = {old: name for name, old in alias.parameters.items()}
            return ToolCall(new, {news.get(name, name): value for name, value in call.arguments.items()})
    return call


Change = Callable[[str], str]


def _camel(rng: np.random.Generator) -> Change:
    def change(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(word.title() for word in rest)

    return change


def _turned(rng: np.random.Generator) -> Change:
    def change(name: str) -> str:
        first, *rest = name.split("_")
        return "_".join([*rest, first]) if rest else f"the_{first}"

    return change


def _prefixed(rng: np.random.Generator) -> Change:
    prefix = ("api", "svc", "do", "v2", "x")[int(rng.integers(5))]
    return lambda name: f"{prefix}_{name}"


def _opaque(rng: np.random.Generator) -> Change:
    numbers = iter(int(one) for one in rng.permutation(900))
    given: dict[str, str] = {}

    def change(name: str) -> str:
        if name not in given:
            given[name] = f"f{100 + next(numbers)}"
        return given[name]

    return change


STYLES: Mapping[str, Callable[[np.random.Generator], Change]] = {
    "camel": _camel, "turned": _turned, "prefixed": _prefixed, "opaque": _opaque,
}  # fmt: skip
"""Ways to rename, by name."""


def _parameters(tool: Tool, change: Change) -> dict[str, str]:
    found = {change(name): name for name in tool.parameters}
    return {new: old for new, old in found.items() if new != old} if len(found) == len(tool.parameters) else {}


def _scene(scene: Scene, names: Mapping[str, Alias], news: Mapping[str, str]) -> Scene:
    pattern = re.compile("|".join(rf"\b{re.escape(old)}\b" for old in sorted(news, key=len, reverse=True)))

    def told(text: str) -> str:
        return pattern.sub(lambda match: news[match[0]], text)

    layers = tuple(
        Layer(told(layer.thought), tuple(renamed_call(call, names) for call in layer.calls)) for layer in scene.layers
    )
    words = {_told_key(key, names): values for key, values in scene.told.items()}
    return replace(scene, layers=layers, closing=told(scene.closing), told=words)


def _told_key(key: str, names: Mapping[str, Alias]) -> str:
    """Return `tool.parameter` under its new names; the name of a key stays."""
    tool, dot, parameter = key.partition(".")
    if not dot:
        return key
    call = renamed_call(ToolCall(tool, {parameter: None}), names)
    return f"{call.name}.{next(iter(call.arguments))}"
