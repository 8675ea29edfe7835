"""A model that answers what it was told to, after a set time: for tests, and to measure everything but the model."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fc_agents.models.model import ModelError
from fc_agents.models.reading import read_text
from fc_agents.models.request import Completion, Request, Timing, Usage
from fc_gym.types import JsonValue

__all__ = ["Latency", "ScriptedModel"]

Answer = Callable[[Request], str | Completion]


@dataclass(frozen=True, slots=True)
class Latency:
    """Times that vary around a middle, by a seed: the n-th request always waits as long."""

    middle: float
    """Half of the requests wait less, in seconds."""
    spread: float = 0.5
    """Standard deviation of the logarithm."""
    seed: int = 0

    def seconds(self, number: int) -> float:
        """Return how long a request waits, by its number."""
        return self.middle * random.Random(f"{self.seed}/{number}").lognormvariate(0.0, self.spread)


class ScriptedModel:
    """Gives the answers it was made with; a text is read for thinking and calls, a completion is given as it is.

    Args:
        answer: The answers in the order of the requests; or a function of the request.
        latency: How long each answer takes, in seconds.
        name: Its name.
        parser: Reads calls out of texts, by its name in `fc_gym.parsers.PARSERS`; a constraint names its own.

    >>> model = ScriptedModel(['<tool_call>{"name": "look", "arguments": {}}</tool_call>', "Done."])
    >>> async def two():
    ...     return [await model.complete(Request([{"role": "user", "content": "Go."}])) for _ in range(2)]
    >>> first, second = asyncio.run(two())
    >>> first.calls, second.content
    ((ToolCall(name='look', arguments={}),), 'Done.')
    """

    def __init__(
        self,
        answer: Sequence[str | Completion] | Answer,
        latency: float | Latency = 0.0,
        name: str = "scripted",
        parser: str = "hermes",
    ) -> None:
        self.name = name
        self.asked = 0
        """Requests so far."""
        self._answer, self._latency, self._parser = answer, latency, parser

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """Its kind and name."""
        return {"kind": "scripted", "name": self.name}

    async def check(self) -> None:
        """Do nothing: it can always be used."""

    async def complete(self, request: Request) -> Completion:
        """Answer a request.

        Raises:
            ModelError: If all answers were given.
        """
        number, started = self.asked, time.monotonic()
        self.asked += 1
        said = self._said(request, number)
        pause = self._latency.seconds(number) if isinstance(self._latency, Latency) else self._latency
        await asyncio.sleep(pause)
        seconds = time.monotonic() - started
        timing = Timing(seconds, seconds)
        return replace(said, timing=timing) if isinstance(said, Completion) else self._read(said, request, timing)

    async def close(self) -> None:
        """Do nothing: it holds nothing."""

    def _said(self, request: Request, number: int) -> str | Completion:
        if callable(self._answer):
            return self._answer(request)
        if number >= len(self._answer):
            raise ModelError(
                f"the model {self.name} was told {len(self._answer)} answers and is asked for one more; tell it more",
                kind="no_answer",
            )
        return self._answer[number]

    def _read(self, raw: str, request: Request, timing: Timing) -> Completion:
        parser = request.constraint.parser if request.constraint is not None else self._parser
        reasoning, content, calls = read_text(request.prefill + raw, parser, request.tools)
        asked = sum(len(str(one.get("content", ""))) for one in request.messages)
        return Completion(
            raw=raw,
            content=content,
            reasoning=reasoning,
            calls=calls,
            finish="tool_calls" if calls else "stop",
            usage=Usage(_tokens(asked), _tokens(len(raw))),
            model=self.name,
            timing=timing,
        )


def _tokens(letters: int) -> int:
    """Count a token for every four letters begun, as a rule of thumb."""
    return -(-letters // 4)
