"""The walk as a policy: plans its way to a target with the API graph, then takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fc_agents.trace import minimised
from fc_agents.walk import DeadEnd, Settings, walk
from fc_gym.env import Observation, ToolEnv
from fc_gym.types import Action

__all__ = ["WalkPolicy"]


class WalkPolicy:
    """Walks to one target tool an episode, every tool in its turn.

    It sees the world as an onlooker does when it chooses where to go, but every call it makes uses only what results
    have shown.

    Args:
        targets: The tools to walk to; all, if empty.
        settings: How walks are drawn.
    """

    name = "walk"

    def __init__(self, targets: Sequence[str] = (), settings: Settings = Settings()) -> None:  # noqa: B008 (frozen)
        self.targets, self.settings = tuple(targets), settings
        self.waiting: list[Action] = []
        self.reached = ""

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Choose a target and plan the way there; on a dead end, try the next target."""
        rng = np.random.default_rng([seed, 2])
        names = self.targets or tuple(env.domain.tools)
        self.waiting, self.reached = ["I could not get there."], ""
        for offset in range(len(names)):
            target = names[(seed + offset) % len(names)]
            try:
                trace = walk(env.session, env.graph, target, rng, settings=self.settings)
            except DeadEnd:
                continue
            calls: list[Action] = [[one.call] for one in minimised(env.session, trace)]
            self.waiting, self.reached = [*calls, "Done."], target
            return

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Return the next call of the plan, then a reply."""
        return self.waiting.pop(0) if self.waiting else "Done."
