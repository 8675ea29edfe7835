"""A world's page: sections of tables, for the terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fc_gym.cli.console import sentence
from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.known import draw_call
from fc_gym.plans import Plan, spans
from fc_gym.plans.plan import heard
from fc_gym.tool import Parameter, Tool
from fc_gym.types import ToolResult
from fc_gym.variety import alternatives

__all__ = ["Section", "as_markdown", "examples", "sections"]

CALLS = 400
"""Calls played to find an example of every tool."""
SHOWN = 160
"""Characters of an example's result that are shown."""


@dataclass(frozen=True)
class Section:
    """One table of the page."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sections(graph: ApiGraph, plans: tuple[Plan, ...], seed: int) -> list[Section]:
    """Return the page of a domain, without sections that would be empty.

    Args:
        graph: Its graph; what was not measured is left out.
        plans: The plans of its tools, if they are known.
        seed: Of the start state that examples come from.
    """
    domain = graph.domain
    tools = list(domain.tools.values())
    heads = ("tool", "parameters", "needs", "gives", "what it does")
    lifted = ("tool", "refuses with", "lifted by")
    undone = ("after", "this refuses", "with", "lifted by")
    found = (
        Section("reads", heads, tuple(_tool(tool) for tool in tools if tool.reads_only)),
        Section("writes", heads, tuple(_tool(tool) for tool in tools if not tool.reads_only)),
        Section("entities", ("entity", "key", "table", "named"), tuple(_entities(domain))),
        Section("refusals", lifted, tuple(_refusals(graph))),
        Section("undone by", undone, tuple(_undone(graph))),
        Section("alternatives", ("need", "met by"), tuple(_alternatives(graph))),
        Section("shortest plans", ("tool", "calls", "for example"), tuple(_plans(plans))),
        Section(f"examples, from start state {seed}", ("call", "result"), tuple(_examples(domain, seed))),
    )
    return [one for one in found if one.rows]


def as_markdown(title: str, parts: list[Section], drawing: str = "") -> str:
    """Return the page as Markdown.

    Args:
        title: What stands above it, as `name: description`.
        parts: The sections.
        drawing: Where the drawing of the graph is, as seen from the page; empty if there is none.
    """
    lines = [f"# {_plain(title)}", ""]
    lines += [f"![The graph of its tools]({drawing})", ""] if drawing else []
    for part in parts:
        lines += [f"## {part.title[:1].upper()}{part.title[1:]}", ""]
        lines += [_line(part.columns), _line(("---",) * len(part.columns))]
        lines += [_line(tuple(_plain(cell) for cell in row)) for row in part.rows]
        lines.append("")
    return "\n".join(lines)


def examples(domain: Domain, seed: int) -> dict[str, ToolResult]:
    """Return an accepted call of each tool, as far as random play from a start state comes upon one.

    Args:
        domain: The domain.
        seed: Of the start state and of the play; what is called was shown before or is what a user could say.
    """
    state, rng = domain.sample(seed), np.random.default_rng([seed, 17])
    known = heard(domain, state.world)
    found: dict[str, ToolResult] = {}
    for position in range(CALLS):
        missing = [name for name in domain.tools if name not in found]
        if not missing:
            break
        names = missing if rng.random() < 0.7 else list(domain.tools)
        call = draw_call(domain.tools[names[int(rng.integers(len(names)))]], known, rng)
        result = domain.execute(state.world, call) if call else None
        if result is not None and result.ok:
            known.show(result, 0, position)
            found.setdefault(result.call.name, result)
    return {name: found[name] for name in domain.tools if name in found}


def _tool(tool: Tool) -> tuple[str, ...]:
    parameters = "\n".join(_signature(one) for one in tool.parameters.values())
    first = sentence(tool.description.split("\n\n")[0])
    return tool.name, parameters, "\n".join(sorted(tool.needs)), "\n".join(sorted(tool.gives)), first


def _signature(parameter: Parameter) -> str:
    kind = _kind(parameter.schema)
    if parameter.required:
        return f"{parameter.name}: {kind}"
    default = parameter.default
    return f"{parameter.name}?: {kind}" if default is None else f"{parameter.name}: {kind} = {default!r}"


def _kind(schema: Any) -> str:
    if "enum" in schema:
        return " | ".join(map(repr, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any"))


def _entities(domain: Domain) -> Iterator[tuple[str, ...]]:
    for one in domain.entities.values():
        names = [*(phrase.text for phrase in one.heads), *(f"+ {phrase.text}" for phrase in one.modifiers)]
        yield one.noun, one.key, one.table, "\n".join(names)


def _refusals(graph: ApiGraph) -> Iterator[tuple[str, ...]]:
    for tool in graph.domain.tools:
        for code in sorted((graph.measured.refusals or {}).get(tool, ())):
            yield tool, code, "\n".join(graph.enablers(tool, code)) or "-"


def _undone(graph: ApiGraph) -> Iterator[tuple[str, ...]]:
    for edge in graph.edges:
        if edge.kind == "undo":
            yield edge.source, edge.target, edge.label, "\n".join(graph.enablers(edge.target, edge.label)) or "-"


def _alternatives(graph: ApiGraph) -> Iterator[tuple[str, ...]]:
    for one in alternatives(graph):
        yield one.what, ", ".join(one.tools)


def _plans(plans: tuple[Plan, ...]) -> Iterator[tuple[str, ...]]:
    for tool, span in spans(plans).items():
        shortest = min((one for one in plans if one.tool == tool), key=lambda one: one.upper)
        yield tool, str(span), ", ".join(call.name for call in shortest.calls)


def _examples(domain: Domain, seed: int) -> Iterator[tuple[str, ...]]:
    for result in examples(domain, seed).values():
        text = result.text if len(result.text) <= SHOWN else f"{result.text[:SHOWN]}..."
        yield str(result.call), sentence(text)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is, in one cell of a table."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return "<br>".join(sentence(line) for line in text.split("\n"))
