"""A completion as plain JSON values, and back, whole but for its timing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fc_agents.models.request import Completion, Usage
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["completion_from", "completion_kept"]


def completion_kept(completion: Completion) -> dict[str, JsonValue]:
    """Return all of a completion that is not time."""
    return {
        "raw": completion.raw,
        "content": completion.content,
        "reasoning": completion.reasoning,
        "calls": [_call(one) for one in completion.calls],
        "finish": completion.finish,
        "usage": asdict(completion.usage),
        "prompt_ids": completion.prompt_ids,
        "token_ids": completion.token_ids,
        "logprobs": completion.logprobs,
        "model": completion.model,
    }


def completion_from(kept: Mapping[str, Any]) -> Completion:
    """Return the completion that was kept.

    Raises:
        KeyError, TypeError, AttributeError: If it is none.
    """
    return Completion(
        raw=kept["raw"],
        content=kept["content"],
        reasoning=kept["reasoning"],
        calls=tuple(_read(one) for one in kept["calls"]),
        finish=kept["finish"],
        usage=Usage(**kept["usage"]),
        prompt_ids=_tuple(kept["prompt_ids"]),
        token_ids=_tuple(kept["token_ids"]),
        logprobs=_tuple(kept["logprobs"]),
        model=kept["model"],
    )


def _call(call: ToolCall | Malformed) -> dict[str, JsonValue]:
    if isinstance(call, Malformed):
        return {"malformed": call.message, "hint": call.hint}
    return {"name": call.name, "arguments": dict(call.arguments)}


def _read(call: Mapping[str, Any]) -> ToolCall | Malformed:
    if "malformed" in call:
        return Malformed(call["malformed"], call["hint"])
    return ToolCall(call["name"], call["arguments"])


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)
