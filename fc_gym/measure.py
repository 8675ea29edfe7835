"""State and undo edges, measured by executing (counterfactual probing).

In many reachable states, every call is tried before and after every other call that changes something. A refusal that
goes away is a state edge, one that appears is an undo edge. Where two reasons block a call at once, lifting the first
only changes the reason; such an edge counts once a second call is found that, together with the first and not without
it, gets the call accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fc_gym.domain import Domain, World
from fc_gym.graph import Edge, Measured
from fc_gym.known import Known, draw_call, world_values
from fc_gym.state import State
from fc_gym.types import ToolCall

__all__ = ["Probe", "measure", "onlooker"]

ACCEPTED = ""


def measure(domain: Domain, *, seeds: int = 24, states: int = 12, draws: int = 3) -> Measured:
    """Measure a domain's state and undo edges.

    Args:
        domain: The domain.
        seeds: How many start states.
        states: How many states to visit from each, by random accepted calls.
        draws: How many calls of each tool to try in each state.

    Returns:
        The edges and what else was seen; the same for the same arguments.
    """
    found = _Findings()
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 7])
        state = domain.sample(seed)
        for _ in range(states):
            probe = Probe(domain, state)
            calls = _calls(domain, state.world, rng, draws)
            _compare(probe, calls, found)
            _advance(probe, calls, found, rng)
    return Measured(
        frozenset(found.edges), frozenset(found.writes), frozenset(found.succeeded),
        {tool: frozenset(codes) for tool, codes in sorted(found.refusals.items())},
    )  # fmt: skip


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
    edges: set[Edge] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    refusals: dict[str, set[str]] = field(default_factory=dict)


def onlooker(domain: Domain, world: World, rng: np.random.Generator | None = None) -> Known:
    """Return knowledge of every key value in a world; with chance, mostly of one row each, so that calls meet."""
    known = Known(domain)
    for key, values in world_values(domain, world).items():
        if rng is not None and rng.random() < 0.6:
            values = [values[int(rng.integers(len(values)))]]
        known.tell(key, values)
    return known


def _calls(domain: Domain, world: World, rng: np.random.Generator, draws: int) -> list[ToolCall]:
    calls: dict[ToolCall, None] = {}
    everything, focus = onlooker(domain, world), onlooker(domain, world, rng)
    for tool in domain.tools.values():
        for attempt in range(draws):
            call = draw_call(tool, focus if attempt else everything, rng)
            if call is not None:
                calls[call] = None
    return list(calls)


def _compare(probe: Probe, calls: list[ToolCall], found: _Findings) -> None:
    before = probe.codes(calls)
    for call, code in zip(calls, before, strict=True):
        if code:
            found.refusals.setdefault(call.name, set()).add(code)
        else:
            found.succeeded.add(call.name)
    for first, code in zip(calls, before, strict=True):
        if code or first.name in _idle(probe.domain):
            continue
        after = probe.after(first, calls)
        if after is None:
            continue
        found.writes.add(first.name)
        for call, old, new in zip(calls, before, after, strict=True):
            _note(probe, first, call, old, new, calls, found)


def _note(
    probe: Probe, first: ToolCall, call: ToolCall, old: str, new: str, calls: list[ToolCall], found: _Findings
) -> None:
    if old == new:
        return
    if not old:
        found.edges.add(Edge("undo", first.name, call.name, new))
    elif not new:
        found.edges.add(Edge("state", first.name, call.name, old))
    elif (edge := Edge("state", first.name, call.name, old)) not in found.edges and _joins(probe, first, call, calls):
        found.edges.add(edge)


def _joins(probe: Probe, first: ToolCall, call: ToolCall, calls: list[ToolCall]) -> bool:
    """Return whether some second call gets `call` accepted after `first`, and does not without it."""
    for second in calls:
        together = second.name not in _idle(probe.domain) and _sequence(probe, [first, second, call])
        if together and not _sequence(probe, [second, call]):
            return True
    return False


def _sequence(probe: Probe, calls: list[ToolCall]) -> bool:
    mark = probe.state.snapshot()
    try:
        return all(probe.run(call) == ACCEPTED for call in calls)
    finally:
        probe.state.restore(mark)


def _advance(probe: Probe, calls: list[ToolCall], found: _Findings, rng: np.random.Generator) -> None:
    """Move on by one accepted call, rather one that changes something."""
    order = [calls[int(position)] for position in rng.permutation(len(calls))]
    order.sort(key=lambda call: call.name not in found.writes)
    for call in order[: int(rng.integers(1, 4)) + 3]:
        if probe.run(call) == ACCEPTED and call.name in found.writes:
            return


def _idle(domain: Domain) -> set[str]:
    return {tool.name for tool in domain.tools.values() if tool.reads_only}
