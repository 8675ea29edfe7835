"""The command group: our own commands, and those that installed packages offer."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from fc_gym.cli.check import check, check_env
from fc_gym.cli.console import complain
from fc_gym.cli.graph import graph
from fc_gym.cli.show import list_domains, show, version
from fc_gym.errors import DomainError, FcGymError

__all__ = ["GROUP", "app", "main"]

GROUP = "fc_gym.commands"
"""Entry point group under which packages offer commands: `name = "module:function"`."""

_OWN: dict[str, Callable[..., None]] = {
    "list": list_domains,
    "show": show,
    "check": check,
    "check-env": check_env,
    "graph": graph,
    "version": version,
}


class _Commands(TyperGroup):
    """Our own commands, and those of plug-ins, each loaded when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*_OWN, *sorted(set(_offered()) - set(_OWN))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in _OWN:
            return _command(cmd_name, _OWN[cmd_name])
        point = _offered().get(cmd_name)
        return None if point is None else _command(cmd_name, _loaded(point))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        # typer looks for near misses among these
        self.commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback()
def _about() -> None:
    """Stateful tool environments, and verified multi-turn function-calling data made from them."""


def main() -> None:
    """Run the command line; ends the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="fc-gym")
    except KeyboardInterrupt:
        complain("stopped")
        raise SystemExit(130) from None


def _command(name: str, function: Callable[..., Any]) -> Any:
    alone = typer.Typer(add_completion=False, context_settings={"help_option_names": ["-h", "--help"]})
    alone.command(name)(_told(function))
    made = typer.main.get_command(alone)
    made.name = name
    return made


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command's errors told in one sentence."""

    @functools.wraps(function)
    def run(*args: Any, **values: Any) -> Any:
        try:
            return function(*args, **values)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BrokenPipeError:
            # whoever read the output has gone; the interpreter must not try to flush it either
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            raise typer.Exit(1) from None
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(_tell(error)) from None

    return run


def _tell(error: BaseException) -> int:
    if os.environ.get("FC_GYM_DEBUG", "") not in ("", "0"):
        traceback.print_exception(error)
    complain(_words(error))
    return 130 if isinstance(error, KeyboardInterrupt) else 2


def _words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped"
    if isinstance(error, FcGymError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    return f"{type(error).__name__}: {error}{notes} (a bug; FC_GYM_DEBUG=1 shows where)"


def _offered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> Callable[..., Any]:
    try:
        function = point.load()
    except Exception as error:
        return _broken(point, error)
    return function if callable(function) else _broken(point, TypeError(f"it is a {type(function).__name__}"))


def _broken(point: EntryPoint, error: Exception) -> Callable[..., None]:
    reason = f"the command {point.name} ({point.value}) cannot be loaded ({type(error).__name__}: {error})"

    def broken() -> None:
        raise DomainError(reason) from error

    broken.__doc__ = f"Cannot be loaded: {type(error).__name__}."
    return broken
