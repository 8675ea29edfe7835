"""Promises of rollouts and of their records: what was played can be played again to the byte."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import typer
from fc_agents import commands
from fc_agents.policy import RandomPolicy
from fc_agents.rollout import RolloutSummary, rollout, rollouts
from fc_agents.script import GoldPolicy, ScriptPolicy
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.errors import RecordError, TaskError
from fc_gym.record import Header, StepRecord, Trajectory, read_trajectories, replayed
from fc_gym.registration import make_env
from fc_gym.task import Task
from fc_gym.types import Malformed, ToolCall, to_json

DOMAINS = ("shop", "calendar", "mail")


def written(path: Path, trajectories: list[Trajectory]) -> Path:
    """Write trajectories as a file."""
    path.write_text("".join(f"{one.line()}\n" for one in trajectories), encoding="utf-8")
    return path


def again(trajectory: Trajectory) -> Trajectory:
    """Play a trajectory again."""
    header = trajectory.header
    return replayed(make_env(header.domain, **header.settings["env"]), trajectory)


def with_step(trajectory: Trajectory, position: int, **changes: Any) -> Trajectory:
    """Return a copy with one step changed."""
    steps = list(trajectory.steps)
    steps[position] = dataclasses.replace(steps[position], **changes)
    return Trajectory(trajectory.header, trajectory.user, trajectory.start_hash, steps)


@settings(max_examples=8)
@given(st.sampled_from(DOMAINS), st.integers(0, 10_000), st.sampled_from(["terse", "actionable"]))
def test_a_rollout_is_written_read_and_played_again_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, errors: str
) -> None:
    env = make_env(name, errors=errors)
    found = list(rollouts(env, RandomPolicy(3.0), [seed, seed + 1]))
    path = written(tmp_path_factory.mktemp("rollouts") / "t.jsonl", found)
    read = list(read_trajectories(path))
    assert [one.line() for one in read] == path.read_text().splitlines()
    assert [again(one).line() for one in read] == path.read_text().splitlines()


def test_malformed_and_refused_calls_are_played_again_to_the_byte(tmp_path: Path) -> None:
    script = ScriptPolicy([
        [ToolCall("no_such_tool"), ToolCall("unlock_conversation", {"conversation": "CON-NONE"})],
        [ToolCall("list_conversations", {"wrong": 1}), ToolCall("find_people", {"name": 3})],
        [Malformed("this is no call")],  # type: ignore[list-item]
        "Bye.",
    ])  # fmt: skip
    line = rollout(make_env("mail"), script, 3).line()
    path = tmp_path / "t.jsonl"
    path.write_text(f"{line}\n")
    (read,) = read_trajectories(path)
    assert read.line() == line
    assert again(read).line() == line


def test_tasks_are_played_in_turn_and_kept_in_the_record(tasks: Callable[[str], list[Task]], tmp_path: Path) -> None:
    found = tasks("mail")[:2]
    trajectories = list(rollouts(make_env("mail", found), GoldPolicy(), range(5)))
    assert [one.header.task for one in trajectories] == [found[0], found[1], found[0], found[1], found[0]]
    assert trajectories[0].user == found[0].turns[0].user
    for one in read_trajectories(written(tmp_path / "t.jsonl", trajectories)):
        assert replayed(make_env("mail"), one).line() == one.line()


def test_settings_and_reference_are_kept() -> None:
    found = next(rollouts(make_env("mail"), RandomPolicy(), [1], reference="mail", settings={"note": 7}))
    assert found.header.domain == "mail"
    assert found.header.settings["note"] == 7
    assert found.header.settings["env"] == {"reward": "dense", "errors": "actionable", "legality": "keys"}
    assert rollout(make_env("mail"), RandomPolicy(), 1, reference="other").header.domain == "other"


@pytest.fixture(scope="module")
def honest() -> Trajectory:
    """Give an episode with results and calls to tamper with."""
    starts = (rollout(make_env("mail"), RandomPolicy(12.0), seed) for seed in range(40))
    return next(one for one in starts if len(one.steps) > 5 and one.steps[2].action != one.steps[1].action)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"results": ('{"id":"CON-FAKED"}',)}, "results"),
        ({"state_hash": "0" * 32}, "state_hash"),
        ({"reward": 0.75}, "reward"),
        ({"user": "Hello?"}, "user"),
        ({"terminated": True}, "terminated"),
        ({"sources": ({"conversation": {"kind": "user", "turn": 0}},)}, "sources"),
    ],
)
def test_a_step_that_was_tampered_with_is_found(
    changes: dict[str, Any], where: str, honest: Trajectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faked = with_step(honest, 1, **changes)
    assert again(faked).line() != faked.line()
    path = written(tmp_path / "t.jsonl", [honest, faked])
    with pytest.raises(typer.Exit, match="1"):
        commands.replay(path)
    told = " ".join(capsys.readouterr().out.split())
    assert f"t.jsonl:2: step 2: {where} was" in told
    assert "1 of 2 trajectories came again to the byte" in told


def test_another_action_gives_another_course(honest: Trajectory) -> None:
    faked = with_step(honest, 1, action=[{"name": "list_files", "arguments": {}}])
    if faked.steps[1].action == honest.steps[1].action:
        faked = with_step(honest, 1, action=[{"name": "list_drafts", "arguments": {}}])
    assert again(faked).line() != faked.line()
    assert again(with_step(honest, 1, action="Bye.")).line() != with_step(honest, 1, action="Bye.").line()


def test_another_seed_gives_another_course(honest: Trajectory) -> None:
    header = dataclasses.replace(honest.header, seed=honest.header.seed + 1)
    faked = Trajectory(header, honest.user, honest.start_hash, honest.steps)
    assert again(faked).line() != faked.line()


def test_a_start_that_was_tampered_with_is_found(honest: Trajectory) -> None:
    faked = Trajectory(honest.header, honest.user, "0" * 32, honest.steps)
    assert again(faked).line() != faked.line()


def test_an_episode_of_other_tools_is_not_played_again(honest: Trajectory) -> None:
    header = dataclasses.replace(honest.header, fingerprint="0" * 16)
    with pytest.raises(RecordError, match="the tools of mail have changed since"):
        again(Trajectory(header, honest.user, honest.start_hash, honest.steps))


def test_a_torn_line_is_named(honest: Trajectory, tmp_path: Path) -> None:
    path = written(tmp_path / "t.jsonl", [honest, honest])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RecordError, match=r"t\.jsonl:2: the line is torn"):
        list(read_trajectories(path))


def test_a_file_without_a_trajectory_is_no_reason_to_fail_but_none_is(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    assert list(read_trajectories(tmp_path / "empty.jsonl")) == []
    with pytest.raises(RecordError, match=r"none\.jsonl: there is no such file; `fc-gym rollout` writes one"):
        commands.replay(tmp_path / "none.jsonl")


def step(action: Any, results: tuple[str, ...] = (), outcome: float = 0.0, truncated: bool = False) -> StepRecord:
    """Make the record of a step."""
    parts = {"progress": 0.0, "outcome": outcome}
    return StepRecord(action, results, "", 0.25, parts, "0" * 32, truncated=truncated)


def call(name: str) -> dict[str, Any]:
    return {"name": name, "arguments": {}}


def test_a_summary_counts_what_happened() -> None:
    header = Header("mail", "", 0)
    refused = to_json({"error": {"code": "locked", "message": 'it is "locked"', "hint": "unlock it"}})
    unknown = to_json({"error": {"code": "unknown_tool", "message": "no"}})
    summary = RolloutSummary()
    summary.add(Trajectory(header, steps=[
        step([call("list_files"), call("move_it")], ("[]", refused)), step([call("list_files")], ("[]",)),
        step("Bye.", outcome=1.0),
    ]))  # fmt: skip
    summary.add(Trajectory(header, steps=[step([call("nothing")], (unknown,), truncated=True)]))
    summary.add(Trajectory(header))
    assert (summary.episodes, summary.steps, summary.calls) == (3, 4, 4)
    assert summary.refused == Counter(locked=1, unknown_tool=1)
    assert summary.tools == Counter(list_files=2)
    assert summary.lengths == Counter({3: 1, 1: 1, 0: 1})
    assert (summary.total, summary.passed, summary.truncated) == (Fraction(1), 1, 1)


def test_an_answer_about_errors_is_not_counted_as_a_refusal() -> None:
    summary = RolloutSummary()
    texts = ('{"error":"none"}', '{"errors":[]}', '"error"')
    summary.add(Trajectory(Header("mail", "", 0), steps=[step([call("a"), call("b"), call("c")], texts)]))
    assert not summary.refused
    assert summary.tools == Counter(a=1, b=1, c=1)


def test_the_command_writes_what_it_played_and_tells_what_it_came_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deep" / "t.jsonl"
    commands.rollout("mail", policy="random", episodes=3, seed=5, tasks=None, out=path)
    told = capsys.readouterr().out
    read = list(read_trajectories(path))
    assert [one.header.seed for one in read] == [5, 6, 7]
    calls = sum(len(one.action) for trajectory in read for one in trajectory.steps if not isinstance(one.action, str))
    assert "rollouts in mail" in told
    assert any(line.split()[-2:] == ["calls", str(calls)] or f" {calls} " in f"{line} " for line in told.splitlines())
    commands.replay(path)
    assert "3 of 3 trajectories came again to the byte" in capsys.readouterr().out


def test_the_command_plays_tasks_with_the_gold_policy(
    tasks: Callable[[str], list[Task]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tasks.jsonl"
    file.write_text("".join(f"{to_json(task.json())}\n" for task in tasks("calendar")[:3]))
    commands.rollout("calendar", policy="gold", episodes=3, seed=0, tasks=file, out=tmp_path / "t.jsonl")
    told = " ".join(capsys.readouterr().out.split())
    assert "3 (100.0 %)" in told
    assert "1.000" in told
    assert all(
        json.loads(line)["return"] == pytest.approx(1.0) for line in (tmp_path / "t.jsonl").read_text().splitlines()
    )


def test_the_command_says_what_is_wrong_with_its_options(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="unknown policy 'clever'; have random, walk, gold"):
        commands.rollout("mail", policy="clever", out=tmp_path / "t.jsonl")
    with pytest.raises(TaskError, match="give a file of them with --tasks"):
        commands.rollout("mail", policy="gold", tasks=None, out=tmp_path / "t.jsonl")
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot be written"):
        commands.rollout("mail", policy="random", tasks=None, out=tmp_path / "file" / "t.jsonl")
