"""A plan: calls that lead from a start state to one that is accepted, each with known values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from fc_gym.domain import Domain, World
from fc_gym.known import Known, spoken_values
from fc_gym.state import State
from fc_gym.types import JsonValue, ToolCall, ToolResult

__all__ = ["Plan", "Span", "arguments_of", "grounded", "heard", "played", "rows_named", "spans"]


@dataclass(frozen=True)
class Plan:
    """How few calls it takes to have a tool accepted in one start state."""

    tool: str
    seed: int
    """Of the start state."""
    lower: int
    """Calls that any plan has at least, the tool itself included."""
    calls: tuple[ToolCall, ...]
    """The shortest plan that was found and executed."""

    @property
    def upper(self) -> int:
        """The length of the plan that was found."""
        return len(self.calls)

    @property
    def exact(self) -> bool:
        """True if no shorter plan is possible."""
        return self.upper == self.lower


@dataclass(frozen=True)
class Span:
    """The length of a tool's shortest plans over several start states."""

    lower: float
    """Median of what was proved."""
    upper: float
    """Median of what was found."""
    least: int
    """The shortest plan that was found."""
    most: int
    """The longest plan that was found."""

    def __str__(self) -> str:
        return f"{self.lower:g}" if self.lower == self.upper else f"{self.lower:g} to {self.upper:g}"


def spans(plans: Iterable[Plan]) -> dict[str, Span]:
    """Summarise the plans of each tool, in the order in which the tools come."""
    groups: dict[str, list[Plan]] = {}
    for plan in plans:
        groups.setdefault(plan.tool, []).append(plan)
    return {tool: _span(found) for tool, found in groups.items()}


def played(domain: Domain, start: State[World], calls: Sequence[ToolCall]) -> tuple[ToolResult, ...] | None:
    """Run a plan.

    Args:
        domain: The domain.
        start: The start state; not changed.
        calls: The plan.

    Returns:
        The results; None if a call is refused, or uses a row that nothing has shown by then.
    """
    state, results = start.fork(), []
    known = heard(domain, state.world)
    for position, call in enumerate(calls):
        if not grounded(domain, call, known):
            return None
        result = domain.execute(state.world, call, terse=True)
        if not result.ok:
            return None
        known.show(result, 0, position)
        results.append(result)
    return tuple(results)


def heard(domain: Domain, world: World) -> Known:
    """Return what an agent knows at first: all that a user could say."""
    known = Known(domain)
    for key, values in spoken_values(domain, world).items():
        known.tell(key, values)
    return known


def grounded(domain: Domain, call: ToolCall, known: Known) -> bool:
    """Return True if every row that a call names has been shown."""
    return all(known.source(key, value) is not None for key, value in rows_named(domain, call))


def rows_named(domain: Domain, call: ToolCall) -> Iterator[tuple[str, JsonValue]]:
    """Return the key and value of every row that a call names."""
    return ((key, value) for key, value in arguments_of(domain, call) if key in domain.entities)


def arguments_of(domain: Domain, call: ToolCall) -> Iterator[tuple[str, JsonValue]]:
    """Return the single values of a call's arguments, each with its key (empty if it has none)."""
    parameters = domain.tools[call.name].parameters
    for name, value in call.arguments.items():
        for one in value if isinstance(value, list) else [value]:
            yield parameters[name].key, one


def _span(found: list[Plan]) -> Span:
    lengths = [one.upper for one in found]
    return Span(median(one.lower for one in found), median(lengths), min(lengths), max(lengths))
