"""Policies: what acts in an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from fc_agents.models.request import Completion
from fc_gym.env import Observation, ToolEnv
from fc_gym.types import Action, JsonValue

__all__ = ["AsyncPolicy", "Awaited", "Policy", "RandomPolicy", "Response"]


class Policy(Protocol):
    """Acts; one object plays one episode after the other."""

    name: str

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Prepare for an episode that was just reset.

        Args:
            env: The environment, to look at; a policy that models an agent looks only at observations and info.
            seed: Seeds the policy's chance.
        """

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Return the next response."""


@dataclass(frozen=True, slots=True)
class Response:
    """What an `AsyncPolicy` answers."""

    action: Action
    raw: str | None = None
    """The text of a model that the action was read from."""
    completion: Completion | None = None
    """All that came back from a model."""
    marks: Mapping[str, JsonValue] = field(default_factory=dict)
    """What else the trajectory keeps beside the completion."""
    stop: str = ""
    """Why the policy gives up after this response; empty: it does not."""

    def kept(self) -> dict[str, JsonValue] | None:
        """Return what a trajectory keeps beside the step; None if no model was asked."""
        if self.completion is None:
            return None
        body = self.completion.json()
        body.pop("raw", None)
        body.update(self.marks)
        return body


class AsyncPolicy(Protocol):
    """Acts while other episodes go on; one object plays one episode after the other."""

    name: str

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """What the header of a trajectory keeps of it."""

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Prepare for an episode that was just reset; as for `Policy`."""

    async def act(self, observation: Observation, info: dict[str, Any]) -> Response:
        """Return the next response."""


class Awaited:
    """An ordinary policy where one is awaited.

    Args:
        policy: Who acts.
    """

    settings: Mapping[str, JsonValue] = {}

    def __init__(self, policy: Policy) -> None:
        self.policy, self.name = policy, policy.name

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Begin as the policy does."""
        self.policy.begin(env, seed)

    async def act(self, observation: Observation, info: dict[str, Any]) -> Response:
        """Act as the policy does."""
        return Response(self.policy.act(observation, info))


class RandomPolicy:
    """Calls grounded tools at random, and replies after a while.

    Args:
        calls: Mean number of calls in a turn.
    """

    name = "random"

    def __init__(self, calls: float = 8.0) -> None:
        self.stop = 1.0 / calls
        self.rng = np.random.default_rng(0)

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Seed the chance."""
        self.rng = np.random.default_rng([seed, 1])

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Draw a tool among those with a grounded call, then one of its calls."""
        calls = info["grounded_calls"]
        if not len(calls) or self.rng.random() < self.stop:
            return "That is all I could find out."
        names = sorted({call.name for call in calls})
        name = names[int(self.rng.integers(len(names)))]
        mine = [call for call in calls if call.name == name]
        return [mine[int(self.rng.integers(len(mine)))]]
