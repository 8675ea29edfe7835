"""The command `graph`: measures API graphs, compares them with the known truth, and writes them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from fc_gym.cli.console import console, progress, say, table
from fc_gym.cli.truth import KINDS, Score, read_truth, score
from fc_gym.domain import Domain
from fc_gym.draw import draw
from fc_gym.errors import FcGymError, RecordError
from fc_gym.graph import ApiGraph
from fc_gym.kept import keep as keep_graph
from fc_gym.measure import measure
from fc_gym.registration import load_domain

__all__ = ["graph"]

FORMATS = (".svg", ".png", ".graphml", ".json")


def graph(
    domains: Annotated[list[str], typer.Argument(help="Names, or classes as file.py:Class or module:Class.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Where the graph goes: .svg, .png, .graphml or .json; {domain} in it stands for the name."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many start states to measure from.")] = 48,
    states: Annotated[int, typer.Option(min=1, help="How many states to visit for each.")] = 48,
    truth: Annotated[
        Path | None, typer.Option(help="The true edges: a folder with DOMAIN.json, or a file for one domain.")
    ] = None,
    keep: Annotated[bool, typer.Option(help="Keep what was measured beside the domain, for every later use.")] = False,
) -> None:
    """Measure which tool feeds, enables or spoils which other."""
    found = [load_domain(name) for name in dict.fromkeys(domains)]
    places = _places(out, found)
    truths = [read_truth(_truth_file(truth, domain, len(found)), domain) for domain in found] if truth else []
    graphs = _measured(found, seeds, states)
    console.print(table("edges", ("domain", "tools", *KINDS, "total"), [_row(one) for one in graphs]))
    if truths:
        _show([score(one, known) for one, known in zip(graphs, truths, strict=True)])
    for one, place in zip(graphs, places, strict=False):
        _write(one, place)
    for one in graphs if keep else ():
        say(f"kept: {keep_graph(one)}")


def _measured(domains: list[Domain], seeds: int, states: int) -> list[ApiGraph]:
    graphs = []
    for domain in domains:
        with progress(f"measuring {domain.name}", seeds) as advance:
            graphs.append(ApiGraph(domain, measure(domain, seeds=seeds, states=states, on_seed=advance)))
    return graphs


def _places(out: Path | None, domains: list[Domain]) -> list[Path]:
    if out is None:
        return []
    if out.suffix not in FORMATS:
        raise RecordError(f"--out {out}: the name must end with one of {', '.join(FORMATS)}")
    if len(domains) > 1 and "{domain}" not in out.name:
        raise RecordError(f"--out {out}: one file for {len(domains)} domains; write {{domain}} where the name goes")
    places = [out.with_name(out.name.replace("{domain}", domain.name)) for domain in domains]
    if not out.parent.is_dir():
        raise RecordError(f"--out {out}: there is no folder {out.parent}")
    return places


def _truth_file(truth: Path, domain: Domain, domains: int) -> Path:
    if truth.is_dir():
        return truth / f"{domain.name}.json"
    if domains > 1:
        raise RecordError(f"--truth {truth}: for {domains} domains it must be a folder with DOMAIN.json in it")
    return truth


def _row(graph: ApiGraph) -> tuple[Any, ...]:
    counts = Counter(edge.kind for edge in graph.edges)
    return graph.domain.name, len(graph.domain.tools), *(counts[kind] for kind in KINDS), len(graph.edges)


def _show(scores: list[Score]) -> None:
    columns = ("domain", "kind", "true", "measured", "precision", "recall")
    console.print(table("against the truth", columns, [row for one in scores for row in one.rows()]))
    for one in scores:
        for line in one.differences():
            say(line)


def _write(graph: ApiGraph, place: Path) -> None:
    try:
        if place.suffix in (".svg", ".png"):
            draw(graph, place)
        else:
            graph.save(place)
    except OSError as error:
        raise FcGymError(f"{place}: cannot be written ({error.strerror})") from None
    say(f"graph: {place}")
