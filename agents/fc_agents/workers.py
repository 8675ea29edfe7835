"""Episodes on several processes of one machine: whole episodes per worker, the same lines as on one."""

from __future__ import annotations

import asyncio
import multiprocessing
import pickle
import threading
import time
import traceback
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

from fc_agents.collect.job import Batch, Halted, Job
from fc_agents.collect.serial import chat, chunks, played
from fc_agents.rollout import RolloutSummary
from fc_gym.errors import FcGymError

__all__ = ["CHUNK", "Batching", "Line", "Part", "ProcessBackend", "parts", "work"]

CHUNK = 32
"""Most episodes that a worker is given at once, and reports at once if no model plays."""
AHEAD = 3
"""Chunks per worker that may be waiting, so that memory stays bounded."""
DEATHS = 3
"""Workers that may die one after the other with nothing reported in between."""
GLANCE = 0.5
"""Seconds between two looks at the clock."""


@dataclass(frozen=True)
class Part:
    """Some episodes in a row."""

    lines: Sequence[str]
    summary: RolloutSummary


class Line(Protocol):
    """What a worker hears and speaks through."""

    def recv(self) -> Sequence[int]:
        """Wait for positions to play.

        Raises:
            EOFError: If there is nobody any more who would give some.
        """

    def send(self, found: Batch | Exception) -> None:
        """Report."""


class Batching(Protocol):
    """A backend that gives what it has played rather than telling it."""

    def batches(self, job: Job, indices: Sequence[int], deadline: float | None = None) -> Generator[Batch, None, None]:
        """Play, and give what is done as it is done; in each batch, positions count up by one if no model plays."""


@dataclass
class _Worker:
    """A process, and what it has been given and not yet reported."""

    process: Any
    pipe: Connection
    given: dict[int, None] = field(default_factory=dict)


class ProcessBackend:
    """Plays on several processes of this machine; what one that dies had not reported is played again.

    Args:
        workers: How many.
        concurrency: How many episodes a model plays at once, over all of them.
    """

    name = "process"

    def __init__(self, workers: int = 2, concurrency: int = 64) -> None:
        self.workers, self.each = workers, -(-concurrency // workers)

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions; as every `Backend`.

        Raises:
            FcGymError: If workers die again and again.
        """
        with closing(self.batches(job, indices, deadline)) as batches:
            for batch in batches:
                emit(batch)

    def batches(self, job: Job, indices: Sequence[int], deadline: float | None = None) -> Generator[Batch, None, None]:
        """Play, and give what is done as it is done."""
        size = max(1, min(CHUNK, -(-len(indices) // self.workers)))
        todo = deque(chunks(indices, size))
        most = max(size * AHEAD, 2 * self.each if job.chat else 0)
        running = [self._started(job) for _ in range(min(self.workers, len(todo)))]
        deaths = 0
        try:
            while todo or any(one.given for one in running):
                for one in running:
                    _feed(one, todo, most)
                _in_time(deadline)
                pipes = {one.pipe: one for one in running if one.given}
                for pipe in wait(list(pipes), GLANCE):
                    one = pipes[pipe]  # type: ignore[index]
                    batch = _received(one)
                    if batch is not None:
                        deaths = 0
                        yield batch
                        continue
                    deaths += 1
                    if deaths > DEATHS:
                        raise FcGymError(
                            "a worker was killed, and so were those that took its place, perhaps for want of memory; "
                            "what they had not reported is lost, run again"
                        )
                    running.remove(one)
                    one.process.join()
                    todo.extendleft(reversed(chunks(list(one.given), size)))
                    running.append(self._started(job))
        finally:
            for one in running:
                _end(one)

    def _started(self, job: Job) -> _Worker:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, job, self.each), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, mine)


def parts(job: Job, workers: int = 1, backend: Batching | None = None) -> Iterator[Part]:
    """Play a job and give its episodes in the order of their seeds, whatever the number of workers.

    Args:
        job: What to play; no model plays.
        workers: How many processes play; 1: this one.
        backend: Where to play instead.

    Raises:
        FcGymError: If the job cannot be played, or workers were killed again and again.
    """
    indices = range(len(job.seeds))
    if backend is None and workers == 1:
        batches: Iterator[Batch] = (played(job, chunk) for chunk in chunks(indices, CHUNK))
    else:
        batches = (backend or ProcessBackend(workers)).batches(job, indices)
    early: dict[int, Batch] = {}
    upto = 0
    for batch in batches:
        early[batch.lines[0][0]] = batch
        while upto in early:
            found = early.pop(upto)
            upto += len(found.lines)
            yield Part([line for _, line in found.lines], found.summary)


def _feed(one: _Worker, todo: deque[Sequence[int]], most: int) -> None:
    """Give a worker more to do, as far as it may be given more; one that is dead is found out later."""
    while todo and len(one.given) + len(todo[0]) <= most:
        chunk = todo.popleft()
        one.given.update(dict.fromkeys(chunk))
        with suppress(BrokenPipeError, ConnectionResetError):
            one.pipe.send(chunk)


def _in_time(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise Halted("the time is up")


def _received(one: _Worker) -> Batch | None:
    """Return what a worker reports; None if it is dead.

    Raises:
        FcGymError: What went wrong there.
    """
    try:
        found = one.pipe.recv()
    except (EOFError, ConnectionResetError):
        return None
    if isinstance(found, BaseException):
        raise found
    for index, _ in found.lines:
        one.given.pop(index)
    for failure in found.failures:
        one.given.pop(failure.index)
    return found  # type: ignore[no-any-return]


def _end(one: _Worker) -> None:
    one.process.kill()
    one.process.join()
    one.pipe.close()


def work(line: Line, job: Job, concurrency: int) -> None:
    """Play what comes through a line until nobody is at its other end; report what goes wrong as the last.

    Args:
        line: Gives positions in the job's seeds, and takes what was played.
        job: What to play.
        concurrency: How many episodes a model plays at once.
    """
    try:
        if job.chat is None:
            while True:
                line.send(played(job, line.recv()))
        asyncio.run(chat(job, job.chat, _coming(line), line.send, concurrency))
    except (EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        return  # whoever gave the work is gone
    except Exception as error:
        with suppress(OSError):
            line.send(_portable(error))


async def _coming(line: Line) -> AsyncIterator[int]:
    """Give the positions that come through a line, until whoever sends them is gone."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[Sequence[int] | None]()

    def listen() -> None:
        with suppress(RuntimeError):  # the loop has ended
            try:
                while True:
                    loop.call_soon_threadsafe(queue.put_nowait, line.recv())
            except (EOFError, OSError):
                loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=listen, daemon=True).start()
    while (chunk := await queue.get()) is not None:
        for index in chunk:
            yield index


def _portable(error: Exception) -> Exception:
    """Return an error as it can be sent to another process or machine."""
    try:
        again = pickle.loads(pickle.dumps(error))
    except Exception:
        again = None
    if type(again) is type(error):
        return error
    return FcGymError(str(error)) if isinstance(error, FcGymError) else RuntimeError(traceback.format_exc())
