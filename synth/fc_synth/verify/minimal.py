"""Minimality: no shorter plan does what a turn was asked for.

What was asked for stands: the same actions in the same order, on the rows that are made on the way, and the same things
shown. A shorter plan would need fewer other calls between them. All calls with what is known and said are tried, so
that a search without result proves that there is none; a budget bounds it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fc_gym.domain import World
from fc_gym.state import State
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves
from fc_synth.verify.meaning import Asked
from fc_synth.verify.play import Play, Played, PlayedTurn, leaves_of, rows_of
from fc_synth.verify.record import Record, settled

__all__ = ["BUDGET", "lengthened", "minimal", "shorter"]

BUDGET = 20_000
"""Calls that may be tried for one turn."""
CHOICES = 256
"""Most calls of one tool that are tried in one place."""

Value = tuple[str, JsonValue]


class _Spent(Exception):
    """The budget was used up."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A call that stays, and which earlier ones its arguments come from."""

    call: ToolCall
    result: ToolResult
    made: tuple[tuple[str, int, str], ...]
    """Argument path, number of the wanted call that showed it, and where."""
    rows: tuple[tuple[str, Value], ...]
    """Argument path, and the row it names."""
    reads: bool
    """True if it only looks."""


@dataclass(frozen=True, slots=True)
class _Node:
    """How far a plan has come."""

    state: State[World]
    fresh: frozenset[Value]
    """Rows known since the turn began."""
    done: Mapping[int, Mapping[str, JsonValue]]
    """Leaves of the results of the wanted calls so far, by their number."""
    path: tuple[ToolCall, ...]


def minimal(play: Play, asked: Sequence[Sequence[Asked]], budget: int = BUDGET) -> Record:
    """Check that no turn could be done with fewer calls.

    Args:
        play: The row, executed.
        asked: What is asked for in each turn.
        budget: Calls that may be tried for one turn.
    """
    against, open_ = [], []
    tally = {"minimal": 0, "shorter": 0, "unknown": 0}
    for turn, requests in zip(play.turns, asked, strict=True):
        goals = [one.step for one in requests if one.step is not None]
        known = not turn.steps or (bool(goals) and len(goals) == len(requests))
        found, plan = lengthened(play, turn, goals, budget) if known else ("unknown", ())
        tally[found] += 1
        if found == "shorter":
            against.append((turn.place, "shorter: " + ("; ".join(map(str, plan)) or "no call")))
        elif found == "unknown":
            why = f"{budget} calls were tried and the search had not ended"
            open_.append((turn.place, why if known else "what is asked for cannot be read, or is not done"))
    return settled("minimal", against, open_, tally)


def lengthened(
    play: Play, turn: PlayedTurn, goals: Sequence[Played], budget: int = BUDGET
) -> tuple[Literal["minimal", "shorter", "unknown"], tuple[ToolCall, ...]]:
    """Say whether a turn has more calls than it needs, with a plan that has fewer; `unknown` at the bound.

    Args:
        play: The row, executed.
        turn: The turn.
        goals: Those of its calls that were asked for, in order.
        budget: Calls that may be tried.
    """
    try:
        plan = shorter(play, turn, goals, budget)
    except _Spent:
        return "unknown", ()
    return ("minimal", ()) if plan is None else ("shorter", tuple(plan))


def shorter(play: Play, turn: PlayedTurn, goals: Sequence[Played], budget: int = BUDGET) -> list[ToolCall] | None:
    """Return a plan with fewer calls than a turn has that makes all the calls that were asked for; None if none does.

    Args:
        play: The row, executed.
        turn: The turn.
        goals: Those of its calls that were asked for, in order.
        budget: Calls that may be tried.
    """
    spare = len(turn.steps) - len(goals)
    search = _Search(play, turn, [_wanted(play, turn, step, goals) for step in goals], budget)
    for extra in range(spare):
        found = search.plan(extra)
        if found is not None:
            return found
    return None


