"""The command line: finds commands, runs them, and tells their errors in one sentence."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup

from fc_gym.cli.console import complain
from fc_gym.cli.plugins import commands, family_line, first_line, loaded
from fc_gym.errors import FcGymError

__all__ = ["app", "main"]

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Commands(TyperGroup):
    """Our own commands, and those of plug-ins, each loaded when it is called."""

    family = ""
    _overview = False

    def list_commands(self, ctx: Any) -> list[str]:
        return list(dict.fromkeys(name.partition(" ")[0] for name in self._inside()))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        point = self._inside().get(cmd_name)
        if point is None:
            return _described(cmd_name, family_line(cmd_name)) if self._overview else _family(cmd_name)
        if self._overview:
            return _described(cmd_name, first_line(point))
        more = any(name.startswith(f"{cmd_name} ") for name in self._inside())
        return (_joint if more else _command)(cmd_name, loaded(point))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        # typer looks for near misses among the names in this table
        self.commands: Any = dict.fromkeys(self.list_commands(ctx))
        found = super().resolve_command(ctx, args)
        if any(ctx.get_parameter_source(name).name == "COMMANDLINE" for name in ctx.params):
            ctx.fail(f"Options of '{found[0]}' come after it; those before it belong to '{ctx.info_name}' alone.")
        self.callback = None  # a command that has others under it runs only if none of them is called
        return found

    def _inside(self) -> dict[str, EntryPoint]:
        if not self.family:
            return commands()
        start = f"{self.family} "
        return {name.removeprefix(start): one for name, one in commands().items() if name.startswith(start)}

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._overview = True
        super().format_help(ctx, formatter)
        self._overview = False


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)


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


def _family(name: str) -> Any:
    group = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, context_settings=_SETTINGS)
    group.callback(help=family_line(name))(lambda: None)
    made: Any = typer.main.get_command(group)
    made.family = name
    return made


def _joint(name: str, function: Callable[..., Any]) -> Any:
    """Return a command under which there are others."""
    group = typer.Typer(cls=_Commands, add_completion=False, context_settings=_SETTINGS)
    group.callback(invoke_without_command=True)(_told(function))
    made: Any = typer.main.get_command(group)
    made.family = name
    return made


def _command(name: str, function: Callable[..., Any]) -> Any:
    alone = typer.Typer(add_completion=False, context_settings=_SETTINGS)
    alone.command(name)(_told(function))
    return typer.main.get_command(alone)


def _described(name: str, words: str) -> Any:
    alone = typer.Typer(add_completion=False)
    alone.command(name, help=words)(lambda: None)
    return typer.main.get_command(alone)


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command's errors told in one sentence."""

    @functools.wraps(function)
    def run(*args: Any, **values: Any) -> Any:
        try:
            return function(*args, **values)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except BrokenPipeError:
            _forget_stdout()
            raise typer.Exit(1) from None
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(_tell(error)) from None

    return run


def _forget_stdout() -> None:
    """Let what is still to be flushed go nowhere, since whoever read it has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


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
    return f"{type(error).__name__}: {error}{notes} (FC_GYM_DEBUG=1 shows where)"
