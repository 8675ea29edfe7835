from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fc_gym.bfcl.agentic import answered, contains_answer
from fc_gym.bfcl.questions import Hop, load_web_questions
from fc_gym.errors import RecordError

FOLDER = os.environ.get("FC_GYM_BFCL_DATA", "")
needs_data = pytest.mark.skipif(
    not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder bfcl_eval/data of the package bfcl-eval 2026.3.23"
)
FILE = "BFCL_v4_web_search.json"
QUESTION: dict[str, Any] = {
    "id": "web_search_0",
    "question": [[{"role": "user", "content": "Which tea?"}]],
    "involved_classes": ["WebSearchAPI"],
}
ANSWER: dict[str, Any] = {
    "id": "web_search_0",
    "ground_truth": ["oolong"],
    "source": [{"subquestion": "Which?", "answer": "oolong", "source": "https://tea.example"}],
    "num_hops": 1,
}


def folder(at: Path, question: object = QUESTION, answer: object = ANSWER) -> Path:
    (at / "possible_answer").mkdir()
    (at / FILE).write_text(json.dumps(question))
    (at / "possible_answer" / FILE).write_text(json.dumps(answer))
    return at


@pytest.mark.parametrize(("snippets", "name"), [(True, "web_search_base_0"), (False, "web_search_no_snippet_0")])
def test_one_file_serves_both_categories(snippets: bool, name: str, tmp_path: Path) -> None:
    [found] = load_web_questions(folder(tmp_path), snippets=snippets)
    assert found.id == name and found.config == {"WebSearchAPI": {"show_snippet": snippets}}
    assert found.messages[0]["content"] == "Which tea?" and found.answers == ("oolong",)
    assert found.hops == (Hop("Which?", "oolong", "https://tea.example"),) and found.num_hops == 1


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ({}, {"id": "web_search_1"}, "possible_answer has no answers for 'web_search_0'"),
        ({}, {"num_hops": None}, "`num_hops` should be a whole number"),
        ({}, {"ground_truth": []}, "`ground_truth` should be a list of one answer or more"),
        ({}, {"ground_truth": [7]}, "`ground_truth` should be a list of one answer or more"),
        ({}, {"source": [{"answer": "x"}]}, "the field 'subquestion' is missing"),
        ({}, {"source": 5}, "a field has another form than the official one"),
        ({"question": []}, {}, "a field has another form than the official one"),
        ({"question": [[], []]}, {}, "a field has another form than the official one"),
        ({"question": [["x"]]}, {}, "`question` should be one turn of messages"),
        ({"involved_classes": ["MathAPI"]}, {}, "the classes should be WebSearchAPI alone, not MathAPI"),
    ],
)
def test_a_wrong_entry_is_named(question: object, answer: object, said: str, tmp_path: Path) -> None:
    at = folder(tmp_path, {**QUESTION, **dict(question)}, {**ANSWER, **dict(answer)})  # type: ignore[call-overload]
    with pytest.raises(RecordError, match=rf"{FILE}, line 1: {said}"):
        load_web_questions(at)


def test_a_folder_without_the_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=rf"{FILE}: No such file or directory; give the folder `bfcl_eval/data`"):
        load_web_questions(tmp_path)


@needs_data
def test_the_official_questions_are_those_of_the_benchmark() -> None:
    found = load_web_questions(FOLDER)
    assert [one.id for one in found] == [f"web_search_base_{number}" for number in range(100)]
    assert Counter(one.num_hops for one in found) == {2: 27, 3: 33, 4: 40}
    assert Counter(len(one.answers) for one in found) == {1: 65, 2: 27, 3: 7, 5: 1}


@needs_data
def test_every_official_answer_passes_when_it_is_stated() -> None:
    for one in load_web_questions(FOLDER):
        for answer in one.answers:
            message = repr({"answer": answer, "context": "It says so."})
            assert contains_answer([[message]], one.answers).valid and answered(message, one.answers), one.id
