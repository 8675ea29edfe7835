"""Reward in named parts, and the totals one may choose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fc_gym.types import ToolResult

__all__ = ["NOTHING", "TOTALS", "RewardParts", "answer_share", "share_found", "total_named"]


@dataclass(frozen=True, slots=True)
class RewardParts:
    """What one step earned. Each part sums to 1.0 over a perfect episode; turns weigh the same."""

    format: float = 0.0
    """Share of well-formed calls."""
    execution: float = 0.0
    """Share of calls that no tool refused."""
    state_match: float = 0.0
    """Share of the world's fields that are as after the verified calls."""
    response_match: float = 0.0
    """Share of the verified results, and of the texts the reply must contain, that are there."""
    progress: float = 0.0
    """Share of turns passed: state and response match wholly."""
    outcome: float = 0.0
    """1.0 if every turn passed."""

    def json(self) -> dict[str, float]:
        """Return the parts by name."""
        return {
            "format": self.format,
            "execution": self.execution,
            "state_match": self.state_match,
            "response_match": self.response_match,
            "progress": self.progress,
            "outcome": self.outcome,
        }


NOTHING = RewardParts()
"""What a step earns that grades nothing."""

Total = Callable[[RewardParts], float]

TOTALS: dict[str, Total] = {
    "dense": lambda parts: (
        0.05 * parts.format
        + 0.05 * parts.execution
        + 0.15 * parts.state_match
        + 0.15 * parts.response_match
        + 0.3 * parts.progress
        + 0.3 * parts.outcome
    ),
    "progress": lambda parts: parts.progress,
    "outcome": lambda parts: parts.outcome,
}
"""Totals by name; each is 1.0 over a perfect episode."""


def total_named(name: str | Total) -> Total:
    """Return a total by name, or the function given.

    Raises:
        ValueError: If there is no total of that name.
    """
    if callable(name):
        return name
    if name not in TOTALS:
        raise ValueError(f"reward {name!r} is no total; have {', '.join(TOTALS)}, or pass a function of RewardParts")
    return TOTALS[name]


def share_found(wanted: Sequence[ToolResult], seen: Mapping[str, int]) -> float:
    """Return the share of wanted results that were seen, each as often as wanted; 1.0 if none is wanted."""
    need = Counter(result.text for result in wanted)
    missing = sum(max(0, often - seen.get(text, 0)) for text, often in need.items())
    return 1.0 - missing / len(wanted) if wanted else 1.0


def answer_share(wanted: Sequence[str], reply: str) -> float:
    """Return the share of wanted texts that a reply contains, letter case aside; 1.0 if none is wanted."""
    text = " ".join(reply.split()).casefold()
    return sum(" ".join(one.split()).casefold() in text for one in wanted) / len(wanted) if wanted else 1.0
