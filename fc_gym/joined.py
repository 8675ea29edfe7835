"""Joined worlds: several domains as one, `shop+bank+mail`, in which rows of a shared key are known everywhere."""

from __future__ import annotations

import copyreg
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.entity import Entity
from fc_gym.errors import DomainError
from fc_gym.state import State
from fc_gym.tool import Tool

__all__ = ["JoinedDomain", "join"]


class JoinedDomain(Domain):
    """Several domains side by side in one world, with one set of tools.

    The world is a dataclass with one field per part. A row of a key that several parts have a table for (a file, a
    person) is introduced to the other tables, by the fields that have the same name, as soon as it is there or has
    changed; what is deleted in one part stays in the others.

    Args:
        parts: The domains, in order.

    Raises:
        DomainError: If two parts share a name or a tool's name, or if only some are classes that somebody else wrote.
    """

    def __init__(self, parts: Sequence[Domain]) -> None:
        self.parts: Mapping[str, Domain] = _named(parts)  # by the name of the world's field
        self.name = "+".join(part.name for part in parts)
        self.description = " ".join(part.description for part in parts)
        self.foreign = parts[0].foreign
        self.world: Any = _world_class(self)
        self._shared = tuple(_shared_tables(self.parts))
        self.entities = {
            key: dataclasses.replace(entity, table=f"{name}.{entity.table}")
            for name, part in reversed(self.parts.items())
            for key, entity in part.entities.items()
        }
        self.tools = dict(self._joined_tools())

    def __reduce__(self) -> tuple[Callable[..., Domain], tuple[Any, ...]]:
        return _join_again, (tuple((part.world, part.name) for part in self.parts.values()),)

    def sample(self, seed: int | np.random.Generator) -> State[World]:
        """Draw a start state: every part from the same seed, so that they agree on what day it is.

        Args:
            seed: A seed, 0 or more, or a generator to draw one from.
        """
        seed = int(seed.integers(2**31)) if isinstance(seed, np.random.Generator) else seed
        world = self.world(
            **{name: cast(Any, part.world).sample(np.random.default_rng(seed)) for name, part in self.parts.items()}
        )
        for name in self.parts:
            self._introduce(world, name)
        return State(world)

    def part_of(self, tool: str) -> Domain:
        """Return the part that a tool belongs to."""
        return next(part for part in self.parts.values() if tool in part.tools)

    def _joined_tools(self) -> Iterator[tuple[str, Tool]]:
        owners: dict[str, str] = {}
        for name, part in self.parts.items():
            for tool in part.tools.values():
                if tool.name in owners:
                    raise DomainError(
                        f"{owners[tool.name]} and {name} both have a tool {tool.name!r}; "
                        "rename one of them, or join only one of the domains"
                    )
                owners[tool.name] = name
                yield tool.name, dataclasses.replace(tool, function=self._bound(name, tool))

    def _bound(self, part: str, tool: Tool) -> Callable[..., object]:
        function = tool.function
        shared = not tool.reads_only and any(part in tables for _, tables in self._shared)

        @functools.wraps(function)
        def run(world: World, **arguments: Any) -> object:
            value = function(getattr(world, part), **arguments)
            if shared:
                self._introduce(world, part)
            return value

        return run

    def _introduce(self, world: World, origin: str) -> None:
        """Take the rows of one part's shared tables over into the tables of the others."""
        for _, tables in self._shared:
            if origin not in tables:
                continue
            rows = tables[origin].rows(getattr(world, origin))
            for name, entity in tables.items():
                if name != origin:
                    _take_over(rows, entity.rows(getattr(world, name)), entity.row)


def join(parts: Sequence[Domain]) -> Domain:
    """Return several domains as one; the same object for the same parts, a single one as it is.

    Raises:
        DomainError: As `JoinedDomain`.
    """
    return parts[0] if len(parts) == 1 else _join_again(tuple((part.world, part.name) for part in parts))


@cache
def _join_again(parts: tuple[tuple[type, str], ...]) -> JoinedDomain:
    """Join classes once per process, so that copies and pickled worlds share what is derived from them."""
    return JoinedDomain([Domain(world, name) for world, name in parts])


def _named(parts: Sequence[Domain]) -> dict[str, Domain]:
    if not parts:
        raise DomainError("there is nothing to join; give at least one domain")
    found: dict[str, Domain] = {}
    for part in parts:
        if part.name.replace("-", "_") in found:
            raise DomainError(f"{part.name} is named twice; a domain can be joined only with others")
        if part.foreign != parts[0].foreign:
            raise DomainError(
                f"{parts[0].name} and {part.name} cannot be joined: one is a dataclass with `sample(rng)`, one is not"
            )
        found[part.name.replace("-", "_")] = part
    return found


def _world_class(domain: JoinedDomain) -> type:
    fields = [(name, part.world) for name, part in domain.parts.items()]
    made = dataclasses.make_dataclass("Joined", fields, namespace={"__module__": __name__})
    parts = tuple((part.world, part.name) for part in domain.parts.values())
    # no `__reduce__`, since a state follows the writes only of classes whose pickling is the usual one
    copyreg.pickle(made, lambda world: (_world_again, (parts, [getattr(world, name) for name, _ in fields])))
    return made


def _world_again(parts: tuple[tuple[type, str], ...], worlds: Sequence[World]) -> World:
    return _join_again(parts).world(*worlds)


def _shared_tables(parts: Mapping[str, Domain]) -> Iterator[tuple[str, dict[str, Entity]]]:
    for key in dict.fromkeys(key for part in parts.values() for key in part.entities):
        tables = {name: part.entities[key] for name, part in parts.items() if key in part.entities}
        if len(tables) > 1:
            yield key, tables


def _take_over(rows: Mapping[str, Any], into: Any, kind: type) -> None:
    """Bring rows into a table of another kind of rows, by the fields of equal name."""
    for key, row in rows.items():
        mine: Any = type(row)
        common = {name: getattr(row, name) for name in _common(mine, kind)}
        if key not in into:
            if _can_be_made(kind, common):
                into[key] = kind(**common)
            continue
        there = into[key]
        for name, value in common.items():
            if getattr(there, name) != value:
                setattr(there, name, value)


@cache
def _common(one: Any, other: Any) -> tuple[str, ...]:
    """Return the fields of two kinds of rows that have the same name and the same written type."""
    have = {field.name: field.type for field in dataclasses.fields(other)}
    return tuple(field.name for field in dataclasses.fields(one) if have.get(field.name) == field.type)


def _can_be_made(kind: type, given: Mapping[str, object]) -> bool:
    missing = dataclasses.MISSING
    return all(
        field.name in given or field.default is not missing or field.default_factory is not missing
        for field in dataclasses.fields(kind)
    )
