"""Places in columns, and lines cut into parts that join neighbouring columns.

A line between columns that are not neighbours passes those between them through a bend, a place of its own in the
column, so that no line covers a node.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from fc_gym.draw.links import Kind, Link, Role

__all__ = ["Box", "Hop", "hops_of"]

APART = {"read": 0.22, "write": 0.22, "key": 0.22, "bend": 0.16}
"""Room between one place and the next in a column, in inches."""


@dataclass(eq=False)
class Box:
    """A node's place."""

    name: str
    role: Role
    column: int
    x: float = 0.0
    """The left side."""
    y: float = 0.0
    """The middle."""
    width: float = 0.0
    high: float = 0.0

    @property
    def pitch(self) -> float:
        """How much of the column it takes."""
        return self.high + APART[self.role]

    def side(self, right: bool) -> float:
        """Return the x of one side."""
        return self.x + self.width if right else self.x


@dataclass(frozen=True, eq=False)
class Hop:
    """A part of a line, between neighbouring columns (from the left one to the right one) or inside one."""

    kind: Kind
    start: Box
    end: Box
    head_at_start: bool
    head_at_end: bool

    @property
    def inside(self) -> bool:
        """True if it joins two places of one column."""
        return self.start.column == self.end.column


def hops_of(links: Iterable[Link], boxes: dict[str, Box]) -> list[Hop]:
    """Cut lines into parts; parts that run side by side are one.

    Args:
        links: The lines.
        boxes: The places of the nodes; those of bends are added.
    """
    found: dict[tuple[Kind, str, str], Hop] = {}
    for link in links:
        stations = _stations(link, boxes)
        for number, (one, other) in enumerate(pairwise(stations)):
            at_one = link.head_at_start and number == 0
            at_other = link.head_at_end and number == len(stations) - 2
            if one.column > other.column:
                one, other, at_one, at_other = other, one, at_other, at_one
            key = (link.kind, one.name, other.name)
            same = found.get(key, Hop(link.kind, one, other, False, False))
            found[key] = replace(
                same, head_at_start=same.head_at_start or at_one, head_at_end=same.head_at_end or at_other
            )
    return list(found.values())


def _stations(link: Link, boxes: dict[str, Box]) -> list[Box]:
    start, end = boxes[link.start], boxes[link.end]
    step = 1 if start.column < end.column else -1
    between = [
        boxes.setdefault(f"{link.bundle} {column}", Box(f"{link.bundle} {column}", "bend", column))
        for column in range(start.column + step, end.column, step)
    ]
    return [start, *between, end]
