"""Policies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from fc_agents.offline.aimless import CopyPolicy, RandomLegalPolicy
from fc_agents.offline.planning import BfsPolicy, GreedyPolicy
from fc_agents.policy import Policy, RandomPolicy
from fc_agents.script import GoldPolicy
from fc_agents.walking import WalkPolicy
from fc_gym.errors import TaskError

__all__ = ["GROUP", "POLICIES", "policy_named"]

POLICIES: Mapping[str, Callable[[], Policy]] = {
    "random": RandomPolicy,
    "walk": WalkPolicy,
    "gold": GoldPolicy,
    "random-legal": RandomLegalPolicy,
    "copy": CopyPolicy,
    "greedy": GreedyPolicy,
    "bfs": BfsPolicy,
}
"""Policies that need nothing but the environment."""

GROUP = "fc_gym.policies"
"""Entry point group under which other packages offer policies: `name = "module:Class"`."""


def policy_named(name: str) -> Policy:
    """Return a new policy.

    Raises:
        TaskError: If there is none of that name.
    """
    if name in POLICIES:
        return POLICIES[name]()
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        raise TaskError(f"unknown policy {name!r}; have {', '.join((*POLICIES, *sorted(offered)))}")
    made: Policy = offered[name].load()()
    return made
