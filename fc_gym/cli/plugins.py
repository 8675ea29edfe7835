"""Where commands come from: our own table, and the entry points of installed packages.

The overview of commands is read from sources instead of imports, so that it does not wait for pydantic.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fc_gym.errors import FcGymError

__all__ = ["GROUP", "commands", "first_line", "loaded"]

GROUP = "fc_gym.commands"
"""Entry point group under which packages offer commands: `name = "module:function"`."""

_OWN = {
    "list": "fc_gym.cli.show:list_domains",
    "show": "fc_gym.cli.show:show",
    "check": "fc_gym.cli.check:check",
    "check-env": "fc_gym.cli.check:check_env",
    "graph": "fc_gym.cli.graph:graph",
    "version": "fc_gym.cli.show:version",
}


def commands() -> dict[str, EntryPoint]:
    """Return every command; ours come first and win over others of the same name."""
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    offered = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return own | {point.name: point for point in offered if point.name not in own}


def first_line(point: EntryPoint) -> str:
    """Return the first line of a command's docstring, without importing its module."""
    try:
        tree = ast.parse(_source(point.module))
    except (ImportError, OSError, SyntaxError, ValueError):
        return "(cannot be loaded)"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == point.attr:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""


def loaded(point: EntryPoint) -> Callable[..., Any]:
    """Return a command's function; if there is none, one that says so when called."""
    try:
        function = point.load()
    except Exception as error:
        return _broken(point, error)
    return function if callable(function) else _broken(point, TypeError(f"it is a {type(function).__name__}"))


def _source(module: str) -> bytes:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ImportError(f"there is no module {module}")
    return Path(spec.origin).read_bytes()


def _broken(point: EntryPoint, error: Exception) -> Callable[..., None]:
    reason = f"the command {point.name} ({point.value}) cannot be loaded ({type(error).__name__}: {error})"

    def broken() -> None:
        """Say that the command cannot be loaded."""
        raise FcGymError(reason) from error

    return broken
