"""The report: what each file, and all of them together, share with a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fc_gym.errors import RecordError
from fc_gym.types import JsonValue
from fc_synth.contamination.benchmark import Benchmark
from fc_synth.contamination.files import read_rows
from fc_synth.contamination.rule import rule_text, verdict
from fc_synth.contamination.tally import Hit, Measure, Tally
from fc_synth.contamination.tools import ToolNames, ToolSchemas

__all__ = ["FORMAT", "Split", "compare", "report_json", "total"]

FORMAT = "fc_gym/contamination/1"
"""Name and version of the report."""
SHOWN, LISTED = 5, 200
"""Most examples, and most items by name, of one measure."""
WIDE = 160
"""Most characters of a text in an example."""


@dataclass
class Split:
    """What one file, or all together, share."""

    name: str
    rows: int
    tallies: list[Tally]
    """One per measure of the benchmark."""


def compare(path: Path, benchmark: Benchmark, on_row: Callable[[], None] = lambda: None) -> Split:
    """Compare the rows of a file, one by one.

    Args:
        path: A file of JSON lines.
        benchmark: What to compare with.
        on_row: Called after each row.

    Raises:
        RecordError: To whoever owns the file, if it cannot be read.
    """
    split = Split(str(path), 0, [Tally() for _ in benchmark.measures])
    for row in read_rows(path):
        split.rows += 1
        for measure, tally in zip(benchmark.measures, split.tallies, strict=True):
            tally.take(measure.look(row), row.place)
        on_row()
    return split


def total(splits: Sequence[Split]) -> Split:
    """Add files up.

    Args:
        splits: At least one.

    Raises:
        RecordError: If there is none.
    """
    if not splits:
        raise RecordError("no file named; give at least one file of JSON lines")
    tallies = [Tally() for _ in splits[0].tallies]
    for split in splits:
        for whole, part in zip(tallies, split.tallies, strict=True):
            whole.add(part)
    return Split("total", sum(split.rows for split in splits), tallies)


def report_json(splits: Sequence[Split], benchmark: Benchmark) -> dict[str, JsonValue]:
    """Return the report as plain JSON values.

    Args:
        splits: The files, in order.
        benchmark: What they were compared with.
    """
    whole = _split(total(splits), benchmark)
    return {
        "format": FORMAT,
        "against": {
            "name": benchmark.name,
            "files": list(benchmark.files),
            "digest": benchmark.digest,
            "rows": benchmark.rows,
        },
        "rule": rule_text(),
        "flagged": whole["flagged"],
        "splits": [_split(split, benchmark) for split in splits],
        "total": whole,
    }


def _split(split: Split, benchmark: Benchmark) -> dict[str, JsonValue]:
    measures = {
        measure.name: _measure(measure, tally) for measure, tally in zip(benchmark.measures, split.tallies, strict=True)
    }
    flagged = [name for name, one in measures.items() if one["verdict"] == "flagged"]
    return {"file": split.name, "rows": split.rows, "flagged": flagged, "measures": measures}


def _measure(measure: Measure, tally: Tally) -> dict[str, JsonValue]:
    hits = sorted(tally.hits.values(), key=_worst)
    checked = len(tally.seen) or tally.checked
    shared = len(tally.hits) if tally.seen else tally.shared
    items = {hit.match.item for hit in hits}
    body = {
        "verdict": verdict(measure, tally),
        "unit": measure.unit,
        "checked": checked,
        "shared": shared,
        "rate": _share(shared, checked),
        "rows": tally.rows,
        "benchmark": measure.size,
        "strong": sum(hit.match.strong for hit in hits),
        "weak": sum(not hit.match.strong for hit in hits),
        "examples": [_example(hit) for hit in hits[:SHOWN]],
    }
    if tally.seen:
        body["jaccard"] = _share(shared, checked + measure.size - shared)
        body["items"] = sorted(items)[:LISTED]
    if isinstance(measure, ToolNames):
        body["exact"] = sum(hit.match.found == hit.match.item for hit in hits)
        body["groups"] = {file: {"shared": one, "of": of} for file, (one, of) in measure.groups(tally.seen).items()}
    if isinstance(measure, ToolSchemas):
        body["parameters"] = _nearest(measure, tally)
    return body


def _nearest(measure: ToolSchemas, tally: Tally) -> dict[str, JsonValue]:
    """Return how near the tools' sets of parameter names come to those of the benchmark's."""
    best = sorted((*measure.nearest(one), one.partition(" ")[0]) for one in tally.seen if one.partition(" ")[2])
    mean = round(sum(share for share, _, _ in best) / len(best), 6) if best else 0.0
    top = [
        {"tool": tool, "like": like, "jaccard": round(share, 6)}
        for share, like, tool in reversed(best[-SHOWN:])
        if share
    ]
    return {"mean_best_jaccard": mean, "nearest": top}


def _worst(hit: Hit) -> tuple[bool, float, int, str]:
    return not hit.match.strong, -hit.match.weight, -hit.rows, hit.match.item


def _example(hit: Hit) -> dict[str, JsonValue]:
    match = hit.match
    return {
        "at": str(hit.place),
        "found": _cut(match.found),
        "there": str(match.there),
        "item": _cut(match.item),
        "weight": match.weight,
        "strong": match.strong,
        "rows": hit.rows,
    }


def _cut(text: str) -> str:
    return text if len(text) <= WIDE else f"{text[: WIDE - 3]}..."


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0