class _Search:
    def __init__(self, play: Play, turn: PlayedTurn, wanted: Sequence[_Wanted], budget: int) -> None:
        self.domain, self.turn, self.wanted, self.left = play.domain, turn, wanted, budget
        self.known = {pair for pair, source in play.shown.items() if source.call < turn.first}
        self.speech = _speech(play, turn)
        self.past: set[tuple[str, frozenset[Value], frozenset[int], int]] = set()
        self.gives = {tool.name: tool.gives & set(self.domain.entities) for tool in self.domain.tools.values()}

    def plan(self, extra: int) -> list[ToolCall] | None:
        self.past.clear()
        found = self._from(_Node(self.turn.start.fork(), frozenset(), {}, ()), extra)
        return None if found is None else list(found)

    def _from(self, node: _Node, extra: int) -> tuple[ToolCall, ...] | None:
        if len(node.done) == len(self.wanted):
            return node.path
        mark = (node.state.hash(), node.fresh, frozenset(node.done), extra)
        if mark in self.past:
            return None
        self.past.add(mark)
        stuck = True
        for number in self._next(node):
            after = self._wanted(node, number)
            if after is not None:
                stuck = False
                found = self._from(after, extra)
                if found is not None:
                    return found
        for child in self._helped(node, extra, stuck=stuck) if extra else ():
            found = self._from(child, extra - 1)
            if found is not None:
                return found
        return None

    def _next(self, node: _Node) -> list[int]:
        """Return the wanted calls that may come next: the next one that changes something, and all that only look."""
        left = [number for number in range(len(self.wanted)) if number not in node.done]
        writes = [number for number in left if not self.wanted[number].reads]
        return [number for number in left if self.wanted[number].reads or number == writes[0]]

    def _wanted(self, node: _Node, number: int) -> _Node | None:
        """Make a call that was asked for; None if that cannot be done here, or shows something else."""
        one = self.wanted[number]
        if any(source not in node.done for _, source, _ in one.made) or self._missing(node, one):
            return None
        made = {path: node.done[source].get(where) for path, source, where in one.made}
        call = _with(one.call, made)
        state = node.state.fork()
        result = self._run(state, call)
        same = result.text == one.result.text or (call.arguments != one.call.arguments and self._in_order(node, number))
        if not result.ok or (one.reads and not same):
            return None
        shown = {path: leaf for path, leaf, _ in leaves(result.value)}
        fresh = node.fresh | self._new(node, call, shown)
        return _Node(state, fresh, {**node.done, number: shown}, (*node.path, call))

    def _in_order(self, node: _Node, number: int) -> bool:
        return all(other in node.done for other in range(number))

    def _missing(self, node: _Node, one: _Wanted) -> frozenset[Value]:
        """Return the rows that a wanted call names and that are not known, but for those that are made on the way."""
        made = {path for path, _, _ in one.made}
        return frozenset(pair for path, pair in one.rows if path not in made and not self._knows(node, pair))

    def _helped(self, node: _Node, extra: int, *, stuck: bool) -> Iterator[_Node]:
        """Make each other call that may help; with the last one, some wanted call has to become possible."""
        needs = [self._missing(node, self.wanted[number]) for number in self._next(node)]
        last = extra == 1 and stuck
        before = node.state.hash()
        seen: list[frozenset[Value]] = []
        for name, tool in self.domain.tools.items():
            if last and not any(self._may_help(name, missing) for missing in needs):
                continue
            for call in self._calls(node, name):
                state = node.state.fork()
                result = self._run(state, call)
                if not result.ok:
                    continue
                fresh = self._new(node, call, {path: leaf for path, leaf, _ in leaves(result.value)})
                same = tool.reads_only or state.hash() == before
                if (same and any(fresh <= other for other in (*seen, frozenset()))) or (
                    last and not any(missing <= fresh for missing in needs)
                ):
                    continue
                if same:
                    seen.append(fresh)
                yield _Node(state, node.fresh | fresh, node.done, (*node.path, call))

    def _may_help(self, tool: str, missing: frozenset[Value]) -> bool:
        """Return True if one call of a tool may show all that is missing, or lift a refusal if nothing is."""
        if missing:
            return {key for key, _ in missing} <= self.gives[tool]
        return not self.domain.tools[tool].reads_only

    def _knows(self, node: _Node, pair: Value) -> bool:
        return pair in self.known or pair in node.fresh

    def _new(self, node: _Node, call: ToolCall, shown: Mapping[str, JsonValue]) -> frozenset[Value]:
        returns = self.domain.tools[call.name].returns
        pairs = ((returns.get(general_path(path), ""), leaf) for path, leaf in shown.items())
        return frozenset(
            pair
            for pair in pairs
            if pair[0] in self.domain.entities and pair[1] is not None and not self._knows(node, pair)
        )

    def _calls(self, node: _Node, name: str) -> Iterator[ToolCall]:
        choices: list[list[tuple[str, JsonValue] | None]] = []
        for one in self.domain.tools[name].parameters.values():
            values = self._values(node, name, one)
            given: list[tuple[str, JsonValue] | None] = [(one.name, [value] if one.many else value) for value in values]
            choices.append(given if one.required else [None, *given])
        for count, picked in enumerate(itertools.product(*choices)):
            if count == CHOICES:
                raise _Spent
            yield ToolCall(name, dict(pair for pair in picked if pair is not None))

    def _values(self, node: _Node, name: str, one: Parameter) -> list[JsonValue]:
        """Return the values that a parameter may take: known rows, what was said or shown, and its own choices."""
        if one.key in self.domain.entities:
            return sorted((value for key, value in (*self.known, *node.fresh) if key == one.key), key=str)
        schema = one.schema.get("items", one.schema)
        own = schema.get("enum", [True, False] if schema.get("type") == "boolean" else [])
        said = self.speech.get(f"{name}.{one.name}", []) + (self.speech.get(one.key, []) if one.key else [])
        return list(dict.fromkeys([*said, *own]))

    def _run(self, state: State[World], call: ToolCall) -> ToolResult:
        self.left -= 1
        if self.left < 0:
            raise _Spent
        return self.domain.execute(state.world, call, terse=True)


