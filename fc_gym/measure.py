"""State and undo edges, measured by executing (counterfactual probing).

In many reachable states, every call is tried before and after every other call that changes something. A refusal that
goes away is a state edge, one that appears is an undo edge. Where two reasons block a call at once, lifting the first
only changes the reason. Such an edge counts in two cases: a third call, possible before as well, gets the call accepted
after the first and not without it; or the first call lifts the same reason from another tool for good, since one code
means one reason in the whole domain, and is not itself known to bring about the reason that is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.graph import Edge, Measured
from fc_gym.known import Known, draw_call, world_values
from fc_gym.state import State
from fc_gym.types import JsonValue, ToolCall

__all__ = ["Probe", "measure", "onlooker"]

ACCEPTED = ""
MOVES = 3
"""Most moves from a reached state to the next one visited."""
KEPT = 6
"""States kept for one situation."""
FOCUSED = 0.7
"""Share of keys of which only the row in focus is used."""
BURST = 0.3
"""Share of moves that repeat a tool."""
REPEATS = 5
"""Most calls in such a move."""
TRIES = 6
"""Calls drawn for a move before another tool is tried."""
ALIKE = 2
"""Calls of one tool in the same situation that are compared in one state."""
ENOUGH = 30
"""States with a tool in the same situation after which one more is not worth comparing."""


def measure(
    domain: Domain, *, seeds: int = 48, states: int = 48, draws: int = 12, on_seed: Callable[[], None] = lambda: None
) -> Measured:
    """Measure a domain's state and undo edges.

    States are explored from those already reached in which something is seldom seen (as in Go-Explore, 1901.10995),
    since deep preconditions are hardly ever met by chance from a start state.

    Args:
        domain: The domain.
        seeds: How many start states.
        states: How many states to visit per start state.
        draws: How many calls of each tool to draw in each state.
        on_seed: Told when all states of a start state were visited.

    Returns:
        The edges and what else was seen; the same for the same arguments.
    """
    found, rng = _Findings(), np.random.default_rng(7)
    for visit in range(seeds * states):
        fresh = visit % states == 0
        state = domain.sample(visit // states) if fresh else found.rare(rng).fork()
        probe, focus = Probe(domain, state), _Focus(rng)
        for _ in range(0 if fresh else int(rng.integers(1, MOVES + 1))):
            _advance(probe, focus, rng)
        _compare(probe, _calls(probe, focus, draws, rng), found)
        if visit % states == states - 1:
            on_seed()
    return found.measured()


class Probe:
    """Tries calls in a state and takes them back.

    Args:
        domain: The domain.
        state: The state; after each method it is as before.
    """

    def __init__(self, domain: Domain, state: State[World]) -> None:
        self.domain, self.state = domain, state

    def code(self, call: ToolCall) -> str:
        """Return the code with which a call would be refused now; empty if it would be accepted."""
        mark = self.state.snapshot()
        code = self.run(call)
        if not code:
            self.state.restore(mark)
        return code

    def codes(self, calls: list[ToolCall]) -> list[str]:
        """Return the code of each call, each tried alone."""
        return [self.code(call) for call in calls]

    def after(self, first: ToolCall, calls: list[ToolCall]) -> list[str] | None:
        """Return the codes after another call; None if that one is refused or changes nothing."""
        mark, before = self.state.snapshot(), self.state.hash()
        try:
            if self.run(first) or self.state.hash() == before:
                return None
            return self.codes(calls)
        finally:
            self.state.restore(mark)

    def run(self, call: ToolCall) -> str:
        """Run a call for good and return its code."""
        refusal = self.domain.execute(self.state.world, call, terse=True).refusal
        return refusal.code if refusal else ACCEPTED


@dataclass
class _Findings:
    """What has been seen so far."""

    edges: set[Edge] = field(default_factory=set)
    shifts: set[tuple[Edge, str]] = field(default_factory=set)
    """State edges that would be, but for another reason for which the call is then refused."""
    writes: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    situations: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each tool was seen with each code, the empty one included."""

    reached: dict[tuple[str, str], list[State[World]]] = field(default_factory=dict)
    """A few states for each situation."""

    def novel(self, state: State[World], calls: list[ToolCall], codes: list[str]) -> bool:
        """Keep a state by its situations; return True if one of them has not often been seen."""
        now = sorted({(call.name, code) for call, code in zip(calls, codes, strict=True)})
        self.situations.update(now)
        for one in now:
            kept = self.reached.setdefault(one, [])
            if len(kept) < KEPT:
                kept.append(state)
        return any(self.situations[one] <= ENOUGH for one in now)

    def rare(self, rng: np.random.Generator) -> State[World]:
        """Draw a reached state, the likelier the less often its situation was seen."""
        situations = sorted(self.reached)
        weights = np.array([1.0 / self.situations[one] for one in situations])
        kept = self.reached[situations[int(rng.choice(len(situations), p=weights / weights.sum()))]]
        return kept[int(rng.integers(len(kept)))]

    def measured(self) -> Measured:
        """Return it for good."""
        lifts = {(edge.source, edge.label) for edge in self.edges if edge.kind == "state"}
        shifted = {
            edge
            for edge, other in self.shifts
            if (edge.source, edge.label) in lifts and Edge("undo", edge.source, edge.target, other) not in self.edges
        }
        refusals: dict[str, set[str]] = {}
        for tool, code in self.situations:
            if code:
                refusals.setdefault(tool, set()).add(code)
        return Measured(
            frozenset(self.edges | shifted), frozenset(self.writes), frozenset(self.succeeded),
            {tool: frozenset(codes) for tool, codes in sorted(refusals.items())},
        )  # fmt: skip


