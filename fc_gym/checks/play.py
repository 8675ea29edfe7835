"""Random sessions of a domain, recorded call by call: the material of the checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fc_gym.checks.draw import Attempt, Insider, Kind, Outsider
from fc_gym.checks.picture import Picture, difference, picture
from fc_gym.domain import Domain, World
from fc_gym.state import State
from fc_gym.types import Refusal, ToolCall, ToolResult

__all__ = ["Episode", "Play", "Trial", "mark", "run"]


@dataclass(frozen=True)
class Trial:
    """One call of a recorded session, and what came of it."""

    seed: int
    position: int
    """Its place among the calls of the session, from 0."""
    kind: Kind
    call: ToolCall
    text: str
    """The result's text, or what was raised."""
    result: ToolResult | None
    """None if the tool crashed."""
    error: Exception | None
    change: str
    """What it changed in the world, with private fields; empty if nothing."""
    mark: str
    """The hash of the state after it."""
    shared: str
    """Two places that hold the same mutable object afterwards."""
    parameter: str = ""
    """The parameter with a made-up key, if it has one."""

    @property
    def ok(self) -> bool:
        """True if the call ran."""
        return self.result is not None and self.result.ok

    @property
    def refusal(self) -> Refusal | None:
        """Why the call had no effect; None if it ran or crashed."""
        return self.result.refusal if self.result else None

    def __str__(self) -> str:
        text = str(self.call)
        return f"seed {self.seed}, call {self.position}: {text if len(text) <= 200 else f'{text[:200]}...'}"


@dataclass(frozen=True)
class Episode:
    """One recorded session."""

    seed: int
    trials: tuple[Trial, ...]


class Play:
    """Plays a domain and keeps the records.

    Args:
        domain: The domain.
        seeds: How many start states.
        calls: How many calls from each.
    """

    def __init__(self, domain: Domain, seeds: int, calls: int) -> None:
        self.domain, self.calls = domain, calls
        self.failures: list[tuple[int, Exception]] = []
        self.unhashable = ""
        self.seeds = tuple(seed for seed in range(seeds) if self._starts(seed))

    @cached_property
    def steady(self) -> frozenset[int]:
        """The seeds that give the same start state twice; from the others, nothing can be repeated."""
        return frozenset(
            seed for seed in self.seeds if mark(self.domain.sample(seed)) == mark(self.domain.sample(seed))
        )

    @cached_property
    def fair(self) -> tuple[Episode, ...]:
        """Sessions of calls with values that were shown or said."""
        return tuple(self.insider(seed, self.calls) for seed in self.seeds)

    @cached_property
    def rough(self) -> tuple[Episode, ...]:
        """Sessions of calls with any values that exist, with made-up keys, and of malformed calls."""
        return tuple(self._outsider(seed, self.calls) for seed in self.seeds)

    def trials(self) -> Iterator[Trial]:
        """Return the calls of all sessions."""
        for episode in (*self.fair, *self.rough):
            yield from episode.trials

    def where(self, tool: str) -> str:
        """Return how to name a tool, or another method, to the author."""
        return f"{self.domain.world.__name__}.{tool}" if tool else self.domain.world.__name__

    def insider(self, seed: int, calls: int, wanted: frozenset[str] = frozenset()) -> Episode:
        """Play a session of calls with values that were shown or said; `wanted` tools are tried more often."""
        state = self.domain.sample(seed)
        player = Insider(self.domain, state.world, np.random.default_rng([seed, 11]), wanted)
        recorder = _Recorder(self.domain, seed, state)
        for _ in range(calls):
            attempt = player.attempt()
            if attempt is None:
                break
            trial = recorder.record(attempt)
            if trial.result is not None:
                player.hear(trial.result)
        return self._kept(recorder)

    def _outsider(self, seed: int, calls: int) -> Episode:
        state = self.domain.sample(seed)
        player = Outsider(self.domain, state.world, np.random.default_rng([seed, 13]))
        recorder = _Recorder(self.domain, seed, state)
        for _ in range(calls):
            attempt = player.attempt(state.world)
            if attempt is None:
                break
            recorder.record(attempt)
        return self._kept(recorder)

    def _kept(self, recorder: _Recorder) -> Episode:
        return Episode(recorder.seed, tuple(recorder.trials))

    def _starts(self, seed: int) -> bool:
        try:
            state = self.domain.sample(seed)
        except Exception as error:
            self.failures.append((seed, error))
            return False
        try:
            state.hash()
        except Exception as error:
            self.unhashable = self.unhashable or f"{type(error).__name__}: {error}"
        return True


class _Recorder:
    def __init__(self, domain: Domain, seed: int, state: State[World]) -> None:
        self.domain, self.seed, self.state = domain, seed, state
        self.trials: list[Trial] = []
        self.before: Picture = picture(state.plain())

    def record(self, attempt: Attempt) -> Trial:
        kind, call, parameter = attempt
        text, result, error = run(self.domain, self.state, call)
        after = picture(self.state.plain())
        change, self.before = difference(self.before, after), after
        place, at_rest = len(self.trials), mark(self.state)
        trial = Trial(self.seed, place, kind, call, text, result, error, change, at_rest, after.shared, parameter)
        self.trials.append(trial)
        return trial


def run(domain: Domain, state: State[World], call: ToolCall) -> tuple[str, ToolResult | None, Exception | None]:
    """Run a call, whatever it raises.

    Returns:
        The result's text or the name of what was raised; the result, None if the tool crashed; what was raised.
    """
    try:
        result = domain.execute(state.world, call)
    except Exception as error:
        return f"raised {type(error).__name__}", None, error
    return result.text, result, None


def mark(state: State[World]) -> str:
    """Return the hash of a state, or its content without private fields if it has no hash."""
    try:
        return state.hash()
    except Exception:
        return repr(_public(picture(state.plain()).value))


def _public(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _public(one) for name, one in value.items() if not str(name).startswith("_")}
    return [_public(one) for one in value] if isinstance(value, list) else value
