"""Writes shapes as JSON schemas of words that every engine enforces."""

from __future__ import annotations

from fc_agents.legal.grammar import whole_numbers
from fc_agents.legal.shapes import (
    ANY,
    FIRST,
    STAMPS,
    Choice,
    Either,
    Items,
    Named,
    Number,
    Record,
    Row,
    Shape,
    Stamp,
    Text,
)
from fc_gym.types import JsonValue

__all__ = ["schema_for"]

FEW = 64
"""Numbers that are told one by one, for engines that do not mind `maximum`."""


def schema_for(shape: Shape) -> dict[str, JsonValue]:
    """Return a JSON schema for a shape; of numbers only the whole ones, since digits after the point have no bound.

    Lengths stand in a pattern, since engines do not take `maxLength` beside one, and without one they let a model
    write half of a pair of UTF-16 escapes.

    >>> schema_for(Number(1, 3, whole=False))
    {'enum': [1, 2, 3]}
    """
    match shape:
        case Choice(values):
            rows = [one for one in values if isinstance(one, dict)]
            return {"anyOf": [schema_for(_one(row)) for row in rows]} if rows else {"enum": whole_numbers(list(values))}
        case Number(low, high):
            few = high - low < FEW
            return {"enum": list(range(low, high + 1))} if few else _whole(low, high)
        case Text(low, high):
            rest = "*" if high is None else f"{{0,{high - low}}}"
            return {"type": "string", "pattern": f"^[{FIRST}]{{{low}}}[{ANY}]{rest}$"}
        case Stamp(kind):
            return {"type": "string", "pattern": f"^{STAMPS[kind]}$"}
        case Items(item, low, high):
            return {"type": "array", "items": schema_for(item), "minItems": low, "maxItems": high}
        case Row(items):
            fixed = [schema_for(one) for one in items]
            size = {"minItems": len(items), "maxItems": len(items)}
            return {"type": "array", "prefixItems": fixed, "items": False, **size}
        case Record(fields):
            return {
                "type": "object",
                "properties": {name: schema_for(one) for name, one, _ in fields},
                "required": [name for name, _, required in fields if required],
                "additionalProperties": False,
            }
        case Either(options):
            return {"anyOf": [schema_for(one) for one in options]}
        case Named(_, choice):
            return schema_for(choice)


def _whole(low: int, high: int) -> dict[str, JsonValue]:
    return {"type": "integer", "minimum": low, "maximum": high}


def _one(row: dict[str, JsonValue]) -> Record:
    """Return one object, field by field, since not every engine takes an object for a choice."""
    return Record(tuple((name, Choice((value,)), True) for name, value in row.items()))
