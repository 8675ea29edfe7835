"""Which tool can matter to which: what a plan may leave out."""

from __future__ import annotations

import networkx as nx
import numpy as np

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.known import draw_call, world_values
from fc_gym.measure import Probe, onlooker

__all__ = ["Influence"]

STARTS = 8
MOVES = 40
"""Writes per start state, to see of which keys they make new rows."""


class Influence:
    """Which calls can matter to a later one, as the measured graph and the types tell.

    A call matters to another that it gets accepted (a state edge), whose rows it shows (a data edge), or whose rows it
    makes, though something else shows them.

    Args:
        graph: The measured graph.
    """

    def __init__(self, graph: ApiGraph) -> None:
        self.graph, self.domain = graph, graph.domain
        rows = set(self.domain.entities)
        self.takes = {
            tool.name: frozenset(one.key for one in tool.parameters.values()) & rows
            for tool in self.domain.tools.values()
        }
        self.lifts = {(edge.source, edge.target, edge.label) for edge in graph.edges if edge.kind == "state"}
        self.enables = {(source, target) for source, target, _ in self.lifts}
        self._feeds = {
            (maker, taker) for maker, key in _makers(self.domain) for taker, keys in self.takes.items() if key in keys
        }
        self._needs = {tool: self.domain.requirements[tool] for tool in self.domain.tools}
        self._hops = self._measured_hops()
        self._least: dict[tuple[str, frozenset[str]], float] = {}

    def writes(self, tool: str) -> bool:
        """Return True if a tool may change something."""
        return tool in self.graph.measured.writes or not self.domain.tools[tool].reads_only

    def tools(self, target: str, rest: int) -> list[str]:
        """Return the tools that can matter if `rest` calls follow, of which the last and no other is the target."""
        hops = self._hops[target]
        return [tool for tool in self.domain.tools if tool != target and hops.get(tool, rest + 1) <= rest]

    def keys(self, target: str, rest: int) -> frozenset[str]:
        """Return the keys whose rows can matter to the last `rest` calls."""
        return frozenset().union(*(self.takes[tool] for tool in {target, *self.tools(target, rest - 1)}))

    def least(self, target: str, known: frozenset[str]) -> float:
        """Return how many calls it takes at least until a row of every needed key is known; the types say so."""
        if (target, known) not in self._least:
            self._least[target, known] = self._steps(self._needs[target], known)
        return self._least[target, known]

    def _steps(self, wanted: frozenset[str], known: frozenset[str]) -> float:
        level, seen, steps = {known}, {known}, 0
        while level:
            if any(wanted <= one for one in level):
                return steps
            level = {after for one in level for after in self._after(one)} - seen
            seen |= level
            steps += 1
        return float("inf")

    def _after(self, known: frozenset[str]) -> set[frozenset[str]]:
        rows = set(self.domain.entities)
        return {
            known | (tool.gives & rows)
            for tool in self.domain.tools.values()
            if self._needs[tool.name] <= known and not tool.gives & rows <= known
        }

    def _measured_hops(self) -> dict[str, dict[str, int]]:
        backward = nx.DiGraph()
        backward.add_nodes_from(self.domain.tools)
        backward.add_edges_from((target, source) for source, target in self.enables | self._feeds)
        backward.add_edges_from((edge.target, edge.source) for edge in self.graph.edges if edge.kind == "data")
        return {tool: dict(found) for tool, found in nx.all_pairs_shortest_path_length(backward)}


def _makers(domain: Domain) -> set[tuple[str, str]]:
    """Return each tool that was seen to make rows, with their key."""
    found: set[tuple[str, str]] = set()
    rng = np.random.default_rng(3)
    names = [tool.name for tool in domain.tools.values() if not tool.reads_only]
    for seed in range(STARTS if names else 0):
        state = domain.sample(seed)
        probe = Probe(domain, state)
        for _ in range(MOVES):
            name = names[int(rng.integers(len(names)))]
            before = world_values(domain, state.world)
            call = draw_call(domain.tools[name], onlooker(domain, state.world), rng)
            if call is None or probe.run(call):
                continue
            after = world_values(domain, state.world)
            found |= {(name, key) for key in domain.entities if set(after.get(key, ())) - set(before.get(key, ()))}
    return found
