"""Promises of `fc-gym rollout` with a model, and into a folder: what it plays, and what it says of bad input."""

from __future__ import annotations

import json
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fc_agents import commands
from fc_agents.collect.collector import Run
from fc_agents.collect.meter import pace, rows
from fc_agents.models.model import ModelError
from fc_agents.models.recorded import RecordedModel

from fc_gym.errors import RecordError, TaskError
from tests.agents.chat.speaking import Speaker
from tests.agents.collect.kept import collected, job_of, lines_in

URL = "http://127.0.0.1:1/v1"


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Give a file of answers for ten episodes in mail."""
    path = tmp_path / "answers.jsonl"
    collected(tmp_path / "first", job_of(10, made=lambda: RecordedModel(path, Speaker())))
    return path


def chat(**how: Any) -> None:
    """Run the command with a model."""
    commands.rollout("mail", policy="chat", seed=3, form="hermes", **how)


def test_answers_that_were_kept_are_played_again_without_a_model(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat(episodes=10, replay=answers, out=tmp_path / "again", concurrency=3)
    told = " ".join(capsys.readouterr().out.split())
    assert lines_in(tmp_path / "again") == lines_in(tmp_path / "first")
    assert "rollouts in mail" in told and "tokens of responses" in told and "malformed calls" in told
    assert "10 episodes in" in told and f"trajectories: {tmp_path / 'again' / 'trajectories.jsonl'}" in told
    commands.replay(tmp_path / "again" / "trajectories.jsonl")
    assert "10 of 10 trajectories came again to the byte" in capsys.readouterr().out


def test_a_budget_and_what_failed_are_told_with_the_way_on(
    answers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat(episodes=10, replay=answers, out=tmp_path / "some.jsonl", concurrency=1, tokens=300)
    told = capsys.readouterr().out
    assert "stopped: the tokens are used up;" in told and "of 10 episodes are left, the same command goes on" in told
    chat(episodes=12, replay=answers, out=tmp_path / "some.jsonl")
    told = " ".join(capsys.readouterr().out.split())
    assert f"2 of 12 episodes failed ({tmp_path / 'some.failures.jsonl'}); the same command plays them again" in told
    assert "not_recorded 2" in told
    assert (tmp_path / "some.jsonl").read_text().splitlines() == lines_in(tmp_path / "first")


def test_a_folder_is_gone_on_with_and_a_file_is_written_anew(tmp_path: Path) -> None:
    play = partial(commands.rollout, "mail", policy="random")
    play(episodes=4, out=tmp_path / "folder")
    play(episodes=6, out=tmp_path / "folder", workers=2)
    play(episodes=6, out=tmp_path / "file.jsonl", backend="serial")
    play(episodes=6, out=tmp_path / "file.jsonl", backend="process")
    assert lines_in(tmp_path / "folder") == lines_in(tmp_path, "file.jsonl")
    assert json.loads((tmp_path / "folder" / "summary.json").read_text())["run"]["before"] == 4
    assert not (tmp_path / "file.summary.json").exists()


def test_the_system_message_comes_from_a_file(answers: Path, tmp_path: Path) -> None:
    (tmp_path / "system.txt").write_text("Be brief.\n")
    chat(episodes=1, replay=answers, out=tmp_path / "out", system=tmp_path / "system.txt")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["settings"]["chat"]["system"] == "Be brief."
    with pytest.raises(RecordError, match=r"none\.txt: cannot be read"):
        chat(replay=answers, system=tmp_path / "none.txt")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({}, "no model is named; give its name with --model"),
        ({"model": "m"}, "where is the model m"),
        ({"model": "m", "base_url": URL, "level": "strict"}, "unknown level 'strict'; have free"),
        ({"model": "m", "base_url": URL, "backend": "ray2"}, "unknown backend 'ray2'; have serial, process, ray"),
        (
            {"model": "m", "base_url": URL, "backend": "serial", "workers": 2},
            "the serial backend is one process, not 2",
        ),
        ({"model": "m", "base_url": URL, "workers": 2, "record": Path("r")}, "go with --backend serial only"),
    ],
)
def test_bad_options_are_told(how: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=words):
        chat(out=tmp_path, **how)


def test_options_that_do_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="the policy random asks no model; to have one play, add --policy chat"):
        commands.rollout("mail", policy="random", model="m")
    with pytest.raises(TaskError, match="a run of --minutes needs a folder that a later run goes on with"):
        commands.rollout("mail", policy="random", minutes=1.0, out=tmp_path / "t.jsonl")


def test_a_server_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelError, match="cannot be reached") as told:
        chat(model="m", base_url=url, out=tmp_path / "out")
    assert told.value.fatal and "\n" not in str(told.value)


def test_the_pace_of_a_run_is_told_with_its_errors() -> None:
    run = Run(100, played=30, seconds=10.0, spent=5000)
    assert pace(run) == "3.0 episodes/s, 500 tokens/s"
    run.failed.update(stalled=8, server_error=2)
    assert pace(run) == "3.0 episodes/s, 500 tokens/s, 10 failed (25.0 %)"
    run.requests, run.tries = 90, 120
    told = dict(rows(run))
    assert told["failed in this run"] == "10 (server_error 2, stalled 8)"
    assert told["requests sent again"] == "30 of 120" and told["left to play"] == "70"
