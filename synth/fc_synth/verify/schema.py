"""Schema: whether a call fits the description of its tool, for tools that are only described."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from fc_gym.types import JsonValue

__all__ = ["misfit"]

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "str": (str,), "integer": (int,), "int": (int,), "number": (int, float), "float": (int, float),
    "boolean": (bool,), "bool": (bool,), "array": (list,), "list": (list,), "tuple": (list,), "object": (dict,),
    "dict": (dict,), "null": (type(None),),
}  # fmt: skip


def misfit(tools: Mapping[str, Mapping[str, Any]], name: str, arguments: Mapping[str, JsonValue]) -> str:
    """Say in a sentence how a call does not fit; empty if it does.

    Args:
        tools: Descriptions by name, each with `parameters` as JSON schema.
        name: The tool that is called.
        arguments: What it is called with; if some have no names, only the tool is looked at.
    """
    if name not in tools:
        near = difflib.get_close_matches(name, tools, n=1)
        return f"there is no tool {name!r}" + (f", but {near[0]!r}" if near else "")
    schema = tools[name].get("parameters")
    if not isinstance(schema, Mapping) or any(one.isdigit() for one in arguments):
        return ""
    properties = schema.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    for one in schema.get("required") or ():
        if one not in arguments:
            return f"{name} lacks {one}"
    for one, value in arguments.items():
        if one not in properties:
            return f"{name} has no parameter {one}"
        wrong = _wrong(properties[one], value)
        if wrong:
            return f"the {one} of {name} should be {wrong}, not {value!r}"
    return ""


def _wrong(schema: JsonValue, value: JsonValue) -> str:
    """Return what a value should be; empty if it is."""
    if not isinstance(schema, Mapping):
        return ""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list):
        found = [_wrong(one, value) for one in choices]
        return "" if "" in found else " or ".join(found)
    if isinstance(schema.get("enum"), list) and value not in schema["enum"]:
        return f"one of {', '.join(map(str, schema['enum']))}"
    given = schema.get("type")
    kinds = [str(one) for one in (given if isinstance(given, list) else [given]) if one]
    if kinds and all(one in _KINDS for one in kinds) and not any(_is(one, value) for one in kinds):
        return "of type " + " or ".join(kinds)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return next((f"a list of what is {wrong}" for one in value if (wrong := _wrong(schema["items"], one))), "")
    return ""


def _is(kind: str, value: JsonValue) -> bool:
    if isinstance(value, bool):
        return kind in ("boolean", "bool")
    return isinstance(value, _KINDS[kind])
