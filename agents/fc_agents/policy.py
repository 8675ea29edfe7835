"""Policies: what acts in an environment."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from fc_gym.env import Observation, ToolEnv
from fc_gym.types import Action

__all__ = ["Policy", "RandomPolicy"]


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
