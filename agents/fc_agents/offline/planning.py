"""The policies that plan: nearest legal tool in the API graph, and breadth-first search in the world itself.

Both take the tool that a sentence resembles most for its goal, and of the rows in mind the one that has most words in
common with the message, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fc_agents.offline.match import Matcher, overlap, stems
from fc_agents.offline.sight import SightedPolicy
from fc_gym.known import Known, grounded_calls
from fc_gym.measure import Probe
from fc_gym.session import Session
from fc_gym.types import Action, JsonValue, ToolCall, leaves

__all__ = ["BfsPolicy", "GreedyPolicy"]

PER_TOOL = 12
"""Calls of one tool that are considered."""


class _Aiming(SightedPolicy):
    """Goes for one goal after the other."""

    def fresh(self) -> None:
        """Find the goals in a new message."""
        self.goals = Matcher(self.env.domain, self.sight.offered).tools(self.sight.user)
        self.called: set[str] = set()
        self.plan: list[ToolCall] = []

    def _fitting(self, calls: Iterable[ToolCall]) -> list[ToolCall]:
        """Put the calls first whose rows have most in common with the message."""
        words = stems(self.sight.user)
        scores: dict[JsonValue, tuple[int, int]] = {}
        for value, record, age in self.sight.records():
            scores[value] = max(scores.get(value, (0, 0)), (overlap(record, words), age))
        return sorted(calls, key=lambda call: _worth(call, scores), reverse=True)

    def _reached(self, name: str) -> bool:
        return any(result.ok and result.call.name == name for result in self.sight.made)


def _worth(call: ToolCall, scores: dict[JsonValue, tuple[int, int]]) -> tuple[int, int]:
    found = [scores.get(leaf, (0, 0)) for _, leaf, _ in leaves(dict(call.arguments)) if isinstance(leaf, str | int)]
    return sum(one for one, _ in found), sum(age for _, age in found)


class GreedyPolicy(_Aiming):
    """Calls the goal if that is possible, and else the possible tool nearest to it in the graph."""

    name = "greedy"

    def choose(self, info: dict[str, Any]) -> Action:
        """Return the call that seems nearest to the goal."""
        while self.goals and self._reached(self.goals[0]):
            self.goals.pop(0)
        if not self.goals:
            return self.sight.reply()
        known, probe = self.sight.known(self.env.session), Probe(self.env.domain, self.env.session.state)
        goal = self.goals[0]
        away = {name: self.graph.distance(name, goal) for name in self.sight.offered if name not in self.called}
        near = [name for name, hops in away.items() if 0 < hops < float("inf")]
        for name in [goal, *sorted(near, key=lambda one: (away[one], one))]:
            call = self._possible(name, known, probe)
            if call is not None:
                self.called.add(name)
                return [call]
        self.goals.pop(0)
        return self.choose(info)

    def _possible(self, name: str, known: Known, probe: Probe) -> ToolCall | None:
        """Return the best fitting call of a tool that would be accepted now; None if there is none among the best."""
        calls = self._fitting(grounded_calls(self.env.domain.tools[name], known, PER_TOOL))
        return next((call for call in calls[:3] if not probe.code(call)), None)


class BfsPolicy(_Aiming):
    """Searches forks of the world, shortest plans first, for one that gets the goal called."""

    name = "bfs"
    depth = 3
    """Most calls of a plan."""
    budget = 60
    """Calls that are tried for a plan at most."""
    width = 3
    """Calls of one tool that are tried in one state."""

    def choose(self, info: dict[str, Any]) -> Action:
        """Return the next call of the plan."""
        while not self.plan and self.goals:
            self.plan = self._planned(self.goals.pop(0))
        return [self.plan.pop(0)] if self.plan else self.sight.reply()

    def _planned(self, goal: str) -> list[ToolCall]:
        start = self.env.session.fork()
        start.known = self.sight.known(start)
        level: list[tuple[Session, list[ToolCall]]] = [(start, [])]
        left = self.budget
        for length in range(1, self.depth + 1):
            following: list[tuple[Session, list[ToolCall]]] = []
            for session, plan in level:
                for call in self._calls(session, goal, length):
                    fork = session.fork()
                    left -= 1
                    if left < 0:
                        return []
                    if fork.run([call])[0].refusal:
                        continue
                    if call.name == goal:
                        return [*plan, call]
                    following.append((fork, [*plan, call]))
            level = following
        return []

    def _calls(self, session: Session, goal: str, length: int) -> Iterator[ToolCall]:
        """Yield the goal first, then what may lead to it in the calls that are left."""
        rest = self.depth - length
        names = [name for name in self.sight.offered if 0 < self.graph.distance(name, goal) <= rest]
        for name in [goal, *sorted(names, key=lambda one: (self.graph.distance(one, goal), one))]:
            calls = grounded_calls(self.env.domain.tools[name], session.known, PER_TOOL)
            yield from self._fitting(calls)[: self.width]
