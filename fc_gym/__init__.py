"""Stateful tool environments in Gymnasium style for function-calling agents.

Importing this package registers every domain with Gymnasium, as `fc_gym/Shop-v0` and so on, and loads nothing else:
the names below are fetched from their modules when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fc_gym.catalogue import domain_names, env_ids, register_envs

if TYPE_CHECKING:
    from fc_gym.checks import check_domain
    from fc_gym.domain import Domain
    from fc_gym.env import ToolEnv
    from fc_gym.errors import CallError, DomainError, FcGymError, RecordError, TaskError, ToolError
    from fc_gym.graph import ApiGraph
    from fc_gym.measure import measure
    from fc_gym.record import Trajectory
    from fc_gym.registration import load_domain, make_env
    from fc_gym.session import Session
    from fc_gym.state import State
    from fc_gym.task import Limits, Task, Turn
    from fc_gym.types import ToolCall, ToolResult

__all__ = [
    "ApiGraph",
    "CallError",
    "Domain",
    "DomainError",
    "FcGymError",
    "Limits",
    "RecordError",
    "Session",
    "State",
    "Task",
    "TaskError",
    "ToolCall",
    "ToolEnv",
    "ToolError",
    "ToolResult",
    "Trajectory",
    "Turn",
    "check_domain",
    "domain_names",
    "env_ids",
    "load_domain",
    "make_env",
    "measure",
    "register_envs",
]

_HOMES = {
    "checks": ("check_domain",),
    "domain": ("Domain",),
    "env": ("ToolEnv",),
    "errors": ("CallError", "DomainError", "FcGymError", "RecordError", "TaskError", "ToolError"),
    "graph": ("ApiGraph",),
    "measure": ("measure",),
    "record": ("Trajectory",),
    "registration": ("load_domain", "make_env"),
    "session": ("Session",),
    "state": ("State",),
    "task": ("Limits", "Task", "Turn"),
    "types": ("ToolCall", "ToolResult"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"fc_gym.{module}"), name)
    raise AttributeError(f"module 'fc_gym' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


register_envs()
