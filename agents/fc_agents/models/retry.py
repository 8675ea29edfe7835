"""How long to wait before a request is sent again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

__all__ = ["Pauses", "asked_pause"]


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses between the tries of one request: each twice the one before, less a part left to chance.

    Chance spreads requests that failed together; it changes when an answer comes, never which.
    """

    first: float = 0.5
    """Longest pause after the first try, in seconds."""
    longest: float = 60.0
    """No pause is longer, in seconds; a server that asks for more is given up."""
    chance: float = 0.5
    """Greatest share of a pause that chance takes off."""
    seed: int = 0
    """Seeds the chance."""

    def seconds(self, tries: int, request: int, asked: float | None = None) -> float:
        """Return how long to wait.

        Args:
            tries: How often the request was sent.
            request: Number of the request, so that each has a chance of its own.
            asked: The pause that the server asked for, in seconds, if it did; it is not shortened.
        """
        drawn = random.Random(f"{self.seed}/{request}/{tries}").random()
        pause = min(self.longest, self.first * 2.0 ** min(tries - 1, 60)) * (1 - self.chance * drawn)
        return pause if asked is None else asked + self.first * drawn


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to wait: as a number, or as a date held against its own clock.

    >>> asked_pause({"Retry-After": "3"})
    3.0
    """
    for name, unit in (("retry-after-ms", 0.001), ("Retry-After", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    try:
        then, now = (parsedate_to_datetime(headers[name]) for name in ("Retry-After", "Date"))
        return max(0.0, (then - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
