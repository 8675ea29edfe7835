from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator

import pytest

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.classes import functions_of
from fc_gym.bfcl.credit import credit
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Grader, force_quit
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_docs, load_tasks, tools_at
from fc_gym.errors import TaskError

FOLDER = os.environ.get("FC_GYM_BFCL_DATA", "")
DIGEST = "51aba8e0de8c243fefd946409f6f3660f381cab032fe0c1650ad8ab18cde6f3e"
pytestmark = pytest.mark.skipif(not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder that `fc-gym bfcl fetch` writes")


def bulk_is_missing() -> bool:
    try:
        bulk()
    except TaskError:
        return True
    return False


needs_bulk = pytest.mark.skipif(
    bulk_is_missing(), reason="the long-context values are missing; `fc-gym bfcl fetch` gets them with the data"
)


def every_task() -> Iterator[BfclTask]:
    for category in CATEGORIES:
        yield from load_tasks(FOLDER, category)


@needs_bulk
def test_the_results_of_all_800_ground_truths_are_the_official_ones() -> None:
    whole = hashlib.sha256()
    for task in every_task():
        executor = Executor(Session(task.classes, task.config, task.long_context), f"digest_{task.id}")
        whole.update(json.dumps([task.id, [executor.run(calls) for calls in task.truth]]).encode())
    assert whole.hexdigest() == DIGEST


@pytest.mark.parametrize("category", [*CATEGORIES[:3], pytest.param(CATEGORIES[3], marks=needs_bulk)])
def test_the_ground_truth_of_every_task_is_valid_and_has_full_credit(category: str) -> None:
    grader = Grader()
    for task in load_tasks(FOLDER, category):
        turns = [[[call] for call in calls] for calls in task.truth]
        assert grader.grade(task, turns).valid, task.id
        given = credit(task, grader.truth(task), turns)
        assert (given.passed, given.state, given.recall) == (1.0, 1.0, 1.0), task.id


def test_every_described_function_exists_and_no_other() -> None:
    for name, docs in load_docs(FOLDER).items():
        assert {str(doc["name"]) for doc in docs} == set(functions_of(name))


def test_withheld_functions_are_missing_until_they_are_handed_over() -> None:
    docs = load_docs(FOLDER)
    for task in load_tasks(FOLDER, "miss_func"):
        [(turn, names)] = task.withheld.items()
        have = [{str(doc["name"]) for doc in tools_at(task, number, docs)} for number in (turn - 1, turn)]
        assert not set(names) & have[0] and set(names) <= have[1]
        assert turn - 1 in task.unanswerable and task.turns[turn] == ()


@needs_bulk
def test_an_agent_of_one_call_per_step_cannot_do_the_turns_of_34_calls() -> None:
    grader = Grader()
    verdicts = {
        task.id: grader.grade(task, force_quit([[[call] for call in calls] for calls in task.truth]))
        for task in load_tasks(FOLDER, "long_context")
    }
    failed = {name: verdict.error_type for name, verdict in verdicts.items() if not verdict.valid}
    assert failed == {
        "multi_turn_long_context_38": "multi_turn:force_terminated",
        "multi_turn_long_context_46": "multi_turn:instance_state_mismatch",
    }
