"""The domains there are, by name, and their Gymnasium ids; light, since importing `fc_gym` registers them."""

from __future__ import annotations

from importlib.metadata import entry_points

import gymnasium as gym

__all__ = ["BFCL", "GROUP", "OWN", "domain_names", "env_id", "env_ids", "offered", "register_envs"]

OWN = {
    "shop": "Shop",
    "calendar": "Calendar",
    "mail": "Mail",
    "bank": "Bank",
    "drive": "Drive",
    "releases": "Releases",
    "hotel": "Hotel",
    "home": "Home",
    "clinic": "Clinic",
    "logistics": "Logistics",
}
"""Our domains: module in `fc_gym.domains`, and the class in it."""

BFCL = "fc_gym/BFCL-v0"
"""Gymnasium id of the official BFCL tasks, which need their data."""

GROUP = "fc_gym.domains"
"""Entry point group under which other packages offer domains: `name = "module:Class"`."""


def domain_names() -> tuple[str, ...]:
    """Return the names of our domains and of those that installed packages offer."""
    return (*OWN, *sorted(set(offered()) - set(OWN)))


def offered() -> dict[str, str]:
    """Return the domains of installed packages: name to `module:Class`."""
    return {point.name: point.value for point in entry_points(group=GROUP)}


def env_id(name: str) -> str:
    """Return the Gymnasium id of a domain.

    >>> env_id("shop")
    'fc_gym/Shop-v0'
    """
    return f"fc_gym/{''.join(part.title() for part in name.replace('-', '_').split('_'))}-v0"


def env_ids() -> tuple[str, ...]:
    """Return the registered ids of domains."""
    return tuple(one for one in gym.registry if one.startswith("fc_gym/") and one != BFCL)


def register_envs() -> None:
    """Register every domain and the official tasks with Gymnasium, if they are not registered yet."""
    if BFCL not in gym.registry:
        gym.register(BFCL, entry_point="fc_gym.registration:make_bfcl_env")
    for name in domain_names():
        if env_id(name) not in gym.registry:
            gym.register(
                env_id(name),
                entry_point="fc_gym.registration:make_env",
                vector_entry_point="fc_gym.registration:make_vector_env",
                kwargs={"domain": name},
            )
