"""The arguments of one tool as shapes, each tried against the check that every call passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fc_agents.legal.draws import drawn
from fc_agents.legal.fitting import Bounds, shape_of
from fc_agents.legal.grammar import spelled
from fc_agents.legal.shapes import Choice, Items, Shape, holds
from fc_gym.errors import CallError
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue

__all__ = ["Tried"]

TRIALS = 16
"""Values of each shape that are tried."""
LONG = 2000
"""Characters of a known value that is left out, since it would make a response long."""


class Tried:
    """What a model may write for each argument of a tool.

    A schema need not tell all that the tool checks, so a shape of which the tool refuses a value is given up, and only
    values that it takes are left.

    Args:
        tool: The tool.
        samples: For each parameter, values to fall back on.
        bounds: What keeps texts, lists and choices short.
    """

    def __init__(self, tool: Tool, samples: Mapping[str, Sequence[JsonValue]], bounds: Bounds) -> None:
        self.tool, self.bounds, self._samples = tool, bounds, samples
        self._base: dict[str, JsonValue] | None = None
        self._taken: dict[tuple[str, str], bool] = {}
        root = tool.arguments.json_schema
        self._shapes = {name: shape_of(one.schema, root, bounds) for name, one in tool.parameters.items()}
        self.settle({})

    @property
    def settled(self) -> bool:
        """True once one call is known that the tool's check accepts."""
        return self._base is not None

    def settle(self, values: Mapping[str, Sequence[JsonValue]]) -> None:
        """Look for a first call that the check accepts, and try all shapes on it.

        Args:
            values: What is known for some parameters.
        """
        rng = np.random.default_rng(0)
        for _ in range(TRIALS):
            call = self._drawn(values, rng)
            if call is not None and self._accepts(call):
                self._base = call
                self._shapes = {name: self._kept(name, shape, rng) for name, shape in self._shapes.items()}
                self._taken.clear()
                return

    def shape(self, name: str) -> Shape | None:
        """Return what may be written for a parameter, whatever is known; None if that cannot be told."""
        return self._shapes[name]

    def takes(self, name: str, value: JsonValue) -> bool:
        """Return True if the tool's check accepts a value of one parameter, and a grammar can spell it."""
        try:
            text = spelled(value)
        except (TypeError, ValueError):
            return False
        if (name, text) not in self._taken:
            self._taken[name, text] = self._takes(name, value, text)
        return self._taken[name, text]

    def choice(self, name: str, values: Iterable[JsonValue]) -> Choice | None:
        """Return those of some values that may be written for a parameter, or as items of it; None if none may."""
        newest = list(dict.fromkeys(values))[-self.bounds.values :]
        kept = tuple(one for one in newest if self.takes(name, self._full(name, one)))
        return Choice(kept) if kept else None

    def around(self, one: Parameter, item: Shape) -> Shape:
        """Return a shape as it stands in a parameter: in a list, if that takes one."""
        if not one.many:
            return item
        shape = self._shapes[one.name]
        return Items(item, max(1, shape.low), shape.high) if isinstance(shape, Items) else Items(item, 1, 1)

    def widened(self, name: str, values: Iterable[JsonValue]) -> tuple[JsonValue, ...]:
        """Return those of some values that the tool takes and the parameter's shape lacks."""
        shape = self._shapes[name]
        rest = (one for one in values if shape is None or not holds(shape, one))
        return tuple(one for one in rest if self.takes(name, one))

    def _full(self, name: str, value: JsonValue) -> JsonValue:
        shape = self._shapes[name]
        least = max(1, shape.low) if isinstance(shape, Items) else 1
        return [value] * least if self.tool.parameters[name].many else value

    def _takes(self, name: str, value: JsonValue, text: str) -> bool:
        if self._base is None or len(text) > LONG or not _encodable(text):
            return False
        return self._accepts({**self._base, name: value})

    def _accepts(self, arguments: Mapping[str, JsonValue]) -> bool:
        check = self.tool.arguments
        try:
            return check.accept(arguments) is not None or check.check(arguments) is not None
        except CallError:
            return False

    def _drawn(
        self, values: Mapping[str, Sequence[JsonValue]], rng: np.random.Generator
    ) -> dict[str, JsonValue] | None:
        call: dict[str, JsonValue] = {}
        for name, one in self.tool.parameters.items():
            if not one.required:
                continue
            shape, known = self._shapes[name], list(values.get(name, ())) or list(self._samples.get(name, ()))
            if shape is None and not known:
                return None
            call[name] = drawn(shape, rng) if shape else self._full(name, known[int(rng.integers(len(known)))])
        return call

    def _kept(self, name: str, shape: Shape | None, rng: np.random.Generator) -> Shape | None:
        assert self._base is not None
        if shape is not None and all(self._accepts({**self._base, name: drawn(shape, rng)}) for _ in range(TRIALS)):
            return shape
        fitting = tuple(one for one in self._samples.get(name, ()) if self._accepts({**self._base, name: one}))
        return Choice(fitting) if fitting else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
