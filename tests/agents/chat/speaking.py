"""Models for tests: they write, in any form, what a policy did in the same episode."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence

from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request, Usage
from fc_agents.policy import RandomPolicy
from fc_agents.rollout import rollout

from fc_gym.record import Trajectory
from fc_gym.registration import make_env
from fc_gym.types import JsonValue, ToolCall, to_json

__all__ = ["Speaker", "as_written", "number_of", "spoken", "talker"]


def number_of(request: Request) -> tuple[int, int]:
    """Return the seed of the episode and the number of the response, by which requests are told apart."""
    seed, _, number = request.sample.partition("/")
    return int(seed), int(number)


def spoken(form: str, action: JsonValue) -> Completion:
    """Return a response that says an action in a form."""
    usage = Usage(100, 10)
    if isinstance(action, str):
        return Completion(action, action, usage=usage)
    calls = tuple(ToolCall(one["name"], one["arguments"]) for one in action)
    if form == "tools":
        return Completion(as_written("hermes", calls), "", "", calls, "tool_calls", usage)
    return Completion(as_written(form, calls), usage=usage)


def as_written(form: str, calls: Sequence[ToolCall]) -> str:
    """Write calls in a form."""
    if form == "hermes":
        return "\n".join(f"<tool_call>\n{one.json()}\n</tool_call>" for one in calls)
    if form == "json":
        return to_json([{"name": one.name, "arguments": dict(one.arguments)} for one in calls])
    told = (", ".join(f"{name}={value!r}" for name, value in one.arguments.items()) for one in calls)
    return "[" + ", ".join(f"{one.name}({inner})" for one, inner in zip(calls, told, strict=True)) + "]"


class Speaker:
    """Says what a random policy did, after a while that depends on the request and on a salt.

    Args:
        domain: Where it is played.
        form: How calls are written.
        salt: Changes how long responses take, and nothing else.
        wait: The longest of these times, in seconds.
        fails: For each seed how often the first request fails.
        fatal: Fail for good at the request of this seed.
    """

    name = "speaker"

    def __init__(
        self, domain: str = "mail", form: str = "hermes", salt: int = 0, wait: float = 0.0,
        fails: Mapping[int, int] | None = None, fatal: int | None = None,
    ) -> None:  # fmt: skip
        self.form, self.salt, self.wait, self.fatal = form, salt, wait, fatal
        self.left = dict(fails or {})
        self.env = make_env(domain)
        self.played: dict[int, Trajectory] = {}
        self.flying = self.most = self.asked = 0
        self.closed = False

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """Its name."""
        return {"kind": "speaker", "name": self.name}

    async def check(self) -> None:
        """Find nothing wrong."""

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True

    async def complete(self, request: Request) -> Completion:
        """Say what the policy did."""
        seed, number = number_of(request)
        self.asked, self.flying = self.asked + 1, self.flying + 1
        self.most = max(self.most, self.flying)
        try:
            await asyncio.sleep(self.wait * (zlib.crc32(f"{self.salt}/{request.sample}".encode()) % 100) / 100)
        finally:
            self.flying -= 1
        if seed == self.fatal:
            raise ModelError("the model is gone", kind="server_error", fatal=True)
        if self.left.get(seed, 0) > 0:
            self.left[seed] -= 1
            raise ModelError(f"no answer for {seed}", kind="stalled")
        if seed not in self.played:
            self.played[seed] = rollout(self.env, RandomPolicy(3.0), seed)
        return spoken(self.form, self.played[seed].steps[number].action)


def talker(answer: Callable[[Request], Completion]) -> object:
    """Return a model that answers at once what a function says."""

    class Talker(Speaker):
        async def complete(self, request: Request) -> Completion:
            self.asked += 1
            return answer(request)

    return Talker()
