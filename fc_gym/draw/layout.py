"""Where everything goes: columns from left to right, and the order in them.

Lengths are inches, y grows upwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from fc_gym.draw.curves import Curve, bulge, curves_of
from fc_gym.draw.hops import Box, Hop, hops_of
from fc_gym.draw.links import columns_of, links_of, role_of
from fc_gym.graph import ApiGraph

__all__ = ["Layout", "layout"]

HEIGHT = {"read": 0.34, "write": 0.34, "key": 0.24, "bend": 0.0}
PORT = 0.062
"""Room between two lines at a node."""
CHARACTER = 0.083
PASSES = 12
REACH = 16
"""Places further apart than this are not tried the other way round, so that large domains are drawn too."""

_Near = dict[str, list[tuple[Box, float]]]


@dataclass(frozen=True)
class Layout:
    """Everything that is painted."""

    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def layout(graph: ApiGraph) -> Layout:
    """Place a graph's nodes and route its lines; the same for the same graph."""
    boxes = {
        name: Box(name, role_of(graph, name), column)
        for column, names in enumerate(columns_of(graph))
        for name in names
    }
    hops = hops_of(links_of(graph), boxes)
    _size(boxes.values(), hops)
    columns = _columns(boxes)
    _order(columns, hops)
    _spread(columns, hops)
    return Layout(tuple(boxes.values()), tuple(curves_of(hops, boxes)))


def _size(boxes: Iterable[Box], hops: Sequence[Hop]) -> None:
    """Give every node room for the lines on its busier side."""
    ends: Counter[tuple[Box, bool]] = Counter()
    for hop in hops:
        ends.update([(hop.start, True), (hop.end, hop.inside)])
    for box in boxes:
        lines = max(ends[box, True], ends[box, False])
        box.high = 0.0 if box.role == "bend" else max(HEIGHT[box.role], PORT * (lines + 1))


def _columns(boxes: dict[str, Box]) -> list[list[Box]]:
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in boxes.values():
        columns[box.column].append(box)
    return [columns[number] for number in sorted(columns)]


def _order(columns: list[list[Box]], hops: Sequence[Hop]) -> None:
    """Swap places in columns as long as that makes the lines shorter."""
    near: _Near = defaultdict(list)
    for hop in hops:
        weight = 0.35 if hop.kind == "data" else 1.0
        near[hop.start.name].append((hop.end, weight))
        near[hop.end.name].append((hop.start, weight))
    for column in columns:
        _stack(column)
    for _ in range(PASSES):
        if not sum(_improve(column, near) for column in columns):
            return


def _improve(column: list[Box], near: _Near) -> int:
    pairs = [pair for pair in combinations(range(len(column)), 2) if pair[1] - pair[0] <= REACH]
    return sum(_swap_if_shorter(column, one, other, near) for one, other in pairs)


def _swap_if_shorter(column: list[Box], one: int, other: int, near: _Near) -> bool:
    before = _length(column[one : other + 1], near)
    moved = column[one : other + 1]
    column[one], column[other] = column[other], column[one]
    _stack(column)
    if _length(moved, near) < before - 1e-9:
        return True
    column[one], column[other] = column[other], column[one]
    _stack(column)
    return False


def _length(boxes: Iterable[Box], near: _Near) -> float:
    return sum(weight * abs(box.y - other.y) for box in boxes for other, weight in near[box.name])


def _stack(column: list[Box]) -> None:
    y = sum(box.pitch for box in column) / 2
    for box in column:
        box.y = y - box.pitch / 2
        y -= box.pitch


def _spread(columns: list[list[Box]], hops: Sequence[Hop]) -> None:
    x = 0.0
    for number, column in enumerate(columns):
        width = max((len(box.name) * CHARACTER + 0.24 for box in column if box.role != "bend"), default=0.3)
        for box in column:
            box.x, box.width = x, width
        x += width + _gap(number, hops)


def _gap(column: int, hops: Sequence[Hop]) -> float:
    """Return how much room the lines to the right of a column need."""
    across = [hop for hop in hops if hop.start.column == column and not hop.inside]
    inside = [hop for hop in hops if hop.start.column == column and hop.inside]
    steep = max((abs(hop.start.y - hop.end.y) for hop in across), default=0.0)
    return 0.5 + min(0.3 * steep, 1.2) + max(map(bulge, inside), default=0.0)
