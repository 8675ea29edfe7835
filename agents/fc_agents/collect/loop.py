"""Many episodes at once in one event loop, one coroutine each."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterable

from fc_agents.collect.episode import Spent, play
from fc_agents.collect.job import Batch, Failure, Halted, Job, env_of
from fc_agents.models.model import ModelError
from fc_agents.policy import AsyncPolicy
from fc_agents.rollout import RolloutSummary
from fc_gym.env import ToolEnv
from fc_gym.types import JsonValue

__all__ = ["Slots", "all_of"]

GLANCE = 0.05
"""Seconds between two looks at the clock."""
COLLECTED = 100_000
"""New objects after which garbage is looked for, at least."""
HELD = 1_000
"""More of them for each episode at once: episodes that go on are no garbage, and those that end leave hardly any."""


async def all_of(indices: Iterable[int]) -> AsyncIterator[int]:
    """Give positions one after the other."""
    for index in indices:
        yield index


class Slots:
    """Places in which episodes are played side by side, one after the other in each.

    Args:
        job: What to play.
        another: Makes a policy for one place; all have the same settings.
        concurrency: How many places there are.
        emit: Told of each episode.
    """

    def __init__(
        self, job: Job, another: Callable[[], AsyncPolicy], concurrency: int, emit: Callable[[Batch], None]
    ) -> None:
        self.job, self.another, self.concurrency, self.emit = job, another, concurrency, emit
        self.settings: dict[str, JsonValue] = dict(another().settings)
        self.env = env_of(job.domain, job.tasks)

    async def play(self, indices: AsyncIterator[int], deadline: float | None = None) -> None:
        """Play episodes until there are none left.

        Args:
            indices: Positions in the job's seeds; asked for one as soon as a place is free.
            deadline: When to stop, by `time.monotonic`.

        Raises:
            Halted: If the deadline has come.
            ModelError: If one comes that is fatal.
        """
        free, running = asyncio.Semaphore(self.concurrency), set[asyncio.Task[None]]()
        idle: list[tuple[ToolEnv, AsyncPolicy]] = []
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def over(task: asyncio.Task[None]) -> None:
            running.discard(task)
            free.release()
            if not task.cancelled() and (error := task.exception()) and not failed.done():
                failed.set_exception(error)

        async def begin() -> None:
            async for index in indices:
                await free.acquire()
                place = idle.pop() if idle else (self.env.fork(apart=self.concurrency > 1), self.another())
                task = asyncio.create_task(self._episode(index, place, idle))
                running.add(task)
                task.add_done_callback(over)
            while running:
                await asyncio.wait(running)

        thresholds = gc.get_threshold()
        gc.set_threshold(max(COLLECTED + HELD * self.concurrency, thresholds[0]), *thresholds[1:])
        beginning = asyncio.create_task(begin())
        watching = asyncio.create_task(_until(deadline)) if deadline is not None else None
        waited = {one for one in (beginning, watching, failed) if one is not None}
        try:
            done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if failed in done:
                await failed
            if beginning in done:
                await beginning
                if failed.done():
                    await failed
                return
            raise Halted("the time is up")
        finally:
            gc.set_threshold(*thresholds)
            await _ended([*running, beginning, *([watching] if watching else [])])
            if failed.done():
                failed.exception()

    async def _episode(
        self, index: int, place: tuple[ToolEnv, AsyncPolicy], idle: list[tuple[ToolEnv, AsyncPolicy]]
    ) -> None:
        env, policy = place
        job, spent, began = self.job, Spent(), time.monotonic()
        seed = job.seeds[index]
        task = env.tasks[index % len(env.tasks)] if env.tasks else None
        try:
            trajectory = await play(env, policy, seed, task, reference=job.domain, settings=self.settings, spent=spent)
        except ModelError as error:
            if error.fatal:
                raise
            self.emit(Batch(failures=[Failure(index, seed, error.kind, str(error))], spent=spent.tokens))
        else:
            summary = RolloutSummary()
            summary.add(trajectory)
            lines, timings = [(index, trajectory.line())], [spent.timings(index, began)]
            self.emit(Batch(lines, summary, timings=timings, spent=spent.tokens))
        idle.append(place)


async def _until(deadline: float) -> None:
    while (left := deadline - time.monotonic()) > 0:
        await asyncio.sleep(min(left, GLANCE))


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone."""
    waiting = [one for one in tasks if not one.done()]
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
