"""Scripted policies: a task's verified calls, or any list of responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fc_gym.env import Observation, ToolEnv
from fc_gym.errors import TaskError
from fc_gym.types import Action

__all__ = ["GoldPolicy", "ScriptPolicy"]


class ScriptPolicy:
    """Gives the same responses every time, and an empty reply when they are used up.

    Args:
        actions: The responses.
    """

    name = "script"

    def __init__(self, actions: Sequence[Action]) -> None:
        self.actions = list(actions)
        self.position = 0

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Go back to the first response."""
        self.position = 0

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Return the next response."""
        self.position += 1
        return self.actions[self.position - 1] if self.position <= len(self.actions) else ""


class GoldPolicy:
    """Plays the verified calls of the task, layer by layer, and tells what has to be told."""

    name = "gold"

    def __init__(self) -> None:
        self.waiting: list[Action] = []

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Read the task.

        Raises:
            TaskError: If the environment has no task.
        """
        task = env.session.task
        if task is None:
            raise TaskError("the gold policy plays tasks; give a file of them (--tasks)")
        self.waiting = []
        for turn in task.turns:
            self.waiting += [list(layer) for layer in turn.gold]
            self.waiting.append(" ".join(turn.answer) or "Done.")

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Return the next layer or reply."""
        return self.waiting.pop(0)
