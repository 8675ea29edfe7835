"""The stream of chance of an environment, made from its seed when it is first drawn from."""

from __future__ import annotations

import copy

import numpy as np
from gymnasium.utils import seeding

__all__ = ["Chance"]


class Chance:
    """A stream of chance, or the seed of one that nobody has drawn from yet.

    Args:
        seed: The seed; None: there is no stream yet.
    """

    __slots__ = ("_seed", "_stream")

    def __init__(self, seed: int | None = None) -> None:
        self._seed = seed
        self._stream: np.random.Generator | None = None

    @property
    def stream(self) -> np.random.Generator | None:
        """The stream, if there is one."""
        if self._seed is not None:
            self.stream = seeding.np_random(self._seed)[0]
        return self._stream

    @stream.setter
    def stream(self, stream: np.random.Generator | None) -> None:
        self._stream, self._seed = stream, None

    def copy(self) -> Chance:
        """Return one with the same chance to come."""
        other = Chance(self._seed)
        other._stream = copy.deepcopy(self._stream) if self._stream is not None else None
        return other
