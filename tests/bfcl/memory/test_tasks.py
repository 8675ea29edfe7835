from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fc_gym.bfcl.memory import (
    BACKENDS,
    HashedWords,
    MemorySession,
    MemoryTask,
    load_memory_docs,
    load_memory_tasks,
    opened,
    remember,
    system_prompt,
)
from fc_gym.errors import RecordError, TaskError

FOLDER = os.environ.get("FC_GYM_BFCL_DATA", "")
official = pytest.mark.skipif(
    not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder bfcl_eval/data of the package bfcl-eval 2026.3.23"
)
SCENARIOS = ("customer", "finance", "healthcare", "notetaker", "student")
STORED = {"kv": "archival_memory_add", "vector": "archival_memory_add", "rec_sum": "memory_append"}


def lines(path: Path, *entries: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(entry) for entry in entries), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for scenario in SCENARIOS:
        conversations = [
            {
                "id": f"memory_prereq_{number}-{scenario}-{number}",
                "question": [[{"role": "user", "content": f"{scenario} {number}"}]],
                "scenario": scenario,
                "topic": "Talk",
            }
            for number in range(3)
        ]
        lines(tmp_path / "memory_prereq_conversation" / f"memory_{scenario}.json", *conversations)
    question = {"id": "memory_0-finance-0", "question": [[{"role": "user", "content": "Well"}]], "scenario": "finance"}
    lines(tmp_path / "BFCL_v4_memory.json", question)
    truth = {"id": "memory_0-finance-0", "ground_truth": ["x"], "source": "Said."}
    lines(tmp_path / "possible_answer" / "BFCL_v4_memory.json", truth)
    return tmp_path


def repeat(task: MemoryTask, session: MemorySession) -> None:
    """Keep every message of the user, and nothing else."""
    for turn in task.turns:
        for message in turn:
            key = message["content"].replace(" ", "_").lower()
            one = {"key": f"k_{key}", "value": key} if task.backend == "kv" else {"text": key}
            assert not session.call(STORED[task.backend], one).failed


def test_ids_have_the_backend_and_questions_wait_for_the_conversations(folder: Path) -> None:
    *conversations, question = load_memory_tasks(folder, "rec_sum")
    assert question == MemoryTask(
        id="memory_rec_sum_0-finance-0",
        backend="rec_sum",
        scenario="finance",
        turns=(({"role": "user", "content": "Well"},),),
        depends_on=tuple(f"memory_rec_sum_prereq_{number}-finance-{number}" for number in range(3)),
        answers=("x",),
        source="Said.",
    )
    assert question.is_question and not any(task.is_question for task in conversations)
    assert [len(task.depends_on) for task in conversations] == [0, 1, 2] * 5
    assert conversations[1].id == "memory_rec_sum_prereq_1-customer-1" and conversations[1].topic == "Talk"


@pytest.mark.parametrize("name", list(BACKENDS))
def test_each_conversation_starts_from_what_the_one_before_left(folder: Path, name: str) -> None:
    *conversations, question = load_memory_tasks(folder, name)
    starts = []

    def converse(task: MemoryTask, session: MemorySession) -> None:
        starts.append(json.dumps(session.memory.snapshot).count(task.scenario))
        repeat(task, session)

    left = remember([*conversations, question], converse, HashedWords())
    per_entry = 2 if name == "kv" else 1
    assert starts == [0, per_entry, 2 * per_entry] * 5 and tuple(left) == SCENARIOS
    session = opened(question, left, HashedWords())
    assert session.memory.snapshot == left["finance"]
    before = json.dumps(left)
    repeat(question, session)
    assert json.dumps(left) == before != json.dumps(session.memory.snapshot)


def test_a_conversation_out_of_order_is_refused(folder: Path) -> None:
    tasks = load_memory_tasks(folder, "kv")
    with pytest.raises(TaskError, match="memory_kv_prereq_1-customer-1 comes before memory_kv_prereq_0-customer-0"):
        remember(tasks[1:], repeat)


def test_a_question_needs_its_memory_or_a_clear_no(folder: Path) -> None:
    question = load_memory_tasks(folder, "kv")[-1]
    with pytest.raises(TaskError, match="memory_kv_0-finance-0 needs what the conversations of 'finance' left"):
        opened(question)
    assert opened(question, {"finance": None}).memory.snapshot == {"core_memory": {}, "archival_memory": {}}


def test_the_prompt_shows_what_an_agent_sees_without_asking() -> None:
    kv = MemorySession("kv", {"snapshot": {"core_memory": {"a": "ü"}, "archival_memory": {"b": "hidden"}}})
    assert system_prompt(kv.memory).endswith('{"a": "ü"}')
    assert system_prompt(MemorySession("rec_sum", {"snapshot": {"memory": "All."}}).memory).endswith(":\nAll.")


def test_what_is_wrong_in_the_folder_is_named_with_its_line(folder: Path) -> None:
    with pytest.raises(TaskError, match="no memory backend 'sql'"):
        load_memory_tasks(folder, "sql")
    with pytest.raises(RecordError, match=r"memory_kv\.json: .*give the folder"):
        load_memory_docs(folder, "kv")
    lines(folder / "BFCL_v4_memory.json", {"id": "memory_0-finance-0", "scenario": "sport"})
    with pytest.raises(RecordError, match=r"BFCL_v4_memory\.json, line 1: 'sport' is missing, or nothing stands"):
        load_memory_tasks(folder, "kv")
    lines(folder / "BFCL_v4_memory.json", {"id": "memory_0-finance-0", "scenario": "finance", "question": 3})
    with pytest.raises(RecordError, match=r"BFCL_v4_memory\.json, line 1: a field has another form than the official"):
        load_memory_tasks(folder, "kv")


@official
@pytest.mark.parametrize("name", list(BACKENDS))
def test_the_official_folder_has_37_conversations_and_155_questions(name: str) -> None:
    tasks = load_memory_tasks(FOLDER, name)
    questions = [task for task in tasks if task.is_question]
    assert (len(tasks), len(questions)) == (192, 155)
    assert sum(len(task.turns) for task in tasks if not task.is_question) == 323
    assert questions[0].id == f"memory_{name}_0-customer-0" and len(questions[0].depends_on) == 10
    assert {str(doc["name"]) for doc in load_memory_docs(FOLDER, name)} == set(MemorySession(name).names())
