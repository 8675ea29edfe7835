"""The plot of `fc-gym bench policy`; the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fc_agents.throughput.measure import Measure, percentile
from fc_gym.errors import FcGymError, RecordError

__all__ = ["check_plot", "policy_plot"]

_METADATA: dict[str, dict[str, None]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_SHARES = (("environment", "#2f855a"), ("driver", "#c53030"), ("client", "#dd6b20"), ("model", "#a0aec0"))
_WAYS = ("-", "--", ":", "-.")


def check_plot(path: Path) -> None:
    """Find out whether a plot can be drawn before anything is measured.

    Raises:
        FcGymError: If matplotlib is not installed, or does not know the suffix.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise FcGymError("a plot needs matplotlib; run: pip install matplotlib") from None
    if path.suffix not in _METADATA:
        raise FcGymError(f"{path}: a plot is named .svg, .png or .pdf")


def policy_plot(measures: Sequence[Measure], path: Path) -> None:
    """Draw a sweep: speed and waiting over the number of episodes at once, and where the time went.

    Args:
        measures: What was measured, one setting at least.
        path: Where to; the suffix says how: `.svg`, `.png` or `.pdf`.

    Raises:
        FcGymError: If matplotlib is not installed, or does not know the suffix.
        RecordError: If the file cannot be written.
    """
    check_plot(path)
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "fc_gym", "font.family": "DejaVu Sans", "font.size": 8}):
        figure = Figure(figsize=(10, 3.4 + 0.16 * len(measures)), facecolor="white", layout="constrained")
        FigureCanvasAgg(figure)
        ratios = [2.6, 0.6 + 0.16 * len(measures)]
        grid = figure.add_gridspec(2, 3, height_ratios=ratios)
        top = [figure.add_subplot(grid[0, place]) for place in range(3)]
        _lines(top[0], measures, "tokens per second", lambda one: one.tokens_per_second)
        _lines(top[1], measures, "requests per second", lambda one: one.requests_per_second)
        _lines(top[2], measures, "seconds to the first token, median", lambda one: percentile(one.asked.first, 0.5))
        top[2].legend(fontsize=6, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        _bars(figure.add_subplot(grid[1, :]), measures)
        try:
            figure.savefig(path, dpi=150, metadata=_METADATA[path.suffix])
        except OSError as error:
            raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _lines(axes: Any, measures: Sequence[Measure], what: str, value: Callable[[Measure], float | None]) -> None:
    prompts = list(dict.fromkeys(one.setting.prompt for one in measures))
    levels = list(dict.fromkeys(one.setting.level for one in measures))
    for prompt in prompts:
        for level in levels:
            mine = [one for one in measures if (one.setting.level, one.setting.prompt) == (level, prompt)]
            points = [(one.setting.concurrency, value(one)) for one in mine]
            found = sorted((many, height) for many, height in points if height)
            if not found:
                continue
            way, color = _WAYS[prompts.index(prompt) % len(_WAYS)], f"C{levels.index(level)}"
            label = f"{level}, +{prompt}" if len(prompts) > 1 else level
            axes.plot(*zip(*found, strict=True), way, marker="o", markersize=3, linewidth=1, color=color, label=label)
            axes.set_xscale("log", base=2)
            axes.set_yscale("log")
    axes.set_xlabel("episodes at once")
    axes.set_title(what, fontsize=8)


def _bars(axes: Any, measures: Sequence[Measure]) -> None:
    places = range(len(measures))
    left = [0.0] * len(measures)
    for name, color in _SHARES:
        widths = [100 * getattr(one.shares, name, 0.0) for one in reversed(measures)]
        axes.barh(places, widths, left=left, color=color, label=name, height=0.7)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.set_yticks(places, [str(one.setting) for one in reversed(measures)])
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of the time of the event loop")
    axes.legend(fontsize=6, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
