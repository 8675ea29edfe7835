from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.errors import CallError, RecordError, TaskError
from fc_gym.task import Task, Turn, read_tasks
from fc_gym.types import ToolCall, canonical, general_path, leaves, to_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
calls = st.builds(ToolCall, st.text(min_size=1), st.dictionaries(st.text(), json_values, max_size=3))


@given(call=calls)
def test_a_call_comes_back_from_json_as_it_was(call: ToolCall) -> None:
    assert ToolCall.of(orjson.loads(call.json())) == call


@given(call=calls)
def test_the_order_of_arguments_does_not_matter_to_the_key_of_a_call(call: ToolCall) -> None:
    turned = ToolCall(call.name, dict(reversed(list(call.arguments.items()))))
    assert turned.key() == call.key()
    assert hash(turned) == hash(call)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("go", "not a call: 'go'"),
        ({"name": 3}, "not a call"),
        ({"name": "f", "arguments": [1]}, "the arguments of 'f' are list, not an object"),
        ({"name": "f", "arguments": {1: 2}}, "the arguments of 'f' are dict, not an object"),
        (["x" * 200], r"\.\.\. \(204 characters\)"),
    ],
)
def test_what_is_no_call_is_said_to_be_none(value: object, text: str) -> None:
    with pytest.raises(CallError, match=text):
        ToolCall.of(value)


trees = st.recursive(
    st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner),
)


def at(value: Any, path: str) -> object:
    for name, position in re.findall(r"(\w+)|\[(\d+)\]", re.sub(r"\[(\d+)\]", r".[\1]", path)):
        value = value[int(position)] if position else value[name]
    return value


@given(value=trees)
def test_every_leaf_is_found_at_its_path(value: object) -> None:
    for path, leaf, around in leaves(value):
        assert at(value, path) == leaf
        assert not around or leaf in [one for inner in around.values() for one in _flat(inner)]


def _flat(value: object) -> list[object]:
    return [one for _, one, _ in leaves(value)]


@given(value=json_values)
def test_a_general_path_has_no_positions_whatever_the_keys(value: object) -> None:
    for path, _, _ in leaves(value):
        assert not re.search(r"\[\d+\]", general_path(path))


def test_equal_values_have_equal_canonical_text() -> None:
    assert canonical({"b": 1, "a": {2, 1}}) == canonical({"a": [1, 2], "b": 1})


def test_a_value_without_a_json_form_is_named() -> None:
    with pytest.raises(TypeError, match=r"not JSON serializable|has no JSON form"):
        to_json({"x": 1j})


def test_tasks_come_back_from_a_file(tmp_path: Path) -> None:
    task = Task("t", "shop", 3, (Turn("Hi", ((ToolCall("f", {"a": [1]}),),), ("x",), {"Date": ("2026-01-01",)}),))
    path = tmp_path / "tasks.jsonl"
    path.write_text(to_json(task.json()) + "\n\n")
    assert read_tasks(path) == [task]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no tasks in it"),
        ("{\n", ":1: not JSON"),
        ('{"id": "t"}\n', ":1: domain: Field required"),
        ('{"id": "t", "domain": "d", "turns": [{"user": 3}]}\n', r":1: turns\.0\.user: Input should be a valid string"),
    ],
)
def test_a_bad_file_of_tasks_is_turned_down_with_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text(text)
    with pytest.raises(RecordError, match=complaint):
        read_tasks(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"absent\.jsonl: cannot be read \(No such file"):
        read_tasks(tmp_path / "absent.jsonl")


def test_a_task_that_is_no_object_is_turned_down() -> None:
    with pytest.raises(TaskError, match="task: "):
        Task.of(7)
