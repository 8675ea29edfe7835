"""Traces: the executed calls of one turn, with the origin of every argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fc_gym.domain import Domain
from fc_gym.provenance import Source
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall, ToolResult, leaves

__all__ = [
    "Executed",
    "Leaf",
    "Refused",
    "Trace",
    "Unseen",
    "argument_leaves",
    "execute",
    "hoisted",
    "layers",
    "minimised",
]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar in the arguments of a call."""

    path: str
    """Where it stands, such as `attendees[0]`."""
    parameter: str
    key: str
    """The key it is of, or `tool.parameter` if of none."""
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Executed:
    """A call that ran, what came of it, and where its arguments came from."""

    call: ToolCall
    result: ToolResult
    sources: Mapping[str, Source]
    """Origin per argument leaf, by path."""


Trace = tuple[Executed, ...]
"""The executed calls of one turn, in order."""


class Unseen(Exception):
    """A call used an identifier that nothing had shown."""


class Refused(Exception):
    """A tool refused a call of a trace."""


def argument_leaves(domain: Domain, call: ToolCall) -> Iterator[Leaf]:
    """Walk the scalars in a call's arguments."""
    tool = domain.tools[call.name]
    for name, value in call.arguments.items():
        key = tool.parameters[name].key or f"{tool.name}.{name}"
        for path, leaf, _ in leaves(value, name):
            yield Leaf(path, name, key, leaf)


def execute(session: Session, call: ToolCall) -> Executed:
    """Run a call in a session as one step of a trace.

    Raises:
        Unseen: If it names a row that no result has shown.
        Refused: If it is refused.
    """
    sources: dict[str, Source] = {}
    for leaf in argument_leaves(session.domain, call):
        source = session.known.source(leaf.key, leaf.value)
        if source is None and leaf.key in session.domain.entities:
            raise Unseen(f"{call.name} uses the {leaf.key} {leaf.value}, which nothing has shown")
        told = source is None or (source.kind == "user" and session.task is None)  # free play tells all at the start
        sources[leaf.path] = Source("user", session.turn) if told or source is None else source
    result = session.run([call])[0]
    if result.refusal:
        raise Refused(f"{call} is refused: {result.refusal.message}")
    return Executed(call, result, sources)


def minimised(start: Session, trace: Trace, keep: Sequence[ToolCall] = ()) -> Trace:
    """Drop every call without which the rest still runs on what it has been shown.

    Args:
        start: The session before the trace; not changed.
        trace: What was executed from there; its last call is the goal and stays.
        keep: Calls that stay as well.

    Returns:
        A trace from which no single call can be dropped.
    """
    calls = [one.call for one in trace]
    position = len(calls) - 2
    best = trace
    while position >= 0:
        shorter = [call for index, call in enumerate(calls) if index != position]
        again = None if calls[position] in keep else _run(start, shorter)
        if again is not None:
            calls, best = shorter, again
            position = len(calls) - 1
        position -= 1
    return best


def hoisted(start: Session, trace: Trace) -> Trace:
    """Move look-ups to where all that they need is known, if that changes nothing else.

    Args:
        start: The session before the trace; not changed.
        trace: What was executed from there; its last call stays last.

    Returns:
        The same calls in the new order, or the trace as it was if another order would not come to the same.
    """
    reads = start.domain.tools
    waiting = list(trace[:-1])
    order: list[ToolCall] = []
    known = start.fork()
    while waiting:
        ready = [one for one in waiting if reads[one.call.name].reads_only and _ready(known, one.call)]
        ready = ready or waiting[:1]
        for one in ready:
            waiting.remove(one)
            order.append(one.call)
            known.known.show(one.result, start.turn, start.calls)
    if order == [one.call for one in trace[:-1]]:
        return trace
    again = _run(start, [*order, trace[-1].call])
    return again if again and _same_end(start, trace, again) else trace


def layers(domain: Domain, trace: Trace, first: int) -> list[Trace]:
    """Split a trace where a call uses what an earlier call of its layer showed.

    Nothing is changed in a layer that looks something up for later: first look, then act.

    Args:
        domain: Says which tools only read.
        trace: The executed calls of a turn.
        first: The position of its first call among all calls of the dialogue.

    Returns:
        Consecutive calls that can be issued together, in order.
    """
    found: list[list[Executed]] = [[]]
    opened = first
    reads = {first + index for index, one in enumerate(trace) if domain.tools[one.call.name].reads_only}
    feeding = reads & {source.call for one in trace for source in one.sources.values()}
    for position, one in enumerate(trace, start=first):
        uses = any(source.kind == "output" and source.call >= opened for source in one.sources.values())
        before = range(opened, position)
        looks = any(other in feeding for other in before)
        acts = any(other not in reads for other in before)
        if uses or (looks and position not in reads) or (acts and position in feeding):
            found.append([])
            opened = position
        found[-1].append(one)
    return [tuple(layer) for layer in found if layer]


def _ready(session: Session, call: ToolCall) -> bool:
    entities = session.domain.entities
    return all(
        leaf.key not in entities or session.known.source(leaf.key, leaf.value) is not None
        for leaf in argument_leaves(session.domain, call)
    )


def _same_end(start: Session, one: Trace, other: Trace) -> bool:
    first, second = start.fork(), start.fork()
    for step in one:
        execute(first, step.call)
    for step in other:
        execute(second, step.call)
    return one[-1].result.text == other[-1].result.text and first.state.hash() == second.state.hash()


def _run(start: Session, calls: Sequence[ToolCall]) -> Trace | None:
    session = start.fork()
    try:
        return tuple(execute(session, call) for call in calls)
    except (Unseen, Refused):
        return None
