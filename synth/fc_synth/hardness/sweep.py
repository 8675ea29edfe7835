"""Difficulty, measured: how the solve rate of offline policies falls as one knob of the plan is turned up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fc_gym.errors import RecordError
from fc_gym.registration import load_domain, make_env
from fc_gym.task import Task
from fc_gym.types import JsonValue
from fc_synth.hardness.solving import SOLVERS, gold_solves, solved
from fc_synth.making import Order, made_row
from fc_synth.plan import KNOBS, Plan, plan_of, with_knobs
from fc_synth.sample import task_of

__all__ = ["ALL", "BASE", "LEVELS", "Point", "Sweep", "kendall", "measured", "set_knob", "sweep"]

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
ALL = "difficulty"
"""The name of all knobs together."""
BASE = Plan(turns=(4, 5), depth=0.4, distance=0.3, implicit=0.5, related=0.9, noise=0.0, merged=0.0)
"""The plan of which one knob is turned."""
HURT: Mapping[str, tuple[str, ...]] = {
    "depth": ("greedy", "bfs", "literal"),
    "distance": ("short-memory",),
    "implicit": ("literal",),
    "distractors": ("greedy", "bfs"),
    "related": ("forgetful",),
    "noise": ("literal", "reader"),
    ALL: ("greedy", "bfs", "literal", "forgetful", "short-memory", "reader"),
}
"""For each knob the policies on which it is measured: those that it can hurt, for a reason known beforehand.

