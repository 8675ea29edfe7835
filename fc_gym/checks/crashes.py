"""The check that a tool either runs or refuses."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.errors import DomainError

__all__ = ["NAME", "check"]

NAME = "crashes"
_SLIPS = ("AttributeError", "TypeError", "NameError", "UnboundLocalError", "KeyError", "IndexError", "RecursionError")


def check(play: Play) -> Checked:
    """Look for exceptions other than `ToolError` in the recorded sessions and in `sample`."""
    findings = distinct([*_starts(play), *(_slips(play) if play.domain.foreign else _raised(play))])
    skipped = "exceptions that may be meant: a foreign class may refuse by raising" if play.domain.foreign else ""
    return Checked(NAME, sum(1 for _ in play.trials()) + len(play.failures), findings, skipped)


def _starts(play: Play) -> Iterator[tuple[str, Finding]]:
    maker = "__init__" if play.domain.foreign else "sample"
    for seed, error in play.failures:
        kind = type(error).__name__
        message = f"seed {seed} raises {kind}: {error}; every seed must give a world"
        yield kind, Finding(NAME, play.where(maker), message)


def _raised(play: Play) -> Iterator[tuple[str, Finding]]:
    for trial in play.trials():
        if trial.error is not None and not isinstance(trial.error, DomainError):
            kind = type(trial.error).__name__
            message = f"it raises {kind}: {trial.error}; raise ToolError if the call is to be refused ({trial})"
            yield kind, Finding(NAME, play.where(trial.call.name), message)


def _slips(play: Play) -> Iterator[tuple[str, Finding]]:
    for trial in play.trials():
        refusal = trial.refusal
        if refusal and refusal.code == "exception" and refusal.message.startswith(_SLIPS):
            message = f"it raises {refusal.message}, which looks like a slip rather than a refusal ({trial})"
            kind = refusal.message.split(":")[0]
            yield kind, Finding(NAME, play.where(trial.call.name), message, "warning")
