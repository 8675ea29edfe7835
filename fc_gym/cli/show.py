"""The commands `list`, `show` and `version`."""

from __future__ import annotations

import os
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any

import typer

from fc_gym.catalogue import domain_names, env_id
from fc_gym.cli.console import console, say, say_json, sentence, table
from fc_gym.cli.page import as_markdown, sections
from fc_gym.cli.stats import show_stats
from fc_gym.domain import Domain
from fc_gym.draw import draw
from fc_gym.errors import DomainError, FcGymError, RecordError
from fc_gym.graph import ApiGraph
from fc_gym.joined import JoinedDomain
from fc_gym.kept import graph_of, kept
from fc_gym.plans import Plan, kept_plans
from fc_gym.registration import load_domain

__all__ = ["list_domains", "show", "version"]


def list_domains(
    domains: Annotated[
        list[str] | None, typer.Argument(help="Names, or classes as file.py:Class or module:Class; all, if none.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    stats: Annotated[bool, typer.Option("--stats", help="Measure edges, alternatives and shortest plans.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="With --stats: search for plans anew and keep them beside the domains.")
    ] = False,
) -> None:
    """List the domains: ours, and those that installed packages offer."""
    if keep and not stats:
        raise FcGymError("--keep keeps the plans that --stats searches for; give both")
    names = list(dict.fromkeys(domains or domain_names()))
    found = {name: load_domain(name) for name in domains or ()} or _readable(names)
    if stats:
        show_stats([one for one in found.values() if isinstance(one, Domain)], json=json, keep=keep)
    elif json:
        say_json([_summary(name, one) for name, one in found.items()])
    else:
        columns = ("name", "tools", "reads", "writes", "entities", "gym id")
        rows = [_summary(name, one) for name, one in found.items() if isinstance(one, Domain)]
        cells = [[row.get(column.replace(" ", "_"), "") for column in columns] for row in rows]
        console.print(table("domains", columns, cells))
    for name, one in found.items():
        if isinstance(one, DomainError) and not json:
            say(f"{name} cannot be read: {sentence(str(one))}")


def show(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class or module:Class.")],
    json: Annotated[bool, typer.Option("--json", help="Print the tools as chat APIs take them.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the page as Markdown, .md, instead of printing it.")] = None,
    drawing: Annotated[
        Path | None, typer.Option(help="Draw the graph, .svg or .png, and link it in the page; needs matplotlib.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the start state that examples come from.")] = 0,
) -> None:
    """Show a domain's tools, entities and refusals, what undoes what, shortest plans, and real calls."""
    found = load_domain(domain)
    if json:
        say_json([tool.spec() for tool in found.tools.values()])
        return
    _check_places(out, drawing)
    graph = graph_of(found) if out or drawing else _kept_graph(found)
    parts = sections(graph or ApiGraph(found), _plans(found), seed)
    title = f"{found.name}: {sentence(found.description)}" if found.description else found.name
    if drawing:
        _draw(graph or ApiGraph(found), drawing)
    if out:
        link = Path(os.path.relpath(drawing.parent, out.parent), drawing.name).as_posix() if drawing else ""
        _write(out, as_markdown(title, parts, link))
        return
    say(title)
    for part in parts:
        console.print(table(part.title, part.columns, part.rows))
    if graph is None:
        say(f"Its refusals are not measured yet; see them with: fc-gym show {domain} --out {found.name}.md")


def version() -> None:
    """Print the version."""
    say(f"fc-gym {installed('fc-gym')}")


def _readable(names: list[str]) -> dict[str, Domain | DomainError]:
    """Read domains, so that one that cannot be read does not hide the others."""
    found: dict[str, Domain | DomainError] = {}
    for name in names:
        try:
            found[name] = load_domain(name)
        except DomainError as error:
            found[name] = error
    return found


def _summary(name: str, domain: Domain | DomainError) -> dict[str, Any]:
    if isinstance(domain, DomainError):
        return {"name": name, "error": str(domain)}
    tools, reads = len(domain.tools), sum(tool.reads_only for tool in domain.tools.values())
    counts = {"tools": tools, "reads": reads, "writes": tools - reads, "entities": len(domain.entities)}
    return {"name": name, **counts, **({"gym_id": env_id(name)} if name in domain_names() else {})}


def _kept_graph(domain: Domain) -> ApiGraph | None:
    """Return the graph if it was measured before, in every part of a joined world."""
    parts = domain.parts.values() if isinstance(domain, JoinedDomain) else [domain]
    return graph_of(domain) if all(kept(part) is not None for part in parts) else None


def _plans(domain: Domain) -> tuple[Plan, ...]:
    return kept_plans(domain) or ()


def _check_places(out: Path | None, drawing: Path | None) -> None:
    for option, place, endings in (("--out", out, (".md",)), ("--drawing", drawing, (".svg", ".png"))):
        if place is not None and place.suffix not in endings:
            raise RecordError(f"{option} {place}: the name must end with {' or '.join(endings)}")
        if place is not None and not place.parent.is_dir():
            raise RecordError(f"{option} {place}: there is no folder {place.parent}")


def _draw(graph: ApiGraph, place: Path) -> None:
    try:
        draw(graph, place)
    except OSError as error:
        raise RecordError(f"{place}: cannot be written ({error.strerror})") from None
    say(f"drawing: {place}")


def _write(place: Path, text: str) -> None:
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{place}: cannot be written ({error.strerror})") from None
    say(f"page: {place}")
