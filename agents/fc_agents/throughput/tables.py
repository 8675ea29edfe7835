"""What a sweep and a table of legality look like in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fc_agents.legal import VERDICTS
from fc_agents.legal.table import Row
from fc_agents.throughput.measure import REACHED, Measure, percentile

__all__ = [
    "Table",
    "calls_table",
    "constraint_table",
    "cost_table",
    "ideal_table",
    "legality_table_of",
    "speed_table",
    "time_table",
]

_CALLS = "calls; broken: against the promise of the level; cut: responses at their token limit"

Table = tuple[str, Sequence[str], Sequence[Sequence[object]]]
"""Title, heads and rows."""


def speed_table(measures: Sequence[Measure]) -> Table:
    """Return how fast each setting was."""
    heads = ("tokens/s", "requests/s", "episodes/s", "first token ms (95 %)", "prompt tokens", "from cache", "failed")
    rows = [
        (
            _rate(one.tokens_per_second), _rate(one.requests_per_second), _rate(one.episodes_per_second),
            _times(one.asked.first), one.asked.prompted // max(1, one.asked.responses), _percent(one.cached),
            sum(one.failed.values()),
        )
        for one in measures
    ]  # fmt: skip
    return _of_settings("throughput", measures, heads, rows)


def time_table(measures: Sequence[Measure]) -> Table:
    """Return where the time went at each setting."""
    heads = ("environment", "driver", "client", "model", "driver us/request")
    known = [one for one in measures if one.shares is not None]
    rows = [(*(_percent(getattr(one.shares, name)) for name in heads[:4]), f"{one.driver_us:.0f}") for one in known]
    return _of_settings("where the time went", known, heads, rows)


def constraint_table(measures: Sequence[Measure]) -> Table:
    """Return what constraints cost: to work them out here, and to compile those that are new at the server."""
    heads = ("constraints", "built us/request", "response ms: new (95 %)", "known (95 %)")
    rows = [
        (
            one.asked.constraints, f"{1e6 * one.constraining / max(1, one.asked.responses):.0f}",
            _times(one.asked.fresh), _times(one.asked.whole),
        )
        for one in measures
    ]  # fmt: skip
    return _of_settings("constraints", measures, heads, rows)


def calls_table(measures: Sequence[Measure]) -> Table:
    """Return what came of the calls at each setting."""
    rows = [
        (found.verdicts.total(), *(found.verdicts[name] for name in VERDICTS), found.broken, found.cut)
        for found in (one.judged for one in measures)
    ]
    return _of_settings(_CALLS, measures, ("calls", *VERDICTS, "broken", "cut"), rows)


def ideal_table(measures: Sequence[Measure]) -> Table:
    """Return how near a simulated model came to what its latency allows."""
    heads = ("latency s", "ideal requests/s", "reached", "share", "verdict")
    simulated = [one for one in measures if one.ideal is not None]
    found = [one.ideal for one in simulated if one.ideal is not None]
    rows = [
        (f"{one.latency:g}", _rate(one.rate), _rate(one.reached), _percent(one.share), one.verdict) for one in found
    ]
    return _of_settings(f"against the ideal rate; {100 * REACHED:.0f} % are to be reached", simulated, heads, rows)


def _of_settings(
    title: str, measures: Sequence[Measure], heads: Sequence[str], rows: Sequence[Sequence[object]]
) -> Table:
    """Put what was set before what was measured; what was the same everywhere goes into the title."""
    settings = [one.setting for one in measures]
    columns: list[tuple[str, list[str]]] = [
        ("level", [one.level for one in settings]),
        ("prompt +", [str(one.prompt) for one in settings]),
        ("at once", [str(one.concurrency) for one in settings]),
    ]
    shown = [(head, values) for head, values in columns if head == "at once" or len(set(values)) > 1]
    same = [f"{head} {values[0]}" for head, values in columns if (head, values) not in shown and values]
    told = f"{title} ({', '.join(same)})" if same else title
    cells = [(*(values[at] for _, values in shown), *row) for at, row in enumerate(rows)]
    return told, (*(head for head, _ in shown), *heads), cells


def legality_table_of(rows: Iterable[Row]) -> Table:
    """Return what each level leaves of illegal calls."""
    cells = [
        (row.level, row.calls, *(row.verdicts[name] for name in VERDICTS), row.broken, row.cut, row.replies)
        for row in rows
    ]
    return _CALLS, ("level", "calls", *VERDICTS, "broken", "cut", "replies"), cells


def cost_table(rows: Iterable[Row]) -> Table:
    """Return what each level costs: to work constraints out here, and to compile those that are new at the server."""
    heads = ("level", "tokens/s", "constraints", "built ms", "response ms: under a new one", "under a known one")
    cells = [(row.level, _rate(row.speed), row.constraints, *_medians(row)) for row in rows]
    return "what constraints cost; times are medians", heads, cells


def _medians(row: Row) -> Iterator[str]:
    for seconds in (row.made, row.first, row.later):
        middle = percentile(seconds, 0.5)
        yield "" if middle is None else f"{1000 * middle:.2f}"


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _times(seconds: Sequence[float]) -> str:
    middle, high = percentile(seconds, 0.5), percentile(seconds, 0.95)
    return "" if middle is None or high is None else f"{1000 * middle:.0f} ({1000 * high:.0f})"
