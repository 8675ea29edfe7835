"""JSON of whatever a model may have written: long integers and broken Unicode too."""

from __future__ import annotations

import json

import orjson

from fc_gym.types import JsonValue

__all__ = ["decoded", "encoded"]


def encoded(value: JsonValue) -> bytes:
    r"""Encode a value as one line of JSON, in the order of its keys.

    >>> encoded({"b": 2**70, "a": "\ud800"})
    b'{"b":1180591620717411303424,"a":"\\ud800"}'

    Raises:
        ValueError: If it is nested too deeply.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        pass
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def decoded(line: bytes) -> JsonValue:
    """Decode what `encoded` made, or a server.

    Raises:
        ValueError: If it is not JSON.
    """
    try:
        return orjson.loads(line)
    except ValueError:
        return _slowly(line)


def _slowly(line: bytes) -> JsonValue:
    try:
        return json.loads(line)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
