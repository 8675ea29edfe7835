"""The walk: real calls toward a hard target tool (phase 1; FunReason-MT 2510.24645 eq. 1 and 2, repaired).

Eq. 2 calls the target if it is legal and else the legal tool nearest to it. Ported as it stands it loops, has no
alternatives, no state conditions and no source of arguments. Here the nearest tool is found from the target backwards:
an argument that nothing has shown asks for a tool that shows it, a refusal asks for a tool that lifts it (alternatives
are drawn by chance), nothing is tried twice for the same need, a branch that fails is taken back, and there is no tail
after the target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from fc_agents.trace import Executed, Refused, Trace, Unseen, argument_leaves, execute
from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.keys import keys_in, row_types
from fc_gym.known import Known, draw_call, grounded_calls, world_values
from fc_gym.measure import Probe
from fc_gym.session import Session
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall

__all__ = ["DeadEnd", "Settings", "attribute", "walk"]


ENOUGH = 4
"""Fitting argument choices from which on no more are looked for."""
DEEP = 2
"""From how many needs below the target on rows are found if there are any, and made only if there are none."""


class DeadEnd(Exception):
    """The walk did not reach its target; the message is the reason, for counting."""


@dataclass(frozen=True)
class Settings:
    """How a walk is drawn."""

    calls: int = 12
    """Most calls in a walk."""
    depth: int = 5
    """Longest chain of needs."""
    draws: int = 24
    """Argument choices considered for one tool."""
    hardness: float = 0.7
    """Chance of a target that is refused at first, if there is one, 0 to 1."""
    detour: float = 0.25
    """Chance of not taking the cheapest alternative, 0 to 1."""
    make: float = 0.3
    """Chance that a row the target needs is made rather than found, 0 to 1."""
    circles: bool = True
    """Whether a refusal may be lifted by what the refused call takes back, as that of a restoration by a deletion."""


def walk(
    session: Session,
    graph: ApiGraph,
    target: str,
    rng: np.random.Generator,
    bound: Mapping[str, JsonValue] | None = None,
    settings: Settings = Settings(),
) -> Trace:
    """Walk to a target tool.

    Args:
        session: Where to start; not changed.
        graph: The measured graph of the domain.
        target: The tool to reach.
        rng: The source of chance.
        bound: Arguments of the target that are given.
        settings: How to walk.

    Returns:
        The executed calls; the target is the last one.

    Raises:
        DeadEnd: If no way was found.
    """
    journey = _Walk(session.fork(), graph, rng, settings)
    journey.reach(target, bound or {}, 0, settings.hardness)
    return tuple(journey.trace)


class _Walk:
    def __init__(self, session: Session, graph: ApiGraph, rng: np.random.Generator, settings: Settings) -> None:
        self.session, self.graph, self.rng, self.settings = session, graph, rng, settings
        self.trace: list[Executed] = []
        self.wanted: set[tuple[str, str]] = set()

    @property
    def domain(self) -> Domain:
        return self.session.domain

    def reach(self, tool: str, bound: Mapping[str, JsonValue], depth: int, hardness: float = 0.0) -> Executed:
        """Get a tool called, whatever it takes."""
        self._within(depth)
        bound = {**bound, **self._made(self.domain.tools[tool], bound, depth)}
        call = self._aim(self.domain.tools[tool], bound, hardness, depth == 0)
        self._secure(call, depth)
        return self._run(call)

    def _secure(self, call: ToolCall, depth: int) -> None:
        """Get everything that a call needs shown, and every refusal lifted."""
        self._within(depth)
        for leaf in argument_leaves(self.domain, call):
            if leaf.key in self.domain.entities and self.session.known.source(leaf.key, leaf.value) is None:
                self._reveal(leaf.key, leaf.value, depth + 1)
        lifted: set[str] = set()
        while code := Probe(self.domain, self.session.state).code(call):
            if code in lifted:
                raise DeadEnd(f"{call.name}: {code} came back")
            lifted.add(code)
            self._lift(call, code, depth + 1)

    def _lift(self, call: ToolCall, code: str, depth: int) -> None:
        """Call a tool after which a refusal is gone."""
        if (call.name, code) in self.wanted:
            raise DeadEnd(f"{call.name}: {code} needs itself")
        self.wanted.add((call.name, code))
        try:
            for name in self._ordered(self._enablers(call.name, code)):
                if self._try(partial(self.reach, name, self._related(call, name), depth)):
                    return
        finally:
            self.wanted.discard((call.name, code))
        raise DeadEnd(f"{call.name}: nothing lifts {code}")

    def _enablers(self, name: str, code: str) -> tuple[str, ...]:
        """Return the tools that lift a refusal."""
        return self.graph.enablers(name, code) if self.settings.circles else _onward(self.graph, name, code)

    def _reveal(self, key: str, value: JsonValue, depth: int) -> None:
        """Call a tool that shows a value."""
        self._within(depth)
        if (key, str(value)) in self.wanted:
            raise DeadEnd(f"{key} is shown only by what needs it")
        self.wanted.add((key, str(value)))
        try:
            for name in self._ordered(self.graph.producers(key)):
                call = self._lookup(self.domain.tools[name], key, value)
                if call and self._try(partial(self._secured, call, depth)):
                    return
        finally:
            self.wanted.discard((key, str(value)))
        raise DeadEnd(f"nothing shows {key}")

    def _secured(self, call: ToolCall, depth: int) -> Executed:
        self._secure(call, depth)
        return self._run(call)

    def _try(self, attempt: Callable[[], object]) -> bool:
        mark, length = self.session.fork(), len(self.trace)
        try:
            attempt()
        except DeadEnd:
            self.session, self.trace = mark, self.trace[:length]
            return False
        return True

    def _run(self, call: ToolCall) -> Executed:
        if len(self.trace) >= self.settings.calls:
            raise DeadEnd("too long")
        try:
            self.trace.append(execute(self.session, call))
        except (Unseen, Refused) as error:
            raise DeadEnd(f"{call.name}: unexecutable") from error
        return self.trace[-1]

    def _aim(self, tool: Tool, bound: Mapping[str, JsonValue], hardness: float, target: bool) -> ToolCall:
        """Choose arguments, knowing the world as an onlooker does."""
        probe, everything = Probe(self.domain, self.session.state), self._onlooker(tool, bound)
        free: list[ToolCall] = []
        liftable: list[ToolCall] = []
        codes: dict[str, str] = {}
        first, second = (liftable, free) if self.rng.random() < hardness else (free, liftable)
        for _ in range(self.settings.draws):
            if len(first) >= ENOUGH:
                break
            call = draw_call(tool, everything, self.rng, optional=0.4 if target else 0.0)
            if call is None:
                break
            text = repr(call.arguments)
            code = codes[text] = codes[text] if text in codes else probe.code(call)
            if not code:
                free.append(call)
            elif self._enablers(tool.name, code):
                liftable.append(call)
        choices = first or second
        if not choices:
            raise DeadEnd(f"{tool.name}: no arguments fit")
        return choices[int(self.rng.integers(len(choices)))]

    def _onlooker(self, tool: Tool, bound: Mapping[str, JsonValue]) -> Known:
        """Return what an onlooker knows that a tool can take: the rows, and what else stands in the world."""
        known, world = Known(self.domain), self.session.state.world
        plain = any(one.key and one.key not in self.domain.entities for one in tool.parameters.values())
        rows = {key: list(entity.rows(world)) for key, entity in self.domain.entities.items()}
        for key, values in (world_values(self.domain, world) if plain else rows).items():
            known.tell(key, values)
        for name, value in bound.items():
            known.tell(f"{tool.name}.{name}", value if isinstance(value, list) else [value])
        return known

    def _made(self, tool: Tool, bound: Mapping[str, JsonValue], depth: int) -> dict[str, JsonValue]:
        """Make, by chance or for want of any, a row that the tool needs."""
        for one in tool.parameters.values():
            if not one.required or one.many or one.key not in self.domain.entities or one.name in bound:
                continue
            rows = self.domain.entities[one.key].rows(self.session.state.world)
            makers = [name for name in self.graph.producers(one.key) if not self.domain.tools[name].reads_only]
            makers = [name for name in makers if one.key not in self.domain.tools[name].needs and name != tool.name]
            if makers and (not rows or (depth < DEEP and self.rng.random() < self.settings.make)):
                fresh = self._fresh(self._ordered(tuple(makers)), one, depth)
                if fresh is not None:
                    return {one.name: fresh}
        return {}

    def _fresh(self, makers: list[str], one: Parameter, depth: int) -> JsonValue | None:
        entity = self.domain.entities[one.key]
        for name in makers:
            before = set(entity.rows(self.session.state.world))
            if self._try(partial(self.reach, name, {}, depth + 1)):
                new = [key for key in entity.rows(self.session.state.world) if key not in before]
                if len(new) == 1 and self.session.known.source(one.key, new[0]):
                    return new[0]
        return None

    def _lookup(self, tool: Tool, key: str, value: JsonValue) -> ToolCall | None:
        """Find a call whose result would show a value and whose literals describe its row; None if there is none."""
        row = self.domain.entities[key].rows(self.session.state.world).get(value)
        known = Known(self.domain)
        for one in tool.parameters.values():
            if one.required and one.key in self.domain.entities:
                rows = list(self.domain.entities[one.key].rows(self.session.state.world))
                known.tell(f"{tool.name}.{one.name}", [rows[int(i)] for i in self.rng.permutation(len(rows))])
            elif one.required:
                literal = attribute(row, one)
                if literal is None:
                    return None
                known.tell(f"{tool.name}.{one.name}", [literal])
        return self._showing(tool, known, key, value)

    def _showing(self, tool: Tool, known: Known, key: str, value: JsonValue) -> ToolCall | None:
        mark, before = self.session.state.snapshot(), self.session.state.hash()
        for call in grounded_calls(tool, known, self.settings.draws):
            result = self.domain.execute(self.session.state.world, call)
            shown = Known(self.domain)
            shown.show(result, 0, 0)
            idle = result.ok and self.session.state.hash() == before
            self.session.state.restore(mark)
            refused = result.refusal is not None and self._enablers(tool.name, result.refusal.code)
            if (idle and shown.source(key, value)) or (refused and tool.reads_only):
                return call
        return None

    def _related(self, call: ToolCall, name: str) -> dict[str, JsonValue]:
        """Give another tool the same rows where it takes the same keys."""
        mine = self.domain.tools[call.name].parameters
        return {
            one.name: call.arguments[other.name]
            for one in self.domain.tools[name].parameters.values()
            for other in mine.values()
            if one.key and one.key == other.key and one.many == other.many and other.name in call.arguments
            and one.key in self.domain.entities
        }  # fmt: skip

    def _ordered(self, names: tuple[str, ...]) -> list[str]:
        """Put the tool with the fewest needs first, sometimes another."""
        order = [names[int(position)] for position in self.rng.permutation(len(names))]
        if self.rng.random() >= self.settings.detour:
            order.sort(key=lambda name: (len(self.domain.tools[name].needs), name))
        return order

    def _within(self, depth: int) -> None:
        if depth > self.settings.depth:
            raise DeadEnd("too deep")
        if len(self.trace) >= self.settings.calls:
            raise DeadEnd("too long")


@lru_cache(maxsize=4096)
def _onward(graph: ApiGraph, name: str, code: str) -> tuple[str, ...]:
    """Return the tools that lift a refusal without being taken back by what was refused."""
    return tuple(one for one in graph.enablers(name, code) if not graph.recovers(name, one))


def attribute(row: object, one: Parameter) -> JsonValue | None:
    """Return the field of a row that a parameter asks for: of the same name, or else the only one of the same key."""
    if row is None or hasattr(row, one.name):
        return getattr(row, one.name, None)
    alike = [
        name for name, type_ in row_types(row).items() if one.key and [one.key] == [key for _, key in keys_in(type_)]
    ]
    return getattr(row, alike[0]) if len(alike) == 1 else None
