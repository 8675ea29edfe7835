"""Promises of the readers: every usual form gives the same row, and every other one a sentence."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fc_synth.contamination.benchmark import benchmark_named
from fc_synth.contamination.files import read_rows
from fc_synth.contamination.forms import FORMS, row_of
from fc_synth.contamination.row import Called, Place, Row
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.errors import RecordError

PLACE = Place("a.jsonl", 7)
CALL = {"name": "send", "arguments": {"to": "ann_lee", "copies": 2}}
TOOL = {
    "name": "send",
    "description": "Send.",
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
}
RESULT = '{"id": "MSG-1"}'


def read(**value: Any) -> Row:
    return row_of(value, PLACE)


def openai(arguments: Any = None, **more: Any) -> dict[str, Any]:
    call = {"id": "1", "type": "function", "function": {"name": "send", "arguments": arguments or CALL["arguments"]}}
    return {
        "messages": [
            {"role": "system", "content": "You have tools."},
            {"role": "user", "content": "Write to Ann."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "content": RESULT},
        ],
        "tools": [{"type": "function", "function": TOOL}],
        **more,
    }


def sharegpt(*written: tuple[str, str]) -> dict[str, Any]:
    turns = [("human", "Write to Ann."), *written, ("observation", RESULT)]
    return {"conversations": [{"from": who, "value": text} for who, text in turns], "tools": json.dumps([TOOL])}


SAME = {
    "openai": openai(),
    "arguments as text": openai(json.dumps(CALL["arguments"])),
    "tools without a shell": openai(tools=[TOOL]),
    "functions": {"messages": openai()["messages"], "functions": [TOOL]},
    "parts": {
        **openai(),
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Write to Ann."}]},
            *openai()["messages"][2:],
        ],
    },
    "older function calls": {
        **openai(),
        "messages": [
            {"role": "user", "content": "Write to Ann."},
            {"role": "assistant", "content": "", "function_call": {**CALL, "arguments": json.dumps(CALL["arguments"])}},
            {"role": "function", "content": RESULT},
        ],
    },
    "sharegpt": sharegpt(("function_call", json.dumps(CALL))),
    "sharegpt, several calls": sharegpt(("function_call", json.dumps([CALL]))),
    "sharegpt, tagged": sharegpt(("gpt", f"<tool_call>\n{json.dumps(CALL)}\n</tool_call>")),
    "sharegpt, written": sharegpt(("gpt", "[send(to='ann_lee', copies=2)]")),
    "a pair": {"prompt": openai()["messages"][:2], "chosen": openai()["messages"][2:], "rejected": [], "tools": [TOOL]},
}


@pytest.mark.parametrize("form", SAME)
def test_one_row_in_every_form_reads_the_same(form: str) -> None:
    row = row_of(SAME[form], PLACE)
    assert row.queries == ["Write to Ann."]
    assert row.calls == [Called("send", ("to", "copies"))]
    assert [(tool.name, tool.parameters) for tool in row.tools] == [("send", (("to", "string"),))]
    assert sorted(row.values) == ["MSG-1", "ann_lee"] and not any(row.texts)


def test_a_task_is_read() -> None:
    row = read(turns=[{"user": "Hi", "gold": [[CALL], [CALL]]}], start={"rows": {"x.txt": "Ann Lee"}})
    assert row.queries == ["Hi"] and len(row.calls) == 2 and {"x.txt", "Ann Lee", "ann_lee"} == set(row.values)


def test_official_forms_are_read() -> None:
    turns = [[{"role": "user", "content": "Hi"}], []]
    asked = read(id="a", question=turns, initial_config={"API": {"name": "Ann"}}, path=["API.send"])
    assert (asked.queries, asked.walk, asked.values) == (["Hi"], ["API.send"], ["Ann"])
    truth = read(id="a", ground_truth=[["send('ann', copies=2)"], []])
    assert truth.calls == [Called("send", ("copies",), 1)] and truth.values == ["ann"]
    assert read(id="a", ground_truth=["seventeen"]).calls == []
    assert read(id="a", ground_truth=[["no call", 3]]).calls == []
    assert read(**TOOL).tools[0].name == "send"


def test_calls_of_a_rejected_answer_are_no_sequence() -> None:
    row = read(prompt="Hi", chosen="Done.", rejected=[{"role": "assistant", "content": "", "tool_calls": [CALL]}])
    assert row.queries == ["Hi"] and row.calls == [] and "ann_lee" in row.values


def test_words_that_only_look_like_calls_stay_words() -> None:
    for text in ("Sure (as you wish).", "[open", '{"answer": 1}', "go(to=there)", "f(*a)"):
        row = read(messages=[{"role": "assistant", "content": text}])
        assert row.calls == [] and row.texts == [text]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": "x"}, "a row of unknown form, with the fields text; known are rows with `messages`, `conversations`"),
        ({}, "a row of unknown form, with the fields none"),
        ({"messages": "x"}, "`messages` should be a list of objects"),
        ({"messages": [3]}, "`messages` should be a list of objects"),
        ({"messages": [{"content": "x"}]}, "a message should have a `role`"),
        ({"messages": [{"role": "user", "content": 3}]}, "the content of a message should be a text, not int"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": "1"}]}]}, "a call should be an object with `name`"),
        ({"messages": [], "tools": {"a": 1}}, "`tools` should be a list, not dict"),
        ({"messages": [], "tools": "nothing"}, "`tools` should be a list, not NoneType"),
        ({"messages": [], "tools": [3]}, "a tool should be an object with `name` and `parameters`"),
        (
            {"messages": [], "tools": [{"name": "a", "parameters": 3}]},
            "the parameters of the tool a should be a JSON schema",
        ),
        ({"turns": [{"user": "x", "gold": 3}]}, "`gold` should be a list, not int"),
        ({"question": 3}, "`question` should be a list, not int"),
        ({"ground_truth": 3}, "`ground_truth` should be a list, not int"),
        ({"parameters": {}}, "a tool should be an object with `name` and `parameters`"),
    ],
)
def test_another_form_is_told_in_a_sentence(value: Any, message: str) -> None:
    with pytest.raises(RecordError) as error:
        row_of(value, PLACE)
    assert str(error.value).startswith(f"a.jsonl:7: {message}")


def test_a_row_must_be_an_object() -> None:
    with pytest.raises(RecordError, match=r"a\.jsonl:7: a JSON object should stand here, not int"):
        row_of(3, PLACE)


def test_a_schema_nested_too_deeply_is_told() -> None:
    schema: dict[str, Any] = {}
    for _ in range(600):
        schema = {"type": "object", "properties": {"a": schema}}
    with pytest.raises(RecordError, match=r"a\.jsonl:7: the tools are nested too deeply"):
        read(messages=[], tools=[{"name": "a", "parameters": schema}])
    with pytest.raises(RecordError, match=r"a\.jsonl:7: it is nested too deeply"):
        read(name="a", parameters=schema)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["role", "content", "from", "value", "name", "arguments", "function", "tool_calls", "user",
                         "gold", "parameters", "properties", "required", "type", "items", "anyOf"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(sorted(FORMS)), JSON, JSON, JSON)
def test_any_row_is_read_or_told(field: str, one: Any, tools: Any, role: Any) -> None:
    for value in (one, [one], [{"role": "assistant", "content": one, "tool_calls": [one]}], [[one]], [{"gold": [one]}]):
        given = {field: value, "tools": tools, "name": role, "path": one, "function": tools, "start": one}
        with suppress(RecordError):
            assert row_of(given, PLACE).place == PLACE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", r"is empty; give a file of JSON lines, one row in each"),
        (b"\n \n", r"is empty"),
        (b'{"messages": []}\n{"messages": [', r"rows.jsonl:2: no JSON .*the line is torn"),
        (b"[\n", r"rows.jsonl:1: one JSON list over several lines; write each of its rows as a line"),
        (b"[1]\n", r"rows.jsonl:1: a JSON list; write each of its rows as a line of its own"),
        (b"\xff\xfe", r"rows.jsonl:1: no JSON"),
    ],
)
def test_a_broken_file_is_told_by_line(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(text)
    with pytest.raises(RecordError, match=message):
        list(read_rows(path))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(RecordError, match=r"cannot be read \(.*\); give a file of JSON lines"):
            list(read_rows(path))


def test_own_rows_can_be_a_benchmark(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(openai()) + "\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.json").write_text(json.dumps(TOOL) + "\n")
    assert benchmark_named(str(tmp_path)).files == ("a.jsonl", "inner/b.json")
    assert benchmark_named(str(tmp_path / "a.jsonl")).files == ("a.jsonl",)


def test_a_benchmark_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"there is no such benchmark; have bfcl, or give a file or folder"):
        benchmark_named(str(tmp_path / "none"))
    with pytest.raises(RecordError, match=r"has no \.jsonl or \.json files"):
        benchmark_named(str(tmp_path))
    with pytest.raises(
        RecordError, match=r"BFCL_v4_multi_turn_base.json: there is no such file or folder; `fc-gym bfcl"
    ):
        benchmark_named("bfcl", tmp_path)
    (tmp_path / "void.jsonl").write_text('{"messages": []}\n')
    with pytest.raises(RecordError, match=r"has nothing to compare with; give rows with queries"):
        benchmark_named(str(tmp_path))
