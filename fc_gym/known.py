"""What an agent may use: the values it has been shown or told, by key."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.keys import key_reader
from fc_gym.provenance import Source
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves

__all__ = ["Known", "Seen", "candidates", "draw_call", "grounded_calls", "spoken_values", "world_values"]

SMALL_NUMBERS = (1, 2, 3)
PLAIN_WORDS = ("amber", "birch", "cobalt")
"""Texts for a parameter of somebody else's class of which nothing is known but that it takes any text."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One value, and where it was first seen."""

    value: JsonValue
    source: Source


class Known:
    """The values known so far in an episode, in the order in which they came.

    Args:
        domain: Says which leaves of a result are keys.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self._seen: dict[str, dict[JsonValue, Source]] = {}
        self._log: list[tuple[str, JsonValue, Source]] = []
        self._shared = False

    @property
    def size(self) -> int:
        """How many values are known; grows only."""
        return len(self._log)

    @property
    def keys(self) -> Set[str]:
        """The keys of which a value is known; grows only."""
        return self._seen.keys()

    @property
    def breadth(self) -> int:
        """Of how many keys a value is known; grows only."""
        return len(self._seen)

    def limited(self, size: int) -> Known:
        """Return what was known when `size` was this."""
        if size == self.size:
            return self
        other = Known(self.domain)
        for key, value, source in self._log[:size]:
            other._add(key, value, source)
        return other

    def copy(self) -> Known:
        """Return an independent copy; what both know is shared until one of them learns more."""
        other = Known.__new__(Known)
        other.domain, other._seen, other._log = self.domain, self._seen, self._log
        other._shared = self._shared = True
        return other

    def tell(self, key: str, values: Iterable[JsonValue], turn: int = 0) -> None:
        """Note values that the user said; `key` may also be a parameter, as `tool.parameter`."""
        for value in values:
            self._add(key, value, Source("user", turn))

    def show(self, result: ToolResult, turn: int, position: int) -> bool:
        """Note the keys that a result shows.

        Args:
            result: What came of a call.
            turn: The turn it belongs to.
            position: The position of the call among all of the dialogue.

        Returns:
            True if any of them is new.
        """
        fresh = False
        for key, leaf, path in self._shown(result) if result.shown is None else result.shown:
            if leaf not in self._seen.get(key, ()):
                self._add(key, leaf, Source("output", turn, position, path))
                fresh = True
        return fresh

    def values(self, key: str) -> list[Seen]:
        """Return what is known of a key."""
        return [Seen(value, source) for value, source in self._seen.get(key, {}).items()]

    def source(self, key: str, value: JsonValue) -> Source | None:
        """Return where a value was first seen; None if it was not."""
        found = self._seen.get(key)
        return None if found is None else found.get(value)

    def has(self, key: str) -> bool:
        """Return True if any value of the key is known."""
        return bool(self._seen.get(key))

    def _shown(self, result: ToolResult) -> Iterator[tuple[str, JsonValue, str]]:
        """Read from the text of a result the keys that it shows."""
        tool = self.domain.tools.get(result.call.name)
        if tool is None or not tool.returns or not result.ok:
            return
        for path, leaf, _ in leaves(result.value):
            key = tool.returns.get(general_path(path))
            if key and leaf is not None:
                yield key, leaf, path

    def _add(self, key: str, value: JsonValue, source: Source) -> None:
        if value in self._seen.get(key, ()):
            return
        if self._shared:
            self._seen = {key: dict(values) for key, values in self._seen.items()}
            self._log, self._shared = list(self._log), False
        self._seen.setdefault(key, {})[value] = source
        self._log.append((key, value, source))


def world_values(domain: Domain, world: World) -> dict[str, list[JsonValue]]:
    """Return every key value that stands in a world, by key: what only an onlooker knows."""
    return _values(domain, world, frozenset())


def _values(domain: Domain, world: World, without: frozenset[str]) -> dict[str, list[JsonValue]]:
    found: dict[str, dict[JsonValue, None]] = {}
    reader = None if domain.foreign else _reader(domain.world, without)
    pairs: list[tuple[str, JsonValue]] = []
    if reader is not None:
        reader(world, pairs)
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items()}


@functools.cache
def _reader(world: type, without: frozenset[str]) -> Callable[[World, list[tuple[str, JsonValue]]], None] | None:
    return key_reader(world, without)


def spoken_values(domain: Domain, world: World) -> dict[str, list[JsonValue]]:
    """Return the key values of a world that people say in plain words: those that name no row of a table."""
    return _values(domain, world, frozenset(domain.entities))


def candidates(tool: Tool, one: Parameter, known: Known) -> list[JsonValue]:
    """Return the values that one parameter may take, given what is known; empty if there is none."""
    told = [seen.value for seen in known.values(f"{tool.name}.{one.name}")]
    if told:
        return told
    seen = [seen.value for seen in known.values(one.key)] if one.key else []
    if one.key in known.domain.entities:
        return seen
    examples = [_typed(text, one) for text in one.examples]
    choices = list(dict.fromkeys([*seen, *examples])) or list(_from_schema(one))
    plain = known.domain.foreign and not choices and one.schema.get("type") == "string"
    return list(PLAIN_WORDS) if plain else choices


def draw_call(tool: Tool, known: Known, rng: np.random.Generator, optional: float = 0.5) -> ToolCall | None:
    """Draw one call at random from known values.

    Args:
        tool: The tool to call.
        known: What may be used.
        rng: The source of chance.
        optional: The chance that an optional parameter is given, 0 to 1.

    Returns:
        The call; None if a needed key is not known.
    """
    arguments: dict[str, JsonValue] = {}
    for one in tool.parameters.values():
        if not one.required and rng.random() >= optional:
            continue
        values = candidates(tool, one, known)
        if values:
            arguments[one.name] = _drawn(values, one, rng)
        elif one.required:
            return None
    return ToolCall(tool.name, arguments)


def grounded_calls(tool: Tool, known: Known, limit: int = 64) -> Iterator[ToolCall]:
    """List calls of a tool with known values, required parameters only, in a fixed order; at most `limit`."""
    required = [one for one in tool.parameters.values() if one.required]
    choices = [[[value] if one.many else value for value in candidates(tool, one, known)] for one in required]
    for values in itertools.islice(itertools.product(*choices), limit):
        yield ToolCall(tool.name, {one.name: value for one, value in zip(required, values, strict=True)})


def _drawn(values: list[JsonValue], one: Parameter, rng: np.random.Generator) -> JsonValue:
    if not one.many:
        return values[int(rng.integers(len(values)))]
    count = min(len(values), int(rng.integers(1, 3)))
    return [values[int(position)] for position in sorted(rng.permutation(len(values))[:count])]


def _typed(text: str, one: Parameter) -> JsonValue:
    kind = one.schema.get("type")
    if kind == "integer":
        return int(text)
    return float(text) if kind == "number" else text


def _from_schema(one: Parameter) -> Iterator[JsonValue]:
    schema = one.schema
    kind = schema.get("type")
    if "enum" in schema:
        yield from schema["enum"]
    elif "const" in schema:
        yield schema["const"]
    elif kind == "boolean":
        yield from (True, False)
    elif kind == "integer":
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        yield from (
            number for number in range(low, low + len(SMALL_NUMBERS)) if number <= schema.get("maximum", number)
        )
    elif kind == "number":
        low = float(schema.get("minimum", schema.get("exclusiveMinimum", 0.0)))
        yield from (number for number in (low + 1, low + 5, low + 20) if number <= schema.get("maximum", number))
    elif kind == "array" and isinstance(schema.get("items"), dict) and not one.key:
        yield from ([value] for value in _from_schema(_item(one)))


def _item(one: Parameter) -> Parameter:
    return Parameter(one.name, "", one.schema["items"], required=True)
