"""The keys that a result shows, read from the tool's value while it is at hand.

They are those that a reader of the result's JSON text finds: in the same order, with the same values. A value of which
that is not plain to see (a set, an enum, a class of the author's own) is left to that reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from fc_gym.types import JsonValue

__all__ = ["Shown", "result_reader"]

Shown = list[tuple[str, JsonValue, str]]
"""For each key value its key, itself, and its path, such as `[2].id`."""

Reader = Callable[[Any, str, Shown], None]


class _Unsure(Exception):
    """Only the JSON text tells what is shown."""


def result_reader(returns: Mapping[str, str]) -> Callable[[object], Shown | None]:
    """Compile a walk along the paths at which results have keys.

    Args:
        returns: General path, such as `orders[].id`, to the name of the key found there.

    Returns:
        A function from a tool's value to what it shows, or to None if only its JSON text tells.
    """
    if not returns:
        return lambda value: []
    read = _reader(returns)

    def shown(value: object) -> Shown | None:
        found: Shown = []
        try:
            read(value, "", found)
        except _Unsure:
            return None
        return found

    return _of_one_field(*next(iter(returns.items())), shown) if len(returns) == 1 else shown


def _of_one_field(path: str, key: str, shown: Callable[[object], Shown | None]) -> Callable[[object], Shown | None]:
    """Read the commonest of all results, a row with one key that is text, in one go."""
    if not path.isidentifier() or path.startswith("_"):
        return shown

    def read(value: Any) -> Shown | None:
        kind: Any = type(value)
        if _is_row(kind) and type(inner := value.__dict__.get(path)) is str:
            return [(key, inner, path)]
        return shown(value)

    return read


@cache
def _is_row(kind: Any) -> bool:
    """Return whether values of a class are shown in JSON as the `__dict__` of a dataclass."""
    return hasattr(kind, "__dataclass_fields__") and "__slots__" not in vars(kind) and bool(kind.__dictoffset__)


def _reader(below: Mapping[str, str]) -> Reader:
    """Compile the walk from one place on; what is below is given by the rest of its path."""
    scalar = _scalar(below.get("", ""))
    if list(below) == [""]:
        return scalar
    item = _rest(below, "[]")
    items = _items(_reader(item)) if item else None
    names = dict.fromkeys(_name(path) for path in below if path and not path.startswith("[]"))
    fields = {name: _reader({**_rest(below, name), **_rest(below, f".{name}")}) for name in names}

    def read(value: Any, path: str, found: Shown) -> None:
        kind: Any = type(value)
        if _is_row(kind):
            _fields(value.__dict__, fields, path, found)
        elif isinstance(value, dict):
            _entries(value, fields, path, found)
        elif isinstance(value, list) or kind is tuple:
            if items:
                items(value, path, found)
        else:
            scalar(value, path, found)

    return read


def _rest(below: Mapping[str, str], step: str) -> dict[str, str]:
    """Return what is below one step further, by the rest of the path."""
    found = {path[len(step) :]: key for path, key in below.items() if path.startswith(step)}
    return {path: key for path, key in found.items() if path[:1] in ("", ".", "[")}


def _name(path: str) -> str:
    return path.removeprefix(".").split(".", 1)[0].split("[", 1)[0]


def _scalar(key: str) -> Reader:
    def read(value: Any, path: str, found: Shown) -> None:
        kind = type(value)
        if kind is str or kind is int or kind is bool:
            if key:
                found.append((key, value, path))
        elif kind is float:
            if key and value - value == 0.0:  # infinity and NaN are null in JSON
                found.append((key, value, path))
        elif value is not None and not (isinstance(value, dict | list) or kind is tuple):
            raise _Unsure

    return read


def _items(item: Reader) -> Reader:
    def read(value: Any, path: str, found: Shown) -> None:
        for position, inner in enumerate(value):
            item(inner, f"{path}[{position}]", found)

    return read


def _fields(there: Mapping[str, Any], fields: Mapping[str, Reader], path: str, found: Shown) -> None:
    """Read the attributes of a row, in their order."""
    for name in fields if len(fields) == 1 else there:
        if name in fields and name in there and name[0] != "_":
            fields[name](there[name], f"{path}.{name}" if path else name, found)


def _entries(value: Mapping[Any, Any], fields: Mapping[str, Reader], path: str, found: Shown) -> None:
    """Read the entries of a mapping, in their order, unless its keys could be mistaken for paths."""
    before = f"{path}." if path else ""
    for name, inner in value.items():
        if type(name) is not str or not name or "." in name or "[" in name:
            raise _Unsure
        if name in fields:
            fields[name](inner, before + name, found)
