from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_docs, load_tasks, tools_at
from fc_gym.errors import RecordError

ENTRY: dict[str, Any] = {
    "id": "multi_turn_miss_func_0",
    "question": [[{"role": "user", "content": "Open a ticket."}], []],
    "initial_config": {"TicketAPI": {}},
    "path": ["TicketAPI.create_ticket"],
    "involved_classes": ["TicketAPI"],
    "missed_function": {"1": ["create_ticket"]},
    "excluded_function": ["logout"],
}
ANSWER: dict[str, Any] = {"id": "multi_turn_miss_func_0", "ground_truth": [[], ["create_ticket(title='a')"]]}
DOCS = {"TicketAPI": [{"name": name} for name in ("create_ticket", "get_ticket", "logout")]}


def folder(at: Path, entry: object = ENTRY, answer: object = ANSWER) -> Path:
    (at / "possible_answer").mkdir()
    for path, value in ((at, entry), (at / "possible_answer", answer)):
        text = value if isinstance(value, str) else json.dumps(value)
        (path / "BFCL_v4_multi_turn_miss_func.json").write_text(text)
    return at


def load(at: Path) -> BfclTask:
    [task] = load_tasks(at, "miss_func")
    return task


def test_a_task_is_read_field_by_field(tmp_path: Path) -> None:
    task = load(folder(tmp_path))
    assert (task.id, task.category, task.classes) == ("multi_turn_miss_func_0", "miss_func", ("TicketAPI",))
    assert task.truth == ((), ("create_ticket(title='a')",)) and task.turns[1] == ()
    assert task.withheld == {1: ("create_ticket",)} and task.excluded == ("logout",)
    assert task.unanswerable == (0,) and not task.long_context and task.path == ("TicketAPI.create_ticket",)


def test_withheld_functions_come_last_in_their_turn(tmp_path: Path) -> None:
    task = load(folder(tmp_path))
    names = [[doc["name"] for doc in tools_at(task, turn, DOCS)] for turn in (0, 1)]
    assert names == [["get_ticket", "logout"], ["get_ticket", "logout", "create_ticket"]]


def test_excluded_functions_are_offered_unless_asked_otherwise(tmp_path: Path) -> None:
    task = load(folder(tmp_path))
    assert [doc["name"] for doc in tools_at(task, 1, DOCS, exclude=True)] == ["get_ticket", "create_ticket"]


def test_a_missing_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"turn_base\.json: No such file or directory; `fc-gym bfcl fetch` gets the"):
        load_tasks(tmp_path / "none", "base")
    with pytest.raises(RecordError, match=r"gorilla_file_system\.json: No such file or directory; `fc-gym bfcl fetch`"):
        load_docs(tmp_path)


def test_an_unknown_category_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no category 'simple'; have base, miss_func, miss_param, long_context"):
        load_tasks(tmp_path, "simple")
    assert len(CATEGORIES) == 4


@pytest.mark.parametrize(
    ("entry", "answer", "told"),
    [
        ("{bad", ANSWER, "line 1: .*; `fc-gym bfcl fetch` gets the official data"),
        ("\n[1]", ANSWER, "line 2: a JSON object should stand here, not list"),
        (ENTRY, {**ANSWER, "id": "x"}, "line 1: possible_answer has no ground truth for 'multi_turn_miss_func_0'"),
        ({"id": ANSWER["id"]}, ANSWER, "line 1: the field 'involved_classes' is missing"),
        ({**ENTRY, "involved_classes": ["Nope"]}, ANSWER, "line 1: unknown classes Nope; have GorillaFileSystem"),
        ({**ENTRY, "question": [[]]}, ANSWER, "line 1: 1 turns, but ground truth for 2"),
        ({**ENTRY, "question": 3}, ANSWER, "line 1: a field has another form than the official one"),
        ({**ENTRY, "missed_function": {"x": []}}, ANSWER, "line 1: a field has another form"),
        ({**ENTRY, "initial_config": []}, ANSWER, "`initial_config` an object"),
    ],
)
def test_a_bad_file_names_the_line_and_the_fault(tmp_path: Path, entry: object, answer: object, told: str) -> None:
    with pytest.raises(RecordError, match=told):
        load(folder(tmp_path, entry, answer))


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    assert load(folder(tmp_path, "\n" + json.dumps(ENTRY) + "\n\n")).id == ENTRY["id"]