class _Focus:
    """Rows that calls are about for a while, so that they meet and limits are reached.

    Args:
        rng: Chooses.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.chosen: dict[str, JsonValue] = {}

    def known(self, domain: Domain, there: Mapping[str, list[JsonValue]]) -> Known:
        """Return knowledge of one value of most keys, the same while it is there, and of all values of the rest."""
        known = Known(domain)
        for key, values in there.items():
            if self.chosen.get(key) not in values:
                self.chosen[key] = values[int(self.rng.integers(len(values)))]
            known.tell(key, [self.chosen[key]] if self.rng.random() < FOCUSED else values)
        return known


def onlooker(domain: Domain, world: World) -> Known:
    """Return knowledge of every key value in a world."""
    known = Known(domain)
    for key, values in world_values(domain, world).items():
        known.tell(key, values)
    return known


def _calls(probe: Probe, focus: _Focus, draws: int, rng: np.random.Generator) -> dict[ToolCall, str]:
    """Draw calls with their codes; of a tool in one situation only a few, so that rare ones have their share."""
    codes: dict[ToolCall, str] = {}
    alike: Counter[tuple[str, str]] = Counter()
    there = world_values(probe.domain, probe.state.world)
    for attempt in range(draws):
        known = focus.known(probe.domain, there) if attempt else onlooker(probe.domain, probe.state.world)
        for tool in probe.domain.tools.values():
            call = draw_call(tool, known, rng)
            if call is None or call in codes:
                continue
            code = probe.code(call)
            alike[tool.name, code] += 1
            if alike[tool.name, code] <= ALIKE:
                codes[call] = code
    return codes


def _compare(probe: Probe, codes: dict[ToolCall, str], found: _Findings) -> None:
    calls, before = list(codes), list(codes.values())
    found.succeeded.update(call.name for call, code in codes.items() if not code)
    if not found.novel(probe.state, calls, before):
        return
    for first, code in zip(calls, before, strict=True):
        if code or probe.domain.tools[first.name].reads_only:
            continue
        after = probe.after(first, calls)
        if after is None:
            continue
        found.writes.add(first.name)
        free = [call for call, code in zip(calls, before, strict=True) if not code and call.name in found.writes]
        for call, old, new in zip(calls, before, after, strict=True):
            if old != new:
                _note(probe, first, call, old, new, free, found)


def _note(
    probe: Probe, first: ToolCall, call: ToolCall, old: str, new: str, free: list[ToolCall], found: _Findings
) -> None:
    if not old:
        found.edges.add(Edge("undo", first.name, call.name, new))
    elif not new:
        found.edges.add(Edge("state", first.name, call.name, old))
    elif (edge := Edge("state", first.name, call.name, old)) not in found.edges:
        found.shifts.add((edge, new))
        if _joins(probe, first, call, free):
            found.edges.add(edge)


def _joins(probe: Probe, first: ToolCall, call: ToolCall, free: list[ToolCall]) -> bool:
    """Return whether some call that is possible now gets `call` accepted after `first`, and does not without it."""
    return any(
        _sequence(probe, [first, second, call]) and not _sequence(probe, [second, call])
        for second in free
        if second.name != call.name
    )


def _sequence(probe: Probe, calls: list[ToolCall]) -> bool:
    mark = probe.state.snapshot()
    try:
        return all(probe.run(call) == ACCEPTED for call in calls)
    finally:
        probe.state.restore(mark)


def _advance(probe: Probe, focus: _Focus, rng: np.random.Generator) -> None:
    """Move on by a write, or by one tool as often as it goes, which leads to where something is full."""
    tools = [tool for tool in probe.domain.tools.values() if not tool.reads_only]
    for position in rng.permutation(len(tools))[:TRIES]:
        tool = tools[int(position)]
        again = REPEATS if rng.random() < BURST else 1
        done = 0
        for _ in range(TRIES):
            there = world_values(probe.domain, probe.state.world)
            call = draw_call(tool, focus.known(probe.domain, there), rng)
            done += call is not None and probe.run(call) == ACCEPTED
            if done == again:
                break
        if done:
            return
