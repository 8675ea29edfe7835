from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fc_agents import workers
from fc_agents.collect.job import Job
from fc_agents.rollout import RolloutSummary
from fc_agents.workers import parts

from fc_gym.errors import FcGymError, TaskError

DEADLY = '''
import multiprocessing, os
from dataclasses import dataclass

@dataclass
class Deadly:
    """A world in which no worker lives."""

    lamp: bool = False

    @classmethod
    def sample(cls, rng):
        if multiprocessing.parent_process() is not None:
            os._exit(9)
        return cls()

    def show_lamp(self) -> bool:
        """Show whether the lamp is on."""
        return self.lamp
'''


def lines_of(job: Job, count: int) -> tuple[list[str], RolloutSummary]:
    lines: list[str] = []
    summary = RolloutSummary()
    for part in parts(job, count):
        lines += part.lines
        summary.merge(part.summary)
    return lines, summary


@pytest.mark.parametrize(("policy", "domain"), [("walk", "shop"), ("random", "mail")])
def test_any_number_of_workers_gives_the_same_file_and_the_same_table(policy: str, domain: str, tmp_path: Path) -> None:
    seen = set()
    for count in ("1", "3"):
        words = [
            domain,
            "--policy",
            policy,
            "--episodes",
            "70",
            "--seed",
            "3",
            "--workers",
            count,
            "--out",
            "out.jsonl",
        ]
        done = subprocess.run(
            [sys.executable, "-c", "from fc_gym.cli import main; main()", "rollout", *words],
            cwd=tmp_path, capture_output=True, check=True,
        )  # fmt: skip
        seen.add((done.stdout, (tmp_path / "out.jsonl").read_bytes()))
    assert len(seen) == 1 and (tmp_path / "out.jsonl").read_text().count("\n") == 70


def test_workers_report_in_the_order_of_their_seeds() -> None:
    lines, summary = lines_of(Job("shop", "random", range(5, 5 + 2 * workers.CHUNK)), 2)
    assert [json.loads(one)["header"]["seed"] for one in lines] == list(range(5, 5 + 2 * workers.CHUNK))
    assert summary.episodes == 2 * workers.CHUNK


def test_the_size_of_a_chunk_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("shop", "walk", range(0, 21))
    one = lines_of(job, 1)
    monkeypatch.setattr(workers, "CHUNK", 5)
    assert lines_of(job, 1) == one


def test_a_worker_that_dies_is_told(tmp_path: Path) -> None:
    (tmp_path / "deadly.py").write_text(DEADLY)
    with pytest.raises(FcGymError, match="a worker was killed"):
        list(parts(Job(f"{tmp_path / 'deadly.py'}:Deadly", "random", range(4)), 2))


def test_what_is_wrong_in_a_worker_is_told_as_in_one_process() -> None:
    with pytest.raises(TaskError, match="unknown policy 'wlak'"):
        list(parts(Job("shop", "wlak", range(4)), 2))
