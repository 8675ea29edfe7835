"""Episodes in this process: one after the other, or side by side if a model plays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

from fc_agents.collect.job import Batch, ChatSpec, Halted, Job, env_of
from fc_agents.collect.loop import Slots, all_of
from fc_agents.named import policy_named
from fc_agents.rollout import RolloutSummary, rollout

__all__ = ["CHUNK", "SerialBackend", "chat", "chunks", "played"]

CHUNK = 32
"""Episodes that are played before they are reported, if no model plays."""


class SerialBackend:
    """Plays in this process.

    Args:
        concurrency: How many episodes a model plays at once.
    """

    name = "serial"

    def __init__(self, concurrency: int = 64) -> None:
        self.concurrency = concurrency

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions; as every `Backend`."""
        if job.chat is not None:
            asyncio.run(chat(job, job.chat, all_of(indices), emit, self.concurrency, deadline))
            return
        for chunk in chunks(indices, CHUNK):
            if deadline is not None and time.monotonic() >= deadline:
                raise Halted("the time is up")
            emit(played(job, chunk))


def chunks(indices: Sequence[int], size: int) -> list[Sequence[int]]:
    """Cut positions into pieces of a size."""
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def played(job: Job, indices: Sequence[int]) -> Batch:
    """Play episodes with a policy that answers at once."""
    env, policy = env_of(job.domain, job.tasks), policy_named(job.policy)
    summary, lines = RolloutSummary(), []
    for index in indices:
        task = env.tasks[index % len(env.tasks)] if env.tasks else None
        trajectory = rollout(env, policy, job.seeds[index], task, reference=job.domain)
        summary.add(trajectory)
        lines.append((index, trajectory.line()))
    return Batch(lines, summary)


async def chat(
    job: Job, spec: ChatSpec, indices: AsyncIterator[int], emit: Callable[[Batch], None], concurrency: int,
    deadline: float | None = None,
) -> None:  # fmt: skip
    """Play episodes with a model, and give the model back at the end, whatever happens.

    Args:
        job: What to play.
        spec: Who plays.
        indices: Positions in the job's seeds.
        emit: Told of each episode.
        concurrency: How many are played at once.
        deadline: When to stop, by `time.monotonic`.
    """
    model = spec.model()
    try:
        policy = spec.policy(model)
        await model.check()
        await Slots(job, policy.another, concurrency, emit).play(indices, deadline)
    finally:
        await model.close()
