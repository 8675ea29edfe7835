"""A scene: a row about to be spoiled, and what spoils rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fc_gym.domain import Domain
from fc_gym.types import JsonValue
from fc_synth.verify.meaning import Asked
from fc_synth.verify.messages import talk_of
from fc_synth.verify.play import Play, played

__all__ = ["Plant", "Row", "Scene", "Spoil"]

Row = dict[str, Any]


@dataclass
class Scene:
    """A row about to be spoiled."""

    domain: Domain
    row: Row
    """A copy, to be changed."""
    play: Play
    """The row as it was, executed."""
    asked: list[list[Asked]]
    rng: np.random.Generator

    def pick(self, found: list[Any]) -> Any:
        """Draw one; None if there is none."""
        return found[int(self.rng.integers(len(found)))] if found else None

    def shuffled(self, found: list[Any], most: int) -> list[Any]:
        """Return some of them in an order drawn by chance."""
        return [found[int(index)] for index in self.rng.permutation(len(found))[:most]]

    def messages(self, role: str) -> list[Row]:
        """Return the messages of a role."""
        return [one for one in self.row["messages"] if one["role"] == role]

    def calls(self) -> list[Row]:
        """Return the name and arguments of each call."""
        return [call["function"] for one in self.messages("assistant") for call in one.get("tool_calls") or ()]

    def message_of(self, position: int) -> tuple[Row, int]:
        """Return the message of a call, and which of its calls it is."""
        for message in self.messages("assistant"):
            calls = message.get("tool_calls") or []
            if position < len(calls):
                return message, position
            position -= len(calls)
        raise IndexError(position)

    def say(self, turn: int, text: str) -> None:
        """Add words to what the user says in a turn."""
        message = self.messages("user")[turn]
        message["content"] = f"{message['content']} {text}"

    def insert(self, at: int, name: str, arguments: Mapping[str, JsonValue], text: str) -> None:
        """Put a call with its result before the message at a place."""
        called = f"call_x{at}"
        call = {"id": called, "type": "function", "function": {"name": name, "arguments": dict(arguments)}}
        self.row["messages"][at:at] = [
            {"role": "assistant", "reasoning_content": f"I call {name}.", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": called, "name": name, "content": text},
        ]

    def drop(self, position: int) -> int:
        """Take a call and its result out; return where its message stood."""
        message, number = self.message_of(position)
        messages = self.row["messages"]
        at = next(index for index, one in enumerate(messages) if one is message)
        del messages[at + 1 + number]
        del message["tool_calls"][number]
        if not message["tool_calls"]:
            del messages[at]
        return at

    def executed_anew(self) -> bool:
        """Give all tool messages and the claimed world what the calls come to now; False if a call is refused."""
        meta = self.row["meta"]
        again = played(self.domain, talk_of(self.row), meta["seed"], meta.get("start"))
        if not all(step.result.ok for step in again.steps):
            return False
        for message, step in zip(self.messages("tool"), again.steps, strict=True):
            message["content"] = step.result.text
        meta["certificate"]["state_hash"] = again.end.hash()
        return True


Spoil = Callable[[Scene], bool]
"""Changes the row of a scene; False if it offers no occasion."""


@dataclass(frozen=True)
class Plant:
    """One way to spoil a row."""

    certificate: str
    """The certificate that should find it."""
    spoil: Spoil
