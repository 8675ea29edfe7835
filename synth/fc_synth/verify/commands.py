"""The command `verify`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from fc_gym.cli.console import console, progress, say, table
from fc_gym.errors import TaskError
from fc_synth.recover.file import compared
from fc_synth.verify.checking import Job, checked
from fc_synth.verify.minimal import BUDGET
from fc_synth.verify.planted import PLANTS, planted
from fc_synth.verify.report import Report

__all__ = ["verify"]

ENOUGH = 0.95
"""Precision and recall of recovered origins below which the command ends with 1."""


def verify(
    file: Annotated[Path, typer.Argument(help="Dialogues as JSON lines, of fc-gym or of others.")],
    domain: Annotated[str, typer.Option(help="Where to execute rows that do not name their domain rightly.")] = "",
    json: Annotated[Path | None, typer.Option("--json", help="Where every record goes, as JSON.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = 1,
    budget: Annotated[int, typer.Option(min=1, help="Calls tried for a shorter plan of one turn.")] = BUDGET,
    shown: Annotated[int, typer.Option(min=0, help="How many findings of a certificate to show.")] = 3,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Recover the origins of arguments and compare with those claimed.")
    ] = False,
    self_test: Annotated[bool, typer.Option("--self-test", help="Plant defects in the rows and count those found.")] = (
        False
    ),
) -> None:
    """Prove dialogues again from their messages; ends with 1 if a claim is refuted."""
    if json is not None and json.resolve() == file.resolve():
        raise TaskError(f"--json {json}: is the file that is verified; name another, or the rows would be lost")
    job = Job(str(file), domain, budget)
    if self_test:
        _self_test(job)
    if provenance:
        _provenance(job)
    report, began = Report(str(file)), monotonic()
    with progress("proving", None) as advance:
        report.proofs += checked(job, workers, advance)
    seconds = monotonic() - began
    _show(report)
    for line in report.findings(shown):
        say(line)
    rate = 60 * len(report.proofs) / max(seconds, 1e-9)
    say(f"{len(report.proofs)} rows, {rate:,.0f} per minute; {report.refuted} refuted")
    if json is not None:
        report.write(json)
    raise typer.Exit(1 if report.refuted else 0)


def _show(report: Report) -> None:
    tallies = report.tallies()
    rows = [
        (name, counts["proved"], counts["refuted"], counts["unknown"], _counted(tallies[name]))
        for name, counts in report.verdicts().items()
    ]
    console.print(table(report.file, ["certificate", "proved", "refuted", "unknown", "counted"], rows))


def _self_test(job: Job) -> None:
    with progress("planting", None) as advance:
        counts = planted(job, advance)
    rows = [(name, PLANTS[name].certificate, one.planted, one.found, one.expected) for name, one in counts.items()]
    console.print(table("planted defects", ["defect", "certificate", "planted", "found", "by that one"], rows))
    total = sum(one.planted for one in counts.values())
    if not total:
        raise TaskError(f"{job.file}: no defect can be planted; give rows of `fc-gym synth` that are no variants")
    missed = total - sum(one.found for one in counts.values())
    say(f"{missed} of {total} were missed")
    raise typer.Exit(1 if missed else 0)


def _provenance(job: Job) -> None:
    with progress("recovering", None) as advance:
        found, kinds = compared(job, advance)
    say("recovered: " + (_counted(kinds) or "nothing"))
    rows = [
        (way, kind or "all", one.planted[kind] if kind else one.planted.total(), f"{one.precision(kind):.4f}",
         f"{one.recall(kind):.4f}")
        for way, one in found.items() for kind in (*sorted(one.planted), "")
    ]  # fmt: skip
    if rows:
        console.print(table("origins of arguments", ["recovered from", "kind", "claimed", "precision", "recall"], rows))
    raise typer.Exit(1 if any(min(one.precision(), one.recall()) < ENOUGH for one in found.values()) else 0)


def _counted(tally: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(tally.items()))
