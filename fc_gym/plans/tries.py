"""Plans found by trying: what a call lacks is looked for backwards along the graph, and what was needless is cut."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.graph import ApiGraph
from fc_gym.known import Known, draw_call
from fc_gym.plans.plan import grounded, heard, played
from fc_gym.state import State
from fc_gym.tool import Tool
from fc_gym.types import JsonValue, ToolCall

__all__ = ["shortened", "tried"]

STEPS = 40
"""Calls in an attempt."""
DEPTH = 8
"""Longest chain of reasons for one call."""
STRAY = 0.15
"""Chance of looking up something though all that is needed is known, 0 to 1."""
SAME = 0.7
"""Chance that a call that is to lift a refusal is about the same rows, 0 to 1."""
DRAWS = 6
"""Calls of one tool that are tried for one reason."""
EXTRA = 5
"""How many times as many attempts are made as long as there is no plan."""


def tried(graph: ApiGraph, start: State[World], target: str, rng: np.random.Generator, attempts: int) -> list[ToolCall]:
    """Look for a short plan.

    Args:
        graph: The measured graph.
        start: The start state; not changed.
        target: The tool to have accepted.
        rng: The source of chance.
        attempts: How often to try; more often as long as there is no plan.

    Returns:
        The shortest plan found, of which no call and no two can be left out; empty if there is none.
    """
    best: list[ToolCall] = []
    for attempt in range(EXTRA * attempts):
        if attempt >= attempts and best:
            break
        found = _Attempt(graph, start, target, rng).calls()
        found = shortened(graph.domain, start, found) if found else found
        if found and (not best or len(found) < len(best)):
            best = found
    return best


def shortened(domain: Domain, start: State[World], calls: Sequence[ToolCall]) -> list[ToolCall]:
    """Leave out calls, and pairs of calls, the latest first, as long as the rest remains a plan."""
    left = list(calls)
    for many in (1, 2, 1):
        left = _without(domain, start, left, many)
    return left


def _without(domain: Domain, start: State[World], calls: list[ToolCall], many: int) -> list[ToolCall]:
    """Leave out so many calls at a time."""
    for places in itertools.combinations(reversed(range(len(calls) - 1)), many):
        rest = [call for place, call in enumerate(calls) if place not in places]
        if played(domain, start, rest) is not None:
            return _without(domain, start, rest, many)
    return calls


class _Attempt:
    """One way through the world, each call for a reason that leads to the target."""

    def __init__(self, graph: ApiGraph, start: State[World], target: str, rng: np.random.Generator) -> None:
        self.graph, self.domain, self.target, self.rng = graph, graph.domain, target, rng
        self.state = start.fork()
        self.known = heard(self.domain, self.state.world)
        self.done: list[ToolCall] = []

    def calls(self) -> list[ToolCall]:
        """Return the calls up to the target; empty if it was not reached."""
        for _ in range(STEPS):
            self._step()
            if self.done and self.done[-1].name == self.target:
                return self.done
        return []

    def _step(self) -> None:
        tool, same = self.domain.tools[self.target], ToolCall("")
        for _ in range(DEPTH):
            lacking = sorted(key for key in self.domain.requirements[tool.name] if not self.known.has(key))
            rows = lacking or (self._rows(tool) if self.rng.random() < STRAY else [])
            if rows:
                nearer = self.graph.producers(rows[int(self.rng.integers(len(rows)))])
                same = ToolCall("")
            else:
                refused = self._called(tool, same)
                if refused is None:
                    return
                same, nearer = refused
            if not nearer:
                return
            tool = self.domain.tools[nearer[int(self.rng.integers(len(nearer)))]]

    def _rows(self, tool: Tool) -> list[str]:
        return sorted({one.key for one in tool.parameters.values() if one.key in self.domain.entities})

    def _called(self, tool: Tool, same: ToolCall) -> tuple[ToolCall, tuple[str, ...]] | None:
        """Call a tool; if it only refuses, return one call with the tools that lift its refusal."""
        reasons: list[tuple[ToolCall, tuple[str, ...]]] = []
        known = self._about(tool, same)
        for _ in range(DRAWS):
            call = draw_call(tool, known, self.rng, optional=0.2)
            if call is None or not grounded(self.domain, call, self.known):
                continue
            result = self.domain.execute(self.state.world, call, terse=True)
            if not result.refusal:
                self.known.show(result, 0, len(self.done))
                self.done.append(call)
                return None
            lifting = self.graph.enablers(tool.name, result.refusal.code)
            if lifting:
                reasons.append((call, lifting))
        return reasons[int(self.rng.integers(len(reasons)))] if reasons else None

    def _about(self, tool: Tool, same: ToolCall) -> Known:
        """Return what is known, by chance narrowed to the rows of another call."""
        if not same.name or self.rng.random() >= SAME:
            return self.known
        theirs = self.domain.tools[same.name].parameters
        known = self.known.copy()
        for one in tool.parameters.values():
            values = [_single(same.arguments[name]) for name, other in theirs.items()
                      if one.key and other.key == one.key and name in same.arguments]  # fmt: skip
            if one.key in self.domain.entities and values:
                known.tell(f"{tool.name}.{one.name}", values)
        return known


def _single(value: JsonValue) -> JsonValue:
    return value[0] if isinstance(value, list) else value
