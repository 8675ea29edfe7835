"""Promises of runs on a Ray cluster of two simulated machines, some of which die."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fc_agents import commands
from fc_agents.collect.cluster import RayBackend
from fc_agents.collect.collector import Budget
from fc_agents.collect.job import Batch, Job
from fc_agents.collect.serial import SerialBackend
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request
from fc_agents.workers import ProcessBackend

from fc_gym.errors import FcGymError, TaskError
from tests.agents.chat.speaking import Speaker, number_of
from tests.agents.collect.kept import Deadly, collected, job_of, lines_in

ray: Any = pytest.importorskip("ray", reason="ray is not installed; .ci/ray installs it and runs these tests")

pytestmark = pytest.mark.ray
EPISODES = 60
WAIT = 0.05
PATIENCE = 60.0


class Noted(Speaker):
    """Notes each episode it begins, with the machine and the process, in a folder."""

    def __init__(self, folder: str, **how: Any) -> None:
        super().__init__(**how)
        self.file = Path(folder) / f"{ray.get_runtime_context().get_node_id()}.{os.getpid()}"

    async def complete(self, request: Request) -> Completion:
        """Say what the policy did."""
        seed, number = number_of(request)
        if number == 0:
            with self.file.open("a") as file:
                file.write(f"{seed}\n")
        return await super().complete(request)


class Disturbed:
    """Does something in the middle of a run.

    Args:
        backend: Where it is played.
        when: Which batch it is done at.
        what: What is done.
    """

    name = "ray"

    def __init__(self, backend: RayBackend, when: int, what: Callable[[], None]) -> None:
        self.backend, self.when, self.what = backend, when, what

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play, and disturb."""
        count = 0

        def told(batch: Batch) -> None:
            nonlocal count
            emit(batch)
            count += 1
            if count == self.when:
                self.what()

        self.backend.play(job, indices, told, deadline)


@pytest.fixture(scope="module")
def head() -> Iterator[Any]:
    """Give a cluster that has no machine to play on, and connect to it."""
    simulated = importlib.import_module("ray.cluster_utils")
    patch = pytest.MonkeyPatch()
    patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = simulated.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
    yield cluster
    ray.shutdown()
    cluster.shutdown()
    patch.undo()


@pytest.fixture
def cluster(head: Any) -> Any:
    """Give the cluster with two machines."""
    while len(head.worker_nodes) < 2:
        head.add_node(num_cpus=1)
    head.wait_for_nodes()
    _wait(lambda: ray.available_resources().get("CPU") == 2)
    return head


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the lines of a run in one process."""
    out = tmp_path_factory.mktemp("whole")
    collected(out, job_of(EPISODES), SerialBackend(1))
    return lines_in(out)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Give the folder in which episodes are noted."""
    (tmp_path / "notes").mkdir()
    return tmp_path / "notes"


def _wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def _noted(notes: Path) -> dict[tuple[str, int], list[int]]:
    """Return the seeds that each process of each machine began to play."""
    found = {}
    for file in notes.iterdir():
        node, _, process = file.name.partition(".")
        found[node, int(process)] = [int(line) for line in file.read_text().split()]
    return found


def _indices(out: Path) -> list[int]:
    return sorted(json.loads(line)["index"] for line in lines_in(out, "timings.jsonl"))


def test_every_backend_gives_the_same_file_and_both_machines_play(
    cluster: Any, tmp_path: Path, notes: Path, whole: list[str]
) -> None:
    run = collected(tmp_path / "ray", job_of(EPISODES, made=partial(Noted, str(notes), wait=WAIT)), RayBackend(2, 12))
    collected(tmp_path / "process", job_of(EPISODES, wait=WAIT), ProcessBackend(2, 12))
    assert lines_in(tmp_path / "ray") == lines_in(tmp_path / "process") == whole
    assert (run.played, run.left) == (EPISODES, 0) and _indices(tmp_path / "ray") == list(range(EPISODES))
    noted = _noted(notes)
    assert {node for node, _ in noted} == {one.node_id for one in cluster.worker_nodes}
    assert Counter(seed for seeds in noted.values() for seed in seeds) == Counter(range(3, 3 + EPISODES))


