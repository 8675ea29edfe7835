"""The one protocol that every model follows, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from fc_agents.models.request import Completion, Request
from fc_gym.errors import FcGymError
from fc_gym.types import JsonValue

__all__ = ["Model", "ModelError"]


class ModelError(FcGymError):
    """A request that got no response that can be used.

    Args:
        message: One sentence that says what was asked of whom, what came, and what would be right.
        kind: For counting: `refused_connection`, `unknown_host`, `rate_limited`, `server_error`, `stalled`,
            `truncated`, `wrong_model`, `wrong_address`, `no_access`, `bad_request`, `too_long`, `no_tools`,
            `no_logprobs`, `no_constraint`, `bad_response`, `not_recorded`, `no_answer`, `not_installed`, `closed`.
        fatal: True if every other request would fail in the same way, so that a run is better stopped.
    """

    def __init__(self, message: str, *, kind: str, fatal: bool = False) -> None:
        super().__init__(message)
        self.kind, self.fatal = kind, fatal

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), kind=self.kind, fatal=self.fatal), self.args


class Model(Protocol):
    """Answers requests, many at once; used inside one event loop."""

    name: str
    """Of the model, as the server knows it."""

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """What a trajectory's header keeps of it: kind, name and whatever changes its answers; no address, no key."""

    async def check(self) -> None:
        """Find out whether it can be used at all.

        Raises:
            ModelError: If it cannot; in one sentence.
        """

    async def complete(self, request: Request) -> Completion:
        """Answer a request.

        Raises:
            ModelError: If there is no usable answer after all tries.
        """

    async def close(self) -> None:
        """Give back connections and memory; nothing may be asked afterwards."""
