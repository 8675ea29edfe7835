"""Rollouts on several processes of one machine: whole episodes per worker, the same lines as on one."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from fc_agents.named import policy_named
from fc_agents.rollout import RolloutSummary, rollouts
from fc_gym.env import ToolEnv
from fc_gym.errors import FcGymError
from fc_gym.registration import make_env

__all__ = ["Job", "Part", "parts"]

CHUNK = 32
"""Episodes that a worker plays before it reports."""
AHEAD = 3
"""Chunks per worker that may be waiting, so that memory stays bounded."""


@dataclass(frozen=True)
class Job:
    """What is to be played; it travels to workers."""

    domain: str
    policy: str
    seeds: range
    tasks: str | None = None
    """Path of a file of tasks; None: free play."""


@dataclass(frozen=True)
class Part:
    """Some episodes in a row."""

    lines: Sequence[str]
    summary: RolloutSummary


def parts(job: Job, workers: int = 1) -> Iterator[Part]:
    """Play a job and give its episodes in the order of their seeds, whatever the number of workers.

    Args:
        job: What to play.
        workers: How many processes play; 1: this one.

    Raises:
        FcGymError: If the job cannot be played, or a worker was killed.
    """
    chunks = [job.seeds[start : start + CHUNK] for start in range(0, len(job.seeds), CHUNK)]
    if workers == 1:
        yield from (_played(job, seeds) for seeds in chunks)
        return
    waiting: list[Future[Part]] = []
    todo = iter(chunks)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            waiting += [pool.submit(_played, job, seeds) for seeds in islice(todo, workers * AHEAD)]
            while waiting:
                part = waiting.pop(0).result()
                waiting += [pool.submit(_played, job, seeds) for seeds in islice(todo, 1)]
                yield part
        except BrokenProcessPool:
            raise FcGymError(
                "a worker was killed, perhaps for want of memory; what it had not reported is lost, run again"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@lru_cache(maxsize=4)
def _env(domain: str, tasks: str | None) -> ToolEnv:
    """Make an environment once per process; its tasks' verified courses are run once then, too."""
    return make_env(domain, tasks)


def _played(job: Job, seeds: range) -> Part:
    env = _env(job.domain, job.tasks)
    summary, lines = RolloutSummary(), []
    first = seeds.start - job.seeds.start
    for trajectory in rollouts(env, policy_named(job.policy), seeds, reference=job.domain, first=first):
        summary.add(trajectory)
        lines.append(trajectory.line())
    return Part(lines, summary)
