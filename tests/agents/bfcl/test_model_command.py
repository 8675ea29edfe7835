from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.recorded import RecordedModel
from typer.testing import CliRunner

from fc_gym.bfcl.results import read_plays
from fc_gym.cli.app import app
from tests.agents.bfcl.played import DOCS, TASKS, files, plans_of, played
from tests.agents.bfcl.written import write_docs, writer
from tests.bfcl.made_up import folder


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["bfcl", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = folder(tmp_path / "data", {"base": [*TASKS[:3], TASKS[4]], "miss_func": TASKS[3:4]})
    write_docs(made, DOCS)
    return made


def recorded(out: Path, form: str, policy: str = "forgetful", tasks: Any = TASKS) -> Path:
    model = RecordedModel(out / "answers.jsonl", writer(plans_of(TASKS, policy), form))
    played(out / "first", model, tasks, format=form)
    return out / "answers.jsonl"


@pytest.mark.parametrize("form", ["prompt", "fc", "funreason"])
def test_a_run_from_recorded_answers_is_the_first_run_again_and_is_scored(
    data: Path, tmp_path: Path, form: str
) -> None:
    answers, out = recorded(tmp_path, form), tmp_path / "out"
    words = ("--policy", "chat", "--format", form, "--categories", "base,miss_func", "--data", data, "--out", out)
    done = run("run", *words, "--replay", answers)
    assert done.exit_code == 0 and f"writer-{form} on BFCL (official, {form})" in done.stdout
    assert "the model writer-" in done.stdout and not done.stderr
    found = files(out)
    summary = json.loads(found.pop("summary.json"))
    assert found == files(tmp_path / "first")
    assert summary["unplayed"] == 0 and summary["used"]["requests"] == sum(map(len, plans_of(TASKS).values()))
    again = tmp_path / "again.json"
    assert run("score", out / "result", "--data", data, "--out", again).exit_code == 0
    assert json.loads(again.read_text())["scores"] == summary["scores"]


def test_tasks_without_a_play_are_told_and_left_out_of_the_score(data: Path, tmp_path: Path) -> None:
    answers, out = recorded(tmp_path, "prompt", tasks=TASKS[:1]), tmp_path / "out"
    words = ("--policy", "chat", "--categories", "base", "--data", data, "--out", out, "--replay", answers)
    done = run("run", *words)
    assert done.exit_code == 1 and "not_recorded 3" in done.stdout
    told = "3 of 4 tasks have no play and are in no score; 3 failed ("
    assert told in done.stderr and done.stderr.count("\n") == 1
    summary = json.loads((out / "summary.json").read_text())
    assert summary["unplayed"] == 3 and [one["tasks"] for one in summary["scores"]] == [1]


def test_a_run_out_of_tokens_says_so(data: Path, tmp_path: Path) -> None:
    answers, out = recorded(tmp_path, "prompt"), tmp_path / "out"
    words = ("--policy", "chat", "--categories", "base", "--data", data, "--out", out, "--replay", answers)
    done = run("run", *words, "--tokens", 1, "--concurrency", 1)
    assert done.exit_code == 1 and "stopped: the 1 tokens are used up; the same command goes on" in done.stdout
    assert len(list(read_plays(out / "plays.jsonl"))) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--policy", "chat"), "no model is named; give its name with --model"),
        (("--policy", "chat", "--model", "m"), "where is the model m? give the address of its server with --base-url"),
        (("--policy", "chat", "--model", "m", "--base-url", "here"), "'here' is no address of a server"),
        (("--policy", "chat", "--model", "m", "--base-url", "http://127.0.0.1:1/v1"), "http://127.0.0.1:1/v1"),
        (("--policy", "chat", "--format", "xml"), "unknown format 'xml'; have prompt, fc, funreason"),
        (("--policy", "chat", "--replay", "none.jsonl"), "none.jsonl: there is no such file"),
        (("--policy", "gold", "--base-url", "http://127.0.0.1:1/v1"), "gold asks no model; give --policy chat"),
        (("--policy", "chit"), "unknown policy 'chit'; have gold, "),
    ],
)
def test_wrong_words_are_told_in_one_sentence(data: Path, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = run("run", *words, "--categories", "base", "--data", data, "--out", tmp_path / "out")
    assert done.exit_code == 2 and told in done.stderr and done.stderr.count("\n") == 1


def test_when_no_task_could_be_played_the_reason_is_told(data: Path, tmp_path: Path) -> None:
    answers = recorded(tmp_path, "prompt", tasks=TASKS[3:4])
    words = ("--policy", "chat", "--categories", "base", "--data", data, "--replay", answers)
    done = run("run", *words, "--out", tmp_path / "out")
    assert done.exit_code == 2 and "none of the 4 tasks was played: " in done.stderr
    assert "holds no answer to what was asked" in done.stderr


def test_data_without_descriptions_are_told(tmp_path: Path) -> None:
    made = folder(tmp_path / "bare", {"base": TASKS[:1]})
    words = ("--policy", "chat", "--categories", "base", "--data", made, "--out", tmp_path / "out")
    done = run("run", *words, "--replay", recorded(tmp_path, "prompt"))
    assert done.exit_code == 2 and "gorilla_file_system.json" in done.stderr
