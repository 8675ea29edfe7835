"""Joined worlds: several domains as one, `shop+bank+mail`, in which rows of a shared key are known everywhere."""

from __future__ import annotations

import copyreg
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.entity import Entity
from fc_gym.errors import DomainError
from fc_gym.state import State
from fc_gym.tool import Tool

__all__ = ["JoinedDomain", "join"]

_PLAIN = (str, int, float, bool, type(None))
_TRIES = 256
_APART = 5_000  # identifiers that an episode will not use up


class JoinedDomain(Domain):
    """Several domains side by side in one world, with one set of tools.

    The world is a dataclass with one field per part. A row of a key that several parts have a table for (a file, a
    person) is introduced to the other tables when it is made, by the plain fields that have the same name and type;
    later changes of these fields are seen everywhere. What is deleted in one part stays in the others, and away here.

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
        """Draw a start state: the first part as it is alone, the others so that they go with it.

        They begin on the same day, if they have a field `today`, and count identifiers from far apart, if they have a
        field `minted`, so that no two rows ever share one.

        Args:
            seed: A seed, 0 or more, or a generator to draw one from.

        Raises:
            DomainError: If a part never goes with the others.
        """
        seed = int(seed.integers(2**31)) if isinstance(seed, np.random.Generator) else seed
        worlds: dict[str, World] = {}
        for place, (name, part) in enumerate(self.parts.items()):
            worlds[name] = _drawn(part, seed, place, list(worlds.values()))
        world = self.world(**worlds)
        for name in self.parts:
            self._introduce(world, name, {key: frozenset() for key, _ in self._shared})
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
            if not shared:
                return function(getattr(world, part), **arguments)
            before = self._keys(world, part)
            value = function(getattr(world, part), **arguments)
            self._introduce(world, part, before)
            return value

        return run

    def _keys(self, world: World, part: str) -> dict[str, frozenset[str]]:
        """Return the keys of the rows in one part's shared tables."""
        mine = getattr(world, part)
        return {key: frozenset(tables[part].rows(mine)) for key, tables in self._shared if part in tables}

    def _introduce(self, world: World, origin: str, before: Mapping[str, frozenset[str]]) -> None:
        """Take what is new or has changed in one part's shared tables over into the tables of the others."""
        for key, tables in self._shared:
            if origin not in tables:
                continue
            rows = tables[origin].rows(getattr(world, origin))
            for name, entity in tables.items():
                if name != origin:
                    _take_over(rows, before[key], entity.rows(getattr(world, name)), entity.row)


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


def _take_over(rows: Mapping[str, Any], before: frozenset[str], into: Any, kind: type) -> None:
    """Bring rows into a table of another kind of rows, by the plain fields of equal name."""
    for key, row in rows.items():
        mine: Any = type(row)
        told = {name: getattr(row, name) for name in _common(mine, kind)}
        common = {name: value for name, value in told.items() if isinstance(value, _PLAIN)}
        if key in into:
            there = into[key]
            for name, value in common.items():
                if getattr(there, name) != value:
                    setattr(there, name, value)
        elif key not in before and _can_be_made(kind, common):
            into[key] = kind(**common)


def _drawn(part: Domain, seed: int, place: int, others: Sequence[World]) -> World:
    """Draw the world of one part, again and again until it goes with the others."""
    kind: Any = part.world
    if not others:
        return kind.sample(np.random.default_rng(seed))
    for again in range(_TRIES):
        world = kind.sample(np.random.default_rng([seed, place, again]))
        if all(_go_together(world, other) for other in others):
            return world
    raise DomainError(
        f"{part.name} did not go with the other worlds in {_TRIES} draws; draw `today` by `draw_today` and `minted` "
        "from a range of some hundred thousand"
    )


def _go_together(one: World, other: World) -> bool:
    """Return whether two worlds begin on the same day and count their identifiers from far apart."""
    days = {getattr(one, "today", None), getattr(other, "today", None)} - {None}
    counted = [world.minted for world in (one, other) if hasattr(world, "minted")]
    return len(days) < 2 and (len(counted) < 2 or abs(counted[0] - counted[1]) >= _APART)


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
