"""Promises of runs: where, in what order and in how many attempts episodes are played does not show in them."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fc_agents.collect import collector as collecting
from fc_agents.collect.collector import Budget
from fc_agents.collect.job import Batch, ChatSpec, Failure, Job
from fc_agents.collect.place import Output, Place
from fc_agents.collect.serial import SerialBackend
from fc_agents.models.model import ModelError
from fc_agents.workers import ProcessBackend
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.errors import FcGymError, RecordError
from fc_gym.record import read_trajectories
from tests.agents.chat.speaking import Speaker
from tests.agents.collect.kept import Deadly, collected, job_of, lines_in

EPISODES, MANY = 20, 200
LATER = 500_000
"""Most bytes that a run writes before it is killed."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the lines of a run that nothing disturbed, played one after the other."""
    out = tmp_path_factory.mktemp("whole")
    collected(out, job_of(EPISODES), SerialBackend(1))
    return lines_in(out)


@settings(max_examples=10)
@given(concurrency=st.integers(1, 40), salt=st.integers(0, 10_000))
def test_any_concurrency_and_interleaving_gives_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, whole: list[str], concurrency: int, salt: int
) -> None:
    out = tmp_path_factory.mktemp("run")
    run = collected(out, job_of(EPISODES, salt=salt, wait=0.004), SerialBackend(concurrency))
    assert lines_in(out) == whole
    assert (run.played, run.left, run.stopped) == (EPISODES, 0, "")
    assert run.summary.episodes == EPISODES and run.requests == run.summary.responses == run.summary.steps


def test_any_backend_gives_the_same_file(tmp_path: Path, whole: list[str]) -> None:
    run = collected(tmp_path, job_of(EPISODES, wait=0.002), ProcessBackend(2, 6))
    assert lines_in(tmp_path) == whole and run.played == EPISODES
    assert sorted(json.loads(one)["index"] for one in lines_in(tmp_path, "timings.jsonl")) == list(range(EPISODES))


@pytest.mark.parametrize("backend", [SerialBackend(), ProcessBackend(2)], ids=lambda one: one.name)
def test_a_policy_without_a_model_is_collected_as_well(tmp_path: Path, backend: Any) -> None:
    job = Job("mail", "random", range(5, 45))
    collected(tmp_path / "one", job, SerialBackend())
    collected(tmp_path / "two", Job("mail", "random", range(5, 40)), backend)
    run = collected(tmp_path / "two", job, backend)
    assert (run.before, run.played) == (35, 5)
    assert lines_in(tmp_path / "one") == lines_in(tmp_path / "two")


def test_requests_are_bounded(tmp_path: Path) -> None:
    model = Speaker(wait=0.002)
    job = job_of(60, made=lambda: model)
    collected(tmp_path, job, SerialBackend(7))
    assert model.most == 7 and model.closed


KILLED = """
import sys
from pathlib import Path
from fc_agents.collect.serial import SerialBackend
from fc_agents.workers import ProcessBackend
from tests.agents.collect.kept import collected, job_of

if __name__ == "__main__":
    backend = SerialBackend(8) if sys.argv[2] == "serial" else ProcessBackend(2, 8)
    collected(Path(sys.argv[1]), job_of(200, wait=0.02), backend)
"""


