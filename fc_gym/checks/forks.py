"""The check that sessions which begin in the same state, or split in mid-course, do not touch one another."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fc_gym.checks.determinism import mismatch
from fc_gym.checks.picture import Picture, difference, picture
from fc_gym.checks.play import Episode, Play, Trial, mark, run
from fc_gym.checks.report import Checked, Finding, distinct

__all__ = ["NAME", "check"]

NAME = "forks"
_MUTABLE = (list, dict, set, random.Random, np.random.Generator, itertools.count)


def check(play: Play) -> Checked:
    """Play the recorded sessions in forks, one beside the other, and look for traces that they leave."""
    findings = [*_trees(play)]
    for one, other in zip(play.fair, play.rough, strict=True):
        findings += [*_apart(play, one), *_back(play, one), *_undone(play, one)]
        findings += _together(play, one, other) if one.seed in play.steady else ()
    tried = sum(len(episode.trials) for episode in (*play.fair, *play.rough))
    skipped = "shared objects in the state: a foreign class may point back and forth" if play.domain.foreign else ""
    return Checked(NAME, tried, distinct(findings), skipped)


def _trees(play: Play) -> Iterator[tuple[str, Finding]]:
    for trial in play.trials() if not play.domain.foreign else ():
        if trial.shared:
            message = f"the state holds one object in two places, {trial.shared}; store a copy, or its key ({trial})"
            yield "tree", Finding(NAME, play.where(trial.call.name if trial.position else "sample"), message)
            return


def _apart(play: Play, episode: Episode) -> Iterator[tuple[str, Finding]]:
    origin = play.domain.sample(episode.seed)
    fork, at_rest = origin.fork(), mark(origin)
    before, common = picture(origin.plain()), _common(play.domain.world)
    for trial in episode.trials:
        run(play.domain, fork, trial.call)
        where, now = play.where(trial.call.name), _common(play.domain.world)
        change, common = difference(common, now), now
        if change:
            message = f"it changes {change}, which all sessions share; keep it in a field of the world ({trial})"
            yield "common", Finding(NAME, where, message)
        fault = fork.audit()
        if fault:
            yield "audit", Finding(NAME, where, f"{fault} ({trial})")
            return
        if mark(origin) != at_rest:
            yield "origin", _leak(where, "in a fork, it changes the session that was forked", trial)
            return
    change = difference(before, picture(origin.plain()))
    if change:
        message = f"calls in a fork of seed {episode.seed} change {change} of its origin"
        yield "origin", Finding(NAME, play.where(""), message)


def _back(play: Play, episode: Episode) -> Iterator[tuple[str, Finding]]:
    origin = play.domain.sample(episode.seed)
    fork = origin.fork()
    at_rest = mark(fork)
    for trial in episode.trials:
        run(play.domain, origin, trial.call)
        if mark(fork) != at_rest:
            yield "fork", _leak(play.where(trial.call.name), "it changes a fork that was made before", trial)
            return


def _together(play: Play, one: Episode, other: Episode) -> Iterator[tuple[str, Finding]]:
    start = play.domain.sample(one.seed)
    lanes = [_Lane(start.fork(), episode) for episode in (one, other)]
    for pair in itertools.zip_longest(one.trials, other.trials):
        for lane, trial in zip(lanes, pair, strict=True):
            if trial is None or not lane.alive:
                continue
            text, _, _ = run(play.domain, lane.state, trial.call)
            differs = mismatch(trial, text, lane.state)
            if differs:
                lane.alive = False
                what = f"beside a session from the same start, it {differs}"
                yield "together", _leak(play.where(trial.call.name), what, trial)


def _undone(play: Play, episode: Episode) -> Iterator[tuple[str, Finding]]:
    state = play.domain.sample(episode.seed)
    for trial in (trial for trial in episode.trials if trial.change):
        snapshot, before = state.snapshot(), mark(state)
        run(play.domain, state, trial.call)
        state.restore(snapshot)
        if mark(state) != before:
            yield "restore", _leak(play.where(trial.call.name), "going back does not undo it", trial)
            return
        run(play.domain, state, trial.call)


@dataclass
class _Lane:
    state: Any
    episode: Episode
    alive: bool = True


def _leak(where: str, what: str, trial: Trial) -> Finding:
    return Finding(NAME, where, f"{what}; keep all state in plain fields of the world ({trial})")


def _common(world: type) -> Picture:
    """Return what stands in classes and the module of a world, and so belongs to no session."""
    held: dict[str, object] = {}
    owners: list[Any] = [sys.modules[world.__module__], *world.__mro__[:-1]]
    for owner in owners:
        for name, value in vars(owner).items():
            if not name.startswith("__") and isinstance(value, _MUTABLE):
                held[f"{owner.__name__}.{name}"] = repr(value) if isinstance(value, itertools.count) else value
    return picture(held)
