"""What is drawn between what: tools in columns, keys between them, and the lines.

A key that five tools give and ten take makes fifty data edges; drawn as a tag that the tools are tied to, it makes
fifteen lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fc_gym.graph import ApiGraph

__all__ = ["Kind", "Link", "Role", "columns_of", "links_of", "role_of"]

Kind = Literal["data", "state", "undo"]
Role = Literal["read", "write", "key", "bend"]
"""What a place in a column holds; a bend is where a line passes a column."""


@dataclass(frozen=True, order=True)
class Link:
    """A line between two nodes; one between a tool and a key may have a head at both ends."""

    kind: Kind
    start: str
    end: str
    head_at_start: bool
    head_at_end: bool

    @property
    def bundle(self) -> str:
        """What is equal for links that may run side by side as one line."""
        return f"{self.kind} {self.start} {self.head_at_start} {self.head_at_end}"


def _key_node(key: str) -> str:
    """Return the node of a key; no tool has such a name."""
    return f"<{key}>"


def role_of(graph: ApiGraph, node: str) -> Role:
    """Return what a node is; without measurement, tools are told apart by what their names promise."""
    tool = graph.domain.tools.get(node)
    if tool is None:
        return "key" if node.startswith("<") else "bend"
    writes = node in graph.measured.writes if graph.measured.writes else not tool.reads_only
    return "write" if writes else "read"


def links_of(graph: ApiGraph) -> list[Link]:
    """Return the lines to draw: ties between tools and keys, and one line per pair for state and undo edges."""
    pairs = {(edge.kind, edge.source, edge.target) for edge in graph.edges if edge.kind != "data"}
    lines = [Link(kind, source, target, False, True) for kind, source, target in pairs]
    return sorted([*_ties(graph), *lines])


def columns_of(graph: ApiGraph) -> list[list[str]]:
    """Return the nodes from left to right: of each layer those that read, those that write, then the keys they give."""
    layers = _layers(graph)
    keys = {key: min(layers[giver] for giver in graph.producers(key)) for key in _keys(graph)}
    columns = []
    for layer in sorted(set(layers.values())):
        tools = [tool for tool in graph.domain.tools if layers[tool] == layer]
        columns.append([tool for tool in tools if role_of(graph, tool) == "read"])
        columns.append([tool for tool in tools if role_of(graph, tool) == "write"])
        columns.append([_key_node(key) for key in keys if keys[key] == layer])
    return [column for column in columns if column]


def _ties(graph: ApiGraph) -> Iterator[Link]:
    for key, (givers, takers) in _keys(graph).items():
        for tool in sorted(givers | takers):
            yield Link("data", _key_node(key), tool, tool in givers, tool in takers)


def _keys(graph: ApiGraph) -> dict[str, tuple[set[str], set[str]]]:
    """Return, per key of the data edges, who gives it and who takes it."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for edge in graph.edges:
        if edge.kind == "data":
            givers, takers = found.setdefault(edge.label, (set(), set()))
            givers.add(edge.source)
            takers.add(edge.target)
    return dict(sorted(found.items()))


def _layers(graph: ApiGraph) -> dict[str, int]:
    """Return how many tools must come before each at least; those that nothing leads to come first."""
    layers: dict[str, int] = {}
    for layer in range(len(graph.domain.tools) + 1):
        ready = [tool for tool in graph.domain.tools if tool not in layers and graph.legal(tool, layers)]
        layers.update(dict.fromkeys(ready, layer))
    return {tool: layers.get(tool, 0) for tool in graph.domain.tools}
