"""Gymnasium spaces of text and of tool calls."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from fc_gym.domain import Domain
from fc_gym.errors import CallError
from fc_gym.types import Action, JsonValue, ToolCall

__all__ = ["ToolCallSpace", "Unicode", "observation_space"]

_WORDS = ("yes", "no", "done", "thanks", "tomorrow", "the first one", "42")


class Unicode(spaces.Space[str]):
    """Any text, the empty one included.

    Args:
        seed: Seed of its sampling.
    """

    def __init__(self, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(shape=None, dtype=None, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """False: text has no fixed size."""
        return False

    def sample(self, mask: None = None, probability: None = None) -> str:
        """Draw a few words."""
        count = int(self.np_random.integers(0, 4))
        return " ".join(_WORDS[int(self.np_random.integers(len(_WORDS)))] for _ in range(count))

    def contains(self, x: Any) -> bool:
        """Return True for a str."""
        return isinstance(x, str)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unicode)

    def __repr__(self) -> str:
        return "Unicode()"


class ToolCallSpace(spaces.Space[Action]):
    """A list of tool calls that fit their schemas, or a text: the reply to the user.

    Args:
        domain: Gives the tools.
        seed: Seed of its sampling.
    """

    def __init__(self, domain: Domain, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(shape=None, dtype=None, seed=seed)
        self.domain = domain

    @property
    def is_np_flattenable(self) -> bool:
        """False: calls have no fixed size."""
        return False

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools, in the order of `info["action_mask"]`."""
        return tuple(self.domain.tools)

    def sample(self, mask: Sequence[ToolCall] | NDArray[np.int8] | None = None, probability: None = None) -> Action:
        """Draw an action: one call in nineteen cases of twenty, else a reply.

        Args:
            mask: Either the calls to choose from, such as `info["grounded_calls"]`, or one 0 or 1 per tool, such as
                `info["action_mask"]`. Without it, any call that fits its schema.
            probability: Not supported.
        """
        rng = self.np_random
        if mask is not None and not isinstance(mask, np.ndarray):
            return [mask[int(rng.integers(len(mask)))]] if len(mask) else "done"
        names = [name for position, name in enumerate(self.tools) if mask is None or mask[position]]
        if not names or rng.random() < 0.05:
            return "done"
        return [self._call(names[int(rng.integers(len(names)))], rng)]

    def contains(self, x: Any) -> bool:
        """Return True for a text, or a list of calls that all fit their schemas."""
        return isinstance(x, str) or (isinstance(x, list) and bool(x) and all(self.complaint(one) is None for one in x))

    def complaint(self, call: object) -> CallError | None:
        """Return what is wrong with a call, apart from the state; None if nothing is."""
        try:
            read = ToolCall.of(call)
            self.domain.tool(read.name).arguments.check(read.arguments)
        except CallError as error:
            return error
        return None

    def to_jsonable(self, sample_n: Iterable[Action]) -> list[JsonValue]:
        """Return actions as plain JSON values."""
        return [one if isinstance(one, str) else [_plain(call) for call in one] for one in sample_n]

    def from_jsonable(self, sample_n: list[JsonValue]) -> list[Action]:
        """Return what `to_jsonable` was given."""
        return [one if isinstance(one, str) else [ToolCall.of(call) for call in one] for one in sample_n]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ToolCallSpace) and self.domain.fingerprint == other.domain.fingerprint

    def __repr__(self) -> str:
        return f"ToolCallSpace({self.domain.name}, {len(self.tools)} tools)"

    def __deepcopy__(self, memo: dict[int, object]) -> ToolCallSpace:
        other = ToolCallSpace(self.domain)
        other._np_random = copy.deepcopy(self._np_random, memo)
        return other

    def _call(self, name: str, rng: np.random.Generator) -> ToolCall:
        tool = self.domain.tools[name]
        given = [one for one in tool.parameters.values() if one.required or rng.random() < 0.3]
        return ToolCall(name, {one.name: _value(one.schema, tool.arguments.json_schema, rng) for one in given})


def observation_space() -> spaces.Dict:
    """Return the space of observations: `user`, one text, and `results`, a tuple of texts."""
    return spaces.Dict({"results": spaces.Sequence(Unicode()), "user": Unicode()})


def _plain(call: ToolCall) -> dict[str, JsonValue]:
    return {"name": call.name, "arguments": dict(call.arguments)}


def _value(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], rng: np.random.Generator) -> JsonValue:
    """Draw a value that fits a JSON schema as pydantic writes them."""
    if "$ref" in schema:
        return _value(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root, rng)
    if "const" in schema:
        return schema["const"]
    for choice in ("enum", "anyOf", "oneOf"):
        if choice in schema:
            picked = schema[choice][int(rng.integers(len(schema[choice])))]
            return picked if choice == "enum" else _value(picked, root, rng)
    return _of_type(schema, root, rng)


def _of_type(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], rng: np.random.Generator) -> JsonValue:
    kind = schema.get("type", "string")
    if kind == "object":
        inner = schema.get("properties", {})
        return {name: _value(inner[name], root, rng) for name in schema.get("required", []) if name in inner}
    if kind == "array":
        fixed = schema.get("prefixItems")
        if fixed:
            return [_value(one, root, rng) for one in fixed]
        count = max(schema.get("minItems", 0), int(rng.integers(0, 3)))
        count = min(count, schema.get("maxItems", count))
        return [_value(schema.get("items", {}), root, rng) for _ in range(count)]
    if kind in ("integer", "number"):
        return _number(schema, kind, rng)
    if kind == "boolean":
        return bool(rng.integers(2))
    return None if kind == "null" else _text(schema, rng)


def _number(schema: Mapping[str, JsonValue], kind: str, rng: np.random.Generator) -> JsonValue:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1000 if "maximum" not in schema else None))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    low = high - 1000 if low is None else low
    high = low + 1000 if high is None else high
    if kind == "integer":
        return int(rng.integers(low + ("exclusiveMinimum" in schema), high + ("exclusiveMaximum" not in schema)))
    return float(rng.uniform(low, high)) or float(low + high) / 2


def _text(schema: Mapping[str, JsonValue], rng: np.random.Generator) -> str:
    length = max(schema.get("minLength", 1), int(rng.integers(1, 12)))
    length = min(length, schema.get("maxLength", length))
    return "".join("abcdefghijklmnopqrstuvwxyz "[int(rng.integers(27))] for _ in range(length))
