"""Plain JSON: the whole response is one call, or a list of calls, in our form or OpenAI's."""

from __future__ import annotations

import re

from fc_gym.domain import Domain
from fc_gym.parsers.reading import (
    MAX_CALLS,
    Reading,
    bounded,
    decoded,
    limited,
    read_call,
    unfenced,
    unfinished,
    without_thoughts,
)
from fc_gym.types import Malformed

__all__ = ["json"]

_HINT = 'write {"name": TOOL, "arguments": {...}}, or a list of these, and nothing else'
_START = re.compile(r"\{|\[\s*[{\]]")


def json(text: str, domain: Domain) -> Reading:
    """Read a response that starts as a JSON object, or a list of objects, as calls; any other is the reply.

    >>> json('{"name": "f", "arguments": {"a": 1}}', None)  # type: ignore[arg-type]
    [ToolCall(name='f', arguments={'a': 1})]
    """
    text = unfenced(without_thoughts(text, "{", "["))
    broken = unfinished(text)
    if broken or not _START.match(text):
        return [broken] if broken else text
    too_long = bounded(text)
    value, end = decoded(text, 0, "the response", _HINT) if not too_long else (too_long, 0)
    if isinstance(value, Malformed):
        return [value]
    if end < len(text):
        return [Malformed(f"the response goes on after its JSON, at character {end + 1}", _HINT)]
    if value == []:
        return text
    calls = value[: MAX_CALLS + 1] if isinstance(value, list) else [value]
    return limited([read_call(one, f"tool call {at}", _HINT) for at, one in enumerate(calls, start=1)])
