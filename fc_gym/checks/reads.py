"""The check that tools which promise to read change nothing, and that the others change something."""

from __future__ import annotations

from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, Severity, distinct

__all__ = ["NAME", "check"]

NAME = "reads"


def check(play: Play) -> Checked:
    """Look at what the accepted calls of the recorded sessions changed."""
    accepted = [trial for trial in play.trials() if trial.ok]
    severity: Severity = "warning" if play.domain.foreign else "error"
    findings = []
    for trial in accepted:
        if trial.change and play.domain.tools[trial.call.name].reads_only:
            message = f"its name promises to read, but it changes {trial.change}; rename it or change nothing ({trial})"
            findings.append(("read", Finding(NAME, play.where(trial.call.name), message, severity)))
    if not play.domain.foreign:
        changed = {trial.call.name for trial in accepted if trial.change}
        idle = [name for name in {trial.call.name: None for trial in accepted} if name not in changed]
        findings += [("write", _idle(play, name)) for name in idle if not play.domain.tools[name].reads_only]
    skipped = "that the others write: a foreign class does not tell by names" if play.domain.foreign else ""
    return Checked(NAME, len(accepted), distinct(findings), skipped)


def _idle(play: Play, name: str) -> Finding:
    message = (
        "it is named like a write but never changed anything; if it only reads, begin with list_, find_ or the like"
    )
    return Finding(NAME, play.where(name), message, "warning")
