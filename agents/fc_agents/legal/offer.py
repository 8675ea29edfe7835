"""The shapes of the arguments of a domain's tools, whatever is known or with known values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fc_agents.legal.fitting import Bounds
from fc_agents.legal.shapes import Choice, Either, Named, Record, Shape
from fc_agents.legal.tried import Tried
from fc_gym.domain import Domain
from fc_gym.known import Known, candidates
from fc_gym.moment import GroundedCalls
from fc_gym.session import Session
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue

__all__ = ["Offer", "Values"]

Values = dict[str, tuple[JsonValue, ...]]
"""What is known, by key or by `tool.parameter`."""

KEPT = 4096
"""Most records that are kept to be found again."""


class Offer:
    """Makes the record of arguments of each tool.

    Args:
        domain: Gives the tools.
        bounds: What keeps texts, lists and choices short.
    """

    def __init__(self, domain: Domain, bounds: Bounds) -> None:
        self.domain = domain
        nothing = Known(domain)
        samples = {
            tool.name: {one.name: candidates(tool, one, nothing) for one in tool.parameters.values()}
            for tool in domain.tools.values()
        }
        self._samples = samples
        self._tried = {tool.name: Tried(tool, samples[tool.name], bounds) for tool in domain.tools.values()}
        keys = sorted({one.key for tool in domain.tools.values() for one in tool.parameters.values() if one.key})
        self._rules = {key: f"k{number}" for number, key in enumerate(keys)}
        self._kept: dict[tuple[object, ...], Record | None] = {}

    @property
    def silent(self) -> tuple[str, ...]:
        """The tools for which no call is known that their own check accepts, so that none can be told."""
        return tuple(name for name, tried in self._tried.items() if not tried.settled)

    def any(self, name: str) -> Record | None:
        """Return the arguments that a tool's schema allows; None if none can be told."""
        return self._record((name,), name, lambda tried, one: tried.shape(one.name))

    def grounded(self, name: str, values: Values) -> Record | None:
        """Return the arguments of a tool of which every row is known; None if none can be told.

        Args:
            name: The tool.
            values: What is known of the tool's keys and parameters.
        """
        tool, tried = self.domain.tools[name], self._tried[name]
        if not tried.settled:
            tried.settle({one.name: _of(tool, one, values) for one in tool.parameters.values()})
        seen = tuple(_of(tool, one, values) for one in tool.parameters.values())
        return self._record((name, seen), name, lambda tried, one: self._shape(tried, one, values))

    def accepted(self, session: Session) -> dict[str, Choice]:
        """Return for each tool the arguments that would be accepted now, as `GroundedCalls` lists them."""
        found: dict[str, list[JsonValue]] = {}
        for call in GroundedCalls(session):
            found.setdefault(call.name, []).append(dict(call.arguments))
        return {name: Choice(tuple(arguments)) for name, arguments in found.items()}

    def values(self, known: Known, tools: Iterable[str]) -> Values:
        """Return what is known of the keys and the parameters of some tools."""
        found: Values = {}
        for name in tools:
            for one in self.domain.tools[name].parameters.values():
                for key in filter(None, (one.key, f"{name}.{one.name}")):
                    if key not in found and known.has(key):
                        found[key] = tuple([seen.value for seen in known.values(key)])
        return found

    def _record(
        self, key: tuple[object, ...], name: str, shape_of: Callable[[Tried, Parameter], Shape | None]
    ) -> Record | None:
        if key not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[key] = self._made(name, shape_of)
        return self._kept[key]

    def _made(self, name: str, shape_of: Callable[[Tried, Parameter], Shape | None]) -> Record | None:
        tried = self._tried[name]
        if not tried.settled:
            return None
        parameters = self.domain.tools[name].parameters.values()
        shapes = [(one.name, shape_of(tried, one), one.required) for one in parameters]
        if any(shape is None and required for _, shape, required in shapes):
            return None
        return Record(tuple((at, shape, required) for at, shape, required in shapes if shape is not None))

    def _shape(self, tried: Tried, one: Parameter, values: Values) -> Shape | None:
        known = _of(tried.tool, one, values)
        if one.key in self.domain.entities:
            return self._among(tried, one, known, values)
        known = (*known, *self._samples[tried.tool.name][one.name])
        if one.key and (shape := self._among(tried, one, known, values)):
            return shape
        shape, more = tried.shape(one.name), tried.widened(one.name, known)
        return Either((shape, Choice(more))) if shape and more else shape or (Choice(more) if more else None)

    def _among(self, tried: Tried, one: Parameter, known: tuple[JsonValue, ...], values: Values) -> Shape | None:
        choice = tried.choice(one.name, known)
        if choice is None:
            return None
        shared = choice.values == values.get(one.key)
        return tried.around(one, Named(self._rules[one.key], choice) if shared else choice)


def _of(tool: Tool, one: Parameter, values: Mapping[str, tuple[JsonValue, ...]]) -> tuple[JsonValue, ...]:
    told = values.get(f"{tool.name}.{one.name}", ())
    seen = values.get(one.key, ()) if one.key else ()
    return (*told, *seen) if told else seen
