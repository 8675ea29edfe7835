"""An API graph as a picture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from fc_gym.draw.curves import Curve, Point
from fc_gym.draw.hops import Box
from fc_gym.draw.layout import Layout, layout
from fc_gym.errors import FcGymError
from fc_gym.graph import ApiGraph

__all__ = ["draw"]

_LINES: dict[str, dict[str, Any]] = {
    "data": {"color": "#a3a9b3", "linewidth": 0.8, "zorder": 1},
    "state": {"color": "#1e8e3e", "linewidth": 1.1, "zorder": 3},
    "undo": {"color": "#d93025", "linewidth": 1.0, "zorder": 2, "linestyle": (0, (4, 2.2))},
}
_FACES = {"read": ("#e3edfb", "#3f6fb5"), "write": ("#fdeacc", "#c27c0e"), "key": ("#f3f4f6", "#a3a9b3")}
_WORDS = {
    "read": "reads",
    "write": "writes",
    "key": "a key that tools give and take",
    "data": "data: an arrow to the key gives it, one from the key takes it",
    "state": "state: can lift a refusal of",
    "undo": "undo: can cause a refusal of",
}
MARGIN = 0.3
HEAD = 0.085


def draw(graph: ApiGraph, path: Path) -> None:
    """Draw a graph, layered from the tools that need nothing; the same bytes for the same graph.

    Args:
        graph: The graph.
        path: Where to; the suffix says how: `.svg`, `.png` or `.pdf`.

    Raises:
        FcGymError: If matplotlib is not installed, or does not know the suffix.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise FcGymError("drawing needs matplotlib; run: pip install matplotlib") from None
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise FcGymError(f"{path}: a drawing is named .svg, .png or .pdf")
    with matplotlib.rc_context({"svg.hashsalt": "fc_gym", "font.family": "DejaVu Sans"}):
        figure = Figure(facecolor="white")
        FigureCanvasAgg(figure)
        _paint(figure, graph, layout(graph))
        figure.savefig(path, dpi=150, metadata=_METADATA[path.suffix])


_METADATA: dict[str, dict[str, None]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def _paint(figure: Any, graph: ApiGraph, placed: Layout) -> None:
    (left, bottom), (right, top) = _frame(placed)
    figure.set_size_inches(right - left, top - bottom)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(left, right), ylim=(bottom, top))
    axes.set_axis_off()
    for curve in placed.curves:
        _paint_curve(axes, curve)
    for box in placed.boxes:
        if box.role != "bend":
            _paint_box(axes, box)
    counts = Counter(edge.kind for edge in graph.edges)
    said = ", ".join(f"{counts[kind]} {kind}" for kind in ("data", "state", "undo"))
    title = f"{graph.domain.name}: {len(graph.domain.tools)} tools, edges: {said}"
    axes.text(left + MARGIN, top - MARGIN, title, fontsize=12, fontweight="bold", va="top")
    _paint_legend(axes)


def _frame(placed: Layout) -> tuple[Point, Point]:
    right = max([box.x + box.width for box in placed.boxes] + [curve.middle for curve in placed.curves])
    low = min(box.y - box.high / 2 for box in placed.boxes)
    high = max(box.y + box.high / 2 for box in placed.boxes)
    return (-MARGIN, low - 1.0), (max(right, 8.6) + MARGIN, high + 0.9)


def _paint_box(axes: Any, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    face, edge = _FACES[box.role]
    key = box.role == "key"
    style = f"round,pad=0,rounding_size={0.12 if key else 0.06}"
    corner = (box.x, box.y - box.high / 2)
    axes.add_patch(
        FancyBboxPatch(corner, box.width, box.high, boxstyle=style, facecolor=face, edgecolor=edge, zorder=4)
    )
    name = box.name.strip("<>")
    axes.text(
        box.x + box.width / 2, box.y, name, fontsize=8 if key else 9, color="#3c4043" if key else "black",
        ha="center", va="center_baseline", zorder=5,
    )  # fmt: skip


def _paint_curve(axes: Any, curve: Curve) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Outline

    style = _LINES[curve.kind]
    codes = [Outline.MOVETO, Outline.CURVE4, Outline.CURVE4, Outline.CURVE4]
    axes.add_patch(PathPatch(Outline(curve.points, codes), fill=False, **style))
    first, second, third, last = curve.points
    for wanted, tip, before in ((curve.head_at_start, first, second), (curve.head_at_end, last, third)):
        if wanted:
            back = HEAD if before[0] > tip[0] else -HEAD
            corners = [tip, (tip[0] + back, tip[1] + HEAD / 2.6), (tip[0] + back, tip[1] - HEAD / 2.6)]
            axes.add_patch(Polygon(corners, facecolor=style["color"], edgecolor="none", zorder=style["zorder"] + 0.5))


def _paint_legend(axes: Any) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    boxes = [Patch(facecolor=_FACES[role][0], edgecolor=_FACES[role][1], label=_WORDS[role]) for role in _FACES]
    lines = [Line2D([], [], label=_WORDS[kind], **_LINES[kind]) for kind in _LINES]
    axes.legend(
        handles=[*boxes, *lines], loc="lower left", bbox_to_anchor=(0.02, 0.01), ncols=2, frameon=False, fontsize=8
    )
