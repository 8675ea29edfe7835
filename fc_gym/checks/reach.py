"""The check that every tool can be used: accepted at least once with values that an agent can know."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.checks.play import Play, Trial
from fc_gym.checks.report import Checked, Finding, Severity
from fc_gym.measure import measure

__all__ = ["NAME", "check"]

NAME = "reachability"
_FURTHER = 4
"""How many times as many start states are tried for tools that were not reached."""


def check(play: Play) -> Checked:
    """Look for tools that no recorded session reached, after playing on for them."""
    fair = [trial for episode in play.fair for trial in episode.trials]
    missing = set(play.domain.tools) - {trial.call.name for trial in fair if trial.ok}
    for trial in _further(play, missing):
        fair.append(trial)
        if trial.ok:
            missing.discard(trial.call.name)
    findings = tuple(_finding(play, name, fair) for name in play.domain.tools if name in missing)
    skipped = "as an error: the one start state of a foreign class may be an empty one" if play.domain.foreign else ""
    return Checked(NAME, len(fair), findings, skipped)


def _further(play: Play, missing: set[str]) -> Iterator[Trial]:
    for seed in range(len(play.seeds), (1 + _FURTHER) * len(play.seeds)):
        if not missing:
            return
        yield from play.insider(seed, play.calls, frozenset(missing)).trials


def _finding(play: Play, name: str, fair: list[Trial]) -> Finding:
    severity: Severity = "warning" if play.domain.foreign else "error"
    tried = [trial for trial in fair if trial.call.name == name]
    luck = next((trial for trial in play.trials() if trial.ok and trial.call.name == name), None)
    if luck is not None or name in _measured(play):
        shown = f" ({luck})" if luck else ""
        message = f"it is accepted only with values that no tool shows; give its keys in some result{shown}"
    elif tried:
        codes = ", ".join(sorted({trial.refusal.code if trial.refusal else "a crash" for trial in tried}))
        message = f"{len(tried)} calls ended in {codes}, none was accepted; let some course of calls lead there"
        message += f" ({tried[0]})"
    else:
        needs = ", ".join(sorted(play.domain.tools[name].needs)) or "its arguments"
        message = f"no call could be made, since nothing shows or says {needs}; give it in some result"
    return Finding(NAME, play.where(name), message, severity)


def _measured(play: Play) -> frozenset[str]:
    try:
        return measure(play.domain, seeds=len(play.seeds), states=6).succeeded
    except Exception:  # the check of crashes tells it
        return frozenset()
