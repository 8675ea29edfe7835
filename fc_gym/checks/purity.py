"""The check that a refused call leaves the world exactly as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fc_gym.checks.play import Play, Trial
from fc_gym.checks.report import Checked, Finding, distinct

__all__ = ["NAME", "check"]

NAME = "refusal purity"
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check(play: Play) -> Checked:
    """Look at every refused call of the recorded sessions, malformed ones included."""
    refused = [trial for trial in play.trials() if trial.refusal]
    return Checked(NAME, len(refused), distinct(one for trial in refused for one in _impure(play, trial)))


def _impure(play: Play, trial: Trial) -> Iterator[tuple[str, Finding]]:
    refusal = trial.refusal
    assert refusal is not None
    where = play.where(trial.call.name)
    if trial.change:
        message = f"it changes {trial.change} although it refuses ({refusal.code}); refuse before changing anything"
        yield refusal.code, Finding(NAME, where, f"{message} ({trial})")
    if refusal.by_tool and not _CODE.fullmatch(refusal.code):
        message = f"it refuses with the code {refusal.code!r}; write codes in snake_case, one per reason ({trial})"
        yield refusal.code, Finding(NAME, where, message)
    if refusal.by_tool and not refusal.message.strip():
        message = f"it refuses with {refusal.code} without a message; say what stands in the way ({trial})"
        yield refusal.code, Finding(NAME, where, message)
