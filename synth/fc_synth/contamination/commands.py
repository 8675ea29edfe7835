"""The command `contamination`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from fc_gym.cli.console import console, progress, say, say_json, sentence, table
from fc_gym.errors import RecordError
from fc_synth.contamination.benchmark import benchmark_named
from fc_synth.contamination.report import compare, report_json

__all__ = ["contamination"]

SHOWN, WIDE = 2, 70
"""Most examples of a measure, and most characters of their texts, that are printed; the report has more."""


def contamination(
    files: Annotated[list[Path], typer.Argument(help="Files of rows as JSON lines; each counts as a split.")],
    against: Annotated[str, typer.Option(help="bfcl, or a file or folder of your own held-out rows.")] = "bfcl",
    data: Annotated[Path | None, typer.Option(help="The folder of BFCL's data.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the whole report goes, as JSON.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of tables.")] = False,
) -> None:
    """Look for what training data shares with a benchmark; ends with 1 if it is flagged."""
    with progress(f"reading {against}", None):
        benchmark = benchmark_named(against, data)
    splits = []
    for path in files:
        with progress(f"comparing {path.name}", None) as advance:
            splits.append(compare(path, benchmark, advance))
    report = report_json(splits, benchmark)
    if out is not None:
        _write(out, report)
    if json:
        say_json(report)
    else:
        _show(report)
    raise typer.Exit(1 if report["flagged"] else 0)


def _write(out: Path, report: dict[str, Any]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")
    except OSError as error:
        raise RecordError(f"{out}: cannot be written ({error.strerror})") from None


def _show(report: dict[str, Any]) -> None:
    splits = report["splits"] if len(report["splits"]) == 1 else [*report["splits"], report["total"]]
    columns = ("measure", "verdict", "checked", "shared", "rate", "rows", "benchmark has")
    for split in splits:
        rows = [_cells(name, one) for name, one in split["measures"].items()]
        console.print(table(f"{split['file']}: {split['rows']} rows", columns, rows))
    for name, one in report["total"]["measures"].items():
        for example in one["examples"][:SHOWN]:
            found, item = sentence(example["found"])[:WIDE], sentence(example["item"])[:WIDE]
            same = "" if found == item else f", there {item!r}"
            say(f"{name}: {example['at']}: {found!r} is in {example['there']}{same}{_doubt(example)}")
    say(f"rule: {report['rule']}")
    flagged = ", ".join(report["flagged"])
    say(f"flagged against {report['against']['name']}: {flagged}" if flagged else "not flagged")


def _cells(name: str, one: dict[str, Any]) -> tuple[object, ...]:
    rate = f"{100 * one['rate']:.1f}%"
    return name, one["verdict"], f"{one['checked']} {one['unit']}", one["shared"], rate, one["rows"], one["benchmark"]


def _doubt(example: dict[str, Any]) -> str:
    return "" if example["strong"] else " (may be chance)"
