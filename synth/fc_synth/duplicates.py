"""Near-duplicates among queries, found by MinHash and proved by counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fc_gym.errors import FcGymError

__all__ = ["Duplicate", "near_duplicates", "shingles"]

WIDTH = 5
"""Characters of one shingle."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A text that says nearly what an earlier one says."""

    place: int
    """Position of the text, from 0."""
    earlier: int
    """Position of the first text that it is like."""
    share: float
    """Jaccard similarity of their shingles, at least the threshold, at most 1."""


def shingles(text: str) -> frozenset[str]:
    """Return all runs of five characters of a text, letter case and white space folded.

    >>> sorted(shingles("Hello  You"))
    ['ello ', 'hello', 'llo y', 'lo yo', 'o you']
    """
    folded = " ".join(text.casefold().split())
    return frozenset(folded[start : start + WIDTH] for start in range(max(1, len(folded) - WIDTH + 1)))


def near_duplicates(texts: Iterable[str], threshold: float = 0.8) -> list[Duplicate]:
    """Find the texts that are nearly the same as an earlier one.

    Candidates come from locality-sensitive hashing of MinHash signatures; each is then counted exactly, so that what is
    reported is true, and what is missed is what the hashing missed.

    Args:
        texts: The texts.
        threshold: Jaccard similarity of shingle sets from which on two texts count as the same.

    Raises:
        FcGymError: If datasketch is not installed.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        raise FcGymError("counting near-duplicates needs datasketch; run: pip install datasketch") from None
    index = MinHashLSH(threshold=threshold, num_perm=128)
    sets: list[frozenset[str]] = []
    found: list[Duplicate] = []
    for place, text in enumerate(texts):
        mine = shingles(text)
        sets.append(mine)
        signature = MinHash(num_perm=128, seed=1)
        signature.update_batch([one.encode() for one in sorted(mine)])
        near = ((one, _share(mine, sets[one])) for one in sorted(index.query(signature)))
        first = next(((one, share) for one, share in near if share >= threshold), None)
        if first:
            found.append(Duplicate(place, *first))
        index.insert(place, signature)
    return found


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