@pytest.mark.parametrize("policy", ["random", "greedy"])
def test_a_policy_without_a_model_plays_the_same_too(cluster: Any, tmp_path: Path, policy: str) -> None:
    job = Job("mail", policy, range(5, 45))
    collected(tmp_path / "one", job, SerialBackend())
    collected(tmp_path / "two", job, RayBackend(2, chunk=3))
    assert lines_in(tmp_path / "one") == lines_in(tmp_path / "two")


@pytest.mark.parametrize("what", ["machine", "process"])
def test_what_dies_mid_run_loses_nothing_and_doubles_nothing(
    cluster: Any, tmp_path: Path, notes: Path, whole: list[str], what: str
) -> None:
    out, before = tmp_path / "out", list[int]()
    lost: list[tuple[str, int]] = []

    def kill() -> None:
        _wait(lambda: len(_noted(notes)) == 2)
        before.append(len(lines_in(out)))
        node = next(iter(cluster.worker_nodes))
        lost.extend(one for one in _noted(notes) if one[0] == node.node_id)
        if what == "machine":
            cluster.remove_node(node)
        else:
            os.kill(lost[0][1], signal.SIGKILL)

    job = job_of(EPISODES, made=partial(Noted, str(notes), wait=4 * WAIT))
    run = collected(out, job, Disturbed(RayBackend(2, 12), 8, kill))
    assert lines_in(out) == whole and (run.played, run.left, run.failed.total()) == (EPISODES, 0, 0)
    assert 0 < before[0] < EPISODES and _indices(out) == list(range(EPISODES))
    noted = _noted(notes)
    begun = Counter(seed for seeds in noted.values() for seed in seeds)
    again = {seed for seed, count in begun.items() if count > 1}
    assert again and again <= set(noted[lost[0]]) and set(begun) == set(range(3, 3 + EPISODES))
    print(f"{what}: {before[0]} of {EPISODES} before, {len(again)} were under way there, {run.played} after")


def test_a_policy_without_a_model_loses_nothing_with_a_machine(cluster: Any, tmp_path: Path) -> None:
    job = Job("mail", "random", range(200))
    node = next(iter(cluster.worker_nodes))
    collected(tmp_path / "one", job, SerialBackend())
    run = collected(tmp_path / "two", job, Disturbed(RayBackend(2, chunk=4), 2, lambda: cluster.remove_node(node)))
    assert lines_in(tmp_path / "one") == lines_in(tmp_path / "two") and run.played == 200


def test_a_machine_that_comes_later_goes_on_when_all_others_have_died(
    cluster: Any, tmp_path: Path, notes: Path, whole: list[str]
) -> None:
    came: list[str] = []

    def replace() -> None:
        for node in list(cluster.worker_nodes):
            cluster.remove_node(node)
        came.append(cluster.add_node(num_cpus=1).node_id)

    job = job_of(EPISODES, made=partial(Noted, str(notes), wait=4 * WAIT))
    run = collected(tmp_path / "out", job, Disturbed(RayBackend(2, 12), 5, replace))
    assert lines_in(tmp_path / "out") == whole and run.played == EPISODES
    assert came[0] in {node for node, _ in _noted(notes)}


def test_an_episode_that_kills_every_worker_is_named_and_all_others_are_played(
    cluster: Any, tmp_path: Path, notes: Path, whole: list[str]
) -> None:
    job = job_of(20, made=partial(Deadly, str(notes), 9, 99, wait=WAIT))
    with pytest.raises(FcGymError, match="every worker that played seed 9 died, 3 of them") as told:
        collected(tmp_path / "out", job, RayBackend(2, 4))
    assert "\n" not in str(told.value) and len(list(notes.iterdir())) == 3
    assert lines_in(tmp_path / "out") == [*whole[:6], *whole[7:20]]
    collected(tmp_path / "out", job_of(20))
    assert lines_in(tmp_path / "out") == whole[:20]


