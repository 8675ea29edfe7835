"""Actions as the raw text of a model."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from fc_gym.parsers import Parser, Reading, parser_named
from fc_gym.spaces import ToolCallSpace, Unicode

__all__ = ["TextActions"]


class TextActions(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Read each response with a parser; what is broken in it becomes a refusal.

    After each step `info["raw_text"]` holds the text and `info["action"]` what was read: a tuple of
    calls, or the reply.

    Args:
        env: An environment whose actions are calls.
        parser: `hermes`, `qwen_xml`, `python`, `json`, or a function of the text and the domain.

    Raises:
        TypeError: If the actions of the environment are something else.
        ValueError: If there is no such parser.
    """

    def __init__(self, env: gym.Env[Any, Any], parser: str | Parser = "hermes") -> None:
        gym.utils.RecordConstructorArgs.__init__(self, parser=parser)
        super().__init__(env)
        if not isinstance(env.action_space, ToolCallSpace):
            raise TypeError(f"TextActions needs actions that are calls, not {env.action_space}")
        parser_named(parser)
        self.parser = parser
        self.domain = env.action_space.domain
        self.action_space = Unicode()

    def step(self, action: object) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Read the text and take the step it asks for.

        Raises:
            TypeError: If the action is no text.
        """
        if not isinstance(action, str):
            raise TypeError(f"an action is a text, not {type(action).__name__}")
        reading: Reading = parser_named(self.parser)(action, self.domain)
        observation, reward, terminated, truncated, info = self.env.step(reading)
        read = reading if isinstance(reading, str) else tuple(reading)
        return observation, reward, terminated, truncated, {**info, "raw_text": action, "action": read}
