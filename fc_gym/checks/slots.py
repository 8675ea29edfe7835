"""What the slots of `Says:` stand for in a real call and its result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fc_gym.phrase import Phrase
from fc_gym.types import JsonValue, ToolCall

__all__ = ["missing_slots", "slot_values"]

_STEP = re.compile(r"\.(\w+)|(\[\])|(#)")


def slot_values(slot: str, value: JsonValue) -> list[JsonValue] | None:
    """Return the values that a slot `result...` stands for.

    Args:
        slot: `result` and then any of `.field`, `[]` (of each) and, last, `#` (how many).
        value: A result as decoded from JSON.

    Returns:
        The values that are there, without empty ones; None if the result has no such place.

    >>> slot_values("result[].name", [{"name": "a"}, {"name": None}]), slot_values("result#", [])
    (['a'], [0])
    >>> slot_values("result.size", {"name": "a"}) is None
    True
    """
    values: list[JsonValue] = [value]
    rest = slot.removeprefix("result")
    if _STEP.sub("", rest):
        return None
    for field, each, _ in _STEP.findall(rest):
        steps = [_step(one, field, bool(each)) for one in values if one is not None]
        if any(step is None for step in steps):
            return None
        values = [one for step in steps for one in step or ()]
    if any(isinstance(one, Mapping | list) for one in values):
        return None
    return [one for one in values if one not in (None, "")]


def missing_slots(phrase: Phrase, call: ToolCall, value: JsonValue) -> Iterator[str]:
    """Return the slots that a line of `Says:` cannot do without, and that have no value in a call and its result."""
    for slot in phrase.required:
        if _is_result(slot):
            if not slot_values(slot, value):
                yield slot
        elif call.arguments.get(slot) in (None, "", []):
            yield slot


def _is_result(slot: str) -> bool:
    return re.split(r"[.\[#]", slot, maxsplit=1)[0] == "result"


def _step(value: JsonValue, field: str, each: bool) -> list[JsonValue] | None:
    if field:
        return [value[field]] if isinstance(value, Mapping) and field in value else None
    if not isinstance(value, list):
        return None
    return list(value) if each else [len(value)]
