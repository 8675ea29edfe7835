"""The command `vary`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fc_gym.cli.console import complain, console, progress, say, table
from fc_gym.errors import TaskError
from fc_synth.pipeline import ORDER
from fc_synth.rows import ROWS, read_rows
from fc_synth.variants.detect import PHENOMENA
from fc_synth.variants.quota import read_kinds, read_quotas, spread
from fc_synth.variants.registry import OPERATORS
from fc_synth.variants.vary import Varied, vary_rows, write_variants

__all__ = ["vary"]


def vary(
    file: Annotated[Path, typer.Argument(help="Dialogues that `fc-gym synth` made.")],
    kinds: Annotated[str, typer.Option(help="How many of which kind, such as missing_function=50,fault=30.")] = "",
    quota: Annotated[str, typer.Option(help="Shares of the rows, such as over_fill=5%,switching=2%.")] = "",
    rows: Annotated[
        int, typer.Option(min=0, help="Rows in all for --quota, filled up with clean ones; 0: as many as in the file.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("variants"),
) -> None:
    """Make variants of dialogues, each with its own proof: withheld tools, faults, corrections, and more."""
    _free(out, file)
    clean = [row for row in read_rows(file) if "variant" not in row["meta"]]
    if not clean:
        raise TaskError(f"{file}: holds no clean dialogue; make some with `fc-gym synth`")
    total = rows or len(clean)
    shares = read_quotas(quota, total)
    wanted = spread(_both(read_kinds(kinds), shares))
    if not wanted:
        raise TaskError("nothing is wanted; give --kinds missing_function=50 or --quota over_fill=5%")
    with progress("variants", sum(wanted.values())) as advance:
        found = vary_rows(clean, wanted, seed, advance)
    fill = clean[: max(0, total - len(found.rows))] if shares else []
    write_variants(found, out, fill)
    _show(found)
    say(f"in {out}: dialogues.jsonl ({len(found.rows)} variants, {len(fill)} clean), tasks.jsonl, summary.json")
    short = [f"{kind} {tally.proved} of {tally.wanted}" for kind, tally in found.tallies.items() if not tally.met]
    if short:
        complain(f"too few places for {', '.join(short)}; give more dialogues")
        raise typer.Exit(1)


def _free(out: Path, file: Path) -> None:
    """Refuse a folder whose dialogues would be lost."""
    if (out / ROWS).resolve() == file.resolve() or (out / ORDER).exists():
        raise TaskError(f"--out {out}: holds dialogues of `fc-gym synth`, which would be lost; name another folder")


def _both(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}


def _show(found: Varied) -> None:
    body = []
    for kind, tally in found.tallies.items():
        speed = f"{60 * tally.proved / tally.seconds:,.0f}" if tally.seconds else ""
        known = (OPERATORS[kind].phenomenon or kind) in PHENOMENA
        detected = str(tally.agreed) if known else "none to detect"
        wrong = ", ".join(f"{reason} {count}" for reason, count in tally.reasons.most_common(2))
        numbers = [str(tally.wanted), str(tally.tried), str(tally.made), str(tally.proved), detected, speed, wrong]
        body.append((kind, *numbers))
    columns = ["kind", "wanted", "tried", "made", "proved", "detected", "per minute", "thrown away"]
    console.print(table("variants", columns, body))
    claims = ", ".join(f"{name} {count}" for name, count in sorted(found.proofs.items()))
    say(f"proved: {claims}")
