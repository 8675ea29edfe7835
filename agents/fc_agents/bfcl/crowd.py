"""Many plays of one model at once: bounded, resumed where they stopped, one failure at the cost of one play."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fc_agents.bfcl.jobs import Job, Strand
from fc_agents.bfcl.store import Failure, ModelFolder
from fc_agents.bfcl.talk import Asking
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Request
from fc_gym.bfcl.results import Play
from fc_gym.types import JsonValue

__all__ = ["Budget", "Crowd", "Outcome"]


@dataclass(frozen=True)
class Budget:
    """What a run may cost; what is not played then is left to the next run."""

    minutes: float | None = None
    """When they are over, plays under way are given up."""
    tokens: int | None = None
    """Prompted and written; when they are used up, plays under way are finished and no other begins."""


@dataclass
class Outcome:
    """What a run came to."""

    plays: list[Play]
    """Of the tasks that were asked for, in their order."""
    failures: list[Failure]
    """Tasks that have no play because the model failed, in their order."""
    missing: int
    """Tasks without a play, failed ones included."""
    stopped: str = ""
    """Which budget ended the run; empty if none."""
    seconds: float = 0.0
    spent: Counter[str] = field(default_factory=Counter)
    """Of this run alone: `plays`, `requests`, `tries`, `prompt`, `cached` and `completion` tokens."""


class _Counted:
    """A model whose use is counted."""

    def __init__(self, model: Model, spent: Counter[str]) -> None:
        self.name, self._model, self._spent = model.name, model, spent

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        return self._model.settings

    async def check(self) -> None:
        await self._model.check()

    async def complete(self, request: Request) -> Completion:
        found = await self._model.complete(request)
        usage = found.usage
        self._spent.update(requests=1, tries=found.timing.tries)
        self._spent.update(prompt=usage.prompt, cached=usage.cached, completion=usage.completion)
        return found

    async def close(self) -> None:
        await self._model.close()


class Crowd:
    """Plays strands of jobs in one event loop.

    Args:
        folder: Where plays go.
        asking: How the model is asked.
        setting: How plays are told apart from others, as `Play.setting` says it.
        concurrency: Most plays at once.
        budget: What the run may cost.
        on_play: Told after each play, those found in the folder too.
    """

    def __init__(
        self,
        folder: ModelFolder,
        asking: Asking,
        setting: str,
        *,
        concurrency: int = 64,
        budget: Budget = Budget(),
        on_play: Callable[[], None] = lambda: None,
    ) -> None:
        self._spent: Counter[str] = Counter()
        self._asking = replace(asking, model=_Counted(asking.model, self._spent))
        self._folder, self._setting, self._on_play = folder, setting, on_play
        self._concurrency, self._budget = concurrency, budget
        self._found: dict[str, Play] = {}
        self._failed: dict[str, Failure] = {}
        self._stopped, self._halted = "", False

    def run(self, strands: Sequence[Strand]) -> Outcome:
        """Play all jobs that have no play in the folder yet.

        Args:
            strands: The jobs.

        Raises:
            ModelError: If the model cannot be used at all; what was played is kept.
            RecordError: If the folder cannot be used, or holds plays of another model or setting.
        """
        began = time.monotonic()
        asyncio.run(self._closed(strands))
        jobs = _jobs(strands)
        plays = [self._found[job.id] for job in jobs if job.id in self._found]
        failures = [self._failed[job.id] for job in jobs if job.id in self._failed]
        seconds = time.monotonic() - began
        return Outcome(plays, failures, len(jobs) - len(plays), self._stopped, seconds, self._spent)

    async def _closed(self, strands: Sequence[Strand]) -> None:
        """Play, and give back what was opened, whatever happens."""
        try:
            self._found = self._folder.open(self._setting, self._asking.settings())
            try:
                await self._run(strands)
            finally:
                self._folder.close(self._found, self._failed)
        finally:
            await self._asking.model.close()

    async def _run(self, strands: Sequence[Strand]) -> None:
        self._places = asyncio.Semaphore(self._concurrency)
        minutes = self._budget.minutes
        if not all(job.id in self._found for job in _jobs(strands)):
            await self._asking.model.check()
        limit = asyncio.timeout(None if minutes is None else 60 * minutes)
        try:
            async with limit:
                await _together(self._strand(one) for one in strands)
        except TimeoutError:
            if not limit.expired():
                raise
            self._stopped = f"the {minutes:g} minutes are over"

    async def _strand(self, strand: Strand) -> None:
        for job in strand.first:
            if not await self._play(job):
                return
        await _together(self._play(job) for job in strand.then)

    async def _play(self, job: Job) -> bool:
        if job.id in self._found:
            self._on_play()
            return True
        async with self._places:
            if self._halted or self._is_spent():
                return False
            began = time.monotonic()
            try:
                play, talk = await job.play(self._asking)
            except ModelError as error:
                if error.fatal:
                    self._halted = True
                    raise
                self._failed[job.id] = Failure(job.id, error.kind, str(error))
                self._folder.fail(self._failed[job.id])
                return False
            self._folder.add(play, talk, time.monotonic() - began)
            self._found[job.id] = play
            self._spent["plays"] += 1
        self._on_play()
        return True

    def _is_spent(self) -> bool:
        most = self._budget.tokens
        if most is None or self._spent["prompt"] + self._spent["completion"] < most:
            return False
        self._stopped = f"the {most} tokens are used up"
        return True


def _jobs(strands: Sequence[Strand]) -> list[Job]:
    return [job for one in strands for job in (*one.first, *one.then)]


async def _together(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do several things at once; the first error ends them all."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
