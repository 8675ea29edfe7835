"""What is still to be played, in pieces, and what becomes of it when workers die."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence

from fc_gym.errors import FcGymError

__all__ = ["Shares"]

SUSPECT = 2
"""Workers that die with an episode before it is given to one that has nothing else."""
HOPELESS = 3
"""Workers that die with an episode before it is given to nobody any more."""
MOST = 3
"""Episodes that may be hopeless before nothing else is tried."""


class Shares:
    """Episodes that are to be given to workers.

    An episode that several workers died with is given alone, after all others, so that it is known which one it is
    that kills, and so that the others are played.

    Args:
        seeds: Of the episodes; one is known by its position here.
        indices: Positions of those that are to be played.
        size: Most episodes in a piece.
    """

    def __init__(self, seeds: range, indices: Sequence[int], size: int) -> None:
        self._seeds, self._size = seeds, size
        self._pieces = deque(_pieces(indices, size))
        self._alone, self._hopeless = deque[int](), list[int]()
        self._deaths = Counter[int]()

    def __len__(self) -> int:
        return sum(map(len, self._pieces)) + len(self._alone)

    def take(self, given: Collection[int], most: int) -> list[Sequence[int]]:
        """Take what a worker is given next; each piece counts up by one.

        Args:
            given: What it has.
            most: How many it may have.
        """
        taken: list[Sequence[int]] = []
        if any(self._deaths[index] >= SUSPECT for index in given):
            return taken
        room = most - len(given)
        while self._pieces and len(self._pieces[0]) <= room:
            taken.append(self._pieces.popleft())
            room -= len(taken[-1])
        if not taken and not given and self._alone:
            taken.append([self._alone.popleft()])
        return taken

    def lost(self, given: Iterable[int]) -> None:
        """Take back what a worker had when it died.

        Raises:
            FcGymError: If too much is hopeless.
        """
        again = []
        for index in sorted(given):
            self._deaths[index] += 1
            if self._deaths[index] < SUSPECT:
                again.append(index)
            else:
                (self._alone if self._deaths[index] < HOPELESS else self._hopeless).append(index)
        self._pieces.extendleft(reversed(list(_pieces(again, self._size))))
        if len(self._hopeless) >= MOST:
            self.finish()

    def finish(self) -> None:
        """Say what could not be played.

        Raises:
            FcGymError: If there is something.
        """
        if not self._hopeless:
            return
        seeds = [str(self._seeds[index]) for index in sorted(self._hopeless)]
        of = f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {', '.join(seeds[:-1])} and {seeds[-1]}"
        raise FcGymError(
            f"every worker that played {of} died, {HOPELESS} of them, the last with nothing else to do, perhaps for "
            "want of memory; all that was reported is kept, and the logs of Ray say more"
        )


def _pieces(indices: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Cut positions into pieces that count up by one."""
    start = 0
    for end in range(1, len(indices) + 1):
        if end == len(indices) or end - start == size or indices[end] != indices[end - 1] + 1:
            yield indices[start:end]
            start = end
