"""A reading: what a parser makes of a model's text, and the JSON part that the formats share."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping

from fc_gym.domain import Domain
from fc_gym.errors import CallError
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = [
    "MAX_CALLS",
    "MAX_DEPTH",
    "MAX_TEXT",
    "Parser",
    "Reading",
    "bounded",
    "decoded",
    "limited",
    "read_call",
    "too_deep",
    "unfenced",
    "unfinished",
    "without_thoughts",
]

Reading = list[ToolCall | Malformed] | str
"""The calls found, broken ones as `Malformed`; or the text itself, the reply, if there is no call in it."""

Parser = Callable[[str, Domain], Reading]
"""Reads a response; the domain says what type an untyped value should have."""

MAX_TEXT = 256 * 1024
"""The longest text with calls in it that is read, in characters, thoughts aside."""

MAX_CALLS = 64
"""The most calls that are read in one response."""

MAX_DEPTH = 64
"""The deepest nesting of an argument."""


def without_thoughts(text: str, *openings: str) -> str:
    """Take out `<think>...</think>` before the first call.

    A `</think>` without a start ends a thought whose start the prompt held.

    Args:
        text: The response.
        openings: What a call begins with; thoughts after it are left, for they may be part of an argument.
    """
    first, close = text.find("<think>"), text.find("</think>")
    if close >= 0 and not 0 <= first < close:
        text = text[close + len("</think>") :]
    mark = re.compile("|".join(map(re.escape, ("<think>", *openings))))
    kept, at = [], 0
    while (found := mark.search(text, at)) and found[0] == "<think>":
        end = text.find("</think>", found.end())
        if end < 0:
            break
        kept.append(text[at : found.start()])
        at = end + len("</think>")
    return "".join([*kept, text[at:]]).strip()


def unfenced(text: str) -> str:
    """Return what stands inside a code fence, if the whole text is one."""
    if not (text.startswith("```") and text.endswith("```") and "\n" in text):
        return text
    return text[text.index("\n") : -3].strip()


def unfinished(text: str) -> Malformed | None:
    """Return the complaint about a thought that does not end; None if there is none."""
    if not text.startswith("<think>"):
        return None
    return Malformed("the response ends within <think>", "close it with </think>, then call a tool or reply")


def bounded(text: str) -> Malformed | None:
    """Return the complaint about a text that is too long to hold calls; None if it is not."""
    if len(text) <= MAX_TEXT:
        return None
    message = f"the response has {len(text)} characters; {MAX_TEXT} are allowed"
    return Malformed(message, "send fewer or shorter calls")


def limited(found: list[ToolCall | Malformed]) -> list[ToolCall | Malformed]:
    """Return the calls up to the most that are read, and after them the complaint if there are more."""
    if len(found) <= MAX_CALLS:
        return found
    complaint = Malformed(f"more than {MAX_CALLS} calls in one response", "send the others in a later response")
    return [*found[:MAX_CALLS], complaint]


def decoded(text: str, start: int, where: str, hint: str) -> tuple[JsonValue | Malformed, int]:
    """Decode the one JSON value that starts at a position.

    Args:
        text: The text around it.
        start: Where it starts, white space aside.
        where: What to call it in a complaint.
        hint: What would be right.

    Returns:
        The value and the position after it; or the complaint and `start`.
    """
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        place = f"at character {error.pos - start + 1} of it"
        return Malformed(f"{where} is not JSON: {error.msg} {place}", hint), start
    except (ValueError, OverflowError) as error:
        return Malformed(f"{where} is not JSON: {error}", hint), start
    except (RecursionError, MemoryError):
        return _nested(where), start
    return (_nested(where) if too_deep(value) else value), end


def read_call(value: JsonValue | Malformed, where: str, hint: str) -> ToolCall | Malformed:
    """Read one decoded call: ours, or OpenAI's with `function` and the arguments as JSON text."""
    if isinstance(value, Malformed):
        return value
    if isinstance(value, Mapping) and isinstance(value.get("function"), Mapping):
        value = value["function"]
    if isinstance(value, Mapping) and isinstance(value.get("arguments"), str):
        arguments = _whole(value["arguments"], f"the arguments of {where}", hint)
        if isinstance(arguments, Malformed):
            return arguments
        value = {**value, "arguments": arguments}
    try:
        return ToolCall.of(value)
    except CallError as error:
        return Malformed(f"{where}: {error.message}", hint)


def too_deep(value: JsonValue) -> bool:
    """Return True if a value is nested deeper than an argument may be."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            return True
        level, depth = [inner for one in level for inner in _inside(one)], depth + 1
    return False


def _inside(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _whole(text: str, where: str, hint: str) -> JsonValue | Malformed:
    value, end = decoded(text, 0, where, hint)
    if not isinstance(value, Malformed) and text[end:].strip():
        return Malformed(f"{where} go on after their JSON, at character {end + 1}", hint)
    return value


def _nested(where: str) -> Malformed:
    message = f"{where} is nested more than {MAX_DEPTH} deep"
    return Malformed(message, "write flat arguments, as the tool's schema says")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no finite number")
    return number


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
