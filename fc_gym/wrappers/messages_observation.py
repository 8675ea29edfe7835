"""Observations as the whole chat so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import orjson
from gymnasium import spaces

from fc_gym.env import ToolEnv
from fc_gym.errors import CallError
from fc_gym.spaces import observation_space
from fc_gym.types import JsonValue, ToolCall, to_json

__all__ = ["Messages", "MessagesObservation"]

Message = dict[str, JsonValue]

_ROLES = ("system", "user", "assistant", "tool")


class Messages(spaces.Space[tuple[Message, ...]]):
    """A chat: messages as chat APIs take them, with arguments as objects.

    Args:
        seed: Seed of its sampling.
    """

    def __init__(self, seed: int | np.random.Generator | None = None) -> None:
        super().__init__(shape=None, dtype=None, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """False: a chat has no fixed size."""
        return False

    def sample(self, mask: None = None, probability: None = None) -> tuple[Message, ...]:
        """Draw a short chat without calls."""
        words = ("hello", "is it done?", "yes", "no", "thanks")
        count = int(self.np_random.integers(0, 4))
        texts = [words[int(self.np_random.integers(len(words)))] for _ in range(count)]
        roles = ("user", "assistant", "user")
        return tuple({"role": role, "content": text} for role, text in zip(roles, texts, strict=False))

    def contains(self, x: Any) -> bool:
        """Return True for a tuple or list of well-formed messages."""
        return isinstance(x, list | tuple) and all(_is_message(one) for one in x)

    def from_jsonable(self, sample_n: list[JsonValue]) -> list[tuple[Message, ...]]:
        """Return what `to_jsonable` was given."""
        return [tuple(one) for one in sample_n]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Messages)

    def __repr__(self) -> str:
        return "Messages()"


class MessagesObservation(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Show the whole chat, and in `info["tool_specs"]` the tools on offer.

    Args:
        env: An environment of ours, with the observations it was made with.
        system: The text of the first message; empty: none.

    Raises:
        TypeError: If the observations of the environment are something else.
    """

    def __init__(self, env: gym.Env[Any, Any], system: str = "") -> None:
        gym.utils.RecordConstructorArgs.__init__(self, system=system)
        super().__init__(env)
        if env.observation_space != observation_space() or not isinstance(env.unwrapped, ToolEnv):
            raise TypeError(f"MessagesObservation needs ToolEnv's observations, not {env.observation_space}")
        self.domain = env.unwrapped.domain
        self.system = system
        self.observation_space = Messages()
        self._chat: list[bytes] = []  # as JSON, so that every observation is a fresh copy at little cost
        self._specs: dict[tuple[str, ...], bytes] = {}
        self._calls = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[Message, ...], dict[str, Any]]:
        """Begin an episode and a chat."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._chat, self._calls = [], 0
        if self.system:
            self._say("system", self.system)
        return self._heard(observation), self._told(info)

    def step(self, action: Any) -> tuple[tuple[Message, ...], Any, bool, bool, dict[str, Any]]:
        """Take a step and go on with the chat."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        made = info.get("action", action)
        if isinstance(made, str):
            self._say("assistant", made)
        else:
            self._call(made, observation["results"])
        return self._heard(observation), reward, terminated, truncated, self._told(info)

    def _say(self, role: str, text: str, **more: JsonValue) -> None:
        self._chat.append(to_json({"role": role, **more, "content": _sound(text)}).encode())

    def _call(self, made: Sequence[object], results: Sequence[str]) -> None:
        first = self._calls
        self._calls += len(made)
        calls = [_shown(one, f"call_{first + position}") for position, one in enumerate(made)]
        self._chat.append(to_json({"role": "assistant", "content": "", "tool_calls": calls}).encode())
        for call, text in zip(calls, results, strict=True):
            self._say("tool", text, tool_call_id=call["id"], name=call["function"]["name"])

    def _heard(self, observation: Mapping[str, Any]) -> tuple[Message, ...]:
        if observation["user"]:
            self._say("user", observation["user"])
        return tuple(orjson.loads(b"[" + b",".join(self._chat) + b"]"))

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        offered = info["tools"]
        if offered not in self._specs:
            self._specs[offered] = orjson.dumps([self.domain.tools[name].spec() for name in offered])
        return {**info, "tool_specs": tuple(orjson.loads(self._specs[offered]))}


def _shown(raw: object, call_id: str) -> dict[str, JsonValue]:
    """Return a call as a chat shows it; what is no call is shown as a call of `malformed`."""
    try:
        call = ToolCall.of(raw)
        arguments = orjson.loads(to_json(dict(call.arguments)))
        name = _sound(call.name)
    except (CallError, TypeError, RecursionError):
        name, arguments = call.name if isinstance(raw, ToolCall) else "malformed", {}
    return {"id": call_id, "type": "function", "function": {"name": _sound(name), "arguments": arguments}}


def _sound(text: str) -> str:
    """Replace lone surrogates, which have no place in JSON."""
    return text.encode("utf-8", "replace").decode()


def _is_message(one: Any) -> bool:
    if not isinstance(one, dict) or one.get("role") not in _ROLES or not isinstance(one.get("content"), str):
        return False
    if one["role"] == "tool":
        return isinstance(one.get("tool_call_id"), str) and isinstance(one.get("name"), str)
    calls = one.get("tool_calls", [])
    return isinstance(calls, list) and (one["role"] == "assistant" or not calls) and all(map(_is_call, calls))


def _is_call(one: Any) -> bool:
    function = one.get("function") if isinstance(one, dict) else None
    return (
        isinstance(function, dict)
        and isinstance(one.get("id"), str)
        and one.get("type") == "function"
        and isinstance(function.get("name"), str)
        and isinstance(function.get("arguments"), dict)
    )
