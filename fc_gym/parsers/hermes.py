r"""The format of Hermes and Qwen: each call as JSON between `<tool_call>` and `</tool_call>`."""

from __future__ import annotations

from fc_gym.domain import Domain
from fc_gym.parsers.reading import (
    MAX_CALLS,
    Reading,
    bounded,
    decoded,
    limited,
    read_call,
    unfinished,
    without_thoughts,
)
from fc_gym.types import Malformed, ToolCall

__all__ = ["CLOSE", "OPEN", "cut_off", "hermes"]

OPEN, CLOSE = "<tool_call>", "</tool_call>"
_HINT = 'write <tool_call>{"name": TOOL, "arguments": {...}}</tool_call>'


def hermes(text: str, domain: Domain) -> Reading:
    """Read calls as JSON in tags; text around them is left out.

    >>> hermes('<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>', None)  # type: ignore[arg-type]
    [ToolCall(name='f', arguments={'a': 1})]
    """
    text = without_thoughts(text, OPEN)
    broken = unfinished(text) or cut_off(text, _HINT)
    if OPEN not in text:
        return [broken] if broken else text
    found: list[ToolCall | Malformed] = []
    at = text.find(OPEN)
    if too_long := bounded(text):
        return [too_long]
    while at >= 0 and len(found) <= MAX_CALLS:
        one, at = _call(text, at + len(OPEN), f"tool call {len(found) + 1}")
        found.append(one)
        at = text.find(OPEN, at)
    return limited([*found, broken] if broken else found)


def cut_off(text: str, hint: str) -> Malformed | None:
    """Return the complaint about a text that ends within an opening tag; None if it does not."""
    tail = text[text.rfind("<") :] if "<" in text[-len(OPEN) :] else ""
    if len(tail) < len("<tool") or tail == OPEN or not OPEN.startswith(tail):
        return None
    return Malformed(f"the response ends within the tag {tail!r}", hint)


def _call(text: str, start: int, where: str) -> tuple[ToolCall | Malformed, int]:
    value, end = decoded(text, start, where, _HINT)
    if isinstance(value, Malformed):
        close = text.find(CLOSE, start)
        return value, len(text) if close < 0 else close
    rest = text[end : end + 200].lstrip()
    if not rest.startswith(CLOSE):
        found = f"goes on with {rest[:20]!r}" if rest else "ends"
        return Malformed(f"{where} {found} where {CLOSE} is needed", _HINT), end
    return read_call(value, where, _HINT), end
