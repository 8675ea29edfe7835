"""One episode of a policy that is awaited."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from fc_agents.collect.job import Timings
from fc_agents.models.request import Completion
from fc_agents.policy import AsyncPolicy, Response
from fc_gym.env import ToolEnv
from fc_gym.record import Trajectory
from fc_gym.task import Task
from fc_gym.types import JsonValue

__all__ = ["Spent", "play"]


@dataclass(slots=True)
class Spent:
    """What an episode has cost so far; it is right even if the episode fails."""

    requests: int = 0
    tries: int = 0
    tokens: int = 0
    """Prompted and written."""
    model: float = 0.0
    first: float = 0.0
    wait: float = 0.0

    def add(self, completion: Completion) -> None:
        """Take in a response."""
        usage, timing = completion.usage, completion.timing
        self.requests += 1
        self.tries += timing.tries
        self.tokens += usage.prompt + usage.completion
        self.model += timing.whole
        self.first += timing.first
        self.wait += timing.wait

    def timings(self, index: int, began: float) -> Timings:
        """Return the times of an episode that began at a time and is over now."""
        seconds = time.monotonic() - began
        return Timings(index, seconds, self.model, self.first, self.wait, self.requests, self.tries)


async def play(
    env: ToolEnv,
    policy: AsyncPolicy,
    seed: int,
    task: Task | None = None,
    *,
    reference: str = "",
    settings: Mapping[str, JsonValue] | None = None,
    spent: Spent | None = None,
) -> Trajectory:
    """Play one episode.

    Args:
        env: The environment, not wrapped; nobody else uses it meanwhile.
        policy: Who plays.
        seed: Seeds the episode and the policy.
        task: What to play; None: free play.
        reference: How the domain is named in the record; its own name if not given.
        settings: What else to keep in the header; the settings of the policy if not given.
        spent: Told what each response has cost.

    Raises:
        ModelError: If the policy's model fails.
    """
    kept = policy.settings if settings is None else settings
    name = reference or env.domain.name
    trajectory, observation, info = Trajectory.begin(env, name, seed, task, policy.name, kept)
    policy.begin(env, seed)
    over = False
    while not over:
        response: Response = await policy.act(observation, info)
        if response.completion is not None and spent is not None:
            spent.add(response.completion)
        observation, info, over = trajectory.step(env, response.action, response.raw, response.kept())
        if response.stop and not over:
            trajectory.stopped, over = response.stop, True
    return trajectory
