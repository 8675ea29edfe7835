"""Bounds on the length of shortest plans: from above by plans that were executed, from below by search."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fc_gym.graph import ApiGraph
from fc_gym.plans.influence import Influence
from fc_gym.plans.plan import Plan
from fc_gym.plans.search import Search, Spent
from fc_gym.plans.tries import tried

__all__ = ["BUDGET", "STARTS", "bound", "bounds"]

BUDGET = 100_000
"""Outcomes of calls that the search may look at for one tool in one start state."""
STARTS = 3
"""Start states with a plan for each tool."""
SEEDS = 12
"""Start states in which plans are looked for."""
ATTEMPTS = 10


def bounds(
    graph: ApiGraph, starts: int = STARTS, budget: int = BUDGET, on_tool: Callable[[], None] = lambda: None
) -> tuple[Plan, ...]:
    """Bound the shortest plans of every tool of a domain.

    Args:
        graph: The measured graph.
        starts: For how many start states per tool; those in which no plan is found are passed over.
        budget: Outcomes to look at for one tool in one start state; what it does not suffice for is left open.
        on_tool: Told after each tool.

    Returns:
        The plans by tool; the same for the same arguments.
    """
    influence = Influence(graph)
    searches: dict[int, Search] = {}
    found: list[Plan] = []
    for tool in graph.domain.tools:
        mine: list[Plan] = []
        for seed in range(SEEDS):
            if len(mine) < starts:
                if seed not in searches:
                    searches[seed] = Search(influence, graph.domain.sample(seed), budget)
                plan = bound(graph, tool, seed, searches[seed])
                mine += [plan] if plan else []
        found += mine
        on_tool()
    return tuple(found)


def bound(graph: ApiGraph, tool: str, seed: int, search: Search) -> Plan | None:
    """Bound the shortest plan of one tool in one start state.

    Args:
        graph: The measured graph.
        tool: The tool to have accepted.
        seed: The seed of the start state, and of what is tried.
        search: The search from that start state.

    Returns:
        The shortest plan found, and what is proved of its length; None if none was found.
    """
    rng = np.random.default_rng([seed, graph.domain.names.index(tool)])
    calls = tuple(tried(graph, search.start, tool, rng, ATTEMPTS))
    search.refill()
    for length in range(1, len(calls)):
        try:
            shorter = search.plan(tool, length)
        except Spent:
            return Plan(tool, seed, length, calls)
        if shorter is not None:
            return Plan(tool, seed, length, tuple(shorter))
    return Plan(tool, seed, len(calls), calls) if calls else None
