"""The conformance suite for authors of domains."""

from __future__ import annotations

from fc_gym.checks import (
    crashes,
    determinism,
    forks,
    keys,
    order,
    purity,
    reach,
    readback,
    reads,
    repeats,
    replay,
    schemas,
    texts,
    undo,
)
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Report
from fc_gym.domain import Domain

__all__ = ["check_domain"]

_CHECKS = (
    determinism, replay, purity, forks, reach, reads, repeats, readback, undo, order, schemas, texts, keys, crashes,
)  # fmt: skip


def check_domain(domain: Domain, *, seeds: int = 8, calls: int = 120) -> Report:
    """Check that a domain keeps its promises; the same arguments give the same report.

    Args:
        domain: The domain.
        seeds: How many start states to play from.
        calls: How many calls to make from each.

    Returns:
        One row per check; `report.raise_if_bad()` turns errors into an exception.

    Raises:
        ValueError: If there is nothing to play.

    >>> from fc_gym.registration import load_domain
    >>> check_domain(load_domain("shop"), seeds=1, calls=20).domain
    'shop'
    """
    if seeds < 1 or calls < 1:
        raise ValueError(f"seeds is {seeds} and calls is {calls}; both must be 1 or more")
    play = Play(domain, seeds, calls)
    if not play.seeds:
        lost = "no start state could be made"
        others = tuple(Checked(one.NAME, 0, (), lost) for one in _CHECKS if one is not crashes)
        return Report(domain.name, (*others, crashes.check(play)))
    return Report(domain.name, tuple(one.check(play) for one in _CHECKS))
