"""Scores over many plays: the official accuracy with its uncertainty, and our own measures beside it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from fc_gym.bfcl.agentic import AGENTIC
from fc_gym.bfcl.results import Play
from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.types import JsonValue

__all__ = ["OVERALL", "Score", "scores", "wilson"]

OVERALL = "multi_turn"
"""Name of the mean of the categories, as the leaderboard has it."""

_Z = 1.959964  # of the 95 % interval
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Score:
    """What a policy came to in one category, or over all of them."""

    category: str
    tasks: int
    accuracy: float
    """Share of tasks with a valid official verdict; over all categories, the plain mean of theirs, 0 to 1."""
    low: float
    high: float
    """Bounds of the 95 % interval of the accuracy."""
    passed: float
    """Share of turns passed, averaged over tasks: the progress reward of EnvTuning, 0 to 1; of questions, the share
    of stated answers that are right."""
    state: float
    """Share of public fields that are right after a turn, 0 to 1; nan for questions."""
    recall: float
    """Share of the ground truth's results that were seen, 0 to 1; nan for questions."""
    irrelevance: float
    """Share of the turns in which nothing should be called in which nothing was; nan if there are none."""
    format_errors: float
    """Calls that could not be read, per call."""
    exceptions: float
    """Calls that raised, per call."""
    refusals: float
    """Calls that a tool refused with an error, per call."""
    calls: int
    errors: Mapping[str, int]
    """Tasks by the official kind of their first error."""

    def json(self) -> dict[str, JsonValue]:
        """Return the score as plain JSON values."""
        found = {name: getattr(self, name) for name in self.__slots__}
        unknown = {name: _plain(found[name]) for name in ("state", "recall", "irrelevance")}
        return {**found, "errors": dict(self.errors), **unknown}


def scores(plays: Iterable[Play]) -> list[Score]:
    """Score plays by category, and over all multi-turn ones if there is more than one of these.

    Args:
        plays: At most one play of a task.

    Returns:
        The categories in the official order, the mean after the multi-turn ones; plays of others are passed over.
    """
    found: dict[str, list[Play]] = defaultdict(list)
    for one in plays:
        found[one.category].append(one)
    rows = [_score(name, found[name]) for name in CATEGORIES if name in found]
    if len(rows) > 1:
        everything = [one for name in CATEGORIES for one in found.get(name, ())]
        low, high = _resampled({row.category: found[row.category] for row in rows})
        rows.append(_score(OVERALL, everything, (fmean(row.accuracy for row in rows), low, high)))
    return rows + [_agentic(name, found[name]) for name in AGENTIC if name in found]


def wilson(successes: int, tries: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    >>> [round(one, 3) for one in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not tries:
        return 0.0, 1.0
    share, z2 = successes / tries, _Z * _Z
    middle = (share + z2 / (2 * tries)) / (1 + z2 / tries)
    half = _Z / (1 + z2 / tries) * math.sqrt(share * (1 - share) / tries + z2 / (4 * tries * tries))
    return 0.0 if successes == 0 else middle - half, 1.0 if successes == tries else middle + half


def _score(name: str, plays: Sequence[Play], accuracy: tuple[float, float, float] | None = None) -> Score:
    valid = sum(bool(one.verdict["valid"]) for one in plays)
    turns = [list(one.credit) for one in plays]
    every = [turn for one in turns for turn in one]
    idle = [turn for turn in every if turn["idle"]]
    calls = sum(turn["calls"] for turn in every)
    made = max(1, calls)
    mean, low, high = accuracy or (valid / len(plays), *wilson(valid, len(plays)))
    return Score(
        name, len(plays), mean, low, high,
        passed=fmean(_mean(one, "passed") for one in turns),
        state=fmean(_mean(one, "state") for one in turns),
        recall=fmean(_mean(one, "recall") for one in turns),
        irrelevance=fmean(not turn["calls"] for turn in idle) if idle else math.nan,
        format_errors=sum(turn["format_errors"] for turn in every) / made,
        exceptions=sum(turn["exceptions"] for turn in every) / made,
        refusals=sum(turn["refusals"] for turn in every) / made,
        calls=calls,
        errors=dict(Counter(str(one.verdict["error_type"]) for one in plays if not one.verdict["valid"]).most_common()),
    )  # fmt: skip


def _agentic(name: str, plays: Sequence[Play]) -> Score:
    """Score questions, which have no ground truth of calls; `passed` is our own measure, the stated answer."""
    valid = sum(bool(one.verdict["valid"]) for one in plays)
    turns = [turn for one in plays for turn in one.credit]
    calls = sum(turn["calls"] for turn in turns)
    rates = [sum(turn[one] for turn in turns) / max(1, calls) for one in ("format_errors", "exceptions", "refusals")]
    label = f"{name}{' (local corpus)' * name.startswith('web_search')}"
    return Score(
        label, len(plays), valid / len(plays), *wilson(valid, len(plays)),
        passed=fmean(float(turn["passed"]) for turn in turns),
        state=math.nan, recall=math.nan, irrelevance=math.nan,
        format_errors=rates[0], exceptions=rates[1], refusals=rates[2],
        calls=calls,
        errors=dict(Counter(str(one.verdict["error_type"]) for one in plays if not one.verdict["valid"]).most_common()),
    )  # fmt: skip


def _resampled(found: Mapping[str, Sequence[Play]]) -> tuple[float, float]:
    """Bound the mean of the categories; the variants of one base task are drawn together, as they hang together."""
    names = sorted({_number(one) for plays in found.values() for one in plays})
    place = {name: position for position, name in enumerate(names)}
    valid = np.zeros((len(found), len(names)))
    there = np.zeros((len(found), len(names)))
    for row, plays in enumerate(found.values()):
        for one in plays:
            valid[row, place[_number(one)]] += bool(one.verdict["valid"])
            there[row, place[_number(one)]] += 1
    rng = np.random.default_rng(0)
    weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=_RESAMPLES)
    with np.errstate(invalid="ignore"):
        means = np.nanmean((valid @ weights.T) / (there @ weights.T), axis=0)
    low, high = np.nanpercentile(means, [2.5, 97.5])
    return float(low), float(high)


def _number(play: Play) -> str:
    return play.id.rsplit("_", 1)[1]


def _mean(turns: Sequence[Mapping[str, JsonValue]], name: str) -> float:
    return fmean(float(turn[name]) for turn in turns) if turns else 0.0


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
