"""Origins: what is recovered of one argument leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fc_gym.types import JsonValue

__all__ = ["Kind", "Origin", "Place"]

Kind = Literal["user", "output", "default", "enum", "computed", "state", "unknown"]

Place = tuple[int, str]
"""Position of a call among all of a row, and the path of a leaf of its arguments."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of an argument leaf came from, as far as it can be told.

    `user`: said in a turn; `output`: shown by an earlier call; `default` and `enum`: offered by the tool; `computed`:
    from two numbers that were said or shown; `state`: in the world and never shown; `unknown`: none of these.
    """

    kind: Kind
    turn: int = -1
    """The turn in which it was said or shown, from 0; -1 if in none."""
    call: int = -1
    """For `output`: the position of the call."""
    path: str = ""
    """For `output`: where in its result."""
    rivals: int = 0
    """How many other places would have matched."""
    early: bool = False
    """True if only a call of the same message shows it."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values, without what does not apply."""
        found: dict[str, JsonValue] = {"kind": self.kind}
        if self.turn >= 0:
            found["turn"] = self.turn
        if self.kind == "output":
            found |= {"call": self.call, "path": self.path}
        return found | ({"rivals": self.rivals} if self.rivals else {}) | ({"early": True} if self.early else {})
