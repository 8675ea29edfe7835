"""Promises about foreign rows: the same findings whatever the form, and each defect of a text is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fc_synth.recover.literal import recovered
from fc_synth.verify.foreign import foreign_records, foreign_talk
from typer.testing import Result

from fc_gym.errors import RecordError

Row = dict[str, Any]


def openai(row: Row) -> Row:
    """Write a row as chat APIs have it, its arguments as texts and nothing else with it."""
    messages = json.loads(json.dumps(row["messages"]))
    for message in messages:
        for call in message.get("tool_calls") or ():
            call["function"]["arguments"] = json.dumps(call["function"]["arguments"])
    return {"messages": messages, "tools": row["tools"]}


def sharegpt(row: Row) -> Row:
    """Write a row as ShareGPT has it, calls in tags."""
    names = {"system": "system", "user": "human", "tool": "observation", "assistant": "gpt"}
    turns = []
    for message in row["messages"]:
        calls = "".join(f"<tool_call>\n{json.dumps(one['function'])}\n</tool_call>" for one in _calls(message))
        thought = f"<think>{message['reasoning_content']}</think>" if "reasoning_content" in message else ""
        turns.append({"from": names[message["role"]], "value": f"{thought}{message['content']}{calls}"})
    return {"conversations": turns, "tools": json.dumps([one["function"] for one in row["tools"]])}


def funreason(row: Row) -> Row:
    """Write a row as FunReason-MT has it: calls in Python's way, results in a list from the call to what it says."""
    found: list[Row] = []
    names: list[str] = []
    results: list[str] = []
    for message in [*row["messages"], {"role": "end"}]:
        if message["role"] == "tool":
            results.append(message["content"])
            continue
        if results:
            pairs = [{name: text} for name, text in zip(names, results, strict=True)]
            found.append({"role": "tool", "content": repr(pairs)})
            results = []
        names = [
            f"{one['function']['name']}({', '.join(f'{k}={v!r}' for k, v in one['function']['arguments'].items())})"
            for one in _calls(message)
        ]
        if message["role"] == "assistant":
            text = f"<tool_call>[{', '.join(names)}]</tool_call>" if names else f"<answer>{message['content']}</answer>"
            found.append({"role": "assistant", "content": f"<think>{message['reasoning_content']}</think>{text}"})
        elif message["role"] != "end":
            found.append({"role": message["role"], "content": message["content"]})
    found[0]["tools"] = json.dumps([one["function"] for one in row["tools"]])
    return {str(number): message for number, message in enumerate(found)}


def _calls(message: Row) -> list[Row]:
    return message.get("tool_calls") or []


FORMS = (openai, sharegpt, funreason)


def test_a_row_is_read_the_same_in_every_form(rows: list[Row]) -> None:
    for row in rows:
        talks = [foreign_talk(form(row), "rows:1") for form in FORMS]
        assert talks[0].turns == talks[1].turns == talks[2].turns
        assert not talks[0].faults
        found = [foreign_records(form(row), "rows:1") for form in FORMS]
        assert found[0] == found[1] == found[2]
        assert {one.name for one in found[0] if one.verdict == "refuted"} <= {"necessary"}
        assert recovered(talks[0]) == recovered(talks[2])


def chat(*calls: tuple[str, Row, str], user: str = "Pay my order, please.", reply: str = "Done.") -> Row:
    """Write a foreign row with one call in each message."""
    messages: list[Row] = [{"role": "user", "content": user}]
    for number, (name, arguments, result) in enumerate(calls):
        call = {"id": str(number), "function": {"name": name, "arguments": arguments}}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": str(number), "content": result},
        ]
    tool = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
    tools = [{"function": {"name": "pay_order", "parameters": tool}}, {"function": {"name": "list_orders"}}]
    return {"messages": [*messages, {"role": "assistant", "content": reply}], "tools": tools}


Step = tuple[str, dict[str, Any], str]

LOOK: Step = ("list_orders", {}, '[{"id": "ORD-12345", "total": 310}]')
PAY: Step = ("pay_order", {"order": "ORD-12345"}, '{"paid": 310}')


def refuted(row: Row) -> dict[str, str]:
    return {one.name: one.detail for one in foreign_records(row, "rows:1") if one.verdict == "refuted"}


def test_an_honest_row_has_nothing_against_it() -> None:
    assert refuted(chat(LOOK, PAY)) == {}


