"""The advanced tool: an executed trace folded into one (phase 2; FunReason-MT section 4.2).

Its inputs are what only the user can know. Identifiers that a call finds for itself, and the look-ups and harmless
preparations that serve another call, disappear inside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fc_agents.trace import Executed, Leaf, Trace, argument_leaves, execute

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.provenance import Source
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall, leaves

__all__ = ["AdvancedTool", "Input", "fold"]


@dataclass(frozen=True)
class Input:
    """One thing that the user has to say."""

    step: int
    """The call it enters, by position in the trace."""
    leaf: Leaf
    """The argument leaf it becomes."""
    row: bool
    """True if it names a row, to be described; False if it is a value, to be said."""


@dataclass(frozen=True)
class AdvancedTool:
    """One tool that does what a trace did."""

    name: str
    description: str
    goals: tuple[int, ...]
    """Positions of the calls that the user asks for; the last one is the target."""
    inputs: tuple[Input, ...]
    hints: tuple[Leaf, ...]
    """Values that hidden look-ups need and the words for some row must therefore mention."""
    steps: Trace
    first: int
    """Position of the first step among all calls of the dialogue."""

    def spec(self) -> dict[str, JsonValue]:
        """Return its function description, as for any tool."""
        names = [f"{one.leaf.parameter}_{one.step + 1}" for one in self.inputs]
        texts = [f"words for the {one.leaf.key}" if one.row else one.leaf.parameter for one in self.inputs]
        properties = {name: {"type": "string", "description": text} for name, text in zip(names, texts, strict=True)}
        parameters = {"type": "object", "properties": properties, "required": names}
        body = {"name": self.name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": body}

    def run(self, session: Session, values: Mapping[tuple[int, str], JsonValue] | None = None) -> Trace:
        """Do in a session what the trace did.

        Args:
            session: Where to run; changed.
            values: Other inputs, by step and argument path; the trace's own where not given.

        Returns:
            The executed steps. With the trace's own inputs in its own start state, they equal the trace.

        Raises:
            Unseen: If a step is refused.
        """
        done: list[Executed] = []
        for position, step in enumerate(self.steps):
            arguments = dict(step.call.arguments)
            for path, source in step.sources.items():
                value = (values or {}).get((position, path), self._found(source, done))
                if value is not None:
                    _put(arguments, path, value)
            done.append(execute(session, ToolCall(step.call.name, arguments)))
        return tuple(done)

    def _found(self, source: Source, done: Sequence[Executed]) -> JsonValue | None:
        """Read a hidden value from what an earlier step of this run showed; None if it came from elsewhere."""
        if source.kind != "output" or source.call < self.first:
            return None
        shown = {path: leaf for path, leaf, _ in leaves(done[source.call - self.first].result.value)}
        return shown.get(source.path)


def fold(domain: Domain, graph: ApiGraph, trace: Trace, first: int, *, implicit: bool = True) -> AdvancedTool:
    """Fold a trace into one tool.

    Args:
        domain: The domain.
        graph: Its measured graph.
        trace: The executed calls; the last one is the target.
        first: The position of the trace's first call among all calls of the dialogue.
        implicit: Hide harmless preparations; False: only look-ups are hidden.
    """
    goals = tuple(index for index in range(len(trace)) if _asked(domain, graph, trace, index, first, implicit))
    told = _told(domain, trace, goals, first)
    hints = tuple(
        leaf
        for index, step in enumerate(trace)
        if index not in goals
        for leaf in argument_leaves(domain, step.call)
        if step.sources[leaf.path].kind == "user" and leaf.key not in domain.entities
    )
    tools = [domain.tools[trace[index].call.name] for index in goals]
    name = "_and_".join(dict.fromkeys(tool.name for tool in tools))
    description = " Then: ".join(dict.fromkeys(tool.description for tool in tools))
    return AdvancedTool(name, description, goals, told, hints, trace, first)


def _asked(domain: Domain, graph: ApiGraph, trace: Trace, index: int, first: int, implicit: bool) -> bool:
    """Return True if a call has to be asked for, since no one would infer it from the rest."""
    step, last = trace[index], len(trace) - 1
    tool = domain.tools[step.call.name]
    if index == last:
        return True
    if tool.reads_only:
        return False
    mine = {(leaf.key, str(leaf.value)) for leaf in argument_leaves(domain, step.call)}
    rows = {pair for pair in mine if pair[0] in domain.entities}
    later = {(leaf.key, str(leaf.value)) for one in trace[index + 1 :] for leaf in argument_leaves(domain, one.call)}
    free = implicit and not tool.consent and graph.harmless(tool.name)
    return not free or mine != rows or not rows <= later


def _told(domain: Domain, trace: Trace, goals: Sequence[int], first: int) -> tuple[Input, ...]:
    found = []
    for index in goals:
        step = trace[index]
        for leaf in argument_leaves(domain, step.call):
            row = leaf.key in domain.entities
            made = _made(domain, trace, goals, step.sources[leaf.path], first)
            if not made:
                found.append(Input(index, leaf, row))
    return tuple(found)


def _made(domain: Domain, trace: Trace, goals: Sequence[int], source: Source, first: int) -> bool:
    """Return True if the value came out of a call of this trace that changes something."""
    if source.kind != "output" or source.call < first:
        return False
    return not domain.tools[trace[source.call - first].call.name].reads_only


def _put(arguments: dict[str, JsonValue], path: str, value: JsonValue) -> None:
    """Set a leaf such as `attendees[0]` in a copy of the arguments."""
    name, _, rest = path.partition("[")
    if not rest:
        arguments[name] = value
        return
    items = list(arguments[name])
    items[int(rest.rstrip("]"))] = value
    arguments[name] = items
