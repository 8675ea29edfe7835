"""The API graph: which tool feeds, enables or spoils which other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import networkx as nx

from fc_gym.domain import Domain
from fc_gym.types import JsonValue, to_json

__all__ = ["ApiGraph", "Edge", "Measured", "data_edges"]


@dataclass(frozen=True, order=True, slots=True)
class Edge:
    """One relation between two tools.

    `data`: a result of `source` contains the key `label` that `target` takes; `state`: after `source`, `target` is no
    longer refused with the code `label`; `undo`: after `source`, `target` is refused with the code `label`.
    """

    kind: Literal["data", "state", "undo"]
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class Measured:
    """What executing a domain showed."""

    edges: frozenset[Edge] = frozenset()
    """State and undo edges."""
    writes: frozenset[str] = frozenset()
    """Tools that changed a state at least once."""
    succeeded: frozenset[str] = frozenset()
    """Tools that were accepted at least once."""
    refusals: Mapping[str, frozenset[str]] | None = None
    """The codes with which each tool refused."""

    @classmethod
    def union(cls, parts: Iterable[Measured]) -> Measured:
        """Return what was measured in several domains together."""
        found = list(parts)
        return cls(
            frozenset().union(*(one.edges for one in found)),
            frozenset().union(*(one.writes for one in found)),
            frozenset().union(*(one.succeeded for one in found)),
            {tool: codes for one in found for tool, codes in (one.refusals or {}).items()},
        )


class ApiGraph:
    """The relations between the tools of a domain.

    Args:
        domain: Gives the tools and, by their types, the data edges.
        measured: Gives the state and undo edges; none if not measured.
    """

    def __init__(self, domain: Domain, measured: Measured | None = None) -> None:
        self.domain = domain
        self.measured = measured or Measured()
        self.edges: tuple[Edge, ...] = tuple(sorted({*data_edges(domain), *self.measured.edges}))

    @cached_property
    def network(self) -> nx.MultiDiGraph:
        """The graph as networkx knows it: nodes are tool names, edges carry `kind` and `label`."""
        network = nx.MultiDiGraph(name=self.domain.name)
        for tool in self.domain.tools.values():
            network.add_node(tool.name, writes=tool.name in self.measured.writes, description=tool.description)
        for edge in self.edges:
            network.add_edge(edge.source, edge.target, kind=edge.kind, label=edge.label)
        return network

    def producers(self, key: str) -> tuple[str, ...]:
        """Return the tools whose results may contain a key: alternatives to one another."""
        return tuple(tool.name for tool in self.domain.tools.values() if key in tool.gives)

    def enablers(self, tool: str, code: str) -> tuple[str, ...]:
        """Return the tools that lift a refusal: alternatives to one another; different codes are joined by "and"."""
        return self._by_target("state").get((tool, code), ())

    def refusals(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return, for each tool and code of a refusal that can be lifted, the tools that lift it."""
        return self._by_target("state")

    def spoilers(self, tool: str) -> tuple[str, ...]:
        """Return the tools that undo what another needs."""
        return tuple(sorted({edge.source for edge in self.edges if edge.kind == "undo" and edge.target == tool}))

    def spoiled_by(self, tool: str) -> frozenset[str]:
        """Return the tools that a tool spoils."""
        return frozenset(edge.target for edge in self.edges if edge.kind == "undo" and edge.source == tool)

    def harmless(self, tool: str) -> bool:
        """Return True if a tool takes nothing away: it spoils no other tool."""
        return self.spoiled_by(tool) <= {tool}

    def recovers(self, later: str, earlier: str) -> bool:
        """Return True if one tool gives back what another took away: it lifts a refusal that the other causes."""
        taken = {(edge.target, edge.label) for edge in self.edges if edge.kind == "undo" and edge.source == earlier}
        return any(
            (edge.target, edge.label) in taken for edge in self.edges if edge.kind == "state" and edge.source == later
        )

    def prerequisites(self, tool: str) -> list[frozenset[str]]:
        """Return what a tool needs as a conjunction of alternatives: one tool out of every set.

        Only needs that no start state can meet by itself are listed: keys, since refusals depend on the state.
        """
        needs = sorted(self.domain.tools[tool].needs & set(self.domain.entities))
        return [frozenset(self.producers(key)) for key in needs]

    def legal(self, tool: str, called: Iterable[str]) -> bool:
        """Return whether the prerequisites of a tool are among the tools called (FunReason-MT eq. 1, with "or")."""
        have = set(called)
        return all(alternatives & have for alternatives in self.prerequisites(tool))

    def distance(self, source: str, target: str) -> float:
        """Return the number of data and state edges on a shortest path; infinity if there is none."""
        return self._distances.get(source, {}).get(target, float("inf"))

    def tree(self) -> dict[str, JsonValue]:
        """Return the graph as plain JSON, sorted, readable by a person."""
        kinds: dict[str, list[list[str]]] = {"data": [], "state": [], "undo": []}
        for edge in self.edges:
            kinds[edge.kind].append([edge.source, edge.target, edge.label])
        return {
            "domain": self.domain.name,
            "tools": {
                tool.name: {"writes": tool.name in self.measured.writes, "needs": sorted(tool.needs)}
                for tool in self.domain.tools.values()
            },
            **kinds,
        }

    def save(self, path: Path) -> None:
        """Write the graph as GraphML (`.graphml`) or JSON (any other name)."""
        if path.suffix == ".graphml":
            nx.write_graphml(self.network, path)
        else:
            path.write_text(to_json(self.tree()), encoding="utf-8")

    @cached_property
    def _distances(self) -> dict[str, dict[str, int]]:
        forward = nx.DiGraph()
        forward.add_nodes_from(self.domain.tools)
        forward.add_edges_from((edge.source, edge.target) for edge in self.edges if edge.kind != "undo")
        return {source: dict(found) for source, found in nx.all_pairs_shortest_path_length(forward)}

    def _by_target(self, kind: str) -> dict[tuple[str, str], tuple[str, ...]]:
        return self._grouped[kind]

    @cached_property
    def _grouped(self) -> dict[str, dict[tuple[str, str], tuple[str, ...]]]:
        groups: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {"data": {}, "state": {}, "undo": {}}
        for edge in self.edges:
            group = groups[edge.kind]
            group[edge.target, edge.label] = (*group.get((edge.target, edge.label), ()), edge.source)
        return groups


def data_edges(domain: Domain) -> list[Edge]:
    """Return the data edges: every tool that gives a key to every other that takes it."""
    takers: dict[str, list[tuple[int, str]]] = {}
    for position, taker in enumerate(domain.tools.values()):
        for key in {one.key for one in taker.parameters.values() if one.key}:
            takers.setdefault(key, []).append((position, taker.name))
    return [
        Edge("data", giver.name, taker, key)
        for giver in domain.tools.values()
        for _, taker, key in sorted((*one, key) for key in giver.gives for one in takers.get(key, ()))
        if giver.name != taker
    ]
