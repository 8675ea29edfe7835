from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from fc_gym.cli.truth import read_truth
from fc_gym.domain import Domain
from fc_gym.draw import draw
from fc_gym.draw.curves import Curve
from fc_gym.draw.hops import Box
from fc_gym.draw.layout import layout
from fc_gym.errors import FcGymError
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.registration import load_domain

TRUTH = Path(__file__).parents[1] / "truth"
OWN = ("shop", "calendar", "mail")


def true_graph(name: str) -> ApiGraph:
    domain = load_domain(name)
    writes = frozenset(tool.name for tool in domain.tools.values() if not tool.reads_only)
    return ApiGraph(domain, Measured(read_truth(TRUTH / f"{name}.json", domain), writes))


def crosses(curve: Curve, box: Box) -> bool:
    """Return whether a curve passes through the inside of a box."""
    ((x0, y0), (x1, y1), (x2, y2), (x3, y3)) = curve.points
    for step in range(1, 40):
        t, u = step / 40, 1 - step / 40
        x = u**3 * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t**3 * x3
        y = u**3 * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t**3 * y3
        if box.x + 0.01 < x < box.x + box.width - 0.01 and abs(y - box.y) < box.high / 2 - 0.01:
            return True
    return False


@pytest.mark.parametrize("name", OWN)
def test_no_line_covers_a_node(name: str) -> None:
    placed = layout(true_graph(name))
    boxes = [box for box in placed.boxes if box.role != "bend"]
    assert [(curve, box.name) for curve in placed.curves for box in boxes if crosses(curve, box)] == []


@pytest.mark.parametrize("name", OWN)
def test_nodes_do_not_touch(name: str) -> None:
    placed = layout(true_graph(name))
    for column in {box.column for box in placed.boxes}:
        here = sorted((box for box in placed.boxes if box.column == column), key=lambda box: box.y)
        assert all(below.y + below.high / 2 < above.y - above.high / 2 for below, above in pairwise(here))


@pytest.mark.parametrize("name", OWN)
def test_every_pair_of_tools_with_a_state_or_undo_edge_has_a_head(name: str) -> None:
    graph = true_graph(name)
    pairs = {(edge.kind, edge.source, edge.target) for edge in graph.edges if edge.kind != "data"}
    heads = [curve.head_at_start + curve.head_at_end for curve in layout(graph).curves if curve.kind != "data"]
    assert sum(heads) == len(pairs)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_the_same_graph_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{number}{suffix}" for number in range(2)]
    for path in paths:
        draw(true_graph("mail"), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_drawing_holds_tools_keys_and_a_legend(tmp_path: Path) -> None:
    draw(true_graph("shop"), tmp_path / "shop.svg")
    text = (tmp_path / "shop.svg").read_text(encoding="utf-8")
    for word in ("shop: 15 tools", "submit_order", "OrderId", "writes", "undo: can cause a refusal of"):
        assert f"<!-- {word}" in text


def test_a_graph_without_edges_is_drawn(tmp_path: Path) -> None:
    class Single:
        def tool(self) -> int:
            """Return one."""
            return 1

    draw(ApiGraph(Domain(Single)), tmp_path / "single.svg")
    assert (tmp_path / "single.svg").stat().st_size > 0


def test_lines_both_ways_between_columns_keep_both_heads() -> None:
    domain = load_domain("calendar")
    edges = {
        Edge("state", "restore_event", "find_free_rooms", "x"),
        Edge("state", "find_free_rooms", "restore_event", "x"),
    }
    curves = layout(ApiGraph(domain, Measured(frozenset(edges), frozenset({"restore_event"})))).curves
    assert sum(curve.head_at_start + curve.head_at_end for curve in curves if curve.kind == "state") == 2


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FcGymError, match=r"a drawing is named \.svg, \.png or \.pdf"):
        draw(true_graph("shop"), tmp_path / "shop.gif")


def test_without_matplotlib_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(FcGymError, match=r"pip install matplotlib"):
        draw(true_graph("shop"), tmp_path / "shop.svg")


def test_drawing_leaves_pyplot_alone(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from fc_gym.draw import draw
assert "matplotlib" not in sys.modules
from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
draw(ApiGraph(load_domain("mail")), Path({str(tmp_path / "mail.svg")!r}))
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
