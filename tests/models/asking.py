"""What tests ask of a model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fc_agents.models.model import Model
from fc_agents.models.request import Completion, Constraint, Request, Sampling

from fc_gym import load_domain
from fc_gym.types import JsonValue

TOOLS = [tool.spec() for tool in load_domain("shop").tools.values()]

FINDING: JsonValue = {
    "type": "function",
    "function": {
        "name": "find_room",
        "description": "Find a room.",
        "parameters": {
            "type": "object",
            "properties": {
                "floor": {"enum": ["ground", "first", "top"]},
                "beds": {"type": "integer", "minimum": 1, "maximum": 4},
                "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2}$"},
            },
            "required": ["floor", "beds", "code"],
            "additionalProperties": False,
        },
    },
}
"""A tool whose every argument is bounded, so that random weights come to an end."""


def ask(
    text: str, tools: Sequence[JsonValue] = (), constraint: Constraint | None = None, **sampling: object
) -> Request:
    """Return a request with one user message."""
    drawn = Sampling(**{"temperature": 1.0, "max_tokens": 24, **sampling})  # type: ignore[arg-type]
    return Request(({"role": "user", "content": text},), tuple(tools), drawn, constraint)


def answers(model: Model, requests: Sequence[Request]) -> list[Completion]:
    """Ask all at once."""

    async def all_at_once() -> list[Completion]:
        return await asyncio.gather(*(model.complete(one) for one in requests))

    return asyncio.run(all_at_once())


def answer(model: Model, request: Request) -> Completion:
    """Ask for one."""
    return answers(model, [request])[0]
