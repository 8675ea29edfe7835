"""What is shown of a run: how far it is, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fc_agents.collect.collector import Run

__all__ = ["meter", "pace", "rows"]


@contextmanager
def meter(what: str, total: int) -> Iterator[Callable[[Run], None]]:
    """Show on stderr how a run goes: a bar in a terminal, else a line now and then.

    Args:
        what: What is being done.
        total: Episodes of the job.

    Yields:
        What to tell of the run.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from fc_gym.cli.console import error_console

    if not error_console.is_terminal:
        yield _lines(what, total)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    pace_column = TextColumn("{task.fields[pace]}", markup=False)
    with Progress(*columns, TimeElapsedColumn(), pace_column, console=error_console, transient=True) as bar:
        task = bar.add_task(what, total=total, pace="")
        yield lambda run: bar.update(task, completed=run.before + run.played, pace=pace(run))


def pace(run: Run) -> str:
    """Return the rates of a run in a few words."""
    seconds = max(run.seconds, 1e-9)
    words = [f"{run.played / seconds:.1f} episodes/s"]
    if run.spent:
        words.append(f"{run.spent / seconds:,.0f} tokens/s")
    failed = sum(run.failed.values())
    if failed:
        words.append(f"{failed} failed ({100 * failed / (failed + run.played):.1f} %)")
    return ", ".join(words)


def rows(run: Run) -> list[tuple[str, str]]:
    """Return what a table says of a run beside its episodes."""
    summary = run.summary
    found = []
    if summary.responses:
        cached = 100 * summary.cached / max(1, summary.prompted)
        found += [
            ("responses", _counted(summary.finishes, summary.responses)),
            ("malformed calls", str(summary.refused["malformed"])),
            ("tokens of prompts", f"{summary.prompted:,} ({cached:.1f} % from the server's cache)"),
            ("tokens of responses", f"{summary.written:,}"),
            ("prefix breaks", str(summary.breaks)),
        ]
    if summary.stopped:
        found.append(("given up", _counted(summary.stopped, summary.stopped.total())))
    found.append(("this run", f"{run.played} episodes in {run.seconds:.1f} s: {pace(run)}"))
    if run.failed:
        found.append(("failed in this run", _counted(run.failed, run.failed.total())))
    if run.tries > run.requests:
        found.append(("requests sent again", f"{run.tries - run.requests} of {run.tries}"))
    if run.left:
        found.append(("left to play", str(run.left)))
    return found


def _counted(counts: dict[str, int], total: int) -> str:
    return f"{total} ({', '.join(f'{name} {count}' for name, count in sorted(counts.items()))})"


def _lines(what: str, total: int) -> Callable[[Run], None]:
    from fc_gym.cli.console import INTERVAL, error_console

    said = time.monotonic()

    def tell(run: Run) -> None:
        nonlocal said
        if time.monotonic() - said >= INTERVAL:
            said = time.monotonic()
            line = f"{what}: {run.before + run.played} of {total}, {pace(run)}"
            error_console.print(line, markup=False, highlight=False, soft_wrap=True)

    return tell
