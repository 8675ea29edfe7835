"""Actions as numbers with a mask, and observations as a vector, for classical learners."""

from __future__ import annotations

from typing import Any, SupportsInt

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.spaces import ToolCallSpace
from fc_gym.task import Limits
from fc_gym.types import Malformed, ToolCall

__all__ = ["DiscreteCalls"]

_MANY = 8  # known values of a key from which on more make no difference to the vector


class DiscreteCalls(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Number the calls that would be accepted now; 0 is the reply that ends the turn.

    `info["action_mask"]` holds 1 for each number that stands for something, `info["action"]` what was done.

    Args:
        env: An environment of ours whose actions are calls.
        k: How many numbers there are; grounded calls beyond are left out.
        reply: The text of the reply.
        features: Observe a vector in [0, 1] instead: which tool was called last and whether it ran, how many
            values of each key are known (8 and more: 1), the share of turns and of steps used up.

    Raises:
        TypeError: If the actions of the environment are something else.
        ValueError: If k is below 1.
    """

    def __init__(self, env: gym.Env[Any, Any], k: int = 64, reply: str = "done", features: bool = False) -> None:
        gym.utils.RecordConstructorArgs.__init__(self, k=k, reply=reply, features=features)
        super().__init__(env)
        if not isinstance(env.action_space, ToolCallSpace) or not isinstance(env.unwrapped, ToolEnv):
            raise TypeError(f"DiscreteCalls needs actions that are calls, not {env.action_space}")
        if k < 1:
            raise ValueError(f"k is {k}; it must be 1 or more")
        self.k, self.reply, self.features = k, reply, features
        self.domain = env.action_space.domain
        self.action_space = spaces.Discrete(k)
        self.keys = _keys(self.domain)
        if features:
            size = len(self.domain.tools) + 1 + len(self.keys) + 2
            self.observation_space = spaces.Box(0.0, 1.0, (size,), dtype=np.float32)
        self._calls: tuple[ToolCall, ...] = ()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._seen(observation, "", False), self._masked(info)

    def step(self, action: SupportsInt) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Do what a number stands for; one that stands for nothing gives a refusal."""
        made = self._meant(int(action))
        observation, reward, terminated, truncated, info = self.env.step(made)
        last = made[0].name if isinstance(made, list) and isinstance(made[0], ToolCall) else ""
        ok = bool(info["errors"]) and not any(info["errors"])
        info = {**self._masked(info), "action": made if isinstance(made, str) else tuple(made)}
        return self._seen(observation, last, ok), reward, terminated, truncated, info

    def _meant(self, number: int) -> list[ToolCall | Malformed] | str:
        if number == 0:
            return self.reply
        if 0 < number <= len(self._calls):
            return [self._calls[number - 1]]
        hint = f"choose 0 to {len(self._calls)}, as action_mask says"
        return [Malformed(f"the action {number} stands for no call now", hint)]

    def _masked(self, info: dict[str, Any]) -> dict[str, Any]:
        self._calls = tuple(info["grounded_calls"][: self.k - 1])
        mask = np.zeros(self.k, dtype=np.int8)
        mask[: len(self._calls) + 1] = 1
        return {**info, "action_mask": mask}

    def _seen(self, observation: Any, last: str, ok: bool) -> Any:
        if not self.features:
            return observation
        tools = [float(name == last) for name in self.domain.tools]
        return np.array([*tools, float(ok), *self._progress()], dtype=np.float32)

    def _progress(self) -> NDArray[np.float32]:
        assert isinstance(self.env.unwrapped, ToolEnv)
        session = self.env.unwrapped.session
        known = [len(session.known.values(key)) / _MANY for key in self.keys]
        turns = len(session.task.turns) if session.task else 1
        limits = session.task.limits if session.task else Limits()
        shares = [*known, session.turn / max(1, turns), session.steps / max(1, limits.steps)]
        return np.minimum(np.array(shares, dtype=np.float32), 1.0)


def _keys(domain: Domain) -> tuple[str, ...]:
    taken = {one.key for tool in domain.tools.values() for one in tool.parameters.values() if one.key}
    given = {key for tool in domain.tools.values() for key in tool.returns.values()}
    return tuple(sorted(taken | given))
