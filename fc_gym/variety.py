"""Structural variety: how many tools, edges and alternatives a domain has, and how far its tools are from the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.known import Known, draw_call, grounded_calls
from fc_gym.plans import Plan, Span, spans
from fc_gym.plans.plan import heard

__all__ = ["Alternative", "Variety", "alternatives", "branching", "variety"]

SEEDS = 8
CALLS = 12
"""Calls played from each start state, to see how many calls there are to choose from."""
PER_TOOL = 64
"""Grounded calls of one tool that are counted at most, as many as an environment lists."""


@dataclass(frozen=True, order=True)
class Alternative:
    """One need that several tools meet."""

    kind: str
    """`key` or `refusal`."""
    what: str
    """The key; or the tool that refuses and its code, as `submit_order: cart_empty`."""
    tools: tuple[str, ...]
    """Those that show the key or lift the refusal; two or more."""


@dataclass(frozen=True)
class Variety:
    """What a domain offers to learn from, in numbers."""

    domain: str
    tools: int
    reads: int
    """Tools whose name promises that they change nothing."""
    data: int
    state: int
    undo: int
    alternatives: int
    looked_up: int
    """Tools that cannot be called without a row that a result has to show first."""
    guarded: int
    """Tools with a refusal that another tool lifts."""
    branching: float
    """Grounded calls to choose from, on average over played states."""
    spans: dict[str, Span]
    """The length of the shortest plans by tool."""

    @property
    def writes(self) -> int:
        """How many tools are to change something."""
        return self.tools - self.reads

    @property
    def farthest(self) -> Span | None:
        """The longest of the shortest plans; None if none was found."""
        return max(self.spans.values(), key=lambda one: (one.upper, one.lower), default=None)

    def at_least(self, calls: int) -> tuple[int, int]:
        """Return how many tools are proved to take so many calls, and how many take so many as far as was found."""
        found = self.spans.values()
        return sum(one.lower >= calls for one in found), sum(one.upper >= calls for one in found)


def variety(graph: ApiGraph, plans: Iterable[Plan]) -> Variety:
    """Count what a domain offers.

    Args:
        graph: Its measured graph.
        plans: The plans of its tools.
    """
    domain, edges = graph.domain, Counter(edge.kind for edge in graph.edges)
    return Variety(
        domain=domain.name,
        tools=len(domain.tools),
        reads=sum(tool.reads_only for tool in domain.tools.values()),
        data=edges["data"],
        state=edges["state"],
        undo=edges["undo"],
        alternatives=len(alternatives(graph)),
        looked_up=sum(bool(rows) for rows in domain.requirements.values()),
        guarded=len({tool for tool, _ in graph.refusals()}),
        branching=branching(domain),
        spans=spans(plans),
    )


def alternatives(graph: ApiGraph) -> list[Alternative]:
    """Return every refusal that two or more tools lift, and every key a tool needs that two or more tools show.

    A tool that has to be given a row of the key is not counted as showing it.
    """
    needs = graph.domain.requirements
    keys = [
        Alternative("key", key, tuple(sorted(tool for tool in graph.producers(key) if key not in needs[tool])))
        for key in sorted(frozenset().union(*needs.values()))
    ]
    refusals = [
        Alternative("refusal", f"{tool}: {code}", enablers) for (tool, code), enablers in graph.refusals().items()
    ]
    return sorted(one for one in (*keys, *refusals) if len(one.tools) > 1)


def branching(domain: Domain, seeds: Sequence[int] = range(SEEDS), calls: int = CALLS) -> float:
    """Return how many grounded calls there are to choose from, on average over the states of random play."""
    counts: list[int] = []
    for seed in seeds:
        state, rng = domain.sample(seed), np.random.default_rng([seed, 5])
        known = heard(domain, state.world)
        for position in range(calls):
            counts.append(_choices(domain, known))
            tool = list(domain.tools.values())[int(rng.integers(len(domain.tools)))]
            call = draw_call(tool, known, rng)
            if call is not None:
                known.show(domain.execute(state.world, call, terse=True), 0, position)
    return sum(counts) / len(counts)


def _choices(domain: Domain, known: Known) -> int:
    return sum(1 for tool in domain.tools.values() for _ in grounded_calls(tool, known, PER_TOOL))
