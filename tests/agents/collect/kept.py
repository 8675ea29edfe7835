"""Runs for tests: jobs that any process can make, and what they leave."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fc_agents.collect.collector import Budget, Collector, Run
from fc_agents.collect.job import Backend, ChatSpec, Job
from fc_agents.collect.place import Place
from fc_agents.collect.serial import SerialBackend
from fc_agents.models.request import Completion, Request

from tests.agents.chat.speaking import Speaker, number_of

__all__ = ["Deadly", "collected", "job_of", "lines_in"]


class Deadly(Speaker):
    """Kills its own process at an episode, each time until as many have died as a folder can count.

    Args:
        folder: Where deaths are counted.
        seed: The episode.
        deaths: How many processes die.
    """

    def __init__(self, folder: str, seed: int, deaths: int, **how: Any) -> None:
        super().__init__(**how)
        self.folder, self.seed, self.deaths = Path(folder), seed, deaths

    async def complete(self, request: Request) -> Completion:
        """Say what the policy did, or die."""
        if number_of(request) == (self.seed, 1) and len(list(self.folder.iterdir())) < self.deaths:
            (self.folder / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().complete(request)


def job_of(episodes: int = 20, first: int = 3, *, made: Any = None, tasks: str | None = None, **how: Any) -> Job:
    """Return a job of the chat policy in mail.

    Args:
        episodes: How many.
        first: Seed of the first.
        made: Makes the model; by default a `Speaker` with what else is given.
        tasks: File of tasks.
        **how: Arguments of the model.
    """
    return Job(
        "mail", "chat", range(first, first + episodes), tasks, ChatSpec(made or partial(Speaker, **how), form="hermes")
    )


def collected(
    out: Path, job: Job, backend: Backend | None = None, budget: Budget | None = None, concurrency: int = 1
) -> Run:
    """Run a job into a folder."""
    settings: Mapping[str, Any] = job.chat.settings() if job.chat else {}
    backend = backend or SerialBackend(8)
    return Collector(job, Place.at(out), backend, settings=settings, concurrency=concurrency).run(budget)


def lines_in(out: Path, name: str = "trajectories.jsonl") -> list[str]:
    """Return the lines of a file of a run."""
    return (out / name).read_text().splitlines()
