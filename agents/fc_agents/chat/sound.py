"""What a model wrote, without the halves of characters that have no place in JSON and could not be recorded."""

from __future__ import annotations

import operator
from dataclasses import replace

import orjson

from fc_agents.models.request import Completion
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["sound", "sound_calls"]


def sound(completion: Completion) -> Completion:
    """Return a completion in which every lone surrogate is a question mark; the same one if there is none."""
    texts, calls = [completion.raw, completion.content, completion.reasoning], sound_calls(completion.calls)
    if calls is completion.calls and _is_sound(texts):
        return completion
    raw, content, reasoning = (_mended(one) for one in texts)
    return replace(completion, raw=raw, content=content, reasoning=reasoning, calls=calls)


def sound_calls(calls: tuple[ToolCall | Malformed, ...]) -> tuple[ToolCall | Malformed, ...]:
    """Return calls without lone surrogates; the same ones if there are none."""
    made = tuple([_sound_call(one) for one in calls])
    return calls if all(map(operator.is_, made, calls)) else made


def _sound_call(call: ToolCall | Malformed) -> ToolCall | Malformed:
    if isinstance(call, Malformed):
        return call if _is_sound([call.message, call.hint]) else Malformed(_mended(call.message), _mended(call.hint))
    if _is_sound([call.name, call.arguments]):
        return call
    return ToolCall(_mended(call.name), _mended(dict(call.arguments)))


def _is_sound(value: JsonValue) -> bool:
    try:
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return False
    return True


def _mended(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_mended(name): _mended(inner) for name, inner in value.items()}
    return [_mended(one) for one in value] if isinstance(value, list) else value
