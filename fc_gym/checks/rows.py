"""The rows that a result shows, so that two results can be compared row by row."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin

from fc_gym.domain import Domain
from fc_gym.keys import field_types, plain_type
from fc_gym.types import JsonValue, ToolCall, ToolResult

__all__ = ["Shown", "id_like", "shown_rows"]


@dataclass(frozen=True)
class Shown:
    """One row as a result shows it."""

    kind: str
    """The key's name; the row's class, if it has no key of its own; the field that names it, in a foreign class."""
    identity: tuple[JsonValue, ...]
    """What tells it from others of its kind."""
    fields: Mapping[str, JsonValue]
    """All of it."""
    alone: bool
    """True if no other row may have the same identity."""

    def same(self, other: Shown) -> bool:
        """Return True if the other may be the same row."""
        kinds = {self.kind, other.kind}
        return self.identity == other.identity and (len(kinds) == 1 or ("id" in kinds and not self.alone))

    def differences(self, other: Shown) -> Iterator[str]:
        """Return the fields that both have, with different values."""
        for name, value in self.fields.items():
            if name in other.fields and other.fields[name] != value and not id_like(name):
                yield name

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(map(str, self.identity))}"


def shown_rows(domain: Domain, result: ToolResult) -> list[Shown]:
    """Return the rows of tables and the other rows that hold keys of these; in a foreign class, what has an id.

    Args:
        domain: The domain.
        result: What an accepted call gave.
    """
    if domain.foreign:
        return list(_objects(result.value, result.call))
    return list(_typed(domain, _returned(domain.tools[result.call.name].function), result.value, False))


def id_like(name: str) -> bool:
    """Return True if a field or parameter is called like an identifier."""
    return name == "id" or name.endswith("_id")


def _typed(domain: Domain, annotation: Any, value: JsonValue, inside: bool) -> Iterator[Shown]:
    annotation = plain_type(annotation)
    arguments = get_args(annotation)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        if isinstance(value, Mapping):
            yield from _row(domain, annotation, value, inside)
    elif get_origin(annotation) in (Union, UnionType):
        fitting = [one for one in arguments if _fits(one, value)]
        yield from _typed(domain, fitting[0], value, inside) if fitting else ()
    elif isinstance(value, Mapping) and len(arguments) == 2:
        for one in value.values():
            yield from _typed(domain, arguments[1], one, inside)
    elif isinstance(value, list) and arguments:
        for one in value:
            yield from _typed(domain, arguments[0], one, inside)


def _row(domain: Domain, row: type, value: Mapping[str, JsonValue], inside: bool) -> Iterator[Shown]:
    types = field_types(row)
    entity = next((one for one in domain.entities.values() if issubclass(row, one.row)), None)
    keys = {name: type_.__name__ for name, type_ in types.items() if isinstance(type_, NewType)}
    if entity is not None:
        own = next((name for name, key in keys.items() if key == entity.key), "")
        if own in value:
            yield Shown(entity.key, (value[own],), value, True)
    elif not inside and (held := [value[name] for name, key in keys.items() if key in domain.entities]):
        yield Shown(row.__name__, tuple(held), value, False)
    for name, type_ in types.items():
        yield from _typed(domain, type_, value.get(name), inside or entity is None)


def _fits(annotation: Any, value: JsonValue) -> bool:
    annotation = plain_type(annotation)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return isinstance(value, Mapping) and set(field_types(annotation)) == set(value)
    return isinstance(value, list) and bool(get_args(annotation))


def _objects(value: JsonValue, call: ToolCall | None) -> Iterator[Shown]:
    """Return the objects that have one identifier, or the only object that was asked for by one."""
    if isinstance(value, Mapping):
        ids = [(name, one) for name, one in value.items() if id_like(name) and isinstance(one, str | int)]
        asked = [(name, one) for name, one in call.arguments.items() if id_like(name)] if call else []
        found = ids or asked
        if len(found) == 1:
            yield Shown(found[0][0], (found[0][1],), value, False)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _objects(one, None)


@cache
def _returned(function: Any) -> Any:
    try:
        return typing.get_type_hints(function, include_extras=True).get("return")
    except (NameError, TypeError):  # the check of schemas tells it
        return None
