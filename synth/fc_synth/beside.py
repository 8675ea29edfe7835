"""Tools beside: those of another world that are offered with a world's own, so that there is more to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import lru_cache

from fc_agents.offline.match import Matcher

from fc_gym.catalogue import OWN
from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph, Measured
from fc_gym.joined import JoinedDomain
from fc_gym.kept import graph_of
from fc_gym.registration import load_domain

__all__ = ["joined_with", "narrowed"]

WORLDS = 3
"""Other worlds at most, since every one more takes time and memory."""


@lru_cache(maxsize=32)
def joined_with(reference: str, distractors: int, among: tuple[str, ...]) -> tuple[Domain, ApiGraph]:
    """Return a world in which a domain has tools of others beside its own.

    Args:
        reference: The domain, as for `load_domain`; its own tools come first.
        distractors: How many tools more there are to be.
        among: Whose tools they may be; our own domains, if there are no others among them.

    Returns:
        The joined domain without the tools that are not on offer, and its graph.
    """
    domain = load_domain(reference)
    others = [name for name in among if name not in reference.split("+")]
    others = others or [name for name in OWN if name not in reference.split("+")]
    ranked = _ranked(load_domain("+".join([reference, *others])), domain)
    best = Counter(where for _, where in ranked[:distractors])
    chosen = [reference, *sorted(best, key=lambda name: (-best[name], name))[:WORLDS]]
    joined = load_domain("+".join(chosen))
    near = [name for name, _ in _ranked(joined, domain)]
    return narrowed(joined, graph_of(joined), {*domain.tools, *near[:distractors]})


def narrowed(domain: Domain, graph: ApiGraph, offered: Collection[str]) -> tuple[Domain, ApiGraph]:
    """Return a domain, with its graph, as if it had only some of its tools.

    Args:
        domain: The domain; not changed.
        graph: Its measured graph.
        offered: The names of the tools that stay.
    """
    other = object.__new__(type(domain))  # not `copy`, which gives the one shared object of a joined world
    other.__dict__.update(domain.__dict__)
    for name in ("names", "requirements", "fingerprint"):
        other.__dict__.pop(name, None)
    other.tools = {name: tool for name, tool in domain.tools.items() if name in offered}
    seen = graph.measured
    measured = Measured(
        frozenset(edge for edge in seen.edges if edge.source in other.tools and edge.target in other.tools),
        seen.writes & other.tools.keys(),
        seen.succeeded & other.tools.keys(),
        {tool: codes for tool, codes in (seen.refusals or {}).items() if tool in other.tools},
    )
    return other, ApiGraph(other, measured)


def _ranked(joined: Domain, domain: Domain) -> list[tuple[str, str]]:
    """Return the tools beside a domain's own with the world that each is of, the most confusing first.

    Those come first that take no row but of kinds that the domain has too, so that they can be called with what is at
    hand; then those that speak of themselves most like one of the domain's own.
    """
    assert isinstance(joined, JoinedDomain)
    matcher, kinds = Matcher(joined, joined.names), set(domain.entities)

    def rank(name: str) -> tuple[bool, float, str]:
        taken = {one.key for one in joined.tools[name].parameters.values() if one.required}
        strange = bool(taken & (joined.entities.keys() - kinds))
        return strange, -max(matcher.alike(name, mine) for mine in domain.tools), name

    beside = sorted((name for name in joined.tools if name not in domain.tools), key=rank)
    return [(name, joined.part_of(name).name) for name in beside]
