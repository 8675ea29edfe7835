from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fc_agents.bfcl.collect import Collector
from fc_agents.bfcl.playing import play_task
from fc_agents.bfcl.policies import POLICIES, bfcl_policy
from typer.testing import CliRunner

from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.results import official_path, read_plays
from fc_gym.cli.app import app
from fc_gym.errors import RecordError, TaskError
from tests.bfcl.made_up import CLOSE, OPEN, SEE, folder, task

TASKS = [task([OPEN, SEE], [CLOSE], number=0), task([OPEN], [], [CLOSE, SEE], number=1), task([SEE], number=2)]


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["bfcl", *map(str, words)], catch_exceptions=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    late = task([OPEN], [], [CLOSE], category="miss_func", withheld={2: ("close_ticket",)})
    return folder(tmp_path / "data", {"base": TASKS, "miss_func": [late]})


@pytest.mark.parametrize(
    ("policy", "valid"),
    [
        ("gold", [True, True, True]),
        ("gold-stepwise", [True, True, True]),
        ("forgetful", [False, False, True]),
        ("reversed", [False, False, True]),
        ("eager", [False, False, True]),
        ("busy", [True, False, True]),
        ("silent", [False, False, False]),
    ],
)
def test_what_a_policy_solves(policy: str, valid: list[bool]) -> None:
    env = BfclEnv(TASKS)
    assert [play_task(env, bfcl_policy(policy), one).verdict["valid"] for one in TASKS] == valid


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_seed_gives_the_same_play(policy: str) -> None:
    env = BfclEnv(TASKS)
    one, other = (play_task(env, bfcl_policy(policy), TASKS[1], seed=5).line() for _ in range(2))
    assert one == other


def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    def collect(out: Path) -> bytes:
        Collector(out, bfcl_policy("random"), BfclEnv(TASKS), 3).run(TASKS)
        return (out / "plays.jsonl").read_bytes() + official_path(out / "result", "random", "base").read_bytes()

    whole = collect(tmp_path / "whole")
    plays = (tmp_path / "whole" / "plays.jsonl").read_bytes()
    for cut in range(0, len(plays), 97):
        torn = tmp_path / f"torn{cut}"
        torn.mkdir()
        (torn / "plays.jsonl").write_bytes(plays[:cut])
        assert collect(torn) == whole


def test_plays_of_another_policy_are_not_mixed_in(tmp_path: Path) -> None:
    Collector(tmp_path, bfcl_policy("gold"), BfclEnv(TASKS)).run(TASKS)
    with pytest.raises(RecordError, match=r"holds plays of gold \(official, seed 0\), not of silent"):
        Collector(tmp_path, bfcl_policy("silent"), BfclEnv(TASKS)).run(TASKS)


def test_plays_with_another_offer_are_not_mixed_in(tmp_path: Path) -> None:
    Collector(tmp_path, bfcl_policy("gold"), BfclEnv(TASKS)).run(TASKS)
    with pytest.raises(RecordError, match=r"not of gold \(official, seed 0, without excluded functions\)"):
        Collector(tmp_path, bfcl_policy("gold"), BfclEnv(TASKS, exclude=True)).run(TASKS)


def test_an_unknown_policy_is_told() -> None:
    with pytest.raises(TaskError, match="unknown policy 'golden'; have gold, "):
        bfcl_policy("golden")


def test_the_command_prints_a_table_and_writes_what_the_score_command_reads(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("run", "--policy", "forgetful", "--categories", "base,miss_func", "--data", data, "--out", out)
    assert done.exit_code == 0 and "forgetful on BFCL multi-turn (official)" in done.stdout
    assert len(list(read_plays(out / "plays.jsonl"))) == 4
    first = json.loads((out / "summary.json").read_text())["scores"]
    again = tmp_path / "again.json"
    assert run("score", out / "result", "--data", data, "--out", again).exit_code == 0
    second = json.loads(again.read_text())["scores"]
    assert second == first and first[0]["accuracy"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--categories", "basic"), "no category 'basic'; have base, "),
        (("run", "--categories", ","), "no category is named; have base, "),
        (("run", "--policy", "gpt"), "unknown policy 'gpt'; have gold, "),
        (("run", "--mode", "lax", "--categories", "base"), "unknown mode 'lax'; have official, strict"),
        (("run", "--categories", "long_context"), "BFCL_v4_multi_turn_long_context.json"),
    ],
)
def test_wrong_words_are_told_in_one_sentence(data: Path, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = run(*words, "--data", data, "--out", tmp_path / "out")
    assert done.exit_code == 2 and told in done.stderr and done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("run", "--categories", "base", "--data", data, "--out", tmp_path / "file")
    assert done.exit_code == 2 and "cannot be written" in done.stderr


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    full = folder(tmp_path / "full", {one: [] for one in ("base", "miss_func", "miss_param", "long_context")})
    (tmp_path / "empty").mkdir()
    done = run("score", tmp_path / "empty", "--data", full)
    assert done.exit_code == 2 and "holds no result file such as" in done.stderr
    stranger = tmp_path / "BFCL_v4_multi_turn_base_result.json"
    stranger.write_text('{"id": "multi_turn_base_9", "result": []}\n')
    done = run("score", stranger, "--data", full)
    assert done.exit_code == 2 and "'multi_turn_base_9' is no multi-turn task" in done.stderr
