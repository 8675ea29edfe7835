"""An environment, a policy and a model that tell a clock what they take, and do nothing else differently."""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fc_agents.chat.policy import ChatPolicy
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Constraint, Request
from fc_agents.throughput.clock import Clock, Paced
from fc_gym.env import Observation, ToolEnv
from fc_gym.types import Action, JsonValue

__all__ = ["Asked", "WatchedEnv", "WatchedModel", "WatchedPolicy"]


@dataclass
class Asked:
    """What was asked of a model, in failed and unfinished episodes as well."""

    responses: int = 0
    prompted: int = 0
    """Tokens of prompts."""
    written: int = 0
    """Tokens of responses."""
    cached: int = 0
    """Tokens of prompts that the server had in its cache."""
    failed: Counter[str] = field(default_factory=Counter)
    """Requests without a response, by kind of `ModelError`."""
    tries: int = 0
    """Requests sent, repeated ones included."""
    constraints: int = 0
    """Constraints that no earlier request had."""
    first: list[float] = field(default_factory=list)
    """Seconds until the first token, of each request."""
    whole: list[float] = field(default_factory=list)
    """Seconds until the response was there, of each request under a constraint that was met before, or under none."""
    fresh: list[float] = field(default_factory=list)
    """The same of each request under a constraint that was not met before, so its compilation is in it."""


class WatchedModel:
    """A model whose requests are counted and whose client is timed.

    Args:
        model: Who answers.
        clock: Told how long its coroutines run.
    """

    def __init__(self, model: Model, clock: Clock) -> None:
        self.name, self.asked = model.name, Asked()
        self._model, self._clock = model, clock
        self._met: set[str] = set()

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """Those of the model."""
        return self._model.settings

    async def check(self) -> None:
        """Check the model."""
        await self._model.check()

    async def complete(self, request: Request) -> Completion:
        """Have the model answer."""
        asked, fresh = self.asked, self._is_fresh(request.constraint)
        try:
            done = await Paced(self._model.complete(request), self._spent)
        except ModelError as error:
            asked.failed[error.kind] += 1
            raise
        usage, timing = done.usage, done.timing
        asked.responses += 1
        asked.prompted += usage.prompt
        asked.written += usage.completion
        asked.cached += usage.cached
        asked.tries += timing.tries
        asked.constraints += fresh
        asked.first.append(timing.first)
        (asked.fresh if fresh else asked.whole).append(timing.whole)
        return done

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()

    def again(self) -> None:
        """Count anew; constraints that were met stay known, as the server knows them."""
        self.asked = Asked()

    def _spent(self, seconds: float) -> None:
        self._clock.asking += seconds

    def _is_fresh(self, constraint: Constraint | None) -> bool:
        if constraint is None or constraint.key in self._met:
            return False
        self._met.add(constraint.key)
        return True


class WatchedEnv(ToolEnv):
    """An environment that is timed.

    Args:
        env: What is played.
        clock: Told how long it takes.
    """

    def __init__(self, env: ToolEnv, clock: Clock) -> None:
        super().__init__(env.domain, tasks=env.tasks)
        self._clock = clock

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode."""
        with self._timed():
            return super().reset(seed=seed, options=options)

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Take a step."""
        begun = time.perf_counter()
        try:
            return super().step(action)
        finally:
            self._clock.environment += time.perf_counter() - begun

    def fork(self, *, apart: bool = False) -> ToolEnv:
        """Return another environment with the same clock."""
        with self._timed():
            return super().fork(apart=apart)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._clock.environment += time.perf_counter() - begun


class WatchedPolicy(ChatPolicy):
    """A chat policy that tells how long it works out constraints."""

    clock: Clock

    def another(self) -> WatchedPolicy:
        """Return a policy for another episode, with the same clock."""
        return copy.copy(self)

    def _constraint(self) -> Constraint | None:
        begun = time.perf_counter()
        found = super()._constraint()
        self.clock.constraints += time.perf_counter() - begun
        return found
