"""The plan of dialogues: how long, how hard, and in which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fc_agents.walk import Settings

__all__ = ["KNOBS", "Plan", "plan_of", "with_knobs"]

KNOBS = ("depth", "distance", "implicit", "distractors", "related", "noise")
"""The fields of a plan that make dialogues harder the higher they are."""

MOST_DISTRACTORS = 24
"""Tools beside a world's own at full difficulty."""


@dataclass(frozen=True)
class Plan:
    """What kind of dialogues to make."""

    turns: tuple[int, int] = (2, 4)
    """Fewest and most turns."""
    tries: int = 18
    """Most walks for one turn."""
    attempts: int = 5
    """Most tries of the reasoner at one layer."""
    depth: float = 0.5
    """How many calls a turn takes, 0 (one or two) to 1 (four to six)."""
    distance: float = 0.4
    """Chance that a row which a later turn is about was shown some calls ago and not just now, 0 to 1."""
    implicit: float = 1.0
    """Chance that the harmless preparations of a turn are left unsaid, 0 to 1."""
    distractors: int = 0
    """Tools of other worlds that are offered beside, those that share keys first."""
    related: float = 0.85
    """Chance that a later turn is about a row of an earlier one, 0 to 1."""
    noise: float = 0.2
    """How much is said that makes a request harder to read, 0 to 1."""
    asks: int = 3
    """Most things asked for in one message; what is more goes into the next."""
    merged: float = 0.25
    """Chance that a message has a second, independent wish, 0 to 1."""
    answers: float = 0.25
    """Chance that a wish is to be told something rather than to have something done, 0 to 1."""
    walk: Settings = field(default_factory=lambda: Settings(circles=False))


def plan_of(difficulty: float, plan: Plan = Plan()) -> Plan:
    """Return a plan with all knobs set together.

    Args:
        difficulty: 0 (easy) to 1 (hard).
        plan: Gives the rest.
    """
    return with_knobs(plan, dict.fromkeys(KNOBS, difficulty))


def with_knobs(plan: Plan, levels: Mapping[str, float]) -> Plan:
    """Return a plan with some knobs at levels from 0 to 1."""
    values: dict[str, Any] = dict(levels)
    if "distractors" in values:
        values["distractors"] = round(levels["distractors"] * MOST_DISTRACTORS)
    return replace(plan, **values)
