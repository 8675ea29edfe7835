"""A world for measuring: the tool of the FLOOR as a domain, in a small size and a large one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Annotated, NewType

import numpy as np
from pydantic import Field

from benchmarks.floor import CALLS
from fc_gym.domain import Domain
from fc_gym.errors import ToolError
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import ToolCall

__all__ = ["LARGE", "NAMES", "SMALL", "Depot", "LargeDepot", "depot_of", "long_task", "placing", "short_task"]

ItemId = NewType("ItemId", str)

SMALL, LARGE = 26, 15_700
"""Rows of the two sizes: 5 KB and 3 MB of JSON."""


@dataclass
class Item:
    """An article in the depot.

    Names:
        the {name}
    """

    id: ItemId
    name: str
    category: str
    supplier: str
    price: float
    shelves: dict[str, int]
    note: str


@dataclass
class Receipt:
    """What was noted about an article: as many bytes as the FLOOR returns."""

    item: ItemId
    name: str
    category: str
    supplier: str
    price: float
    shelf: str
    quantity: int
    total: int
    shelves: int
    note: str
    low: bool


@dataclass
class Depot:
    """A depot of household goods."""

    items: dict[ItemId, Item]

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Depot:
        """Draw a depot of 26 rows."""
        return cls(_items(SMALL, rng))

    def place_stock(
        self, item: ItemId, shelf: str, quantity: Annotated[int, Field(ge=0, le=500)], note: str
    ) -> Receipt:
        """Note how many pieces of an article stand on a shelf.

        Args:
            item: The article.
            shelf: The shelf, such as "north aisle, bay 12, row 4".
            quantity: How many pieces.
            note: What else there is to say, such as "none".
        """
        if item not in self.items:
            raise ToolError(f"there is no item {item}", code="not_found", hint="look up what there is first")
        row = self.items[item]
        row.shelves[shelf] = quantity
        row.note = note
        total = sum(row.shelves.values())
        return Receipt(
            item, row.name, row.category, row.supplier, row.price, shelf, quantity, total,
            len(row.shelves), row.note, total < 10,
        )  # fmt: skip

    def show_item(self, item: ItemId) -> Item:
        """Show an article.

        Args:
            item: The article.
        """
        if item not in self.items:
            raise ToolError(f"there is no item {item}", code="not_found", hint="look up what there is first")
        return deepcopy(self.items[item])

    def list_items(self, first: Annotated[int, Field(ge=0)] = 0) -> list[Item]:
        """List five articles.

        Args:
            first: Where to begin, counted from 0.
        """
        return [deepcopy(self.items[item]) for item in list(self.items)[first : first + 5]]


@dataclass
class LargeDepot(Depot):
    """The same depot with 15,700 rows."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> LargeDepot:
        """Draw a depot of 15,700 rows."""
        return cls(_items(LARGE, rng))


@cache
def depot_of(rows: int) -> type[Depot]:
    """Make a depot of so many rows."""

    def sample(cls: type[Depot], rng: np.random.Generator) -> Depot:
        return cls(_items(rows, rng))

    made: type[Depot] = type(
        f"Depot{rows}", (Depot,), {"sample": classmethod(sample), "__doc__": "A depot.", "__module__": __name__}
    )
    return dataclass(made)


NAMES = {"small": "benchmarks.depot:Depot", "large": "benchmarks.depot:LargeDepot"}
"""How `load_domain` is told to read the two sizes."""


def placing(item: int, quantity: int) -> ToolCall:
    """Return the call of the FLOOR for another article, by position."""
    arguments = {
        "item": f"ITM-{10_000 + item}",
        "shelf": "north aisle, bay 12, row 4",
        "quantity": quantity,
        "note": "",
    }
    return ToolCall("place_stock", arguments)


def long_task(domain: Domain) -> Task:
    """Return a task that never ends by itself, in which one article is known."""
    endless = Limits(steps=10**9, steps_per_turn=10**9)
    return Task("endless", domain.name, 0, (Turn(CALLS[0], told={"ItemId": ("ITM-10004",)}),), limits=endless)


def short_task(domain: Domain, calls: int) -> Task:
    """Return a task of one turn with so many calls, each of which writes another row of the small size."""
    gold = tuple((placing(position % SMALL, 3 + position),) for position in range(calls))
    known = {"ItemId": tuple(f"ITM-{10_000 + position}" for position in range(SMALL))}
    return Task(f"calls-{calls}", domain.name, 0, (Turn("Please take stock.", gold, told=known),))


def _items(count: int, rng: np.random.Generator) -> dict[ItemId, Item]:
    prices = (rng.integers(40, 4000, size=count) / 20).tolist()
    found = {}
    for position, price in enumerate(prices):
        item = ItemId(f"ITM-{10_000 + position}")
        shelves = {"south aisle, bay 3, row 1": 12}
        found[item] = Item(
            item, f"Halden storage box {position}", "garden and balcony", "Mirren, Bristol", price, shelves, ""
        )
    return found
