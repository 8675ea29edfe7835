"""What is compared of one row: what users say, tools, calls, and the values in states, arguments and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from fc_gym.types import JsonValue
from fc_synth.contamination.words import tool_key

__all__ = ["Called", "Place", "Row", "Tool", "strings", "tool_of", "tools_of"]

_SAME = {
    "dict": "object", "float": "number", "tuple": "array", "list": "array", "int": "integer", "str": "string",
    "bool": "boolean",
}  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where a row stands."""

    file: str
    line: int
    """From 1."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Called:
    """A call, as far as it is compared."""

    name: str
    keywords: tuple[str, ...] = ()
    """Names of the arguments, as given."""
    positional: int = 0
    """How many arguments came without a name."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A described tool."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Compared name and shape of each parameter, in the order of the description."""
    required: tuple[str, ...]
    """Compared names, sorted."""

    @property
    def structure(self) -> str:
        """A text that is equal for tools whose parameters have the same names, types and duties."""
        inner = ", ".join(
            f"{name}{'' if name in self.required else '?'}: {shape}" for name, shape in sorted(self.parameters)
        )
        return f"({inner})"

    @property
    def names(self) -> frozenset[str]:
        """The compared names of the parameters."""
        return frozenset(name for name, _ in self.parameters)


@dataclass(slots=True)
class Row:
    """One row of a file."""

    place: Place
    queries: list[str] = field(default_factory=list)
    """What users say."""
    tools: tuple[Tool, ...] = ()
    calls: list[Called] = field(default_factory=list)
    """In order, over all turns; the right ones only, where a row has wrong ones too."""
    walk: list[str] = field(default_factory=list)
    """Names of tools in the order in which the row's calls were planned, if it tells that apart."""
    values: list[str] = field(default_factory=list)
    """Texts and long numbers in states, arguments and results."""
    texts: list[str] = field(default_factory=list)
    """Other texts that may name entities."""


def tools_of(specs: JsonValue) -> tuple[Tool, ...]:
    """Read descriptions of tools; rows of one file mostly have the same ones, so they are kept.

    Args:
        specs: A list of objects, each as OpenAI has it or as a bare `name` and `parameters`.

    Raises:
        ValueError: If one is none.
    """
    try:
        return _kept(orjson.dumps(specs))
    except orjson.JSONEncodeError:
        raise ValueError("the tools are nested too deeply") from None


def tool_of(spec: JsonValue) -> Tool:
    """Read the description of one tool.

    Args:
        spec: `name` and `parameters`, or an object whose `function` has them.

    Raises:
        ValueError: If it is none.
    """
    inner = spec.get("function", spec) if isinstance(spec, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
        raise ValueError("a tool should be an object with `name` and `parameters`")
    schema = inner.get("parameters") or {}
    properties = schema.get("properties") or {} if isinstance(schema, Mapping) else None
    required = schema.get("required") or [] if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        raise ValueError(f"the parameters of the tool {inner['name']} should be a JSON schema of an object")
    parameters = tuple((tool_key(name), _shape(one)) for name, one in properties.items())
    return Tool(inner["name"], parameters, tuple(sorted(tool_key(str(name)) for name in required)))


def strings(value: JsonValue) -> list[str]:
    """Return the texts in a value, however deep, and its keys that look like names of things: with a dot or a digit.

    Whole numbers of 8 digits and more count as texts: they are numbers of cards, telephones and accounts.

    Args:
        value: Decoded JSON.

    >>> strings({"a.txt": ["one", 12345678], "size": 3})
    ['a.txt', '12345678', 'one']
    """
    found: list[str] = []
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, Mapping):
            found += [key for key in map(str, one) if "." in key or any(sign.isdigit() for sign in key)]
            rest += one.values()
        elif isinstance(one, list | tuple | set):
            rest += one
        elif isinstance(one, int) and abs(one) >= 10**7:
            found.append(str(one))
    return found


@lru_cache(maxsize=1024)
def _kept(specs: bytes) -> tuple[Tool, ...]:
    return tuple(tool_of(spec) for spec in orjson.loads(specs))


def _shape(schema: JsonValue) -> str:
    """Return types, down to the last, as JSON schema names them; what may be null counts as what else it may be."""
    if not isinstance(schema, Mapping):
        return "any"
    choices = [one for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list) for one in schema[key]]
    if choices:
        return "|".join(sorted({_shape(one) for one in choices} - {""}))
    given = schema.get("type", "any")
    kinds = sorted(
        {_SAME.get(str(one), str(one)) for one in (given if isinstance(given, list) else [given])} - {"null"}
    )
    return "|".join(_inside(kind, schema) for kind in kinds)


def _inside(kind: str, schema: Mapping[str, JsonValue]) -> str:
    if kind == "array":
        return f"[{_shape(schema['items'])}]" if schema.get("items") else "[]"
    properties = schema.get("properties")
    if kind == "object" and isinstance(properties, Mapping):
        return "{" + ", ".join(f"{tool_key(name)}: {_shape(properties[name])}" for name in sorted(properties)) + "}"
    return kind
