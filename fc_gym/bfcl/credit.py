"""Our own measures of a play, apart from the official verdict: partial credit, turn by turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Steps, is_silent
from fc_gym.bfcl.play import Played, Session
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.bfcl.truth import Truth, TruthTurn

__all__ = ["Credit", "TurnCredit", "credit", "turn_credit"]


@dataclass(frozen=True, slots=True)
class TurnCredit:
    """Measures of one turn."""

    passed: bool
    """Did something, and state and results are right; in a turn in which nothing should be called: called nothing."""
    state: float
    """Share of the public fields that are as in the ground truth after this turn, 0 to 1."""
    recall: float
    """Share of the ground truth's results of this turn that were seen in this turn or before, 0 to 1."""
    calls: int
    """How many calls were made."""
    format_errors: int
    """Calls that could not be read."""
    exceptions: int
    """Calls that raised."""
    refusals: int
    """Calls that returned a dict with an error."""
    idle: bool
    """True if nothing should be called in this turn."""


@dataclass(frozen=True, slots=True)
class Credit:
    """Measures of a whole play."""

    turns: tuple[TurnCredit, ...]

    @property
    def passed(self) -> float:
        """Share of turns that passed, 0 to 1."""
        return self._mean([float(one.passed) for one in self.turns])

    @property
    def state(self) -> float:
        """Mean share of right fields, 0 to 1."""
        return self._mean([one.state for one in self.turns])

    @property
    def recall(self) -> float:
        """Mean share of results seen, 0 to 1."""
        return self._mean([one.recall for one in self.turns])

    @property
    def first_fault(self) -> int | None:
        """The first turn that did not pass, from 0; None if all did."""
        return next((number for number, one in enumerate(self.turns) if not one.passed), None)

    @staticmethod
    def _mean(values: list[float]) -> float:
        return fmean(values) if values else 0.0


def credit(task: BfclTask, truth: Truth, turns: Sequence[Steps]) -> Credit:
    """Measure what an agent did, on to the last turn whatever goes wrong.

    Args:
        task: The task.
        truth: Its ground truth, from `Grader.truth` or `play_truth`.
        turns: Calls per turn and step; turns that are missing at the end count as silent.
    """
    session = Session(task.classes, task.config, task.long_context)
    executor = Executor(session, f"model_eval_{task.id}")
    seen: Counter[str] = Counter()
    found: list[TurnCredit] = []
    for number, wanted in enumerate(truth.turns):
        steps = turns[number] if number < len(turns) else []
        played = [executor.play(call) for step in steps for call in step]
        seen.update(one.text for one in played)
        found.append(turn_credit(played, wanted, session, seen, truth.fields, silent=is_silent(steps)))
    return Credit(tuple(found))


def turn_credit(
    played: Sequence[Played],
    wanted: TruthTurn,
    session: Session,
    seen: Counter[str],
    fields: int,
    *,
    silent: bool,
) -> TurnCredit:
    """Measure one turn as it stands.

    Args:
        played: What came of its calls.
        wanted: The turn's ground truth.
        session: The live session after the turn.
        seen: Result texts of this turn and those before, counted.
        fields: How many fields are compared; `Truth.fields`.
        silent: True if nothing was called, by the official rule.
    """
    wrong = sum(1 for _ in wanted.differing(session.instances))
    missing = wanted.missing(seen).total()
    expected = wanted.results.total()
    format_errors = sum(one.exception == "CallError" for one in played)
    raised = sum(bool(one.exception) for one in played)
    return TurnCredit(
        passed=(not silent and not wrong and not missing) if expected else not played,
        state=1 - wrong / fields if fields else 1.0,
        recall=1 - missing / expected if expected else 1.0,
        calls=len(played),
        format_errors=format_errors,
        exceptions=raised - format_errors,
        refusals=sum(one.failed for one in played) - raised,
        idle=not expected,
    )
