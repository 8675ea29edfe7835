"""Shorter traces that come to the same: pairs of calls left out, and two look-ups replaced by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from fc_agents.trace import Executed, Refused, Trace, Unseen, execute
from fc_gym.known import grounded_calls
from fc_gym.session import Session
from fc_gym.types import ToolCall

__all__ = ["shortened"]

BUDGET = 40
"""Traces that are run at most."""
PER_TOOL = 4
"""Calls of one look-up that are considered."""


def shortened(start: Session, trace: Trace, keep: Sequence[ToolCall] = (), budget: int = BUDGET) -> Trace:
    """Look for a shorter trace with the same effect: the same end, and the same results of the calls that are kept.

    Args:
        start: The session before the trace; not changed.
        trace: What was executed from there, minimised; its last call stays.
        keep: Other calls that stay, because their effect is asked for.
        budget: How many traces are run at most; what is shorter beyond that is not found.

    Returns:
        The first shorter one found, made shorter again; the trace itself if there is none.
    """
    kept = [*keep, trace[-1].call]
    fork = start.fork()
    for step in trace:
        execute(fork, step.call)
    goal = [(step.call, step.result.text) for step in trace if step.call in kept], fork.state.hash()
    left = budget
    for calls in _fewer(start, trace, kept):
        left -= 1
        if left < 0:
            break
        again = _run(start, calls)
        if again is not None and _effect(again[0], kept, again[1]) == goal:
            return shortened(start, again[0], keep, left)
    return trace


def _effect(trace: Trace, kept: Sequence[ToolCall], end: Session) -> tuple[list[tuple[ToolCall, str]], str]:
    return [(step.call, step.result.text) for step in trace if step.call in kept], end.state.hash()


def _run(start: Session, calls: Sequence[ToolCall]) -> tuple[Trace, Session] | None:
    session = start.fork()
    try:
        return tuple(execute(session, call) for call in calls), session
    except (Unseen, Refused):
        return None


def _fewer(start: Session, trace: Trace, kept: Sequence[ToolCall]) -> Iterator[list[ToolCall]]:
    """Yield calls to try: without two, then with one look-up in the place of two."""
    calls = [step.call for step in trace]
    free = [at for at, call in enumerate(calls) if call not in kept]
    pairs = list(itertools.combinations(free, 2))
    for one, other in pairs:
        yield [call for at, call in enumerate(calls) if at not in (one, other)]
    for one, other in pairs:
        if all(start.domain.tools[calls[at].name].reads_only for at in (one, other)):
            for call in _lookups(start, trace, one, other):
                yield [
                    *calls[:one],
                    call,
                    *(later for at, later in enumerate(calls[one + 1 :], one + 1) if at != other),
                ]


def _lookups(start: Session, trace: Sequence[Executed], one: int, other: int) -> Iterator[ToolCall]:
    """Yield look-ups, with what was known then, that give all the kinds of rows that two others were made for."""
    fork = start.fork()
    for step in trace[:one]:
        execute(fork, step.call)
    tools = start.domain.tools
    rows = set(start.domain.entities)
    wanted = (tools[trace[one].call.name].gives | tools[trace[other].call.name].gives) & rows
    for tool in tools.values():
        if tool.reads_only and wanted <= tool.gives:
            yield from grounded_calls(tool, fork.known, PER_TOOL)
