"""Promises of the command: one table per file, a report, and an exit code that a pipeline can rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from fc_synth.contamination import commands
from fc_synth.contamination.report import FORMAT
from typer.testing import CliRunner

from fc_gym.errors import RecordError

ROW = {"messages": [{"role": "user", "content": "What does the post office charge for a card?"}]}
COPIED = "Please water the tomatoes in greenhouse gh_alpha77 for twenty minutes and then tell me how warm it is"


def run(*words: object) -> Any:
    app = typer.Typer()
    app.command()(commands.contamination)
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.jsonl"
    path.write_text(json.dumps(ROW) + "\n")
    return path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    path = tmp_path / "copied.jsonl"
    rows = [ROW, {"conversations": [{"from": "human", "value": COPIED}]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_clean_file_ends_with_0(clean: Path, folder: Path) -> None:
    done = run(clean, "--data", folder)
    assert done.exit_code == 0 and "not flagged" in done.stdout and "total" not in done.stdout


def test_a_copied_query_ends_with_1_and_is_shown(clean: Path, copied: Path, folder: Path) -> None:
    done = run(clean, copied, "--data", folder)
    assert done.exit_code == 1
    assert f"13-word runs of queries: {copied}:2: 'Please water the tomatoes" in done.stdout
    assert "is in BFCL_v4_multi_turn_base.json:1" in done.stdout
    assert "flagged against bfcl: 13-word runs of queries, nearly the same queries" in done.stdout
    assert "total: 3 rows" in done.stdout


def test_doubtful_examples_are_said_to_be(tmp_path: Path, clean: Path) -> None:
    held_out = tmp_path / "held_out.jsonl"
    held_out.write_text('{"name": "stamp", "parameters": {}}\n')
    path = tmp_path / "rows.jsonl"
    path.write_text('{"name": "stamp", "parameters": {}}\n')
    done = run(path, "--against", held_out)
    assert done.exit_code == 0 and "'stamp' is in held_out.jsonl:1 (may be chance)" in done.stdout


def test_the_report_is_written_and_can_be_printed(copied: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "report.json"
    done = run(copied, "--data", folder, "--out", out, "--json")
    report = json.loads(out.read_bytes())
    assert done.exit_code == 1 and json.loads(done.stdout) == report
    assert report["format"] == FORMAT and report["against"]["name"] == "bfcl" and len(report["against"]["digest"]) == 64
    assert report["splits"][0]["file"] == str(copied) and report["splits"][0]["rows"] == 2


def test_one_owns_rows_are_a_benchmark_too(clean: Path, copied: Path) -> None:
    assert run(clean, "--against", clean).exit_code == 1
    assert run(clean, "--against", copied).exit_code == 1


def test_a_report_that_cannot_be_written_is_told(clean: Path, folder: Path) -> None:
    with pytest.raises(RecordError, match=r"report\.json: cannot be written \(.*\)"):
        run(clean, "--data", folder, "--out", clean / "report.json")
