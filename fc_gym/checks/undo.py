"""The check that a tool which undoes another undoes all of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from fc_gym.checks.changes import MISSING, Changes, Place, changes, joint, place_name, told
from fc_gym.checks.halts import Halt, halts, readers, writes
from fc_gym.checks.picture import Picture
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.known import Known, candidates, world_values
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult

__all__ = ["NAME", "Pair", "check", "inverse_pairs"]

NAME = "undo"
_CALLS = 6
"""Calls of one tool that are tried as the way back."""
_VALUES = 4
"""Values of one parameter that are tried."""
_HOPELESS = 6
"""After so many ways back that lead elsewhere, and none that leads back, a pair is given up."""
_FEWEST, _MOST = 3, 2 / 3
"""A tool undoes another if it did so this often, and in this share of the states."""


@dataclass
class Pair:
    """What came of making one call and then another."""

    first: str
    """The tool that does something."""
    second: str
    """The tool that may undo it."""
    exact: int = 0
    """How often the world was as before."""
    traces: list[tuple[Halt, str]] = field(default_factory=list)
    """Where it was as before, but for something that the first tool did and the second left alone."""
    strays: list[tuple[Halt, str]] = field(default_factory=list)
    """Where it was another, from which the first tool does not lead to the same place again."""
    others: int = 0
    """How often it was another for a good reason."""

    @property
    def tried(self) -> int:
        """How often both calls were accepted."""
        return self.exact + len(self.traces) + len(self.strays) + self.others

    @property
    def inverse(self) -> bool:
        """True if the second tool undoes the first, as a rule."""
        return self.exact >= max(_FEWEST, _MOST * self.tried)

    @property
    def nearly(self) -> bool:
        """True if it would, as a rule, but for the traces."""
        undone = self.exact + len(self.traces)
        return bool(self.traces) and undone >= max(_FEWEST, _MOST * self.tried)

    def __str__(self) -> str:
        return f"{self.first} / {self.second} ({self.exact} of {self.tried})"


def check(play: Play) -> Checked:
    """After every recorded write, try every other write as the way back, with the same keys.

    Which tools are inverse to each other is not declared, so it is measured: V undoes U if the world is as it was in
    most states. It cannot be in a state of which U loses something (which room an event had), and then V leads to
    another world that U takes to the same place. So a finding is one of two: U and V and U again do not lead where U
    alone led, although V was told all that U was told, so that nothing was lost (V puts back one piece of three);
    or something that U put where nothing was stays there, and U and V once more change nothing (V forgets a field).
    A counter from which keys are made may go on if U made a row.
    """
    pairs = inverse_pairs(play)
    findings: list[tuple[object, Finding]] = []
    for pair in pairs:
        for halt, what in [*(pair.strays if pair.inverse else ()), *(pair.traces if pair.nearly else ())]:
            message = f"it undoes {pair.first}, but not all of it: {what} ({halt.trial})"
            findings.append((pair.first, Finding(NAME, play.where(pair.second), message, "warning")))
    noted = "; ".join(str(pair) for pair in pairs if pair.inverse)
    tried = sum(pair.tried for pair in pairs)
    return Checked(NAME, tried, distinct(findings), "" if tried else "no write can follow another", noted)


def inverse_pairs(play: Play) -> list[Pair]:
    """Return what came of every pair of tools that were tried."""
    found: dict[tuple[str, str], Pair] = {}
    tools = [tool for name, tool in play.domain.tools.items() if name not in readers(play)]
    for halt in halts(play):
        if writes(halt.trial) and halt.trial.call.name not in readers(play):
            _go(halt, tools, found)
    return list(found.values())


@dataclass(frozen=True)
class _Trip:
    """A write that was made, and the world before and after it."""

    halt: Halt
    result: ToolResult
    before: str
    after: str
    old: Picture
    new: Picture
    done: Changes
    made: bool
    """Whether there is a new key; in a foreign class, whether there is something more than before."""

    def left(self) -> Changes:
        """Return how the world differs now from what it was, but for counters."""
        found = changes(self.old, self.halt.picture())
        return {place: what for place, what in found.items() if not (self.made and self._counts(place, what))}

    def _counts(self, place: Place, what: tuple[object, object]) -> bool:
        old, new = what
        plain = isinstance(old, int) and isinstance(new, int) and not isinstance(new, bool)
        return plain and len(place) <= 2 and self.done.get(place) == what and int(str(new)) > int(str(old))


def _go(halt: Halt, tools: list[Tool], found: dict[tuple[str, str], Pair]) -> None:
    before, old, keys = halt.mark(), halt.picture(), _keys(halt)
    with halt.aside():
        result = halt.accepted(halt.trial.call)
        if result is None or halt.mark() == before:
            return
        new = halt.picture()
        done = changes(old, new)
        made = _more(done) if halt.domain.foreign else _keys(halt) > keys
        trip = _Trip(halt, result, before, halt.mark(), old, new, done, made)
        for tool in tools:
            pair = found.setdefault((result.call.name, tool.name), Pair(result.call.name, tool.name))
            if pair.exact or pair.traces or pair.tried < _HOPELESS:
                _back(trip, tool, pair)


def _keys(halt: Halt) -> int:
    """Return how many keys there are in the world."""
    return sum(map(len, world_values(halt.domain, halt.state.world).values()))


def _more(done: Changes) -> bool:
    return any(old is MISSING or (isinstance(old, list) and len(old) < len(new)) for old, new in done.values())


def _back(trip: _Trip, tool: Tool, pair: Pair) -> None:
    """Try one tool as the way back and note what comes of it."""
    elsewhere: list[tuple[str, str]] = []
    for call in _ways(trip, tool):
        with trip.halt.aside():
            if trip.halt.accepted(call) is None:
                continue
            kind, what = _outcome(trip, tool, call)
            if kind == "exact":
                pair.exact += 1
                return
            elsewhere.append((kind, f"{call} leaves {what}"))
    kind, what = elsewhere[0] if len(elsewhere) == 1 else ("other", "")
    if kind == "trace":
        pair.traces.append((trip.halt, f"{what}; set it back too"))
    elif kind == "stray":
        pair.strays.append((trip.halt, f"{what}; put back what was there"))
    else:
        pair.others += bool(elsewhere)


def _outcome(trip: _Trip, tool: Tool, call: ToolCall) -> tuple[str, str]:
    """Return what a way back led to: `exact`, `trace`, `stray` or `other`; and what differs first."""
    halt = trip.halt
    there = halt.mark()
    left = {} if there == trip.before else trip.left()
    if not left:
        return "exact", ""
    place, (old, new) = next(iter(left.items()))
    what = f"{place_name(place)} {told(new)}, which was {told(old)}"
    first, forth = halt.domain.tools[trip.result.call.name], trip.result.call
    ignored = len(left) < len(trip.done) and all(trip.done.get(place) == values for place, values in left.items())
    if ignored and all(_added(*values) for values in left.values()):
        settles = halt.accepted(forth) and halt.accepted(call) and halt.mark() == there
        return ("trace" if settles else "other"), what
    if trip.made or not (_told(first, tool, forth, call) or not joint(left, left, trip.done)):
        return "other", ""
    if halt.accepted(forth) and halt.mark() == trip.after:
        return "other", ""
    return ("trace" if ignored else "stray"), what


def _added(old: object, new: object) -> bool:
    """Return True if something stands where nothing stood."""
    return (old is MISSING or old in (None, "", [], {})) and new is not MISSING


def _told(first: Tool, second: Tool, forth: ToolCall, back: ToolCall) -> bool:
    """Return True if the way back was given all that the first call could be given."""
    same = first.parameters.keys() <= second.parameters.keys()
    return same and all(back.arguments.get(name) == forth.arguments.get(name) for name in first.parameters)


def _ways(trip: _Trip, tool: Tool) -> Iterator[ToolCall]:
    """Return calls of a tool with the keys that the first call was given or has made."""
    asked = trip.result.call.arguments
    taken = trip.halt.domain.tools[trip.result.call.name].parameters
    shown = Known(trip.halt.domain)
    shown.show(trip.result, 0, 0)
    given = [one for name, one in tool.parameters.items() if one.required or name in asked]
    keys = {one.key for one in taken.values()} | set(shown.keys)
    rows = keys if trip.halt.domain.foreign else trip.halt.domain.entities.keys()
    linked = any(one.key in keys and one.key in rows for one in given) or any(one.name in asked for one in given)
    if not linked and (given or asked):
        return
    choices = [_values(trip, one, shown) for one in given]
    for values in itertools.islice(itertools.product(*choices), _CALLS):
        call = ToolCall(tool.name, {one.name: value for one, value in zip(given, values, strict=True)})
        if call != trip.result.call:
            yield call


def _values(trip: _Trip, one: Parameter, shown: Known) -> list[JsonValue]:
    """Return what one parameter of the way back may be."""
    asked, domain = trip.result.call.arguments, trip.halt.domain
    taken = domain.tools[trip.result.call.name].parameters
    values = [asked[one.name]] if one.name in asked else []
    if one.key and (domain.foreign or one.key in domain.entities):
        alike = {name for name, other in taken.items() if (other.key, other.many) == (one.key, one.many)}
        values += [value for name, value in asked.items() if name in alike]
        values += [[seen.value] if one.many else seen.value for seen in shown.values(one.key)]
    elif not values or "enum" in one.schema or one.schema.get("type") == "boolean":
        values += candidates(domain.tools[trip.result.call.name], one, Known(domain))
    return [value for at, value in enumerate(values) if value not in values[:at]][:_VALUES]
