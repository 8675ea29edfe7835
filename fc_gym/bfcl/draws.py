"""Drawn numbers whose generator is not set up before the first is drawn: most tasks draw none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

__all__ = ["Draws"]


class Draws:
    """The numbers that `random.Random` draws from a seed.

    Args:
        seed: The seed.

    >>> Draws(141053).randint(1_000_000, 9_999_999)
    3426812
    """

    __slots__ = ("_random", "_seed")

    def __init__(self, seed: Any) -> None:
        self._seed = seed
        self._random: random.Random | None = None

    @classmethod
    def configured(cls, config: Mapping[str, Any], seed: int) -> Draws:
        """Take the seed from a config.

        Args:
            config: Start state of a class, which may have a `random_seed`.
            seed: The seed if it has none.

        Raises:
            TypeError: If it is nothing that a generator can be seeded with.
        """
        draws = cls(config.get("random_seed", seed))
        if "random_seed" in config:
            draws._source()
        return draws

    def randint(self, least: int, most: int) -> int:
        """Draw a whole number from a range, both ends included."""
        return self._source().randint(least, most)

    def uniform(self, least: float, most: float) -> float:
        """Draw a number from a range."""
        return self._source().uniform(least, most)

    def _source(self) -> random.Random:
        if self._random is None:
            self._random = random.Random(self._seed)
        return self._random
