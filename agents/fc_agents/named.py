"""Policies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fc_agents.policy import Policy, RandomPolicy
from fc_agents.script import GoldPolicy
from fc_agents.walking import WalkPolicy
from fc_gym.errors import TaskError

__all__ = ["POLICIES", "policy_named"]

POLICIES: Mapping[str, Callable[[], Policy]] = {"random": RandomPolicy, "walk": WalkPolicy, "gold": GoldPolicy}
"""Policies that need nothing but the environment."""


def policy_named(name: str) -> Policy:
    """Return a new policy.

    Raises:
        TaskError: If there is none of that name.
    """
    if name not in POLICIES:
        raise TaskError(f"unknown policy {name!r}; have {', '.join(POLICIES)}")
    return POLICIES[name]()
