"""Offered: a domain as if it had only the tools that a row offers."""

from __future__ import annotations

import copy
from functools import lru_cache

from fc_gym.domain import Domain
from fc_synth.verify.talk import Talk

__all__ = ["offered_of"]


def offered_of(domain: Domain, talk: Talk) -> Domain:
    """Return a domain with the tools that a row offers; the domain itself if it offers all, or tells none.

    Args:
        domain: The domain.
        talk: The row.
    """
    names = frozenset(str(one["name"]) for one in talk.tools)
    if not names or names >= domain.tools.keys():
        return domain
    return _narrowed(domain, names)


@lru_cache(maxsize=256)
def _narrowed(domain: Domain, names: frozenset[str]) -> Domain:
    other = copy.copy(domain)
    for kept in ("names", "requirements", "fingerprint"):
        other.__dict__.pop(kept, None)
    other.tools = {name: tool for name, tool in domain.tools.items() if name in names}
    return other
