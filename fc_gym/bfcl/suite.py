"""The eight BFCL classes as one domain, and the official tasks as tasks of it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cache

from fc_gym.bfcl.classes import MODULES, functions_of, tool_class
from fc_gym.bfcl.decode import WrittenCall, read_call
from fc_gym.bfcl.grade import STEP_LIMIT
from fc_gym.bfcl.tasks import UPDATED, BfclTask
from fc_gym.domain import Domain
from fc_gym.joined import join
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import ToolCall

__all__ = ["NAME", "as_task", "by_name", "offered_at", "said", "suite"]

NAME = "bfcl"
"""Name of the domain in tasks and records."""


@cache
def suite() -> Domain:
    """Return the domain of all 128 functions; its types give the API graph of the benchmark."""
    return join([Domain(tool_class(name), name) for name in MODULES])


def offered_at(task: BfclTask, turn: int, *, exclude: bool = False) -> tuple[str, ...]:
    """Return the names of the functions on offer in a turn.

    Args:
        task: The task.
        turn: The turn, from 0.
        exclude: Take out the task's excluded functions, which officially nobody does.
    """
    later = {name for at, names in task.withheld.items() if at > turn for name in names}
    gone = later | (set(task.excluded) if exclude else set())
    return tuple(name for one in task.classes for name in functions_of(one) if name not in gone)


def by_name(call: WrittenCall) -> ToolCall:
    """Return a call with all its arguments by name; those at places without a parameter are dropped.

    Args:
        call: A call of one of the 128 functions, or of none.
    """
    tool = suite().tools.get(call.name)
    names = list(inspect.signature(tool.function).parameters)[1:] if tool else []
    placed = dict(zip(names, call.positional, strict=False))
    return ToolCall(call.name, {**placed, **call.keyword})


def as_task(task: BfclTask, *, exclude: bool = False) -> Task:
    """Return an official task in the form of our own.

    Args:
        task: The official task.
        exclude: Take the task's excluded functions off what is offered.

    Returns:
        A task whose turns offer what is officially on offer by then, with every call of the ground truth as a layer of
        its own, since their order matters to the state.
    """
    turns = tuple(
        Turn(
            user=said(task, number),
            gold=tuple((by_name(read_call(text)),) for text in calls),
            tools=offered_at(task, number, exclude=exclude),
        )
        for number, calls in enumerate(task.truth)
    )
    limits = Limits(steps=(STEP_LIMIT + 1) * len(turns) + 1, steps_per_turn=STEP_LIMIT + 1, calls_per_step=1000)
    return Task(task.id, NAME, turns=turns, start=dict(task.config), limits=limits)


def said(task: BfclTask, turn: int) -> str:
    """Return what the user says in a turn; where functions are handed over, the official sentence.

    Args:
        task: The task.
        turn: The turn, from 0.
    """
    messages: Sequence[Mapping[str, str]] = task.turns[turn]
    if not messages and turn in task.withheld:
        return UPDATED
    return "\n\n".join(message["content"] for message in messages)
