"""Provenance: where each leaf of a call's arguments came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fc_gym.types import JsonValue

__all__ = ["Source"]

Kind = Literal["user", "output", "default", "enum"]


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of one argument value.

    `user`: the user said it (in words, such as "tomorrow"); `output`: an earlier result showed it; `default`: the
    tool's own; `enum`: one of the choices in the schema that the user's words select.
    """

    kind: Kind
    turn: int
    """The turn in which it was said or shown, from 0."""
    call: int = -1
    """For `output`: the position of the call among all calls of the dialogue; -1 otherwise."""
    path: str = ""
    """For `output`: where in that result, such as `[2].id`."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as a plain dict, without what does not apply."""
        base: dict[str, JsonValue] = {"kind": self.kind, "turn": self.turn}
        return {**base, "call": self.call, "path": self.path} if self.kind == "output" else base

    @classmethod
    def of(cls, value: Mapping[str, JsonValue]) -> Source:
        """Read what `json` wrote."""
        return cls(value["kind"], value["turn"], value.get("call", -1), value.get("path", ""))
