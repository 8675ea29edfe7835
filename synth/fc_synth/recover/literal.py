"""Literal recovery: an argument came from where the same value stands, in the texts of users and in results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

from fc_gym.types import JsonValue, leaves
from fc_synth.recover.origin import Origin, Place
from fc_synth.verify.talk import Made, Talk
from fc_synth.verify.words import holds, named

__all__ = ["Shown", "candidates_for", "recovered", "shown_in"]

NUMBERS = 40
"""Most numbers that sums and products are tried with."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One leaf of a result."""

    turn: int
    call: int
    path: str
    value: JsonValue


def recovered(talk: Talk) -> dict[Place, Origin]:
    """Return the origin of every argument leaf of a row, by its texts alone.

    Args:
        talk: The row.
    """
    found: dict[Place, Origin] = {}
    shown = shown_in(talk)
    tools = {str(one["name"]): one for one in talk.tools}
    opened = list(_opened(talk))
    for turn, position, call in talk.steps():
        before = [one for one in shown if one.call < opened[position]]
        beside = [one for one in shown if opened[position] <= one.call < position]
        for path, value in _values(call):
            schema = _schema(tools.get(call.name), path)
            found[position, path] = _origin(talk, turn, value, schema, before, beside)
    return found


def shown_in(talk: Talk) -> list[Shown]:
    """Return the leaves of all results of a row, in order."""
    return [
        Shown(turn, position, path, value)
        for turn, position, call in talk.steps() if call.text is not None
        for path, value, _ in leaves(call.result) if value is not None
    ]  # fmt: skip


def candidates_for(value: JsonValue, shown: Sequence[Shown]) -> list[Shown]:
    """Return the leaves of results that have a value, in order; a number is the same as its text."""
    return [one for one in shown if _same(one.value, value)]


def _origin(
    talk: Talk, turn: int, value: JsonValue, schema: Mapping[str, Any], before: Sequence[Shown], beside: Sequence[Shown]
) -> Origin:
    outputs = candidates_for(value, before)
    said = _said(talk, turn, value)
    first = outputs[0] if outputs else None
    if isinstance(value, bool) or value in schema.get("enum", ()):
        return Origin("user" if said == turn else "enum", turn)
    if first is not None and (said is None or (named(str(value)) and said > first.turn)):
        return Origin("output", first.turn, first.call, first.path, len(outputs) - 1)
    if said is not None:
        return Origin("user", said, rivals=len(outputs))
    if "default" in schema and schema["default"] == value:
        return Origin("default")
    early = candidates_for(value, beside)
    if early:
        return Origin("output", turn, early[0].call, early[0].path, len(early) - 1, early=True)
    return Origin("computed") if _computed(talk, turn, value, before) else Origin("unknown")


def _said(talk: Talk, turn: int, value: JsonValue) -> int | None:
    """Return the last turn up to one in which the user says a value, or an earlier reply does; None if none does."""
    for number in range(turn, -1, -1):
        if holds(talk.turns[number].user, value):
            return number
    return None


def _computed(talk: Talk, turn: int, value: JsonValue, before: Sequence[Shown]) -> bool:
    """Return True if a number is the sum, difference or product of two numbers that were said or shown."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    numbers = dict.fromkeys(
        one.value for one in reversed(before) if isinstance(one.value, int | float) and not isinstance(one.value, bool)
    )
    words = talk.turns[turn].user.replace(",", " ").split()
    numbers |= dict.fromkeys(float(word.rstrip(".?!")) for word in words if word.rstrip(".?!").isdecimal())
    pairs = combinations_with_replacement(list(numbers)[:NUMBERS], 2)
    return any(value in (one + other, abs(one - other), round(one * other, 2)) for one, other in pairs)


def _opened(talk: Talk) -> Iterator[int]:
    """Yield for each call the position of the first call of its message."""
    position = 0
    for turn in talk.turns:
        for batch in turn.batches:
            yield from (position for _ in batch.calls)
            position += len(batch.calls)


def _values(call: Made) -> Iterator[tuple[str, JsonValue]]:
    return ((path, value) for path, value, _ in leaves(call.arguments))


def _schema(tool: Mapping[str, Any] | None, path: str) -> Mapping[str, Any]:
    parameters = (tool or {}).get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, Mapping) else None
    found = properties.get(path.partition("[")[0].partition(".")[0]) if isinstance(properties, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    items = found.get("items")
    return items if isinstance(items, Mapping) and "[" in path else found


def _same(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return str(one).casefold() == str(other).casefold()
