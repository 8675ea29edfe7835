"""The check that calls which do not depend on each other may come in either order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from fc_gym.checks.changes import Changes, Place, changes, joint, place_name, told
from fc_gym.checks.halts import Halt, halts, writes
from fc_gym.checks.picture import Picture
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.known import world_values
from fc_gym.types import JsonValue, ToolCall

__all__ = ["NAME", "check"]

NAME = "order"
_CALLS = 3
"""Calls of one tool that are tried in one session."""
_PAIRS = 4
"""How often two tools are compared in all."""
_EVERY = 2
"""Of so many writes in a session, one is a place to compare at."""


def check(play: Play) -> Checked:
    """Make two accepted writes on different rows in both orders, and compare.

    Two calls are independent in a state if each is accepted before and after the other and says the same, but for the
    names of keys that they make. What an agent cannot see to depend on the order must not depend on it: then both
    orders have to lead to the same world, but for these names. So no graph is asked: an edge between two tools is a
    state in which one changes whether the other is accepted, and there they are not independent. Stock, balances and
    numbers of documents are shared, and say so in the results. Left out are parts of the world that both calls write
    to, such as a log or the one address that is chosen: there the order is what is stored.
    """
    findings: list[tuple[object, Finding]] = []
    counts: Counter[tuple[str, str]] = Counter()
    tried = 0
    calls = _accepted(play)
    for at, halt in enumerate(halt for halt in halts(play) if writes(halt.trial)):
        if at % _EVERY:
            continue
        for pair in _pairs(halt, calls[halt.trial.seed], counts):
            compared, differs = _compare(halt, *pair)
            tried += compared
            counts[pair[0].name, pair[1].name] += compared
            if differs:
                findings.append((frozenset(call.name for call in pair), _finding(play, halt, pair, differs)))
    return Checked(NAME, tried, distinct(findings), "" if tried else "no two accepted writes are independent")


def _accepted(play: Play) -> dict[int, list[ToolCall]]:
    """Return a few accepted writes of each tool from each start state."""
    found: dict[int, dict[ToolCall, None]] = {seed: {} for seed in play.seeds}
    for trial in filter(writes, play.trials()):
        calls = found[trial.seed]
        if sum(call.name == trial.call.name for call in calls) < _CALLS:
            calls[trial.call] = None
    return {seed: list(calls) for seed, calls in found.items()}


def _pairs(halt: Halt, calls: list[ToolCall], counts: Counter[tuple[str, str]]) -> Iterator[tuple[ToolCall, ToolCall]]:
    """Return pairs of calls that are accepted now and are about different rows."""
    now = [call for call in calls if _possible(halt, call)]
    for one, other in combinations(now, 2):
        if counts[one.name, other.name] < _PAIRS and not set(_rows(halt, one)) & set(_rows(halt, other)):
            yield one, other


def _possible(halt: Halt, call: ToolCall) -> bool:
    with halt.aside():
        return halt.accepted(call) is not None


def _rows(halt: Halt, call: ToolCall) -> Iterator[JsonValue]:
    """Return the keys of rows that a call is given; in a foreign class, all that it is given but truth values."""
    for name, value in call.arguments.items():
        values = value if isinstance(value, list) else [value]
        if halt.domain.foreign or halt.domain.tools[call.name].parameters[name].key in halt.domain.entities:
            yield from (str(one) for one in values if not isinstance(one, bool))


@dataclass
class _Course:
    """Two calls, made in one order: what they said, and the world before, between and after."""

    texts: tuple[str, str] = ("", "")
    mark: str = ""
    keys: tuple[dict[str, list[JsonValue]], ...] = ()
    pictures: tuple[Picture, ...] = ()


def _compare(halt: Halt, one: ToolCall, other: ToolCall) -> tuple[bool, str]:
    """Return whether two calls are independent, and what nevertheless differs; empty if nothing does."""
    first, second = _course(halt, one, other), _course(halt, other, one)
    if first is None or second is None:
        return False, ""
    same = first.texts == second.texts[::-1]
    if same and first.mark == second.mark:
        return True, ""
    first, second = _course(halt, one, other, full=True), _course(halt, other, one, full=True)
    if first is None or second is None:  # it is not the same twice; the check of determinism tells it
        return False, ""
    names = _renaming(first, second)
    if not same and not (names and tuple(_renamed(text, names) for text in first.texts) == second.texts[::-1]):
        return False, ""
    again = _course(halt, one, other)
    steady = again is not None and (again.texts, again.mark) == (first.texts, first.mark)
    return steady, _difference(first, second, names) if steady else ""


def _course(halt: Halt, one: ToolCall, other: ToolCall, full: bool = False) -> _Course | None:
    course = _Course()
    with halt.aside():
        _look(halt, course, full)
        for call in (one, other):
            result = halt.accepted(call)
            if result is None:
                return None
            course.texts = (course.texts[1], result.text)
            _look(halt, course, full)
        course.mark = halt.mark()
    return course


def _look(halt: Halt, course: _Course, full: bool) -> None:
    if full:
        course.keys += (world_values(halt.domain, halt.state.world),)
        course.pictures += (halt.picture(),)


def _renaming(first: _Course, second: _Course) -> dict[str, str]:
    """Return how the keys that the calls make in the first order are called in the second."""
    names: dict[str, str] = {}
    for mine, theirs in ((0, 1), (1, 0)):
        made, again = _new(first.keys[mine], first.keys[mine + 1]), _new(second.keys[theirs], second.keys[theirs + 1])
        if [key for key, _ in made] == [key for key, _ in again]:
            names |= {str(old): str(new) for (_, old), (_, new) in zip(made, again, strict=True)}
    return names


def _new(before: dict[str, list[JsonValue]], after: dict[str, list[JsonValue]]) -> list[tuple[str, JsonValue]]:
    return [(key, one) for key, values in after.items() for one in values if one not in before.get(key, ())]


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_renamed(name, names): _renamed(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, str) or not names:
        return value
    return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], value)


def _difference(first: _Course, second: _Course, names: dict[str, str]) -> str:
    old = [first.pictures[0], *(Picture(_renamed(one.value, names)) for one in first.pictures[1:])]
    differing = changes(old[2], second.pictures[2])
    if not differing:
        return ""
    mine: Changes = changes(old[0], old[1]) | changes(second.pictures[1], second.pictures[2])
    theirs: Changes = changes(old[1], old[2]) | changes(second.pictures[0], second.pictures[1])
    shared = joint(differing, mine, theirs)
    place: Place | None = next((place for place in differing if place not in shared), None)
    if place is None:
        return ""
    one, other = differing[place]
    return f"{place_name(place)} is {told(one)} or {told(other)}"


def _finding(play: Play, halt: Halt, pair: tuple[ToolCall, ToolCall], differs: str) -> Finding:
    one, other = pair
    message = (
        f"before or after {other}, both calls say the same, yet {differs}; let neither depend on the other, or show it"
    )
    shown = f"{message} (seed {halt.trial.seed}, before call {halt.trial.position}: {one})"
    return Finding(NAME, play.where(one.name), shown, "warning")
