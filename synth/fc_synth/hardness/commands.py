"""The command `knobs`: solve rates of offline policies by difficulty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fc_gym.cli.console import console, progress, say, table
from fc_gym.errors import DomainError
from fc_synth.hardness.sweep import ALL, LEVELS, Sweep, sweep
from fc_synth.plan import KNOBS

__all__ = ["knobs"]


def knobs(
    domains: Annotated[str, typer.Option(help="Domains, with commas between.")] = "shop,calendar,mail",
    dialogues: Annotated[int, typer.Option(min=1, help="Dialogues at each level.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same table.")] = 0,
    only: Annotated[str, typer.Option(help="Knobs, with commas between; all if not given.")] = "",
    levels: Annotated[str, typer.Option(help="Levels from 0 to 1, with commas between.")] = "",
    out: Annotated[Path | None, typer.Option(help="Where the figures go, as JSON.")] = None,
) -> None:
    """Measure how the solve rates of offline policies fall as each knob is turned up."""
    names = tuple(name.strip() for name in domains.split(",") if name.strip())
    chosen = [name.strip() for name in only.split(",") if name.strip()] or [*KNOBS, ALL]
    for name in chosen:
        if name not in (*KNOBS, ALL):
            raise DomainError(f"{name!r} is no knob; have {', '.join(KNOBS)} and {ALL}")
    steps = _levels(levels)
    sweeps: list[Sweep] = []
    with progress("playing", dialogues * len(steps) * len(chosen)) as advance:
        for name in chosen:
            sweeps.append(sweep(name, names, dialogues, seed, steps, on_dialogue=advance))
    for one in sweeps:
        _show(one)
    if out is not None:
        out.write_text(json.dumps([one.json() for one in sweeps], indent=2) + "\n", encoding="utf-8")
        say(f"figures: {out}")


def _levels(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(one) for one in text.split(",")) if text else LEVELS
    except ValueError:
        found = ()
    if len(found) < 2 or not all(0 <= one <= 1 for one in found):
        raise DomainError(f"--levels {text!r} are no levels; give two or more from 0 to 1, such as 0,0.5,1")
    return found


def _show(one: Sweep) -> None:
    low, high = one.interval()
    names = list(one.points[0].passed)
    rows = [
        (f"{point.level:g}", *(f"{100 * point.rates()[name]:.1f} %" for name in names),
         f"{100 * point.mean(one.hurt):.1f} %", f"{point.gold} of {point.dialogues}")
        for point in one.points
    ]  # fmt: skip
    rows.append(
        ("tau", *(f"{one.tau(name):+.2f}" for name in names), f"{one.tau():+.2f} ({low:+.2f} to {high:+.2f})", "")
    )
    title = f"turns solved, by {one.knob}, measured on {', '.join(one.hurt)}"
    console.print(table(title, ["level", *names, "mean (90 %)", "gold"], rows))
