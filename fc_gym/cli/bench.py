"""The command `bench`: how fast this is on this machine, as ratios to the FLOOR, beside budgets and peers."""

from __future__ import annotations

import json as text
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from fc_gym.cli.checkout import Order, benchmarks_run, soak_run
from fc_gym.cli.console import complain, console, progress, say, table
from fc_gym.cli.measured import GROWTH, PEERS, Measured, Run, changes, exponent, read_run
from fc_gym.cli.speedplot import speed_plot
from fc_gym.errors import FcGymError, RecordError

__all__ = ["bench"]

BUSY = 0.5
"""Load per processor from which on others disturb what is measured."""

FLAT = 5.0
"""Megabytes by which the memory of a soak may grow once it is warm."""


def bench(
    only: Annotated[str, typer.Option(help="Groups to run, with commas: step, reset, fork, hash, ...")] = "",
    out: Annotated[Path | None, typer.Option(help="Where the ratios go, as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Where a plot goes: .svg, .png or .pdf.")] = None,
    compare: Annotated[Path | None, typer.Option(help="What --out wrote earlier, to compare with.")] = None,
    read: Annotated[Path | None, typer.Option(help="Show what --out wrote earlier instead of running.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Measure a quarter as long.")] = False,
    growth: Annotated[bool, typer.Option("--growth", help="How time grows with rows, tools, turns, episodes.")] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Measure peers beside us.")] = False,
    peer_python: Annotated[str, typer.Option(help="A Python in which peers are installed.")] = "",
    soak: Annotated[int, typer.Option(min=0, help="Take so many random steps in all domains instead.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="How many processes take them.")] = 2,
) -> None:
    """Measure speed as ratios to the FLOOR, a tool step on the standard library; needs a checkout."""
    if soak:
        if any((only, out, plot, compare, read, quick, growth, peers, peer_python)):
            raise FcGymError("--soak measures nothing else; give it alone or with --workers")
        raise typer.Exit(_soaked(soak_run(soak, workers)))
    old = read_run(compare) if compare else None
    run = read_run(read) if read else _measured(Order(only, quick, growth, peers, peer_python))
    _show(run)
    if old:
        _show_changes(old, run)
    if out:
        _write(out, run)
    if plot:
        speed_plot(run, plot)
        say(f"plot: {plot}")


def _measured(order: Order) -> Run:
    load = os.getloadavg()[0]
    with progress("benchmarks") as advance:
        run, missing = benchmarks_run(order, advance)
    if load > BUSY * (os.cpu_count() or 1):
        complain(f"the machine was busy (load {load:.1f}); ratios hold, spreads and wall times suffer")
    for reason in missing:
        complain(f"not measured: {reason}")
    if run is None:
        raise FcGymError("nothing was measured")
    return run


def _show(run: Run) -> None:
    ours = [row for row in run.rows if row.group not in (GROWTH, PEERS)]
    if ours:
        cells = [
            (*_cells(row), _rate(row, run), _number(row.budget), _number(row.stretch), row.verdict) for row in ours
        ]
        names = {row.series for row in ours}
        cells += [
            (one.name, f"{_number(one.growth)} times", "", _number(one.limit), "", one.verdict)
            for one in run.series()
            if one.name in names
        ]
        columns = ("what", "x FLOOR (middle half)", "per second", "budget", "stretch", "verdict")
        console.print(table("against the FLOOR", columns, cells))
    if any(row.group == GROWTH for row in run.rows):
        _show_growth(run)
    if any(row.group == PEERS for row in run.rows):
        _show_peers([row for row in run.rows if row.group == PEERS])
    say(f"FLOOR: {run.floor_us:.2f} microseconds; Python {run.python}, {run.cpus} processors")


def _show_growth(run: Run) -> None:
    names = {row.series for row in run.rows if row.group == GROWTH}
    cells = [
        (
            one.name,
            f"{one.sizes[0]:,.0f} to {one.sizes[-1]:,.0f}",
            f"{_number(one.ratios[0])} to {_number(one.ratios[-1])}",
            _number(one.growth),
            _number(one.limit),
            f"{round(exponent(one.sizes, one.ratios), 2) + 0.0:.2f}",
            one.verdict,
        )
        for one in run.series()
        if one.name in names
    ]
    columns = ("what", "sizes", "x FLOOR", "times", "at most", "exponent", "verdict")
    console.print(table("growth", columns, cells))


def _show_peers(rows: Sequence[Measured]) -> None:
    ours = {row.series: row.ratio for row in rows if not row.peer}
    cells = [(row.series, row.peer or "fc_gym", *_cells(row), _times(row.ratio, ours.get(row.series))) for row in rows]
    console.print(table("peers", ("series", "whose", "what", "x FLOOR (middle half)", "times ours"), cells))


def _show_changes(old: Run, new: Run) -> None:
    found = changes(old, new)
    cells = [
        (
            one.what,
            _number(one.old),
            _number(one.new),
            "" if one.share is None else f"{100 * one.share:+.0f} %",
            f"{100 * one.noise:.0f} %" if one.noise else "",
            one.verdict,
        )
        for one in found
    ]
    console.print(table("changes", ("what", "old", "new", "change", "noise up to", "verdict"), cells))
    shares = [one.share for one in found if one.share is not None]
    if shares:
        say(f"all together: {100 * statistics.median(shares):+.0f} % (median)")


def _soaked(body: dict[str, Any]) -> int:
    shares, good = body["shares"], True
    cells = []
    for one in shares:
        memory = one["megabytes"]
        known = None not in memory.values()
        good &= not one["errors"] and (not known or memory["end"] - memory["warm"] < FLAT)
        told = [f"{memory[name]:.1f}" if known else "not known here" for name in ("start", "warm", "end")]
        rate = f"{one['steps'] / one['seconds']:,.0f}"
        cells.append((one["worker"], one["steps"], one["episodes"], one["refused"], rate, one["errors"], *told))
    columns = ("worker", "steps", "episodes", "refused", "steps/s", "errors", "MB at start", "after 10 %", "at the end")
    console.print(table(f"soak over {body['domains']} domains", columns, cells))
    for message in [message for one in shares for message in one["messages"]]:
        complain(message)
    say("nothing went wrong, and memory is flat" if good else f"errors, or memory grew by {FLAT:.0f} MB or more")
    return 0 if good else 1


def _write(path: Path, run: Run) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text.dumps(run.json(), indent=1)}\n", encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be written ({error.strerror})") from None
    say(f"ratios: {path}")


def _cells(row: Measured) -> tuple[str, str]:
    if row.ratio is None:
        return row.what, "none made"
    return row.what, f"{_number(row.ratio)} ({_number(row.low)} to {_number(row.high)})"


def _rate(row: Measured, run: Run) -> str:
    return _number(1e6 / (row.ratio * run.floor_us)) if row.ratio else ""


def _times(theirs: float | None, ours: float | None) -> str:
    return f"{theirs / ours:.2f}" if theirs and ours else ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"
