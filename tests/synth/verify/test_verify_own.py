"""Promises of `verify`: what was made honestly is proved from its messages alone, and nothing else is believed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fc_synth.verify.checking import Job, checked
from fc_synth.verify.proofs import prove
from typer.testing import Result

from fc_gym.errors import FcGymError, RecordError, TaskError

CERTIFICATES = {
    "form", "replay", "observable", "no_invented", "sources", "solvable", "unique", "necessary", "minimal", "no_leak",
    "grounded", "told",
}  # fmt: skip


def verdicts(row: dict[str, Any]) -> dict[str, str]:
    return {one.name: one.verdict for one in prove(row, "rows:1", 1).records}


def test_every_dialogue_is_proved_from_its_messages(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        found = verdicts(row)
        assert set(found) == CERTIFICATES
        assert "refuted" not in found.values(), prove(row, "rows:1", 1)
        assert all(verdict == "proved" for name, verdict in found.items() if name not in ("minimal", "grounded"))


def test_nothing_is_believed_but_messages_seed_and_domain(rows: list[dict[str, Any]]) -> None:
    for row in rows[:6]:
        bare = copy.deepcopy(row)
        bare["meta"] = {"domain": row["meta"]["domain"], "seed": row["meta"]["seed"]}
        found, before = verdicts(bare), verdicts(row)
        assert found.pop("sources") == "unknown"
        assert before.pop("sources") == "proved"
        assert found == before


def test_a_bare_row_is_executed_where_one_says(rows: list[dict[str, Any]]) -> None:
    row = {"messages": rows[0]["messages"], "seed": rows[0]["meta"]["seed"]}
    found = prove(row, "rows:1", 7, domain=rows[0]["meta"]["domain"])
    assert (found.row, found.domain) == ("line 7", rows[0]["meta"]["domain"])
    assert {one.name for one in found.records if one.verdict != "proved"} == {"sources"}


def test_reasons_that_a_row_claims_are_found_again(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        tally = next(one.tally for one in prove(row, "rows:1", 1).records if one.name == "necessary")
        claimed = row["meta"]["certificate"]["necessary"]
        assert {name: claimed.count(name) for name in set(claimed)} == dict(tally)


def test_several_workers_come_to_the_same(file: Path) -> None:
    alone = [one.json() for one in checked(Job(str(file)))]
    assert [one.json() for one in checked(Job(str(file)), workers=2)] == alone


def test_the_command_shows_a_table_and_writes_every_record(
    file: Path, tmp_path: Path, run: Callable[..., Result]
) -> None:
    out = tmp_path / "deep" / "records.json"
    done = run(file, "--json", out)
    assert done.exit_code == 0, done.output
    assert "certificate" in done.stdout and "0 refuted" in done.stdout
    written = json.loads(out.read_text())
    assert written["rows"] == len(written["proofs"]) == 18
    assert {one["name"] for one in written["proofs"][0]["records"]} == CERTIFICATES
    assert written["certificates"]["replay"]["verdicts"] == {"proved": 18}


def test_a_refuted_claim_ends_with_1_and_names_the_line(
    rows: list[dict[str, Any]], tmp_path: Path, run: Callable[..., Result]
) -> None:
    worse = copy.deepcopy(rows[1])
    tool = next(one for one in worse["messages"] if one["role"] == "tool")
    tool["content"] = tool["content"].replace('"', "'", 1)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in (rows[0], worse)))
    done = run(path)
    assert done.exit_code == 1
    assert "rows.jsonl:2" in done.stdout and "replay" in done.stdout and "1 refuted" in done.stdout


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "rows.jsonl: is empty; give a file of JSON lines"),
        ('{"id": "a"\n', r"rows.jsonl:1: no JSON \(.*\); the line is torn"),
        ("[1]\n", "rows.jsonl:1: a JSON object should stand here, not a list; write each of its rows"),
        ("3\n", "rows.jsonl:1: a JSON object should stand here, not a int"),
        ('{"a": 1}\n', "rows.jsonl:1: a row of unknown form, with the fields a; known are rows with `messages`"),
        ('{"parameters": {}}\n', r"rows.jsonl:1: a row of unknown form \(it holds no dialogue\)"),
        (f'{{"messages": {"[" * 300}{"]" * 300}}}\n', "rows.jsonl:1: lists and objects are nested too deeply"),
        ('{"messages": [], "meta": {"domain": "shop", "seed": -1}}\n', "rows.jsonl:1: the seed should be a whole"),
        ('{"messages": [], "meta": {"domain": "shopp", "seed": 1}}\n', "rows.jsonl:1: .*shopp"),
        ('{"messages": [], "meta": {"domain": "shop", "seed": 1, "start": {}}}\n', "rows.jsonl:1: the start state"),
    ],
)
def test_a_bad_file_is_one_sentence_with_the_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    with pytest.raises(FcGymError, match=complaint):
        list(checked(Job(str(path))))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        list(checked(Job(str(tmp_path / "none.jsonl"))))


def test_unwritable_records_are_one_sentence(file: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    done = run(file, "--json", tmp_path)
    assert isinstance(done.exception, RecordError)
    assert "cannot be written" in str(done.exception)


def test_records_are_not_written_over_the_rows(file: Path, run: Callable[..., Result]) -> None:
    rows = file.read_bytes()
    done = run(file, "--json", file.parent / "." / file.name)
    assert isinstance(done.exception, TaskError) and "is the file that is verified" in str(done.exception)
    assert file.read_bytes() == rows


def test_a_result_that_is_nested_too_deeply_is_a_text(rows: list[dict[str, Any]]) -> None:
    row = copy.deepcopy(rows[0])
    next(one for one in row["messages"] if one["role"] == "tool")["content"] = "[" * 900 + "]" * 900
    assert {one.name for one in prove(row, "rows:1", 1).records if one.verdict == "refuted"} == {"replay"}


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda row: row["tools"].append(3), "each with a `name`"),
        (lambda row: row["messages"].pop(), "the assistant does not reply"),
        (lambda row: row["meta"].update(fingerprint="0" * 16), "another version"),
        (lambda row: row["tools"][0]["function"].update(description="x"), "otherwise than"),
        (lambda row: row["tools"].append({"function": {"name": "fly", "parameters": {}}}), "does not have"),
        (lambda row: row["messages"].clear(), "no user speaks"),
        (lambda row: row["messages"].append({"role": "judge", "content": ""}), "should have a `role`"),
        (lambda row: row.update(messages=3), "should be a list of objects"),
        (lambda row: row["messages"].insert(1, {"role": "tool", "content": "{}"}), "no call waits for it"),
        (lambda row: _calls(row)[0].update(name="fly"), "fly"),
        (lambda row: _calls(row)[0].update(arguments={"speed": 3}), "speed"),
        (lambda row: _calls(row)[0].update(arguments="{torn"), "no JSON object"),
        (lambda row: _drop(row, "tool"), "no tool message tells"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(
    spoil: Callable[[dict[str, Any]], object], complaint: str, rows: list[dict[str, Any]]
) -> None:
    row = copy.deepcopy(rows[0])
    spoil(row)
    form = prove(row, "rows:1", 1).records[0]
    assert (form.name, form.verdict) == ("form", "refuted")
    assert complaint in form.detail


def _calls(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [call["function"] for one in row["messages"] for call in one.get("tool_calls") or ()]


def _drop(row: dict[str, Any], role: str) -> None:
    row["messages"].remove(next(one for one in row["messages"] if one["role"] == role))
