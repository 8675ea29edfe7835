"""The check that a seed and calls decide everything: in one session after the other, and side by side."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.checks.ambient import watched
from fc_gym.checks.picture import difference, picture
from fc_gym.checks.play import Episode, Play, Trial, mark, run
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.domain import World
from fc_gym.state import State

__all__ = ["NAME", "check", "mismatch"]

NAME = "determinism"


def check(play: Play) -> Checked:
    """Run the recorded sessions again, serially and side by side, and compare."""
    findings = distinct([*_hashable(play), *_samples(play), *_serial(play), *_side_by_side(play)])
    tried = 2 * sum(len(episode.trials) for episode in play.fair) + 2 * len(play.seeds)
    skipped = "that seeds differ: a foreign class has one start state" if play.domain.foreign else ""
    return Checked(NAME, tried, findings, skipped)


def mismatch(trial: Trial, text: str, state: State[World]) -> str:
    """Return how a repeated call differs from the recorded one; empty if it does not."""
    if text != trial.text:
        return f"gave {_short(trial.text)} and then {_short(text)}"
    return "left two different states behind" if mark(state) != trial.mark else ""


def _hashable(play: Play) -> Iterator[tuple[str, Finding]]:
    if play.unhashable:
        message = f"its state cannot be hashed ({play.unhashable}); keep it a tree of plain values and dataclasses"
        yield "hash", Finding(NAME, play.where(""), message)


def _samples(play: Play) -> Iterator[tuple[str, Finding]]:
    maker = play.where("__init__" if play.domain.foreign else "sample")
    marks = set()
    for seed in play.seeds:
        with watched() as used:
            one, other = play.domain.sample(seed), play.domain.sample(seed)
        marks.add(mark(one))
        for name in sorted(used):
            yield name, _ambient(maker, name, f"seed {seed}")
        change = difference(picture(one.plain()), picture(other.plain()))
        if change:
            message = f"seed {seed} gives two start states that differ at {change}; draw from rng alone"
            yield "sample", Finding(NAME, maker, message)
    if len(play.seeds) > 1 and len(marks) == 1 and not play.domain.foreign:
        message = f"seeds {play.seeds[0]} to {play.seeds[-1]} all give the same start state; draw it from rng"
        yield "seeds", Finding(NAME, maker, message)


def _serial(play: Play) -> Iterator[tuple[str, Finding]]:
    for episode in play.fair:
        state = play.domain.sample(episode.seed)
        for trial in episode.trials:
            with watched() as used:
                text, _, _ = run(play.domain, state, trial.call)
            for name in sorted(used):
                yield name, _ambient(play.where(trial.call.name), name, str(trial))
            differs = mismatch(trial, text, state) if trial.seed in play.steady else ""
            if differs:
                message = f"the same seed and calls {differs}; depend on the world and the arguments alone ({trial})"
                yield "repeat", Finding(NAME, play.where(trial.call.name), message)
                break


def _side_by_side(play: Play) -> Iterator[tuple[str, Finding]]:
    episodes = [episode for episode in play.fair if episode.seed in play.steady]
    states = [play.domain.sample(episode.seed) for episode in episodes]
    alive = set(range(len(states)))
    for position in range(max((len(episode.trials) for episode in episodes), default=0)):
        for at, episode in enumerate(episodes):
            trial = _at(episode, position)
            if trial is None or at not in alive:
                continue
            text, _, _ = run(play.domain, states[at], trial.call)
            differs = mismatch(trial, text, states[at])
            if differs:
                alive.discard(at)
                message = f"side by side with other sessions, the same calls {differs}; share nothing ({trial})"
                yield "repeat", Finding(NAME, play.where(trial.call.name), message)


def _at(episode: Episode, position: int) -> Trial | None:
    return episode.trials[position] if position < len(episode.trials) else None


def _ambient(where: str, name: str, shown: str) -> Finding:
    clock = name.startswith(("time.", "date", "datetime"))
    right = "make time a field of the world" if clock else "draw from rng in `sample`, and count in a field"
    return Finding(NAME, where, f"it uses {name}; {right} ({shown})")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}..."
