"""The advanced tool: an executed trace folded into one (phase 2; FunReason-MT section 4.2).

Its inputs are what only the user can know. Identifiers that a call finds for itself, and the look-ups and harmless
preparations that serve another call, disappear inside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from fc_agents.trace import Executed, Leaf, Trace, argument_leaves, execute

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.provenance import Source
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall, leaves

__all__ = ["AdvancedTool", "Input", "fold", "nested"]


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
    parts: tuple[AdvancedTool, ...] = ()
    """Advanced tools that it calls for some of its steps, in order."""

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
        given = dict(values or {})
        done: list[Executed] = []
        while len(done) < len(self.steps):
            position = len(done)
            part = next((one for one in self.parts if one.first == self.first + position), None)
            if part is not None:
                done += part.run(session, self._handed(part, given, done))
                continue
            step = self.steps[position]
            arguments = dict(step.call.arguments)
            for path, source in step.sources.items():
                value = given.get((position, path), self._found(source, done))
                if value is not None:
                    _put(arguments, path, value)
            done.append(execute(session, ToolCall(step.call.name, arguments)))
        return tuple(done)

    def _handed(
        self, part: AdvancedTool, given: Mapping[tuple[int, str], JsonValue], done: Sequence[Executed]
    ) -> dict[tuple[int, str], JsonValue]:
        """Return the inputs of a part: what this tool was given for it, and what earlier steps have shown."""
        inputs: dict[tuple[int, str], JsonValue] = {}
        for number, step in enumerate(part.steps):
            for path, source in step.sources.items():
                outer = (part.first - self.first + number, path)
                value = given.get(outer)
                if value is None and source.call < part.first:
                    value = self._found(source, done)
                if value is not None:
                    inputs[number, path] = value
        return inputs

    def _found(self, source: Source, done: Sequence[Executed]) -> JsonValue | None:
        """Read a hidden value from what an earlier step of this run showed; None if it came from elsewhere."""
        if source.kind != "output" or source.call < self.first:
            return None
        shown = {path: leaf for path, leaf, _ in leaves(done[source.call - self.first].result.value)}
        return shown.get(source.path)


def fold(
    domain: Domain, graph: ApiGraph, trace: Trace, first: int, *, implicit: bool = True, wanted: Collection[int] = ()
) -> AdvancedTool:
    """Fold a trace into one tool.

    Args:
        domain: The domain.
        graph: Its measured graph.
        trace: The executed calls; the last one is the target.
        first: The position of the trace's first call among all calls of the dialogue.
        implicit: Hide harmless preparations; False: only look-ups are hidden.
        wanted: Positions of calls besides the last that are asked for in any case.
    """
    goals = tuple(
        index
        for index in range(len(trace))
        if index in wanted
        or _asked(domain, graph, trace, index, implicit and not _for_reading(domain, trace, index, wanted))
    )
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


def nested(domain: Domain, graph: ApiGraph, advanced: AdvancedTool) -> AdvancedTool:
    """Fold what an advanced tool does for one of several wishes into advanced tools of their own, which it calls.

    Args:
        domain: The domain.
        graph: Its measured graph.
        advanced: The tool; it stays the same but for its parts.
    """
    parts: list[AdvancedTool] = []
    start = 0
    for goal in advanced.goals:
        run = advanced.steps[start : goal + 1]
        lookups = next((at for at, one in enumerate(run) if not domain.tools[one.call.name].reads_only), len(run))
        if 2 <= len(run) - lookups < len(advanced.steps):
            parts.append(fold(domain, graph, run[lookups:], advanced.first + start + lookups))
        start = goal + 1
    return replace(advanced, parts=tuple(parts))


def _for_reading(domain: Domain, trace: Trace, index: int, wanted: Collection[int]) -> bool:
    """Return True if what a call serves is only to tell something, for which nobody expects a change."""
    goal = min((at for at in (*wanted, len(trace) - 1) if at > index), default=index)
    return domain.tools[trace[goal].call.name].reads_only


def _asked(domain: Domain, graph: ApiGraph, trace: Trace, index: int, implicit: bool) -> bool:
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
