"""Domains of any number of tools, made up for measuring what grows with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from types import GenericAlias
from typing import Any, NewType

from fc_gym.domain import Domain
from fc_gym.errors import ToolError
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import ToolCall

__all__ = ["CALLS", "MANY", "many_task", "many_tools"]

MANY = (10, 100, 1_000)
"""Numbers of tools."""

TABLES, ROWS = 10, 2

CALLS = tuple(ToolCall("mark_2", {"item": "KEY0-0", "count": count}) for count in (3, 4))
"""Two calls that every such domain accepts; they take turns, so that each of them changes something."""


@cache
def many_tools(count: int) -> Domain:
    """Make a domain with so many tools over ten tables of two rows; the tables do not grow with the tools."""
    new_type: Any = NewType
    keys = [new_type(f"Key{table}", str) for table in range(TABLES)]
    rows = [_row(table, key) for table, key in enumerate(keys)]
    makers = (_lists, _shows, _marks, _joins)
    tools: dict[str, Any] = {}
    for position in range(count):
        table = position // len(makers) % TABLES
        tool = makers[position % len(makers)](table, keys, rows)
        tool.__name__ = f"{tool.__name__}_{position}"
        tools[tool.__name__] = tool

    def sample(cls: Any, rng: object) -> Any:
        ids = [[f"KEY{table}-{row}" for row in range(ROWS)] for table in range(TABLES)]
        return cls(*({one: rows[table](one, f"thing {one}", 0) for one in ids[table]} for table in range(TABLES)))

    fields: list[tuple[str, Any]] = [
        (f"table{table}", GenericAlias(dict, (key, rows[table]))) for table, key in enumerate(keys)
    ]
    namespace = {**tools, "sample": classmethod(sample), "__doc__": "A world of many tools."}
    return Domain(dataclasses.make_dataclass(f"Many{count}", fields, namespace=namespace))


def many_task(domain: Domain) -> Task:
    """Return a task that never ends by itself, in which the rows of half of the tables are known."""
    known = {f"Key{table}": tuple(f"KEY{table}-{row}" for row in range(ROWS)) for table in range(TABLES // 2)}
    limits = Limits(steps=10**9, steps_per_turn=10**9)
    return Task("endless", domain.name, 0, (Turn("Go on.", told=known),), limits=limits)


def _row(table: int, key: Any) -> type:
    fields: list[tuple[str, Any]] = [("id", key), ("name", str), ("count", int)]
    namespace = {"__doc__": f"A thing of kind {table}.\n\nNames:\n    the {{name}}\n"}
    return dataclasses.make_dataclass(f"Row{table}", fields, namespace=namespace)


def _lists(table: int, keys: list[Any], rows: list[type]) -> Callable[..., Any]:
    def list_(self: Any) -> Any:
        """List all things of a kind."""
        return [dataclasses.replace(row) for row in getattr(self, f"table{table}").values()]

    return _named(list_, "list", {"return": GenericAlias(list, (rows[table],))})


def _shows(table: int, keys: list[Any], rows: list[type]) -> Callable[..., Any]:
    def show(self: Any, item: Any) -> Any:
        """Show one thing."""
        return dataclasses.replace(_found(self, table, item))

    return _named(show, "show", {"item": keys[table], "return": rows[table]})


def _marks(table: int, keys: list[Any], rows: list[type]) -> Callable[..., Any]:
    def mark(self: Any, item: Any, count: Any) -> Any:
        """Write a number on a thing."""
        _found(self, table, item).count = count
        return count

    return _named(mark, "mark", {"item": keys[table], "count": int, "return": int})


def _joins(table: int, keys: list[Any], rows: list[type]) -> Callable[..., Any]:
    other_table = (table + 1) % TABLES

    def join(self: Any, item: Any, other: Any) -> Any:
        """Copy the number of one thing to another."""
        _found(self, table, item).count = _found(self, other_table, other).count
        return True

    return _named(join, "join", {"item": keys[table], "other": keys[other_table], "return": bool})


def _named(function: Any, name: str, annotations: dict[str, Any]) -> Callable[..., Any]:
    function.__name__, function.__annotations__ = name, annotations
    made: Callable[..., Any] = function
    return made


def _found(world: Any, table: int, item: str) -> Any:
    rows = getattr(world, f"table{table}")
    if item not in rows:
        raise ToolError(f"there is no {item}", code="not_found")
    return rows[item]