def test_an_error_that_is_fatal_ends_the_run_and_nothing_is_lost(
    cluster: Any, tmp_path: Path, whole: list[str]
) -> None:
    with pytest.raises(ModelError, match=r"^the model is gone$") as told:
        collected(tmp_path, job_of(EPISODES, fatal=40, wait=0.01), RayBackend(2, 4))
    assert (told.value.kind, told.value.fatal) == ("server_error", True)
    assert set(lines_in(tmp_path)) < set(whole)
    _wait(lambda: ray.available_resources().get("CPU") == 2)
    collected(tmp_path, job_of(EPISODES))
    assert lines_in(tmp_path) == whole


@pytest.mark.parametrize("budget", [Budget(tokens=2000), Budget(seconds=6.0)])
def test_a_budget_ends_a_run_cleanly_and_the_next_goes_on(cluster: Any, tmp_path: Path, budget: Budget) -> None:
    run = collected(tmp_path, job_of(400, wait=1.0), RayBackend(2, 8), budget)
    assert run.stopped == ("the tokens are used up" if budget.tokens else "the time is up") and run.left > 0
    again = collected(tmp_path, job_of(400), SerialBackend(50))
    assert (again.before, again.left) == (run.played, 0)
    assert _indices(tmp_path) == list(range(400))


def test_a_failure_costs_one_episode(cluster: Any, tmp_path: Path, whole: list[str]) -> None:
    run = collected(tmp_path, job_of(EPISODES, fails={5: 1, 30: 1}), RayBackend(2, 8))
    assert dict(run.failed) == {"stalled": 2} and run.left == 2
    assert lines_in(tmp_path) == [line for line in whole if json.loads(line)["header"]["seed"] not in (5, 30)]


def test_a_cluster_without_room_is_told(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(FcGymError, match=r"had no room for a worker \(num_cpus=99, .*\) for 0.5 seconds; wait until"):
        collected(tmp_path, job_of(2), RayBackend(2, patience=0.5, options={"num_cpus": 99}))


class Unwelcome:
    """Makes models here, and cannot be taken anywhere else."""

    def __call__(self) -> Speaker:
        return Speaker()

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive, (os.getpid(),)


def _arrive(process: int) -> Unwelcome:
    if os.getpid() != process:
        raise ImportError("this machine lacks a package")
    return Unwelcome()


def test_a_worker_that_cannot_start_is_told(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(FcGymError, match=r"a worker of the Ray cluster cannot start: .*lacks a package") as told:
        collected(tmp_path, job_of(2, made=Unwelcome()), RayBackend(2))
    assert "\n" not in str(told.value)


def test_what_is_wrong_with_a_job_is_told_as_in_one_process(cluster: Any, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="unknown policy 'wlak'"):
        collected(tmp_path, Job("mail", "wlak", range(4)), RayBackend(2))


def test_the_command_finds_a_cluster_and_the_files_of_its_own_folder(cluster: Any, tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_text(
        json.dumps({"id": "T1", "domain": "mail", "turns": [{"user": "Hello."}]}) + "\n"
    )
    words = ["rollout", "mail", "--policy", "random", "--episodes", "40", "--tasks", "tasks.jsonl", "--out"]
    more = ["--backend", "ray", "--workers", "2", "--ray-address", cluster.address]
    for args in ([*words, "one.jsonl"], [*words, "two.jsonl", *more], [*words, "three", *more]):
        subprocess.run(
            [sys.executable, "-c", "from fc_gym.cli import main; main()", *args],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
    one = lines_in(tmp_path, "one.jsonl")
    assert len(one) == 40 and lines_in(tmp_path, "two.jsonl") == one == lines_in(tmp_path / "three")


def test_an_address_at_which_nobody_answers_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FcGymError, match=f"there is no Ray cluster to use at {address}: .*refused"):
        commands.rollout("mail", policy="random", backend="ray", ray_address=address, out=tmp_path)