A policy that solves next to nothing, or that does not see what the knob changes, says nothing of the knob; hence not
`random-legal` and `copy`. More calls in a turn are harder to find for who has no plan (`greedy`), plans of three calls
(`bfs`), or takes no step that nobody asked for (`literal`). What is long ago is gone for who keeps the last three
results in mind (`short-memory`), and what was spoken of before is for who keeps none (`forgetful`). What is left unsaid
is left undone by who does what is said (`literal`). Tools beside mislead who chooses a tool by its words among those on
offer (`greedy`, `bfs`). Corrections, late details and wishes that are taken back mislead who reads by the grammar of
requests (`literal`, `reader`). All knobs together hurt all of them.
"""
RESAMPLED = 400
"""Bootstrap samples for an interval."""


@dataclass(frozen=True)
class Point:
    """What one setting of a knob came to."""

    level: float
    passed: Mapping[str, tuple[tuple[bool, ...], ...]]
    """For each policy, for each dialogue, which of its turns it gets right."""
    gold: int
    """Dialogues that their verified calls solve."""

    def rates(self, chosen: Sequence[int] | None = None) -> dict[str, float]:
        """Return the share of turns that each policy gets right, in all dialogues or in chosen ones."""
        return {name: _share(turns, chosen) for name, turns in self.passed.items()}

    def mean(self, names: Sequence[str], chosen: Sequence[int] | None = None) -> float:
        """Return the mean over some policies."""
        return sum(_share(self.passed[name], chosen) for name in names) / len(names)

    @property
    def dialogues(self) -> int:
        """How many dialogues were played."""
        return len(next(iter(self.passed.values())))


@dataclass(frozen=True)
class Sweep:
    """One knob at several levels."""

    knob: str
    points: tuple[Point, ...] = field(default=())

    @property
    def hurt(self) -> tuple[str, ...]:
        """The policies on which the knob is measured."""
        return HURT[self.knob]

    def tau(self, policy: str = "") -> float:
        """Return Kendall's tau-b of level and solve rate, of one policy or of the mean over those it is measured on."""
        rates = [point.mean([policy] if policy else self.hurt) for point in self.points]
        return kendall([point.level for point in self.points], rates)

    def interval(self, seed: int = 0) -> tuple[float, float]:
        """Return the middle 90 % of tau over dialogues drawn again, with replacement, within each level."""
        rng = np.random.default_rng(seed)
        found = sorted(self._again(rng) for _ in range(RESAMPLED))
        return found[RESAMPLED // 20], found[-RESAMPLED // 20 - 1]

    def json(self) -> dict[str, JsonValue]:
        """Return the sweep as plain JSON values."""
        low, high = self.interval()
        return {
            "knob": self.knob,
            "levels": [point.level for point in self.points],
            "measured_on": list(self.hurt),
            "solve_rates": [{**point.rates(), "mean": point.mean(self.hurt)} for point in self.points],
            "gold": [point.gold / point.dialogues for point in self.points],
            "tau": self.tau(),
            "tau_90": [low, high],
        }

    def _again(self, rng: np.random.Generator) -> float:
        rates = [
            point.mean(self.hurt, rng.integers(point.dialogues, size=point.dialogues).tolist()) for point in self.points
        ]
        return kendall([point.level for point in self.points], rates)


def sweep(
    knob: str, domains: Sequence[str], dialogues: int, seed: int = 0, levels: Sequence[float] = LEVELS,
    base: Plan = BASE, on_dialogue: Callable[[], None] = lambda: None,
) -> Sweep:  # fmt: skip
    """Turn one knob and measure at each level.

    Args:
        knob: A name in `KNOBS`, or `difficulty` for all together.
        domains: Where dialogues take place.
        dialogues: How many at each level; the same seeds at all levels.
        seed: The seed of the dialogues and of the policies.
        levels: Settings from 0 to 1.
        base: The plan in which the knob is turned.
        on_dialogue: Told after each dialogue.
    """
    return Sweep(
        knob,
        tuple(measured(set_knob(knob, level, base), level, domains, dialogues, seed, on_dialogue) for level in levels),
    )


def set_knob(knob: str, level: float, base: Plan = BASE) -> Plan:
    """Return a plan with one knob, or all, at a level from 0 to 1."""
    if knob == ALL:
        return plan_of(level, base)
    if knob not in KNOBS:
        raise ValueError(f"{knob!r} is no knob; have {', '.join(KNOBS)} or {ALL}")
    return with_knobs(base, {knob: level})


def measured(
    plan: Plan, level: float, domains: Sequence[str], dialogues: int, seed: int, on_dialogue: Callable[[], None]
) -> Point:
    """Make dialogues by a plan and have every policy play them; rows that a world cannot give are passed over."""
    order = Order(tuple(domains), dialogues, seed, plan)
    passed: dict[str, list[tuple[bool, ...]]] = {}
    gold = 0
    for task in itertools.islice(_tasks(order), dialogues):
        env = make_env(task.domain, [task])
        gold += gold_solves(env, task)
        for name, turns in solved(env, task, SOLVERS, seed).items():
            passed.setdefault(name, []).append(tuple(turns))
        on_dialogue()
    return Point(level, {name: tuple(turns) for name, turns in passed.items()}, gold)


def _tasks(order: Order) -> Iterator[Task]:
    """Yield tasks, at most half of whose rows may come to nothing."""
    for number in itertools.count():
        domain = load_domain(order.domains[number % len(order.domains)])
        try:
            yield task_of(made_row(order, domain, number))
        except RecordError:
            if number >= 2 * order.dialogues:
                raise


def kendall(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Kendall's tau-b of two rankings; 0.0 if one of them is all ties.

    >>> kendall([0, 1, 2], [0.9, 0.5, 0.1])
    -1.0
    """
    signs = [(_sign(a - c), _sign(b - d)) for (a, b), (c, d) in itertools.combinations(zip(one, other, strict=True), 2)]
    agree = sum(first * second for first, second in signs)
    weights = sum(abs(first) for first, _ in signs) * sum(abs(second) for _, second in signs)
    return agree / weights**0.5 if weights else 0.0


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _share(turns: Sequence[Sequence[bool]], chosen: Sequence[int] | None) -> float:
    picked: Iterator[Sequence[bool]] = iter(turns) if chosen is None else (turns[one] for one in chosen)
    flat = [passed for one in picked for passed in one]
    return sum(flat) / len(flat)
