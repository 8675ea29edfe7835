"""A step of a plan: one call, and why it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fc_gym.types import ToolCall

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """One call of a plan, and why."""

    kind: Literal["lookup", "prepare", "goal"]
    call: ToolCall
    request: int
    """The request it serves."""
    key: str = ""
    """For a look-up: the key it should show."""
    words: str = ""
    """For a look-up: the words it should explain."""
    evidence: str = ""
    """For a preparation: what a result said that calls for it."""
