"""The offline reasoner: solves a query over the API graph and what it has been shown.

It reads the user's words by the grammar of requests, looks up what they name, and calls what they ask for. It does not
know the truth: it may read the words wrong, take another look-up than the verified one, or overlook a preparation, and
then learns from the critic only what kind of error it made and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.keys import field_types, keys_in
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult
from fc_synth.answer import Answer
from fc_synth.focus import made_path
from fc_synth.memory import Memory, unsaid
from fc_synth.narrate import Narrator
from fc_synth.reading import Request, read_query
from fc_synth.step import Step
from fc_synth.thought import Attempt, Hint

__all__ = ["OfflineReasoner"]


@dataclass
class _Layer:
    """What the critic has said about the current layer."""

    ruled_out: set[tuple[str, str]] = field(default_factory=set)
    """Look-ups that were wrong, as key and tool."""
    prepared: dict[int, int] = field(default_factory=dict)
    """Per request, which way of preparing it is tried."""
    last: list[Step] = field(default_factory=list)
    heard: int = 0


class OfflineReasoner:
    """Solves queries without a model.

    Args:
        domain: The tools.
        graph: Their measured graph.
        today: The current day, from the system message.
        rng: Chooses words.
        prepares: Whether it takes steps that nobody asked for.
    """

    def __init__(
        self, domain: Domain, graph: ApiGraph, today: str, rng: np.random.Generator, *, prepares: bool = True
    ) -> None:
        self.domain, self.graph, self.prepares = domain, graph, prepares
        self.memory = Memory(domain, today)
        self.narrator = Narrator(domain, rng)
        self.requests: list[Request] = []
        self.done = 0
        self.layer = _Layer()
        self.fresh = True
        self.looked: set[ToolCall] = set()
        self.ahead = self.memory.focus
        self.plain = ""

    def begin(self, query: str, plain: str = "", about: str = "") -> None:
        """Take in the user's message of a new turn.

        Args:
            query: The message.
            plain: The same in so many words, as a hint; it is read only when the critic has found a first error.
            about: Not looked at.
        """
        self.requests, self.done, self.layer, self.fresh = read_query(self.domain, query), 0, _Layer(), True
        self.plain = plain if plain != query else ""
        self.looked.clear()

    def propose(self, hints: Sequence[Hint]) -> Attempt:
        """Propose the next calls."""
        if hints and self.plain:
            self.requests, self.plain, self.layer = read_query(self.domain, self.plain), "", _Layer(heard=len(hints))
        for hint in hints[self.layer.heard :]:
            self._learn(hint)
        self.layer.heard = len(hints)
        self.layer.last = self._plan()
        reasoning = self.narrator.before(self.requests, self.layer.last, self.memory, opening=self.fresh)
        return Attempt(reasoning, tuple(step.call for step in self.layer.last))

    def observe(self, results: Sequence[ToolResult]) -> None:
        """Take in what came of the accepted calls."""
        for step, result in zip(self.layer.last, results, strict=False):
            self.memory.observe(result)
            self.looked.add(result.call)
            if step.kind == "goal":
                self.memory.focus.note(result.call, result)
                self.done += 1
        self.layer, self.fresh = _Layer(), False

    def closing(self, target: str, told: Answer) -> tuple[str, Answer]:
        """Return the reasoning in front of the reply, and the reply as it is."""
        return self.narrator.after(target), told

    def mark(self) -> Memory:
        """Return what is remembered before a turn."""
        return self.memory.copy()

    def back(self, mark: Memory) -> None:
        """Remember what was remembered then."""
        self.memory = mark

    def _plan(self) -> list[Step]:
        """Look up all that is unknown, then do what is asked for, in order, as far as it can be done now."""
        lookups: list[Step] = []
        goals: list[Step] = []
        blocked = False
        self.ahead = self.memory.focus.copy()
        for index in range(self.done, len(self.requests)):
            request = self.requests[index]
            call, missing, partial = self._bound(request, index)
            lookups += [step for step in missing if all(step.call != other.call for other in lookups)]
            blocked = blocked or call is None
            if call is not None and not blocked:
                ready = [
                    step for step in self._preparations(index, call) if all(step.call != other.call for other in goals)
                ]
                goals += [*ready, Step("goal", call, index)]
                blocked = self._changes_words(request, index)
            if call is None and index in self.layer.prepared:
                goals += self._preparations(index, partial)
            if call is not None:
                self.ahead.mention(call)
        return lookups or goals

    def _changes_words(self, request: Request, index: int) -> bool:
        """Return True if a later request refers to what this one makes, so that its result has to be seen first."""
        tool = self.domain.tools[request.tool]
        made = tool.returns.get(made_path(tool) or "", "")
        old = made in {one.key for one in tool.parameters.values()}
        if old or tool.reads_only or made not in self.domain.entities:
            return False
        return any(self.memory.focus.phrase(made) in other.words.values() for other in self.requests[index + 1 :])

    def _bound(self, request: Request, index: int) -> tuple[ToolCall | None, list[Step], ToolCall]:
        """Return the call for a request if it is complete, the look-ups that it waits for, and what is known of it."""
        tool = self.domain.tools[request.tool]
        arguments: dict[str, JsonValue] = {}
        missing: list[Step] = []
        for name, words in request.words.items():
            one = tool.parameters[name]
            pieces = words.split(" and ") if one.many else [words]
            values = [self._value(one, piece, request, index, missing) for piece in pieces]
            if None not in values:
                arguments[name] = values if one.many else values[0]
        complete = all(name in arguments for name in request.words)
        ordered = {name: arguments[name] for name in tool.parameters if name in arguments}
        call = ToolCall(tool.name, ordered)
        return (call if complete else None), missing, call

    def _value(self, one: Parameter, words: str, request: Request, index: int, missing: list[Step]) -> JsonValue:
        if one.key not in self.domain.entities:
            return unsaid(words, one, self.memory.today)
        found = self.memory.meant(one.key, words, self.ahead)
        if len(found) == 1:
            return found[0]
        if self.ahead.refers(words):
            return None
        step = self._lookup(one.key, words, request, index, 0)
        if step is not None:
            missing.append(step)
        return None

    def _lookup(self, key: str, words: str, request: Request, index: int, depth: int) -> Step | None:
        """Choose a call that may show the row that words describe: the fewest needs first, then by name."""
        producers = [self.domain.tools[name] for name in self.graph.producers(key)]
        producers = [tool for tool in producers if tool.reads_only and (key, tool.name) not in self.layer.ruled_out]
        for tool in sorted(producers, key=lambda tool: (len(tool.needs), tool.name)):
            arguments = self._lookup_arguments(tool, key, words, request)
            if arguments is not None and not self._tried(ToolCall(tool.name, arguments)):
                return Step("lookup", ToolCall(tool.name, arguments), index, key, words)
        return self._deeper(producers, request, index, depth)

    def _deeper(self, producers: Sequence[Tool], request: Request, index: int, depth: int) -> Step | None:
        """Choose a look-up for what a look-up itself needs."""
        for tool in producers if depth < 2 else ():
            for one in tool.parameters.values():
                words = self._words_for(one, request)
                if one.required and one.key in self.domain.entities and words and not self.memory.meant(one.key, words):
                    return self._lookup(one.key, words, request, index, depth + 1)
        return None

    def _lookup_arguments(self, tool: Tool, key: str, words: str, request: Request) -> dict[str, JsonValue] | None:
        arguments: dict[str, JsonValue] = {}
        for one in tool.parameters.values():
            if not one.required:
                continue
            if one.key in self.domain.entities:
                named = self._words_for(one, request)
                found = self.memory.meant(one.key, named) if named else []
                value = found[0] if len(found) == 1 else None
            else:
                value = self._literal(one, key, words, request)
            if value is None:
                return None
            arguments[one.name] = value
        return arguments

    def _literal(self, one: Parameter, key: str, words: str, request: Request) -> JsonValue | None:
        """Take a value for a look-up from the words for the row, or else from the rest of the request."""
        description = self.memory.described(key, words)
        types = field_types(self.domain.entities[key].row)
        for name, spoken in (description.fields if description else {}).items():
            if name == one.name or (one.key and one.key in {found for _, found in keys_in(types[name])}):
                return unsaid(spoken, one, self.memory.today)
        for name, spoken in request.words.items():
            other = self.domain.tools[request.tool].parameters[name]
            if one.key and other.key == one.key:
                return unsaid(spoken, one, self.memory.today)
        return None

    def _words_for(self, one: Parameter, request: Request) -> str:
        parameters = self.domain.tools[request.tool].parameters
        return next((words for name, words in request.words.items() if parameters[name].key == one.key), "")

    def _tried(self, call: ToolCall) -> bool:
        """Return True if the same look-up was made before and did not explain the words."""
        return call in self.looked

    def _preparations(self, index: int, call: ToolCall) -> list[Step]:
        if not self.prepares:
            return []
        ways = self._ways(call)
        choice = self.layer.prepared.get(index)
        if choice is None:
            choice = next((position for position, way in enumerate(ways) if way and way[0].evidence), -1)
        steps = ways[choice] if 0 <= choice < len(ways) else []
        return [Step("prepare", step.call, index, evidence=step.evidence) for step in steps]

    def _ways(self, call: ToolCall) -> list[list[Step]]:
        """Return ways to prepare a call: one harmless step on the same rows, or two."""
        single = [Step("prepare", step, 0, evidence=evidence) for step, evidence in self._enabling(call)]
        single.sort(key=lambda step: (not step.evidence, step.call.name))
        double = [
            [Step("prepare", before, 0, evidence=evidence), step]
            for step in single
            for before, evidence in self._enabling(step.call)
            if before.name not in (step.call.name, call.name)
        ]
        both = [[one, other] for one in single for other in single if one.call.name < other.call.name]
        return [[step] for step in single] + both + double

    def _enabling(self, call: ToolCall) -> list[tuple[ToolCall, str]]:
        """Return harmless steps on the rows of a call that may lift a refusal of it, with what speaks for each."""
        found: dict[ToolCall, str] = {}
        for (target, code), names in self.graph.refusals().items():
            for name in names if target == call.name else ():
                step = self._same_rows(call, self.domain.tools[name])
                if step is not None and self.graph.harmless(name):
                    found[step] = found.get(step) or self._evidence(call, code)
        return list(found.items())

    def _same_rows(self, call: ToolCall, tool: Tool) -> ToolCall | None:
        """Return a call of a tool on the rows of another call; None if it needs more, or the user's consent."""
        mine = self.domain.tools[call.name].parameters
        rows = {
            mine[name].key: value for name, value in call.arguments.items() if mine[name].key in self.domain.entities
        }
        required = [one for one in tool.parameters.values() if one.required]
        if tool.consent or tool.reads_only or not required or any(one.key not in rows for one in required):
            return None
        return ToolCall(tool.name, {one.name: rows[one.key] for one in required})

    def _evidence(self, call: ToolCall, code: str) -> str:
        """Return a value that a result showed for a row of the call and that is the very reason of a refusal."""
        parameters = self.domain.tools[call.name].parameters
        for name, value in call.arguments.items():
            key = parameters[name].key
            for record in self.memory.records(key, value)[:1] if key in self.domain.entities else ():
                for label, shown in record.items():
                    if shown == code or (shown is True and label == code):
                        return code
        return ""

    def _learn(self, hint: Hint) -> None:
        """Change the plan where the critic found fault with it."""
        steps = self.layer.last
        step = steps[min(hint.position, len(steps) - 1)] if steps else None
        if step is None:
            return
        if hint.kind == "missing_call" and step.kind == "goal" and step.request + 1 < len(self.requests):
            step = Step("goal", step.call, step.request + 1)
        if step.kind == "lookup":
            self.layer.ruled_out.add((step.key, step.call.name))
        else:
            ways = self.layer.prepared.get(step.request)
            now = -1 if ways is None and step.kind == "goal" else (0 if ways is None else ways)
            self.layer.prepared[step.request] = now + 1
