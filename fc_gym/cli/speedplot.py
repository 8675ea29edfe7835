"""The plot of `fc-gym bench`: ratios to the FLOOR with their spreads, and budgets; the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fc_gym.cli.measured import GROWTH, PEERS, Measured, Run, Series
from fc_gym.errors import FcGymError, RecordError

__all__ = ["speed_plot"]

_METADATA: dict[str, dict[str, None]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_LINE = 0.19
"""Inches per measurement."""
_BLUE, _RED, _GREY = "#2b6cb0", "#c53030", "#a0aec0"


def speed_plot(run: Run, path: Path) -> None:
    """Draw a run.

    Args:
        run: What was measured.
        path: Where to; the suffix says how: `.svg`, `.png` or `.pdf`.

    Raises:
        FcGymError: If matplotlib is not installed, or does not know the suffix.
        RecordError: If the file cannot be written.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise FcGymError("a plot needs matplotlib; run: pip install matplotlib") from None
    if path.suffix not in _METADATA:
        raise FcGymError(f"{path}: a plot is named .svg, .png or .pdf")
    rows = [row for row in run.rows if row.group != GROWTH and row.ratio]
    names = {row.series for row in run.rows if row.group == GROWTH}
    series = [one for one in run.series() if one.name in names]
    heights = [height for height in (_LINE * len(rows) + 0.8 if rows else 0, 4.5 if series else 0) if height]
    with matplotlib.rc_context({"svg.hashsalt": "fc_gym", "font.family": "DejaVu Sans", "font.size": 8}):
        figure = Figure(figsize=(9.5, sum(heights) or 1), facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        panels = list(figure.subplots(len(heights) or 1, height_ratios=heights or None, squeeze=False)[:, 0])
        if rows:
            _ratios(panels.pop(0), rows)
        if series:
            _growth(panels.pop(0), series)
        try:
            figure.savefig(path, dpi=150, metadata=_METADATA[path.suffix])
        except OSError as error:
            raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _ratios(axes: Any, rows: list[Measured]) -> None:
    for position, row in enumerate(reversed(rows)):
        ratio, low, high = row.ratio or 0.0, row.low or 0.0, row.high or 0.0
        color = _RED if row.verdict == "OVER" else _GREY if row.peer else _BLUE
        axes.plot([low, high], [position, position], color=color, linewidth=1)
        axes.plot([ratio], [position], "o", color=color, markersize=4)
        if row.budget is not None:
            axes.plot([row.budget], [position], "|", color="black", markersize=8)
    axes.axvline(1.0, color=_GREY, linewidth=0.8, linestyle="--")
    labels = [f"{row.peer}: {row.what}" if row.peer else row.what for row in reversed(rows)]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(-1, len(rows))
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xlabel(f"FLOORs; a stroke is a budget, red is over it{_grey(rows)}")


def _growth(axes: Any, series: list[Series]) -> None:
    for one in series:
        axes.plot(one.sizes, one.ratios, "o-", markersize=3, linewidth=1, label=one.name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("size")
    axes.set_ylabel("FLOORs")
    axes.legend(fontsize=6, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _grey(rows: list[Measured]) -> str:
    return ", grey is a peer" if any(row.group == PEERS and row.peer for row in rows) else ""
