"""Where everything goes: columns, the order in them, and curves that stay in the gaps between them.

Lengths are inches, y grows upwards. A line between columns that are not neighbours passes those between them through a
bend, a place of its own in the column, so that no line covers a node.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from fc_gym.draw.links import Kind, Link, Role, columns_of, links_of, role_of
from fc_gym.graph import ApiGraph

__all__ = ["Box", "Curve", "Layout", "layout"]

HEIGHT = {"read": 0.34, "write": 0.34, "key": 0.24, "bend": 0.0}
APART = {"read": 0.22, "write": 0.22, "key": 0.22, "bend": 0.16}
PORT = 0.062
CHARACTER = 0.083
PASSES = 12

Point = tuple[float, float]


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


@dataclass(frozen=True)
class Curve:
    """A Bezier curve of four points, both ends level."""

    kind: Kind
    points: tuple[Point, Point, Point, Point]
    head_at_start: bool = False
    head_at_end: bool = False


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
    hops = _hops(links_of(graph), boxes)
    _size(boxes.values(), hops)
    columns = _columns(boxes)
    _order(columns, hops)
    _spread(columns, hops)
    passes = [_pass(box, hops) for box in boxes.values() if box.role == "bend"]
    return Layout(tuple(boxes.values()), (*passes, *_curves(hops, boxes)))


@dataclass(frozen=True, eq=False)
class _Hop:
    """A part of a line, between neighbouring columns (from the left one to the right one) or inside one."""

    kind: Kind
    start: Box
    end: Box
    head_at_start: bool
    head_at_end: bool

    @property
    def inside(self) -> bool:
        return self.start.column == self.end.column


def _hops(links: Iterable[Link], boxes: dict[str, Box]) -> list[_Hop]:
    found: dict[tuple[Kind, str, str], _Hop] = {}
    for link in links:
        stations = _stations(link, boxes)
        for number, (one, other) in enumerate(pairwise(stations)):
            at_one = link.head_at_start and number == 0
            at_other = link.head_at_end and number == len(stations) - 2
            if one.column > other.column:
                one, other, at_one, at_other = other, one, at_other, at_one
            found[link.kind, one.name, other.name] = _Hop(link.kind, one, other, at_one, at_other)
    return list(found.values())


def _stations(link: Link, boxes: dict[str, Box]) -> list[Box]:
    start, end = boxes[link.start], boxes[link.end]
    step = 1 if start.column < end.column else -1
    between = [
        boxes.setdefault(f"{link.bundle} {column}", Box(f"{link.bundle} {column}", "bend", column))
        for column in range(start.column + step, end.column, step)
    ]
    return [start, *between, end]


def _size(boxes: Iterable[Box], hops: Sequence[_Hop]) -> None:
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


def _order(columns: list[list[Box]], hops: Sequence[_Hop]) -> None:
    """Swap places in columns as long as that makes the lines shorter."""
    near: dict[str, list[tuple[Box, float]]] = defaultdict(list)
    for hop in hops:
        weight = 0.35 if hop.kind == "data" else 1.0
        near[hop.start.name].append((hop.end, weight))
        near[hop.end.name].append((hop.start, weight))
    for column in columns:
        _stack(column)
    for _ in range(PASSES):
        for column in columns:
            for one, other in combinations(range(len(column)), 2):
                _swap_if_shorter(column, one, other, near)


def _swap_if_shorter(column: list[Box], one: int, other: int, near: dict[str, list[tuple[Box, float]]]) -> None:
    before = _length(column[one : other + 1], near)
    moved = column[one : other + 1]
    column[one], column[other] = column[other], column[one]
    _stack(column)
    if _length(moved, near) >= before - 1e-9:
        column[one], column[other] = column[other], column[one]
        _stack(column)


def _length(boxes: Iterable[Box], near: dict[str, list[tuple[Box, float]]]) -> float:
    return sum(weight * abs(box.y - other.y) for box in boxes for other, weight in near[box.name])


def _stack(column: list[Box]) -> None:
    y = sum(box.pitch for box in column) / 2
    for box in column:
        box.y = y - box.pitch / 2
        y -= box.pitch


def _spread(columns: list[list[Box]], hops: Sequence[_Hop]) -> None:
    x = 0.0
    for number, column in enumerate(columns):
        width = max((len(box.name) * CHARACTER + 0.24 for box in column if box.role != "bend"), default=0.3)
        for box in column:
            box.x, box.width = x, width
        x += width + _gap(number, hops)


def _gap(column: int, hops: Sequence[_Hop]) -> float:
    """Return how much room the lines to the right of a column need."""
    across = [hop for hop in hops if hop.start.column == column and not hop.inside]
    inside = [hop for hop in hops if hop.start.column == column and hop.inside]
    steep = max((abs(hop.start.y - hop.end.y) for hop in across), default=0.0)
    return 0.5 + min(0.3 * steep, 1.2) + max(map(_bulge, inside), default=0.0)


def _bulge(hop: _Hop) -> float:
    """Return how far a line inside a column leans out; those that undo lean out further, beside those that lift."""
    return 0.2 + 0.3 * abs(hop.start.y - hop.end.y) + (0.14 if hop.kind == "undo" and hop.start is not hop.end else 0)


def _pass(box: Box, hops: Sequence[_Hop]) -> Curve:
    kind = next(hop.kind for hop in hops if box is hop.start or box is hop.end)
    left, right = (box.x, box.y), (box.x + box.width, box.y)
    return Curve(kind, (left, left, right, right))


def _curves(hops: Sequence[_Hop], boxes: dict[str, Box]) -> list[Curve]:
    ports = _ports(hops, boxes)
    curves = []
    for hop in hops:
        x0, y0 = ports[hop, False]
        x1, y1 = ports[hop, True]
        reach = _bulge(hop) * 4 / 3 if hop.inside else (x1 - x0) / 2
        points = ((x0, y0), (x0 + reach, y0), (x1 + reach if hop.inside else x1 - reach, y1), (x1, y1))
        curves.append(Curve(hop.kind, points, hop.head_at_start, hop.head_at_end))
    return curves


def _ports(hops: Sequence[_Hop], boxes: dict[str, Box]) -> dict[tuple[_Hop, bool], Point]:
    """Return where each hop leaves and enters: lines that part upwards leave above those that part downwards."""
    sides: dict[tuple[str, bool], list[tuple[tuple[float, float, str, bool], _Hop]]] = defaultdict(list)
    for hop in hops:
        for at_end, here, there in ((False, hop.start, hop.end), (True, hop.end, hop.start)):
            right = hop.inside or not at_end
            sides[here.name, right].append(((*_rank(here, there), hop.kind + there.name, at_end), hop))
    ports = {}
    for (name, right), ends in sides.items():
        box = boxes[name]
        for position, ((*_, at_end), hop) in enumerate(sorted(ends, key=lambda end: end[0])):
            ports[hop, at_end] = (box.side(right), box.y + box.high * (0.5 - (position + 1) / (len(ends) + 1)))
    return ports


def _rank(here: Box, there: Box) -> Point:
    if here.column != there.column or here is there:
        return 1.0, -there.y
    above = there.y > here.y
    return (0.0, there.y - here.y) if above else (2.0, there.y - here.y)
