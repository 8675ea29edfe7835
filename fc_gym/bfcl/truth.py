"""The ground truth of a task, played once: its results and states turn by turn."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fc_gym.bfcl.classes import public_state
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import BfclTask

__all__ = ["Truth", "TruthTurn", "play_truth"]

States = Mapping[str, Mapping[str, Any]]
"""Class name to its public fields."""


@dataclass(frozen=True, slots=True)
class TruthTurn:
    """What one turn of the ground truth leads to."""

    results: Counter[str]
    """Result texts of the turn's calls, with how often each comes; empty if nothing is to be called."""
    states: States
    """Public state of every class after the turn."""

    def missing(self, seen: Counter[str]) -> Counter[str]:
        """Return the results that are not among those seen.

        Args:
            seen: Result texts of the agent in this turn and before.
        """
        return self.results - seen

    def differing(self, instances: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        """Find the public fields that differ.

        Args:
            instances: Class name to the agent's instance.

        Yields:
            Name of the class and name of the field.
        """
        for name, fields in self.states.items():
            have = vars(instances[name])
            for field, value in fields.items():
                if field not in have or have[field] != value:
                    yield name, field


@dataclass(frozen=True, slots=True)
class Truth:
    """The ground truth of one task."""

    turns: tuple[TruthTurn, ...]

    @property
    def fields(self) -> int:
        """How many fields are compared after a turn."""
        return sum(len(fields) for fields in self.turns[0].states.values()) if self.turns else 0


def play_truth(task: BfclTask, *, model: str = "model") -> Truth:
    """Play the ground truth of a task.

    Args:
        task: The task.
        model: Name of the model that it is compared with; see `Executor`.
    """
    session = Session(task.classes, task.config, task.long_context)
    executor = Executor(session, f"{model}_ground_truth_eval_{task.id}")
    turns: list[TruthTurn] = []
    before: States = {}
    for calls in task.truth:
        results = Counter(executor.run(calls))
        before = {name: _kept(public_state(one), before.get(name, {})) for name, one in session.instances.items()}
        turns.append(TruthTurn(results, before))
    return Truth(tuple(turns))


def _kept(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Copy what has changed since the turn before, and share the rest: 800 tasks fit in a few megabytes."""
    missing = object()
    return {
        name: kept if (kept := before.get(name, missing)) == value else copy.deepcopy(value)
        for name, value in now.items()
    }