def _children(parent: int) -> list[Path]:
    """Return the processes that a process has started, as their folders."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (folder / "stat").read_text().rpartition(")")[2].split()[1] == str(parent):
                found.append(folder)
    return found


def _wait_until_gone(processes: list[Path]) -> None:
    until = time.monotonic() + 30
    while alive := [one for one in processes if one.exists()]:
        assert time.monotonic() < until, f"{alive} go on though there is nobody to play for"
        time.sleep(0.05)


@pytest.mark.parametrize("backend", ["serial", "process"])
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(tmp_path: Path, backend: str) -> None:
    script, rng = tmp_path / "run.py", random.Random(backend)
    script.write_text(KILLED)
    path = os.pathsep.join(one for one in (os.getcwd(), *sys.path) if one)
    before, kills = 0, 0
    while True:
        process = subprocess.Popen(
            [sys.executable, str(script), str(tmp_path / "out"), backend], env={**os.environ, "PYTHONPATH": path}
        )
        file = tmp_path / "out" / "trajectories.jsonl"
        until, pause = before + rng.randrange(2000, LATER), rng.random() * 0.03
        while process.poll() is None and (not file.exists() or file.stat().st_size < until):
            time.sleep(0.002)
        time.sleep(pause)
        if process.poll() is not None:
            break
        children = _children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        _wait_until_gone(children)
        kills, before = kills + 1, file.stat().st_size
    assert process.returncode == 0 and kills >= 2
    collected(tmp_path / "whole", job_of(MANY), SerialBackend(50))
    assert lines_in(tmp_path / "out") == lines_in(tmp_path / "whole")
    assert not lines_in(tmp_path / "out", "failures.jsonl")


def test_what_a_dead_worker_had_not_reported_is_played_again(tmp_path: Path, whole: list[str]) -> None:
    (tmp_path / "dead").mkdir()
    job = job_of(EPISODES, made=partial(Deadly, str(tmp_path / "dead"), 9, 2, wait=0.002))
    run = collected(tmp_path / "out", job, ProcessBackend(2, 4))
    assert len(list((tmp_path / "dead").iterdir())) == 2
    assert lines_in(tmp_path / "out") == whole and run.played == EPISODES


def test_workers_that_always_die_end_the_run_and_what_was_played_stays(tmp_path: Path, whole: list[str]) -> None:
    (tmp_path / "dead").mkdir()
    job = job_of(EPISODES, made=partial(Deadly, str(tmp_path / "dead"), 9, 99))
    with pytest.raises(FcGymError, match="a worker was killed, and so were those that took its place"):
        collected(tmp_path / "out", job, ProcessBackend(1, 1))
    assert set(lines_in(tmp_path / "out")) <= set(whole)
    collected(tmp_path / "out", job_of(EPISODES))
    assert lines_in(tmp_path / "out") == whole


@settings(max_examples=10)
@given(fails=st.dictionaries(st.integers(3, 22), st.integers(1, 2), max_size=8), concurrency=st.integers(1, 9))
def test_a_failure_costs_one_episode_and_is_made_good_by_the_next_run(
    tmp_path_factory: pytest.TempPathFactory, whole: list[str], fails: dict[int, int], concurrency: int
) -> None:
    out, model = tmp_path_factory.mktemp("run"), Speaker(fails=fails)
    job = job_of(EPISODES, made=lambda: model)
    for number in range(3):
        left = {seed for seed, count in fails.items() if count > number}
        run = collected(out, job, SerialBackend(concurrency))
        assert run.failed.total() == len(left) == run.left and not run.stopped
        rows = [json.loads(one) for one in lines_in(out, "failures.jsonl")]
        assert [(row["seed"], row["index"], row["kind"]) for row in rows] == [
            (seed, seed - 3, "stalled") for seed in sorted(left)
        ]
        assert lines_in(out) == [line for line in whole if json.loads(line)["header"]["seed"] not in left]
    assert lines_in(out) == whole


@pytest.mark.parametrize("backend", [SerialBackend(4), ProcessBackend(2, 4)], ids=lambda one: one.name)
def test_an_error_that_is_fatal_ends_the_run_and_nothing_is_lost(
    tmp_path: Path, whole: list[str], backend: Any
) -> None:
    with pytest.raises(ModelError, match="the model is gone") as told:
        collected(tmp_path, job_of(EPISODES, fatal=19, wait=0.001), backend)
    assert (told.value.kind, told.value.fatal) == ("server_error", True) and not multiprocessing.active_children()
    assert set(lines_in(tmp_path)) < set(whole)
    collected(tmp_path, job_of(EPISODES))
    assert lines_in(tmp_path) == whole


def test_a_model_that_fails_at_every_episode_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "FAILED_IN_A_ROW", 10)
    with pytest.raises(ModelError, match=r"12 episodes failed one after the other, the last with: no answer for \d+"):
        collected(tmp_path, job_of(60, fails=dict.fromkeys(range(70), 1)), SerialBackend(2), concurrency=2)
    assert len(lines_in(tmp_path, "failures.jsonl")) == 12


@pytest.mark.parametrize("budget", [Budget(tokens=2000), Budget(seconds=0.15)])
@pytest.mark.parametrize("backend", [SerialBackend(4), ProcessBackend(2, 4)], ids=lambda one: one.name)
def test_a_budget_ends_a_run_cleanly_and_the_next_goes_on(tmp_path: Path, budget: Budget, backend: Any) -> None:
    run = collected(tmp_path, job_of(120, wait=0.02), backend, budget)
    words = "the tokens are used up" if budget.tokens else "the time is up"
    assert run.stopped == words and run.left > 0 and run.left + run.played == 120
    assert json.loads((tmp_path / "summary.json").read_text())["run"]["stopped"] == words
    again = collected(tmp_path, job_of(120))
    assert (again.before, again.left) == (run.played, 0)
    collected(tmp_path / "whole", job_of(120), SerialBackend(50))
    assert lines_in(tmp_path) == lines_in(tmp_path / "whole")
    assert json.loads((tmp_path / "summary.json").read_text())["run"]["episodes"]["episodes"] == 120


def test_a_budget_holds_for_policies_that_ask_no_model(tmp_path: Path) -> None:
    run = collected(tmp_path, Job("mail", "random", range(10_000)), SerialBackend(), Budget(seconds=0.2))
    assert run.stopped == "the time is up" and 0 < run.played < 10_000


@pytest.mark.parametrize("content", [b"my only notes", b'{"key": 1}', b'{"format":"fc_gym/dialogue'])
def test_a_file_of_somebody_else_is_not_cut_off(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"own\.jsonl: is no file of a run; give another with --out"):
        collected(path, job_of(2), SerialBackend(1))
    assert path.read_bytes() == content


@settings(max_examples=20)
@given(st.data())
def test_a_torn_line_is_cut_off_and_its_episode_played_again(
    tmp_path_factory: pytest.TempPathFactory, whole: list[str], data: st.DataObject
) -> None:
    out = tmp_path_factory.mktemp("torn")
    text = "".join(f"{one}\n" for one in whole).encode()
    cut = data.draw(st.integers(0, len(text)))
    (out / "trajectories.jsonl").write_bytes(text[:cut])
    (out / "failures.jsonl").write_bytes(b'{"index": 1, "se')
    run = collected(out, job_of(EPISODES))
    assert lines_in(out) == whole and run.before == text[:cut].count(b"\n")


OTHERS: dict[str, tuple[Any, str]] = {
    "another policy": (Job("mail", "random", range(3, 23)), 'episodes of policy "chat", not "random"'),
    "another domain": (Job("shop", "random", range(3, 23)), 'episodes of domain "mail", not "shop"'),
    "another level": (
        Job("mail", "chat", range(3, 23), None, ChatSpec(Speaker, form="hermes", level="tools")),
        'episodes of chat.level "free", not "tools"',
    ),
    "a later seed": (job_of(EPISODES, 5), "an episode of seed 3, which comes before 5"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, whole: list[str], what: str) -> None:
    job, words = OTHERS[what]
    (tmp_path / "trajectories.jsonl").write_text("".join(f"{one}\n" for one in whole))
    with pytest.raises(RecordError, match=rf"trajectories.jsonl:1: holds {words}; give another folder with --out"):
        collected(tmp_path, job)
    assert lines_in(tmp_path) == whole


def test_other_tasks_and_episodes_that_are_there_twice_are_told(tmp_path: Path, whole: list[str]) -> None:
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text(json.dumps({"id": "T1", "domain": "mail", "turns": [{"user": "Hello."}]}) + "\n")
    (tmp_path / "trajectories.jsonl").write_text(f"{whole[0]}\n{whole[1]}\n{whole[0]}\n")
    with pytest.raises(RecordError, match=r"episodes of other tasks \(of seed 3: no task, not T1\)"):
        collected(tmp_path, job_of(EPISODES, tasks=str(tasks)))
    with pytest.raises(RecordError, match=r":3: holds the episode of seed 3 twice"):
        collected(tmp_path, job_of(EPISODES))


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    collected(tmp_path, job_of(2))
    held = Output(Place.at(tmp_path), 3, lambda one: "", lambda one: None)
    with held, pytest.raises(RecordError, match="another run is writing there; wait for it"):
        collected(tmp_path, job_of(4))
    assert collected(tmp_path, job_of(4)).played == 2


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="file: cannot be written"):
        collected(tmp_path / "file", job_of(2))


def test_a_bug_is_not_hidden(tmp_path: Path) -> None:
    class Faulty(Speaker):
        async def complete(self, request: Any) -> Any:
            raise ZeroDivisionError("of the model")

    with pytest.raises(ZeroDivisionError, match="of the model"):
        collected(tmp_path, job_of(4, made=Faulty))


def test_lines_are_there_as_soon_as_they_are_told(tmp_path: Path, whole: list[str]) -> None:
    with Output(Place.at(tmp_path / "t.jsonl"), 3, lambda one: "", lambda one: None) as output:
        output.add(Batch([(1, whole[1])], failures=[Failure(0, 3, "stalled", "no")]))
        assert (tmp_path / "t.jsonl").read_text() == f"{whole[1]}\n"
        output.add(Batch([(0, whole[0])]))
        output.settle()
    assert [one.line() for one in read_trajectories(tmp_path / "t.jsonl")] == whole[:2]
    assert (tmp_path / "t.failures.jsonl").read_text() == ""
