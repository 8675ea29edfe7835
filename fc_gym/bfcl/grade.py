"""The official verdict on a task: pass or fail over all turns, with the official kind of error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.bfcl.truth import Truth, TruthTurn, play_truth

__all__ = ["STEP_LIMIT", "Grader", "Steps", "Verdict", "force_quit", "is_silent"]

STEP_LIMIT = 20
"""Steps that an agent may take in one turn; one step more is run, then the agent is stopped."""

Steps = Sequence[Sequence[str]]
"""One turn of an agent: its steps, each a list of call texts."""

_INFERENCE = "multi_turn:inference_error"
_TERMINATED = "multi_turn:force_terminated"
_EMPTY = "multi_turn:empty_turn_model_response"
_STATE = "multi_turn:instance_state_mismatch"
_RESPONSE = "multi_turn:execution_response_mismatch"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a task is solved; all or nothing."""

    valid: bool
    error_type: str = ""
    """Official kind of the first failure, such as `multi_turn:instance_state_mismatch`; empty if valid."""
    turn: int | None = None
    """Turn of the first failure, from 0; None if it belongs to no turn."""
    detail: str = ""
    """What differs there, in one sentence."""

    def official(self) -> dict[str, object]:
        """Return the verdict as the official checker gives it: `valid`, and `error_type` if it is false."""
        return {"valid": True} if self.valid else {"valid": False, "error_type": self.error_type}


class Grader:
    """Gives official verdicts; the ground truth of a task is played once and kept.

    Args:
        model: Name of the model, which shows in texts as the official executor would put it there.
        strict: Fail an agent that was stopped in the last turn too; officially nobody notices this.
    """

    def __init__(self, *, model: str = "model", strict: bool = False) -> None:
        self.model, self.strict = model, strict
        self._truths: dict[str, tuple[BfclTask, Truth]] = {}

    def truth(self, task: BfclTask) -> Truth:
        """Return the ground truth of a task, played at the first request.

        Args:
            task: The task.
        """
        known = self._truths.get(task.id)
        if known is None or known[0] is not task:
            known = self._truths[task.id] = (task, play_truth(task, model=self.model))
        return known[1]

    def grade(self, task: BfclTask, turns: Sequence[Steps] | str) -> Verdict:
        """Judge what an agent did.

        Args:
            task: The task.
            turns: Its calls per turn and step, played here from the start state; or the text of the error with which
                its run broke off.
        """
        if isinstance(turns, str):
            return Verdict(False, _INFERENCE, detail=turns)
        if len(turns) != len(task.truth) or (self.strict and any(len(steps) > STEP_LIMIT for steps in turns)):
            return Verdict(False, _TERMINATED, detail=f"{len(turns)} turns were played of {len(task.truth)}")
        session = Session(task.classes, task.config, task.long_context)
        executor = Executor(session, f"{self.model}_eval_{task.id}")
        seen: Counter[str] = Counter()
        for number, (steps, truth) in enumerate(zip(turns, self.truth(task).turns, strict=True)):
            for step in steps:
                seen.update(executor.run(step))
            fault = _fault(steps, truth, session.instances, seen)
            if fault:
                return Verdict(False, fault[0], number, fault[1])
        return Verdict(True)

    def forget(self) -> None:
        """Drop the ground truths that were kept."""
        self._truths.clear()


def force_quit(turns: Iterable[Steps], limit: int = STEP_LIMIT) -> list[Steps]:
    """Cut what an agent would do to what the official loop lets it do.

    Args:
        turns: Steps per turn.
        limit: After one step more in one turn, the agent is stopped and the later turns never come.
    """
    played: list[Steps] = []
    for steps in turns:
        played.append(steps[: limit + 1])
        if len(steps) > limit:
            break
    return played


def is_silent(steps: Steps) -> bool:
    """Return True if a turn has no step, or just one without calls.

    Args:
        steps: The steps of the turn.
    """
    return not steps or (len(steps) == 1 and not steps[0])


def _fault(
    steps: Steps, truth: TruthTurn, instances: Mapping[str, object], seen: Counter[str]
) -> tuple[str, str] | None:
    if not truth.results:
        return None
    if is_silent(steps):
        return _EMPTY, "nothing was called"
    differing = next(truth.differing(instances), None)
    if differing:
        return _STATE, f"{'.'.join(differing)} differs"
    missing = truth.missing(seen)
    if missing:
        return _RESPONSE, f"never seen: {next(iter(missing))[:200]}"
    return None
