"""The official function descriptions as a model is shown them: as they are, or as tools in OpenAI form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fc_gym.types import JsonValue

__all__ = ["Doc", "as_tool", "described", "tool_name"]

Doc = Mapping[str, JsonValue]
"""One official function description: `name`, `description`, `parameters`, mostly `response`."""

_SYNTAX = " Note that the provided function is in Python 3 syntax."  # officially at the end of every description
_FLOAT = " This is a float type value."
_TYPES: Mapping[str, str] = {"dict": "object", "float": "number", "list": "array", "tuple": "array", "any": "string"}
_KEPT = ("object", "number", "array", "string", "integer", "boolean")


def described(doc: Doc) -> dict[str, JsonValue]:
    """Return a description as prompted models are shown it.

    Args:
        doc: The official description.
    """
    return {**doc, "description": f"{doc['description']}{_SYNTAX}"}


def as_tool(doc: Doc) -> dict[str, JsonValue]:
    """Return a description as a tool in OpenAI form, with the official conversions of names and types.

    Args:
        doc: The official description.

    >>> parameters = {"type": "dict", "properties": {"x": {"type": "float"}}}
    >>> made = as_tool({"name": "a.b", "description": "Do.", "parameters": parameters})["function"]
    >>> made["name"], made["parameters"]["properties"]
    ('a_b', {'x': {'type': 'number', 'format': 'float', 'description': ' This is a float type value.'}})
    """
    parameters: Any = doc["parameters"]
    body = {**described(doc), "name": tool_name(str(doc["name"])), "parameters": _converted(parameters)}
    return {"type": "function", "function": body}


def tool_name(name: str) -> str:
    """Return a function's name as it is sent to servers, which allow no dots.

    Args:
        name: The official name.
    """
    return name.replace(".", "_")


def _converted(schema: Mapping[str, Any]) -> dict[str, Any]:
    kind = schema.get("type", "string")
    found = {**schema, "type": _TYPES.get(kind, kind if kind in _KEPT else "string")}
    if kind == "float":
        found |= {"format": "float", "description": f"{schema.get('description', '')}{_FLOAT}"}
    if isinstance(schema.get("properties"), Mapping):
        found["properties"] = {name: _converted(one) for name, one in schema["properties"].items()}
    if isinstance(schema.get("items"), Mapping):
        found["items"] = _converted(schema["items"])
    return found
