"""A setting measured over several processes, where no clock tells whose time it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from fc_agents.collect.collector import Run
from fc_agents.collect.job import Batch, Job
from fc_agents.throughput.watched import Asked
from fc_agents.workers import ProcessBackend

__all__ = ["Spread", "asked_in"]


class Spread:
    """Plays as the process backend does, and measures from when the first episode began that comes back.

    Args:
        workers: How many processes play; starting them is not measured.
        concurrency: How many episodes are played at once, over all of them.
    """

    name = "process"

    def __init__(self, workers: int, concurrency: int) -> None:
        self._backend = ProcessBackend(workers, concurrency)
        self.seconds = 0.0

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions; as every `Backend`."""
        began = 0.0

        def noted(batch: Batch) -> None:
            nonlocal began
            if not began:
                began = time.monotonic() - max((one.seconds for one in batch.timings), default=0.0)
            emit(batch)

        try:
            self._backend.play(job, indices, noted, deadline)
        finally:
            self.seconds = time.monotonic() - began if began else 0.0


def asked_in(run: Run, timings: Path) -> Asked:
    """Return what was asked of a model in the episodes of a run; times are means of each episode.

    Args:
        run: The run.
        timings: Its file of times.
    """
    summary = run.summary
    rows = [orjson.loads(line) for line in timings.read_bytes().splitlines()]
    asked = [row for row in rows if row["requests"]]
    return Asked(
        responses=run.requests, prompted=summary.prompted, written=summary.written, cached=summary.cached,
        tries=run.tries, first=[row["first"] / row["requests"] for row in asked],
        whole=[row["model"] / row["requests"] for row in asked],
    )  # fmt: skip
