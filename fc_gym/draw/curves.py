"""Curves that stay in the gaps between columns: both ends are level, so they lean into no node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fc_gym.draw.hops import Box, Hop
from fc_gym.draw.links import Kind

__all__ = ["Curve", "bulge", "curves_of"]

Point = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """A Bezier curve of four points, both ends level."""

    kind: Kind
    points: tuple[Point, Point, Point, Point]
    head_at_start: bool = False
    head_at_end: bool = False

    @property
    def middle(self) -> float:
        """The x halfway along; no curve inside a column leans out further."""
        one, two, three, four = (x for x, _ in self.points)
        return (one + 3 * two + 3 * three + four) / 8


def bulge(hop: Hop) -> float:
    """Return how far a line inside a column leans out; those that undo lean out further, beside those that lift."""
    return 0.2 + 0.3 * abs(hop.start.y - hop.end.y) + (0.14 if hop.kind == "undo" and hop.start is not hop.end else 0)


def curves_of(hops: Sequence[Hop], boxes: Mapping[str, Box]) -> list[Curve]:
    """Return the curves of all parts of lines, those through bends included."""
    ports = _ports(hops, boxes)
    curves = [_pass(box, hops) for box in boxes.values() if box.role == "bend"]
    for hop in hops:
        x0, y0 = ports[hop, False]
        x1, y1 = ports[hop, True]
        reach = bulge(hop) * 4 / 3 if hop.inside else (x1 - x0) / 2
        points = ((x0, y0), (x0 + reach, y0), (x1 + reach if hop.inside else x1 - reach, y1), (x1, y1))
        curves.append(Curve(hop.kind, points, hop.head_at_start, hop.head_at_end))
    return curves


def _pass(box: Box, hops: Sequence[Hop]) -> Curve:
    kind = next(hop.kind for hop in hops if box is hop.start or box is hop.end)
    left, right = (box.x, box.y), (box.x + box.width, box.y)
    return Curve(kind, (left, left, right, right))


def _ports(hops: Sequence[Hop], boxes: Mapping[str, Box]) -> dict[tuple[Hop, bool], Point]:
    """Return where each hop leaves and enters: lines that part upwards leave above those that part downwards."""
    sides: dict[tuple[str, bool], list[tuple[tuple[float, float, str, bool], Hop]]] = defaultdict(list)
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
