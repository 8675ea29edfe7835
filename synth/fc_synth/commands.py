"""The commands `synth` and `duplicates`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from fc_gym.cli.console import complain, console, progress, say, sentence, table
from fc_gym.errors import DomainError
from fc_gym.kept import graph_of
from fc_gym.registration import load_domain
from fc_synth.compose import Plan
from fc_synth.contamination.files import read_rows
from fc_synth.duplicates import near_duplicates
from fc_synth.pipeline import Order, Summary, synthesize

__all__ = ["duplicates", "synth"]

AT_ONCE = 1e-3
"""Seconds in which no dialogue is made."""


def synth(
    domains: Annotated[str, typer.Option(help="Domains, with commas between; names or file.py:Class.")] = (
        "shop,calendar,mail"
    ),
    dialogues: Annotated[int, typer.Option(min=1, help="How many dialogues.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[Path, typer.Option(help="The folder to write to; a stopped run goes on in it.")] = Path("data"),
    turns: Annotated[str, typer.Option(help="Fewest and most turns, such as 2-4.")] = "2-4",
    spelled_out: Annotated[bool, typer.Option(help="Have queries ask for every step but look-ups.")] = False,
) -> None:
    """Make verified multi-turn dialogues: walk, fold and ask, think."""
    names = tuple(name.strip() for name in domains.split(",") if name.strip())
    if not names:
        raise DomainError("no domain named; give --domains shop,calendar,mail")
    found = [load_domain(name) for name in names]
    plan = Plan(turns=_range(turns), implicit=not spelled_out)
    with progress("measuring the API graphs", len(found)) as advance:
        for domain in found:
            graph_of(domain)
            advance()
    stamps: list[float] = []
    with progress("dialogues", dialogues) as advance:

        def tell(done: int) -> None:
            stamps.append(monotonic())
            advance()

        try:
            summary = synthesize(Order(names, dialogues, seed, plan), found, out, tell)
        except KeyboardInterrupt:
            complain(
                f"stopped with {len(stamps)} of {dialogues} dialogues in {out}; the same command goes on from there"
            )
            raise typer.Exit(130) from None
    _show(summary, out, stamps)


def duplicates(
    files: Annotated[list[Path], typer.Argument(help="Dialogues, tasks or any chat rows, as JSON lines.")],
    threshold: Annotated[
        float, typer.Option(min=0.1, max=1.0, help="Similarity from which on two are the same.")
    ] = 0.8,
    shown: Annotated[int, typer.Option(min=0, help="How many pairs to show.")] = 5,
) -> None:
    """Count the queries that say nearly the same as an earlier one."""
    queries: list[tuple[str, str]] = []
    with progress("reading", len(files)) as advance:
        for file in files:
            queries += [(f"{row.place.file}:{row.place.line}", text) for row in read_rows(file) for text in row.queries]
            advance()
    found = near_duplicates([text for _, text in queries], threshold)
    for one in found[:shown]:
        (where, text), (there, earlier) = queries[one.place], queries[one.earlier]
        say(f"{one.share:.2f}  {where}: {sentence(text)[:100]}  ~  {there}: {sentence(earlier)[:100]}")
    share = f"{100 * len(found) / len(queries):.2f} %" if queries else "none"
    rows = [("queries", str(len(queries))), (f"near-duplicates (at {threshold:g})", str(len(found))), ("share", share)]
    console.print(table("duplicates", ["what", "how many"], rows))


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdigit() and (high or low).isdigit()) or not 1 <= int(low) <= int(high or low) <= 20:
        raise DomainError(f"--turns {text!r} is no range; write it as 2-4, from 1 to 20")
    return int(low), int(high or low)


def _show(summary: Summary, out: Path, stamps: list[float]) -> None:
    body = summary.json()
    rows = [
        ("dialogues", f"{body['dialogues']} ({_counts(body['by_domain'])})"),
        ("turns, calls", f"{body['turns']}, {body['calls']}"),
        ("speed", _speed(stamps)),
        ("played again from the file, to the byte", f"{body['proved_again']} of {body['dialogues']}"),
        ("arguments from", _counts(body["argument_sources"])),
        ("calls necessary because", _counts(body["necessary_because"])),
        ("tries of the reasoner", _counts(body["attempts"])),
        ("preference pairs", str(body["preference_pairs"])),
        ("thrown away", str(sum(body["refused"].values()))),
    ]
    rows += [(f"  {reason}", str(count)) for reason, count in list(body["refused"].items())[:8]]
    if summary.crossings:
        ways = "; ".join(way for way, _ in summary.crossings.most_common(5))
        found = f"{summary.crossings.total()} in {len(summary.crossings)} ways: {ways}"
        rows.insert(5, ("arguments from another world", found))
    console.print(table("synthesis", ["what", "how much"], rows))
    say(f"in {out}: dialogues.jsonl, tasks.jsonl, pairs.jsonl, summary.json")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _speed(stamps: list[float]) -> str:
    """Return dialogues per minute from when each was done; those found in the folder come at once and do not count."""
    gaps = [later - earlier for earlier, later in pairwise(stamps) if later - earlier > AT_ONCE]
    return f"{60 * len(gaps) / sum(gaps):,.0f} dialogues per minute" if gaps else "nothing was left to make"
