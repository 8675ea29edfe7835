"""The table of BFCL tool classes: official name, and the module that holds the class of that name."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Protocol, Self, cast

from fc_gym.errors import TaskError

__all__ = ["MODULES", "ToolClass", "functions_of", "public_state", "tool_class", "tools_of"]

MODULES: Mapping[str, str] = {
    "GorillaFileSystem": "file_system",
    "MathAPI": "arithmetic",
    "MessageAPI": "message",
    "TwitterAPI": "posting",
    "TicketAPI": "ticket",
    "TradingBot": "trading",
    "TravelAPI": "travel",
    "VehicleControlAPI": "vehicle",
}
"""Official class name to the module here that holds it; a module is imported when its class is first asked for."""


class ToolClass(Protocol):
    """What every class in the table offers besides its tools."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task."""


@cache
def tool_class(name: str) -> type[ToolClass]:
    """Return the class of an official name.

    Raises:
        TaskError: If there is none, with the nearest name.
    """
    module = MODULES.get(name)
    if module is None:
        near = difflib.get_close_matches(name, MODULES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"have {', '.join(MODULES)}"
        raise TaskError(f"no BFCL class {name!r}; {hint}")
    return cast("type[ToolClass]", getattr(import_module(f"fc_gym.bfcl.{module}"), name))


def tools_of(class_names: Sequence[str]) -> Mapping[str, tuple[str, Callable[..., object]]]:
    """Return the tools of some classes.

    Args:
        class_names: Official names; where two classes share a tool name, the later one has it.

    Returns:
        Tool name to the name of its class and the plain function, which takes the instance first.
    """
    return _tools_of(tuple(class_names))


@cache
def functions_of(name: str) -> Mapping[str, Callable[..., object]]:
    """Return the public methods of one class, by name: exactly the functions that an agent may call."""
    found: dict[str, Callable[..., object]] = {}
    for method, function in inspect.getmembers(tool_class(name), inspect.isfunction):
        if not method.startswith("_"):
            found[method] = function
    return found


def public_state(instance: object) -> dict[str, object]:
    """Return the fields that the official state check compares: those without a leading underscore."""
    return {name: value for name, value in vars(instance).items() if not name.startswith("_")}


@cache
def _tools_of(class_names: tuple[str, ...]) -> Mapping[str, tuple[str, Callable[..., object]]]:
    return {tool: (name, function) for name in class_names for tool, function in functions_of(name).items()}
