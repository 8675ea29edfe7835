"""The quick check of arguments: what is plainly right passes, all else is left to the full check.

It is compiled from the schema that pydantic has made of the types, as closures, for text, numbers, truth values,
choices, and optional ones and lists of these. It never refuses; it says `None`, and then the full check decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from fc_gym.types import JsonValue

__all__ = ["UNSURE", "Accept", "Read", "field_readers", "plain", "quick_check"]

Accept = Callable[[Mapping[str, JsonValue]], "Mapping[str, Any] | None"]
"""Arguments to the Python values that the tool takes, or None."""

Read = Callable[[Any], Any]

UNSURE: Final = object()
"""What a reader returns for a value that is not plainly right."""

MOST_TEXT = 6000
"""Characters in all, which are less than `MAX_CALL_BYTES` however they are written."""
MOST_LISTS, MOST_ITEMS, MOST_ITEM_TEXT = 3, 20, 40

_FIELD = {"type", "schema", "required", "metadata"}
_IGNORED = {"type", "metadata"}
_BOUNDS = {"ge", "gt", "le", "lt"}
_LENGTHS = {"min_length", "max_length"}


def quick_check(schema: Mapping[str, Any]) -> Accept:
    """Compile the quick check of one tool's arguments.

    Args:
        schema: Pydantic's core schema of the arguments.
    """
    fields: Mapping[str, Any] = schema.get("fields", {}) if schema["type"] == "typed-dict" else {}
    if any(not field.keys() <= _FIELD for field in fields.values()):  # such as one with an alias
        return lambda arguments: None
    readers = field_readers(schema)
    texts = frozenset(name for name, field in fields.items() if _plain_text(field["schema"]))
    required = frozenset(name for name, field in fields.items() if field.get("required", True))
    if schema["type"] != "typed-dict" or sum(_is_list(field["schema"]) for field in fields.values()) > MOST_LISTS:
        return lambda arguments: None
    return _check(readers, texts, required, len(fields))


def field_readers(schema: Mapping[str, Any]) -> dict[str, Read]:
    """Return what reads each argument that is simple enough: it returns the Python value, or `UNSURE`."""
    fields: Mapping[str, Any] = schema.get("fields", {}) if schema["type"] == "typed-dict" else {}
    return {
        name: reader
        for name, field in fields.items()
        if field.keys() <= _FIELD and (reader := _reader(field["schema"]))
    }


def plain(arguments: Mapping[str, JsonValue]) -> bool:
    """Return whether all values are short texts and numbers that any JSON writer takes as they are."""
    length = 0
    for value in arguments.values():
        kind = type(value)
        if kind is str and value.isascii():
            length += len(value)
        elif not (kind is int and -(2**63) <= value < 2**63) and kind is not bool and value is not None:
            return False
    return length <= MOST_TEXT


def _check(readers: Mapping[str, Read], texts: frozenset[str], required: frozenset[str], count: int) -> Accept:
    def check(arguments: Mapping[str, JsonValue]) -> Mapping[str, Any] | None:
        length, changed = 0, {}
        try:
            for name, value in arguments.items():
                if type(value) is str:
                    length += len(value)
                    if not value.isascii():
                        value.encode()
                    if name in texts:
                        continue
                read = readers.get(name)
                made = UNSURE if read is None else read(value)
                if made is UNSURE:
                    return None
                if made is not value:
                    changed[name] = made
        except UnicodeEncodeError:
            return None
        if length > MOST_TEXT or (len(arguments) != count and not required <= arguments.keys()):
            return None
        return {**arguments, **changed} if changed else arguments

    return check


def _reader(schema: Mapping[str, Any]) -> Read | None:
    make = _MAKERS.get(schema["type"])
    return make(schema) if make else None


def _plain_text(schema: Mapping[str, Any]) -> bool:
    return schema["type"] == "str" and schema.keys() <= _IGNORED


def _is_list(schema: Mapping[str, Any]) -> bool:
    return schema["type"] == "list" or (schema["type"] == "nullable" and _is_list(schema["schema"]))


def _text(schema: Mapping[str, Any]) -> Read | None:
    if not schema.keys() <= _IGNORED | _LENGTHS:
        return None
    low, high = schema.get("min_length", 0), schema.get("max_length", MOST_TEXT)
    return lambda value: value if type(value) is str and low <= len(value) <= high else UNSURE


def _whole_number(schema: Mapping[str, Any]) -> Read | None:
    bounds = _bounds(schema, -(2**63), 2**63 - 1)
    if bounds is None:
        return None
    low, high, above, below = bounds
    if (above, below) == (low - 1, high + 1):
        return lambda value: value if type(value) is int and low <= value <= high else UNSURE
    return lambda value: value if type(value) is int and low <= value <= high and above < value < below else UNSURE


def _number(schema: Mapping[str, Any]) -> Read | None:
    bounds = _bounds(schema, -(2.0**53), 2.0**53)
    if bounds is None:
        return None
    low, high, above, below = bounds

    def read(value: Any) -> Any:
        if type(value) not in (float, int) or not (low <= value <= high and above < value < below):
            return UNSURE
        return float(value) if type(value) is int else value

    return read


def _bounds(schema: Mapping[str, Any], low: Any, high: Any) -> tuple[Any, Any, Any, Any] | None:
    """Return the least and largest value, and those it must be beyond; None if there are rules besides."""
    if not schema.keys() <= _IGNORED | _BOUNDS:
        return None
    low, high = max(low, schema.get("ge", low)), min(high, schema.get("le", high))
    return low, high, schema.get("gt", low - 1), schema.get("lt", high + 1)


def _truth(schema: Mapping[str, Any]) -> Read | None:
    return (lambda value: value if type(value) is bool else UNSURE) if schema.keys() <= _IGNORED else None


def _choice(schema: Mapping[str, Any]) -> Read | None:
    kinds = {type(one) for one in schema["expected"]}
    if not schema.keys() <= _IGNORED | {"expected"} or kinds not in ({str}, {int}):
        return None
    choices, kind = frozenset(schema["expected"]), kinds.pop()
    return lambda value: value if type(value) is kind and value in choices else UNSURE


def _optional(schema: Mapping[str, Any]) -> Read | None:
    inner = _reader(schema["schema"]) if schema.keys() <= _IGNORED | {"schema"} else None
    if inner is None:
        return None
    read = inner
    return lambda value: None if value is None else read(value)


def _list(schema: Mapping[str, Any]) -> Read | None:
    items = schema.get("items_schema", {"type": "any"})
    item = _reader(items) if not _is_list(items) and schema.keys() <= _IGNORED | _LENGTHS | {"items_schema"} else None
    if item is None:
        return None
    least, most, read_item = schema.get("min_length", 0), schema.get("max_length", MOST_ITEMS), item

    def read(value: Any) -> Any:
        if type(value) is not list or not least <= len(value) <= min(most, MOST_ITEMS):
            return UNSURE
        made = [read_item(one) for one in value]
        sure = all(one is not UNSURE and (type(one) is not str or _short(one)) for one in made)
        return made if sure else UNSURE

    return read


def _short(text: str) -> bool:
    return text.isascii() and len(text) <= MOST_ITEM_TEXT


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Read | None]] = {
    "str": _text,
    "int": _whole_number,
    "float": _number,
    "bool": _truth,
    "literal": _choice,
    "nullable": _optional,
    "list": _list,
}
