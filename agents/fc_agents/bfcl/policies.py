"""Policies for the official tasks that need no model: the ground truth, spoilt versions of it, and chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from fc_gym.bfcl.env import BfclEnv, Observation
from fc_gym.errors import TaskError
from fc_gym.spaces import ToolCallSpace
from fc_gym.types import ToolCall

__all__ = ["POLICIES", "BfclPolicy", "PlannedPolicy", "RandomCalls", "bfcl_policy"]

Plan = Sequence[Sequence[Sequence[str]]]
"""Call texts per turn and step."""


class BfclPolicy(Protocol):
    """Acts in the official tasks; one object plays one task after the other."""

    name: str

    def begin(self, env: BfclEnv, seed: int) -> None:
        """Prepare for an episode that was just reset.

        Args:
            env: The environment; a policy that models an agent looks only at observations and info.
            seed: Seeds the policy's chance.
        """

    def act(self, observation: Observation, info: dict[str, Any]) -> Sequence[ToolCall | str] | str:
        """Return the next response: calls or call texts, or the reply that ends the turn."""


class PlannedPolicy:
    """Plays what it makes of the ground truth.

    Args:
        name: What it is called.
        plan: Makes calls per turn and step from the ground-truth calls per turn.
    """

    def __init__(self, name: str, plan: Callable[[Sequence[Sequence[str]]], Plan]) -> None:
        self.name, self._plan = name, plan
        self._waiting: list[list[str] | str] = []

    def begin(self, env: BfclEnv, seed: int) -> None:
        """Make the plan."""
        self._waiting = []
        for steps in self._plan(env.episode.task.truth):
            self._waiting += [list(step) for step in steps if step]
            self._waiting.append("Done.")

    def act(self, observation: Observation, info: dict[str, Any]) -> list[str] | str:
        """Return the next step of the plan."""
        return self._waiting.pop(0)


class RandomCalls:
    """Calls any function on offer with arguments that fit its schema, a few times in each turn."""

    name = "random"

    def begin(self, env: BfclEnv, seed: int) -> None:
        """Seed the chance."""
        space = env.action_space
        assert isinstance(space, ToolCallSpace)
        self._space = ToolCallSpace(space.domain, seed)
        self._rng = np.random.default_rng([seed, 7])

    def act(self, observation: Observation, info: dict[str, Any]) -> Sequence[ToolCall | str] | str:
        """Draw one call, or stop."""
        if self._rng.random() < 0.4:
            return "That is all."
        return self._space.sample(info["action_mask"])


def _stepwise(truth: Sequence[Sequence[str]]) -> Plan:
    return [[[call] for call in turn] for turn in truth]


def _forgetful(truth: Sequence[Sequence[str]]) -> Plan:
    return [[turn[:-1] if len(turn) > 1 else turn] for turn in truth]


def _eager(truth: Sequence[Sequence[str]]) -> Plan:
    everything = [call for turn in truth for call in turn]
    return [[everything if number == 0 else []] for number in range(len(truth))]


def _reversed(truth: Sequence[Sequence[str]]) -> Plan:
    return [[list(reversed(turn))] for turn in truth]


def _busy(truth: Sequence[Sequence[str]]) -> Plan:
    """Repeat the last calls where nothing should be called."""
    filled: list[Sequence[str]] = []
    for turn in truth:
        filled.append(turn or (filled[-1] if filled else []))
    return [[turn] for turn in filled]


_PLANS: Mapping[str, Callable[[Sequence[Sequence[str]]], Plan]] = {
    "gold": lambda truth: [[turn] for turn in truth],
    "gold-stepwise": _stepwise,
    "forgetful": _forgetful,
    "reversed": _reversed,
    "eager": _eager,
    "busy": _busy,
    "silent": lambda truth: [[] for _ in truth],
}

POLICIES: Mapping[str, str] = {
    "gold": "the ground truth, one response a turn",
    "gold-stepwise": "the ground truth, one call a response",
    "forgetful": "the ground truth without the last call of turns that have several",
    "reversed": "the ground truth, backwards in every turn",
    "eager": "the whole ground truth in the first turn",
    "busy": "the ground truth, and calls where none are right",
    "silent": "replies only",
    "random": "functions and arguments at random",
}
"""Names of the policies that need no model, and what they do."""


def bfcl_policy(name: str) -> BfclPolicy:
    """Return a policy by name.

    Raises:
        TaskError: If there is none.
    """
    if name == "random":
        return RandomCalls()
    if name not in _PLANS:
        raise TaskError(f"unknown policy {name!r}; have {', '.join(POLICIES)}, and chat, a model")
    return PlannedPolicy(name, _PLANS[name])
