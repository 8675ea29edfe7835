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

__all__ = ["GROUP", "commands", "family_line", "first_line", "loaded"]

GROUP = "fc_gym.commands"
"""Entry point group under which packages offer commands: `name = "module:function"`.

The name `family.name` is the command `fc-gym family name`.
"""

_OWN = {
    "list": "fc_gym.cli.show:list_domains",
    "show": "fc_gym.cli.show:show",
    "check": "fc_gym.cli.check:check",
    "check-env": "fc_gym.cli.check:check_env",
    "graph": "fc_gym.cli.graph:graph",
    "bench": "fc_gym.cli.bench:bench",
    "bfcl fetch": "fc_gym.cli.fetch:fetch",
    "version": "fc_gym.cli.show:version",
}
_FAMILIES = {"bfcl": "Play the official multi-turn tasks of the Berkeley Function Calling Leaderboard."}
_OPEN = frozenset({"bench"})
"""Commands of ours under which packages may offer more."""


def commands() -> dict[str, EntryPoint]:
    """Return every command by the words it is called with; ours come first and win over others of the same name."""
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    offered = {point.name.replace(".", " ", 1): point.value for point in entry_points(group=GROUP)}
    free = [name for name in sorted(offered) if not _taken(name)]
    return own | {name: EntryPoint(name, offered[name], GROUP) for name in free}


def family_line(name: str) -> str:
    """Return what is told of the commands that share a first word."""
    return _FAMILIES.get(name, f"Commands of {name}.")


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


def _taken(name: str) -> bool:
    """Return whether a name, or the family it is in or that it names, is a command or a family of ours."""
    family, _, inner = name.partition(" ")
    return name in _OWN or (family in _OWN and family not in _OPEN if inner else name in _FAMILIES)


def _source(module: str) -> bytes:
    """Return the source of a module, without importing the packages that it is in."""
    top, *inner = module.split(".")
    spec = find_spec(top)
    if spec is not None and spec.origin is not None and not inner:
        return Path(spec.origin).read_bytes()
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder, *inner)
        for source in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            if source.is_file():
                return source.read_bytes()
    raise ImportError(f"there is no module {module}")


def _broken(point: EntryPoint, error: Exception) -> Callable[..., None]:
    reason = f"the command {point.name} ({point.value}) cannot be loaded ({type(error).__name__}: {error})"

    def broken() -> None:
        """Say that the command cannot be loaded."""
        raise FcGymError(reason) from error

    return broken
