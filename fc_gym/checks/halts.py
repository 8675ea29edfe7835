"""The recorded sessions once more, halted before every call, so that other calls can be tried there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fc_gym.checks.picture import Picture, picture
from fc_gym.checks.play import Play, Trial, mark, run
from fc_gym.domain import Domain, World
from fc_gym.state import State
from fc_gym.types import ToolCall, ToolResult

__all__ = ["Halt", "halts", "readers", "writes"]


@dataclass(frozen=True)
class Halt:
    """A session that is about to make one of its recorded calls."""

    domain: Domain
    state: State[World]
    trial: Trial
    """The call that is next, and what came of it."""

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take back whatever is done within."""
        snapshot = self.state.snapshot()
        try:
            yield
        finally:
            self.state.restore(snapshot)

    def text(self, call: ToolCall) -> str:
        """Run a call and return the result's text, or the name of what it raised."""
        return run(self.domain, self.state, call)[0]

    def accepted(self, call: ToolCall) -> ToolResult | None:
        """Run a call and return its result; None if it was refused or crashed."""
        result = run(self.domain, self.state, call)[1]
        return result if result is not None and result.ok else None

    def mark(self) -> str:
        """Return the hash of the state."""
        return mark(self.state)

    def picture(self) -> Picture:
        """Return what the world holds now."""
        return picture(self.state.plain())


def halts(play: Play) -> Iterator[Halt]:
    """Play the sessions of fair calls, from the start states that can be repeated, and halt before every call."""
    for episode in play.fair:
        if episode.seed not in play.steady:
            continue
        state = play.domain.sample(episode.seed)
        for trial in episode.trials:
            yield Halt(play.domain, state, trial)
            run(play.domain, state, trial.call)


def readers(play: Play) -> tuple[str, ...]:
    """Return the tools that read: by their names; in a foreign class also those that were never seen to write."""
    named = [name for name, tool in play.domain.tools.items() if tool.reads_only]
    if not play.domain.foreign:
        return tuple(named)
    ran = {trial.call.name for trial in play.trials() if trial.ok}
    wrote = {trial.call.name for trial in play.trials() if trial.change}
    return tuple(name for name in play.domain.tools if name in named or name in ran - wrote)


def writes(trial: Trial) -> bool:
    """Return True if a recorded call ran and changed something."""
    return trial.ok and bool(trial.change)
