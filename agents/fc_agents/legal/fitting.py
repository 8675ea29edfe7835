"""Finds for a JSON schema a shape that is surely no wider."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fc_agents.legal.shapes import STAMPS, Choice, Either, Items, Number, Record, Row, Shape, Stamp, Text
from fc_gym.types import JsonValue

__all__ = ["Bounds", "shape_of"]

DEEPEST = 6
"""Levels of objects and lists in one argument."""
MOST_DIGITS = 10**9 - 1
"""The largest number where the schema sets no bound."""
MOST_MULTIPLES = 64
LONGEST = 500
"""Characters of a text that has to be long."""

_NOTES = frozenset({"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$defs"})
_KEYWORDS: dict[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength", "format"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "boolean": frozenset(),
    "null": frozenset(),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"}),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What keeps a response short where a schema does not.

    On a vocabulary of 150,000 tokens xgrammar takes seconds to compile the bound of a text, and milliseconds without it
    (llguidance does not mind). A trained model ends its texts by itself: there `Bounds(text=None, reply=None)` will do.
    """

    text: int | None = 120
    """Most characters of a text; None: as many as the schema allows."""
    items: int = 8
    """Most items of a list."""
    values: int = 512
    """Most known values of one key, the newest; and of a choice."""
    reply: int | None = 2000
    """Most characters of the words to the user; None: any number."""
    thought: int = 0
    """Most characters of a thought before the calls or the reply; 0: none may be written."""


def shape_of(
    schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], bounds: Bounds, depth: int = 0
) -> Shape | None:
    """Return the shape for a JSON schema; None if there is none that is surely no wider.

    Args:
        schema: As pydantic writes them.
        root: Holds the `$defs` that it refers to.
        bounds: What keeps it short.
        depth: How deep it stands in the argument.
    """
    if depth > DEEPEST:
        return None
    if "$ref" in schema:
        named = root.get("$defs", {}).get(str(schema["$ref"]).rsplit("/", 1)[-1])
        return None if named is None else shape_of(named, root, bounds, depth + 1)
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        return Choice(tuple(values)) if values else None
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _either(schema[word], word == "oneOf", root, bounds, depth)
    kind = schema.get("type")
    if not isinstance(kind, str) or schema.keys() - _NOTES - {"type"} - _KEYWORDS.get(kind, frozenset()):
        return None
    return _MAKERS[kind](schema, root, bounds, depth) if kind in _MAKERS else None


def _either(
    options: list[Mapping[str, JsonValue]], strictly: bool, root: Mapping[str, JsonValue], bounds: Bounds, depth: int
) -> Shape | None:
    """Return what any option allows; of options that exclude one another only the first that can be told."""
    shapes = [shape for one in options if (shape := shape_of(one, root, bounds, depth + 1))]
    if not shapes:
        return None
    return shapes[0] if strictly or len(shapes) == 1 else Either(tuple(shapes))


def _text(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], bounds: Bounds, depth: int) -> Shape | None:
    if "format" in schema:
        plain = schema["format"] in STAMPS and "minLength" not in schema and "maxLength" not in schema
        return Stamp(schema["format"]) if plain else None
    low = max(1, schema.get("minLength", 1))
    if schema.get("maxLength") == 0:
        return Choice(("",))
    high = schema.get("maxLength")
    if bounds.text is not None:
        high = min(LONGEST if high is None else high, max(bounds.text, low))
    return Text(low, high) if low <= (low if high is None else high) and low <= LONGEST else None


def _number(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], bounds: Bounds, depth: int) -> Shape | None:
    whole = schema["type"] == "integer"
    low = max(schema.get("minimum", -MOST_DIGITS), schema.get("exclusiveMinimum", -MOST_DIGITS))
    high = min(schema.get("maximum", MOST_DIGITS), schema.get("exclusiveMaximum", MOST_DIGITS))
    first = math.floor(low) + 1 if low == schema.get("exclusiveMinimum") else math.ceil(low)
    last = math.ceil(high) - 1 if high == schema.get("exclusiveMaximum") else math.floor(high)
    if "multipleOf" in schema:
        return _multiples(schema["multipleOf"], first, last)
    if first <= last:
        return Number(first, last, whole)
    inside = () if whole or low >= high else tuple(round(low + (high - low) * part / 10, 6) for part in range(1, 10))
    return Choice(tuple(one for one in dict.fromkeys(inside) if low < one < high)) if inside else None


def _multiples(unit: int, first: int, last: int) -> Shape | None:
    nearest = first if first > 0 or last < 0 else 0
    start = -(-nearest // unit) * unit
    values = tuple(range(start, last + 1, unit)[:MOST_MULTIPLES])
    return Choice(values) if values else None


def _list(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], bounds: Bounds, depth: int) -> Shape | None:
    low, high = schema.get("minItems", 0), schema.get("maxItems", bounds.items)
    if "prefixItems" in schema:
        row = [shape_of(one, root, bounds, depth + 1) for one in schema["prefixItems"]]
        fits = low <= len(row) <= schema.get("maxItems", len(row)) and "uniqueItems" not in schema
        return Row(tuple(one for one in row if one)) if fits and all(row) else None
    if schema.get("uniqueItems"):
        low, high = low, min(high, 1)  # repeats cannot be told apart by a grammar
    high = min(high, max(low, bounds.items))
    items = schema.get("items")
    item = shape_of(items, root, bounds, depth + 1) if isinstance(items, Mapping) and high else None
    if item is None:
        return Choice(([],)) if low == 0 else None
    return Items(item, low, high) if low <= high else None


def _object(schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue], bounds: Bounds, depth: int) -> Shape | None:
    required, fields = schema.get("required", []), []
    for name, inner in schema.get("properties", {}).items():
        shape = shape_of(inner, root, bounds, depth + 1)
        if shape is None and name in required:
            return None
        if shape is not None:
            fields.append((name, shape, name in required))
    told = all(any(name == one for name, _, _ in fields) for one in required)
    enough = schema.get("minProperties", 0) <= len(required) and "maxProperties" not in schema
    return Record(tuple(fields)) if told and enough else None


_MAKERS: dict[str, Callable[[Mapping[str, JsonValue], Mapping[str, JsonValue], Bounds, int], Shape | None]] = {
    "string": _text, "integer": _number, "number": _number, "array": _list, "object": _object,
    "boolean": lambda schema, root, bounds, depth: Choice((True, False)),
    "null": lambda schema, root, bounds, depth: Choice((None,)),
}  # fmt: skip