@pytest.mark.parametrize(
    ("row", "certificate", "detail"),
    [
        (chat(PAY), "observable", "which nothing showed"),
        (chat(LOOK, PAY, user="Pay ORD-12345."), "no_leak", "only a later result shows"),
        (chat(LOOK, PAY, user="Call pay_order."), "no_leak", "names the tool pay_order"),
        (chat(LOOK, LOOK, PAY), "necessary", "called again with nothing changed since"),
        (chat(LOOK, ("pay_order", {}, "{}")), "form", "pay_order lacks order"),
        (chat(LOOK, ("pay_order", {"order": 3}, "{}")), "form", "should be of type string, not 3"),
        (chat(LOOK, ("pay_ordr", {"order": "ORD-12345"}, "{}")), "form", "no tool 'pay_ordr', but 'pay_order'"),
        (chat(LOOK, ("pay_order", {"order": "ORD-12345", "tip": 1}, "{}")), "form", "has no parameter tip"),
    ],
)
def test_a_defect_of_a_foreign_row_is_found(row: Row, certificate: str, detail: str) -> None:
    assert detail in refuted(row)[certificate]


def test_a_value_that_only_a_call_beside_shows_is_told_apart() -> None:
    row = chat(LOOK, PAY)
    first, second = (message for message in row["messages"] if message.get("tool_calls"))
    first["tool_calls"] += second["tool_calls"]
    row["messages"].remove(second)
    assert "only a call of the same message shows" in refuted(row)["observable"]
    assert recovered(foreign_talk(row, "rows:1"))[1, "order"].early


def test_numbers_that_are_made_up_before_the_look_ups_beside_have_answered_are_found() -> None:
    calls = "[find_code(place='Ulm'), find_code(place='Bonn'), book_coach(start='12345', end='67890')]"
    results = [{"find_code(place='Ulm')": "89073"}, {"find_code(place='Bonn')": "53111"}, {"book_coach()": "booked"}]
    row = {
        "messages": [
            {"role": "user", "content": "A coach from Ulm to Bonn, please."},
            {"role": "assistant", "content": f"<think>I need both.</think>\n{calls}"},
            {"role": "tool", "content": repr(results)},
            {"role": "assistant", "content": "<answer>It is booked.</answer>"},
        ]
    }
    assert "book_coach uses start '12345', which nothing showed (and 1 more)" in refuted(row)["observable"]
    assert foreign_talk(row, "rows:1").turns[0].reply == "It is booked."


def test_what_a_reply_has_told_is_no_leak() -> None:
    row = chat(LOOK, reply="It is ORD-12345.")
    row["messages"] += chat(PAY, user="Pay ORD-12345.")["messages"]
    assert refuted(row) == {}


def test_tasks_and_official_questions_are_read_as_far_as_they_go() -> None:
    task = {"turns": [{"user": "Pay.", "gold": [[{"name": "pay", "arguments": {"order": "A"}}]]}]}
    official = {
        "question": [[{"role": "user", "content": "Go to temp."}]],
        "ground_truth": [["cd(folder='temp')"]],
        "function": [],
    }
    for row, value in ((task, "A"), (official, "temp")):
        talk = foreign_talk(row, "rows:1")
        assert list(talk.turns[0].calls[0].arguments.values()) == [value]
        assert {one.name: one.verdict for one in foreign_records(row, "rows:1")}["observable"] == "unknown"


def test_the_command_takes_a_foreign_file(rows: list[Row], tmp_path: Path, run: Callable[..., Result]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(chat(LOOK, PAY)) + "\n" for _ in range(3)))
    done = run(path)
    assert done.exit_code == 0, done.output
    assert "3 rows" in done.stdout
    done = run(path, "--provenance")
    assert done.exit_code == 0 and "output 3" in done.stdout


@pytest.mark.parametrize(
    ("gold", "detail"),
    [(5, "a list of lists of calls"), ([3], "a list of lists of calls"), ([[1]], "an object with `name`")],
)
def test_a_task_whose_calls_are_none_is_refuted(gold: object, detail: str) -> None:
    assert detail in refuted({"turns": [{"user": "Pay it.", "gold": gold}]})["form"]


def test_turns_are_numbered_in_plain_digits() -> None:
    with pytest.raises(RecordError, match="a row of unknown form"):
        foreign_talk({"0": {"role": "user", "content": "a"}, "²": {"role": "user", "content": "b"}}, "rows:1")
