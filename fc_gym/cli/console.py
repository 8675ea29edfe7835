"""What every command shows things with: tables on stdout, progress and complaints on stderr.

Texts of domains are never read as markup: a description may contain `[brackets]`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

__all__ = ["complain", "console", "error_console", "progress", "say", "say_json", "sentence", "table"]

PIPED_WIDTH = 120
"""Characters per line where there is no terminal to ask."""

INTERVAL = 10.0
"""Seconds between two lines of progress where there is no terminal."""


def _console(*, stderr: bool = False) -> Console:
    made = Console(stderr=stderr)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = PIPED_WIDTH
    return made


console = _console()
error_console = _console(stderr=True)


def say(text: str) -> None:
    """Print a line on stdout as it is, unwrapped."""
    console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=True)


def say_json(value: object) -> None:
    """Print a value on stdout as indented JSON."""
    say(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def complain(text: str) -> None:
    """Print one sentence on stderr, whatever characters and lines are in it."""
    error_console.print(f"fc-gym: {sentence(text)}", markup=False, highlight=False, emoji=False, soft_wrap=True)


def sentence(text: str) -> str:
    r"""Return a text on one line, without the characters that steer a terminal.

    >>> sentence("two\nlines \x1b[31mred")
    'two lines [31mred'
    """
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table; columns of numbers are set flush right.

    Args:
        title: What it shows.
        columns: The heads.
        rows: One cell per column; texts are shown as they are, numbers as Python writes them.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    made = Table(title=Text(title, style="bold") if title else None, title_justify="left", header_style="bold")
    for position, head in enumerate(columns):
        numbers = bool(cells) and all(_is_number(row[position]) for row in cells)
        made.add_column(Text(head), justify="right" if numbers else "left", overflow="fold")
    for row in cells:
        made.add_row(*(Text(cell) for cell in row))
    return made


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Show progress on stderr: a bar in a terminal, else a line now and then.

    Args:
        what: What is being done.
        total: How many steps it takes; None: not known.

    Yields:
        What to call after each step.
    """
    if not error_console.is_terminal:
        yield _lines(what, total)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=error_console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _lines(what: str, total: int | None) -> Callable[[], None]:
    done, said = 0, time.monotonic()

    def advance() -> None:
        nonlocal done, said
        done += 1
        if time.monotonic() - said >= INTERVAL:
            said = time.monotonic()
            of = f" of {total}" if total is not None else ""
            error_console.print(f"{what}: {done}{of}", markup=False, highlight=False, soft_wrap=True)

    return advance


def _is_number(cell: str) -> bool:
    return cell.removesuffix("%").strip().replace(".", "", 1).removeprefix("-").isdigit() or cell == ""