def _wanted(play: Play, turn: PlayedTurn, step: Played, goals: Sequence[Played]) -> _Wanted:
    """Note for a call which of its rows are made or shown by the wanted calls before it."""
    places = {goal.position: number for number, goal in enumerate(goals)}
    made = []
    for leaf in rows_of(play.domain, step.call):
        source = play.shown.get((leaf.key, leaf.value))
        if source is not None and turn.first <= source.call < step.position and source.call in places:
            made.append((leaf.path, places[source.call], source.path))
    rows = tuple((leaf.path, (leaf.key, leaf.value)) for leaf in rows_of(play.domain, step.call))
    return _Wanted(step.call, step.result, tuple(made), rows, play.domain.tools[step.call.name].reads_only)


def _speech(play: Play, turn: PlayedTurn) -> dict[str, list[JsonValue]]:
    """Return, by key and by parameter, values that are no rows: those that results have shown, and the turn's own."""
    found: dict[str, dict[JsonValue, None]] = {}
    for (key, value), source in play.shown.items():
        if source.call < turn.first and key not in play.domain.entities:
            found.setdefault(key, {})[value] = None
    for step in turn.steps:
        for leaf in leaves_of(play.domain, step.call):
            if leaf.key not in play.domain.entities:
                found.setdefault(f"{step.call.name}.{leaf.parameter}", {})[leaf.value] = None
                found.setdefault(leaf.key, {})[leaf.value] = None
    return {name: list(values) for name, values in found.items()}


def _with(call: ToolCall, made: Mapping[str, JsonValue]) -> ToolCall:
    if not made:
        return call
    arguments = dict(call.arguments)
    for path, value in made.items():
        name, _, rest = path.partition("[")
        if rest:
            items = list(arguments[name])
            items[int(rest.rstrip("]"))] = value
            arguments[name] = items
        else:
            arguments[name] = value
    return ToolCall(call.name, arguments)
