"""The check that asking again gives the same answer."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.checks.halts import Halt, halts
from fc_gym.checks.picture import difference
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, Severity, distinct
from fc_gym.types import ToolCall

__all__ = ["NAME", "check"]

NAME = "repeats"


def check(play: Play) -> Checked:
    """Repeat, in the same state, every recorded call that reads by its name or changed nothing, and every refused one.

    A call depends on the world and its arguments alone. One that leaves the world as it is must therefore say the same
    when it is made again, at once or after another call that changed nothing.
    """
    findings: list[tuple[str, Finding]] = []
    tried, other = 0, None
    for halt in halts(play):
        trial = halt.trial
        if trial.error is not None or (trial.change and not (trial.ok and _promises(halt))):
            continue
        tried += 1
        with halt.aside():
            findings += _again(play, halt, other)
        other = trial.call if trial.ok else other
    return Checked(NAME, tried, distinct(findings), "" if tried else "every call changed something or crashed")


def _promises(halt: Halt) -> bool:
    return halt.domain.tools[halt.trial.call.name].reads_only


def _again(play: Play, halt: Halt, other: ToolCall | None) -> Iterator[tuple[str, Finding]]:
    trial = halt.trial
    first, before = halt.text(trial.call), halt.mark()
    old = None if trial.change else halt.picture()
    second = halt.text(trial.call)
    if second != first:
        what = f"called twice in a row, it gives {_short(first, second)}"
        yield "twice", _finding(play, halt, f"{what}; depend on the world and the arguments alone")
        return
    if old is not None and halt.mark() != before:
        what = f"called again, it changes {difference(old, halt.picture())}; change nothing, the second time too"
        yield "change", _finding(play, halt, what)
        return
    if other is not None and other != trial.call:
        before = halt.mark()
        halt.text(other)
        third = second if halt.mark() != before else halt.text(trial.call)
        if third != second:
            what = f"before and after {other}, which changes nothing, it gives {_short(second, third)}"
            yield "beside", _finding(play, halt, f"{what}; depend on the world and the arguments alone")


def _finding(play: Play, halt: Halt, message: str) -> Finding:
    severity: Severity = "warning" if play.domain.foreign else "error"
    return Finding(NAME, play.where(halt.trial.call.name), f"{message} ({halt.trial})", severity)


def _short(one: str, other: str) -> str:
    """Show two texts around the first place where they differ."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - 30)
    return " and then ".join(f"{'...' * (start > 0)}{text[start : start + 70]}" for text in (one, other))
