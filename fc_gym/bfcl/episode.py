"""An episode of an official task: what was called, what came of it, and how it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from fc_gym.bfcl.credit import TurnCredit
from fc_gym.bfcl.decode import WrittenCall, read_call
from fc_gym.bfcl.grade import Verdict
from fc_gym.bfcl.play import Played, Session
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.errors import CallError
from fc_gym.types import ToolCall

__all__ = ["Episode", "call_text", "called", "fault", "seeded"]


@dataclass
class Episode:
    """What has happened in a running episode."""

    task: BfclTask
    session: Session
    turn: int = 0
    """The current turn, from 0."""
    turns: list[list[list[str]]] = field(default_factory=lambda: [[]])
    """Call texts per turn and step, as the official evaluator takes them."""
    played: list[Played] = field(default_factory=list)
    """What came of the calls of the current turn."""
    steps: int = 0
    """Steps of the current turn that made calls."""
    seen: Counter[str] = field(default_factory=Counter)
    """Result texts so far."""
    credits: list[TurnCredit] = field(default_factory=list)
    """Measures of the turns that are over."""
    verdict: Verdict | None = None
    """The official verdict, once the episode is over."""


def call_text(one: object) -> str | None:
    """Return a call as text; None if it is malformed.

    Args:
        one: A `ToolCall`, its JSON form, or a call text.
    """
    try:
        if isinstance(one, str):
            read_call(one)
            return one
        call = ToolCall.of(one)
    except CallError:
        return None
    return str(WrittenCall(call.name, keyword=call.arguments))


def called(text: str) -> str:
    """Return the name of the tool that a call text calls."""
    return text.partition("(")[0].strip()


def fault(played: Played) -> str:
    """Return `malformed`, `exception` or `refused` for a call that failed, else nothing."""
    if not played.failed:
        return ""
    return "malformed" if played.exception == "CallError" else "exception" if played.exception else "refused"


def seeded(task: BfclTask, seed: int | None) -> BfclTask:
    """Return a task in which the tools' own chance has another seed than the official one.

    Args:
        task: The task.
        seed: The seed; None: the official ones.
    """
    if seed is None:
        return task
    return replace(task, config={name: {**task.config.get(name, {}), "random_seed": seed} for name in task.classes})
