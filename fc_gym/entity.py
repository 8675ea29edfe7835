"""Entities: the rows of a world that have an identifier, and the words by which people refer to them."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NewType, get_args, get_origin

from fc_gym.docstring import read_docstring
from fc_gym.errors import DomainError
from fc_gym.phrase import Phrase

__all__ = ["Entity", "read_entities"]


@dataclass(frozen=True)
class Entity:
    """One table of a world: `dict[Key, Row]`, with a `Names:` section in the row's docstring."""

    key: str
    """The name of the key, such as `OrderId`."""
    table: str
    """The world's field that holds the rows; dotted in joined worlds, as `shop.orders`."""
    row: type
    noun: str
    """What one is called, such as `order`."""
    heads: tuple[Phrase, ...]
    """Noun phrases such as `my order` or `the {name}`."""
    modifiers: tuple[Phrase, ...]
    """What may be added to tell it from others, in the order in which people would."""

    def rows(self, world: object) -> Mapping[str, object]:
        """Return the table, from key to row."""
        table: Mapping[str, object] = attrgetter(self.table)(world)
        return table

    @property
    def slots(self) -> tuple[str, ...]:
        """The fields that its names use."""
        found = [slot for phrase in (*self.heads, *self.modifiers) for slot in phrase.slots]
        return tuple(dict.fromkeys(found))


def read_entities(world: type) -> dict[str, Entity]:
    """Read the entities of a world's class by the name of their key; none, if it is no dataclass.

    Raises:
        DomainError: To the author, if a name uses a field that the row does not have.
    """
    if not dataclasses.is_dataclass(world):
        return {}
    found: dict[str, Entity] = {}
    for name, annotation in _hints(world).items():
        key, row = _table(annotation)
        if key is None or row is None:
            continue
        doc = read_docstring(row)
        if doc.names:
            found[key.__name__] = _entity(key.__name__, name, row, doc.names)
    return found


def _entity(key: str, table: str, row: type, lines: tuple[str, ...]) -> Entity:
    heads = tuple(Phrase(line) for line in lines if not line.startswith("+"))
    modifiers = tuple(Phrase(line[1:].strip()) for line in lines if line.startswith("+"))
    if not heads:
        raise DomainError(f"{row.__name__}: Names has no head; begin with a line such as `the {{name}}`")
    entity = Entity(key, table, row, _words(row.__name__), heads, modifiers)
    fields = {field.name for field in dataclasses.fields(row)}
    for slot in entity.slots:
        if slot not in fields:
            raise DomainError(f"{row.__name__}: in Names, {{{slot}}} is no field; have {', '.join(sorted(fields))}")
    return entity


def _table(annotation: object) -> tuple[Any, type | None]:
    arguments = get_args(annotation)
    if get_origin(annotation) is not dict or len(arguments) != 2:
        return None, None
    key, row = arguments
    if isinstance(key, NewType) and isinstance(row, type) and dataclasses.is_dataclass(row):
        return key, row
    return None, None


def _hints(world: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(world)
    except (NameError, TypeError) as error:
        raise DomainError(
            f"{world.__name__}: a field's type cannot be resolved ({error}); import the name in its module"
        ) from None


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
