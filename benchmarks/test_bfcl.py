"""The ground truths of all 800 official BFCL tasks, without a cache of what was read: microseconds per call or task.

`benchmarks/bfcl_adapter.py` is for a run side by side with the official code.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.budget import AgainstFloor
from fc_gym.bfcl import plain
from fc_gym.bfcl.decode import WrittenCall, read_call
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.home import data_home
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_tasks

FOLDER = data_home()
pytestmark = [
    pytest.mark.benchmark(group="bfcl"),
    pytest.mark.skipif(
        not (FOLDER / "possible_answer").is_dir(),
        reason=f"the official data is not in {FOLDER}; `fc-gym bfcl fetch` gets it",
    ),
]


@pytest.fixture(scope="module")
def tasks() -> list[BfclTask]:
    """The tasks of all four categories."""
    return [task for category in CATEGORIES for task in load_tasks(FOLDER, category)]


def test_reset(against_floor: AgainstFloor, tasks: list[BfclTask]) -> None:
    def run() -> None:
        for task in tasks:
            _opened(task)

    against_floor("bfcl reset, per task", run, per=len(tasks))


def test_call_texts(against_floor: AgainstFloor, tasks: list[BfclTask], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_kept", plain._read)
    against_floor("bfcl call text, with its share of reset", _texts_run(tasks), per=_calls(tasks))


def test_call_texts_that_were_read_before(against_floor: AgainstFloor, tasks: list[BfclTask]) -> None:
    against_floor("bfcl call text read before, with its share of reset", _texts_run(tasks), per=_calls(tasks))


def test_calls_in_parts(against_floor: AgainstFloor, tasks: list[BfclTask]) -> None:
    parts = [(task, [read_call(text) for turn in task.truth for text in turn]) for task in tasks]

    def run() -> None:
        for task, calls in parts:
            _play(_opened(task), calls)

    against_floor("bfcl call in parts, with its share of reset", run, per=_calls(tasks))


def test_verdict(against_floor: AgainstFloor, tasks: list[BfclTask]) -> None:
    grader = Grader()
    steps = [(task, [[[text] for text in turn] for turn in task.truth]) for task in tasks]

    def run() -> None:
        for task, turns in steps:
            grader.grade(task, turns)

    against_floor("bfcl verdict, per task", run, per=len(tasks))


def _opened(task: BfclTask) -> Session:
    return Session(task.classes, task.config, task.long_context)


def _calls(tasks: list[BfclTask]) -> int:
    return sum(len(turn) for task in tasks for turn in task.truth)


def _play(session: Session, calls: list[WrittenCall]) -> None:
    for call in calls:
        session.play(call)


def _texts_run(tasks: list[BfclTask]) -> Callable[[], None]:
    def run() -> None:
        for task in tasks:
            executor = Executor(_opened(task), task.id)
            for turn in task.truth:
                for text in turn:
                    executor.play(text)

    return run
