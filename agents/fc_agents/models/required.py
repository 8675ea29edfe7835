"""What a response must look like that has to call a tool, whichever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fc_agents.models.request import Constraint
from fc_gym.types import JsonValue, canonical, to_json

__all__ = ["required"]


def required(tools: Sequence[Mapping[str, JsonValue]]) -> Constraint:
    """Return the constraint that a response is one call of one of the tools, with arguments as its schema says.

    Args:
        tools: What is offered, in OpenAI form.
    """
    form = {
        "type": "triggered_tags",
        "triggers": ["<tool_call>"],
        "tags": [_tag(tool.get("function", tool)) for tool in tools],
        "at_least_one": True,
        "stop_after_first": True,
    }
    body = {"type": "structural_tag", "format": form}
    return Constraint("structural_tag", body, "hermes", canonical(body))


def _tag(function: Mapping[str, JsonValue]) -> JsonValue:
    schema = function.get("parameters") or {"type": "object", "properties": {}, "additionalProperties": False}
    return {
        "type": "tag",
        "begin": f'<tool_call>\n{{"name": {to_json(function["name"])}, "arguments": ',
        "content": {"type": "json_schema", "json_schema": schema},
        "end": "}\n</tool_call>",
    }
