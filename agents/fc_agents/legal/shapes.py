"""Shapes: sets of JSON values that a grammar can tell, and whether a value is in one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fc_gym.types import JsonValue

__all__ = [
    "ANY", "FIRST", "STAMPS", "Choice", "Either", "Items", "Named", "Number", "Record", "Row", "Shape", "Stamp", "Text",
    "holds",
]  # fmt: skip

FIRST = "!#-;=-\\[\\]-~À-ɏ"
"""A class of characters for the start of a text: nothing that JSON escapes, no `<`, nothing that is stripped."""
ANY = '^"\\\\<\\x00-\\x1f'
"""A class of characters for the rest of a text: nothing that JSON escapes, and no `<`, which begins tags."""

_FIRST, _ANY = re.compile(f"[{FIRST}]*"), re.compile(f"[{ANY}\ud800-\udfff]*")
_DAY = "20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
STAMPS = {"date": _DAY, "time": _TIME, "date-time": f"{_DAY}T{_TIME}Z"}
"""Each kind of stamp as a regular expression."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values."""

    values: tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number, both ends included; one with one or two decimals between them too, unless `whole`."""

    low: int
    high: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text without quotation marks, backslashes, control characters and `<`.

    Its first `low` characters, and at least one, are no blanks, so that it is long enough however it is stripped.
    """

    low: int
    high: int | None
    """None: any length."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A day of this century, or a time of day, or both."""

    kind: Literal["date", "time", "date-time"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose items all have one shape."""

    item: Shape
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Row:
    """A list of so many items, each with its own shape."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An object whose fields come in this order; those that are not required may be left out."""

    fields: tuple[tuple[str, Shape, bool], ...]
    """Name, shape, and whether it is required."""


@dataclass(frozen=True, slots=True)
class Either:
    """What any of some shapes allows."""

    options: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A choice that several tools offer, under the name of its rule in a grammar."""

    name: str
    choice: Choice


Shape = Choice | Number | Text | Stamp | Items | Row | Record | Either | Named


def holds(shape: Shape, value: JsonValue) -> bool:
    """Return True if a value is among those of a shape."""
    match shape:
        case Choice(values):
            return any(type(one) is type(value) and one == value for one in values)
        case Number():
            return _holds_number(shape, value)
        case Text(low, high):
            return isinstance(value, str) and _holds_text(value, low, high)
        case Stamp(kind):
            return isinstance(value, str) and re.fullmatch(STAMPS[kind], value) is not None
        case Items(item, low, high):
            return isinstance(value, list) and low <= len(value) <= high and all(holds(item, one) for one in value)
        case Row(items):
            return (
                isinstance(value, list)
                and len(value) == len(items)
                and all(holds(inner, one) for inner, one in zip(items, value, strict=True))
            )
        case Record(fields):
            return isinstance(value, Mapping) and _holds_fields(fields, value)
        case Either(options):
            return any(holds(one, value) for one in options)
        case Named(_, choice):
            return holds(choice, value)


def _holds_number(shape: Number, value: JsonValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not shape.low <= value <= shape.high:
        return False
    whole = isinstance(value, int) or value.is_integer()
    return whole if shape.whole or whole else round(value, 2) == value


def _holds_text(value: str, low: int, high: int | None) -> bool:
    return (
        low <= len(value) <= (len(value) if high is None else high)
        and bool(_FIRST.fullmatch(value[:low]))
        and bool(_ANY.fullmatch(value))
    )


def _holds_fields(fields: tuple[tuple[str, Shape, bool], ...], value: Mapping[str, JsonValue]) -> bool:
    shapes = {name: shape for name, shape, _ in fields}
    needed = {name for name, _, required in fields if required}
    return needed <= value.keys() <= shapes.keys() and all(holds(shapes[name], one) for name, one in value.items())
