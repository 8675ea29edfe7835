"""Checking: the rows of a file proved one after the other, or on several processes, in the order of the file."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from fc_gym.errors import FcGymError
from fc_synth.verify.lines import decoded_line, numbered_lines
from fc_synth.verify.minimal import BUDGET
from fc_synth.verify.proofs import Proof, prove

__all__ = ["Job", "checked"]

CHUNK = 32
"""Rows that a worker checks before it reports."""
AHEAD = 3
"""Chunks per worker that may be waiting, so that memory stays bounded."""

Lines = Sequence[tuple[int, bytes]]


@dataclass(frozen=True)
class Job:
    """What is to be checked; it travels to workers."""

    file: str
    domain: str = ""
    budget: int = BUDGET


def checked(job: Job, workers: int = 1, on_row: Callable[[], None] = lambda: None) -> Iterator[Proof]:
    """Check the rows of a file, in its order, whatever the number of workers.

    Args:
        job: The file and how to check it.
        workers: How many processes check; 1: this one.
        on_row: Told after each row.

    Raises:
        FcGymError: If the file or a row cannot be read, or a worker was killed.
    """
    lines = numbered_lines(Path(job.file))
    for proofs in _alone(job, lines) if workers == 1 else _together(job, lines, workers):
        for proof in proofs:
            on_row()
            yield proof


def _alone(job: Job, lines: Iterable[tuple[int, bytes]]) -> Iterator[list[Proof]]:
    return (_proved(job, [line]) for line in lines)


def _together(job: Job, lines: Iterator[tuple[int, bytes]], workers: int) -> Iterator[list[Proof]]:
    todo = iter(lambda: list(islice(lines, CHUNK)), [])
    waiting: list[Future[list[Proof]]] = []
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            waiting += [pool.submit(_proved, job, chunk) for chunk in islice(todo, workers * AHEAD)]
            while waiting:
                proofs = waiting.pop(0).result()
                waiting += [pool.submit(_proved, job, chunk) for chunk in islice(todo, 1)]
                yield proofs
        except BrokenProcessPool:
            raise FcGymError("a worker was killed, perhaps for want of memory; run again with fewer workers") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _proved(job: Job, lines: Lines) -> list[Proof]:
    found = []
    for number, line in lines:
        place = f"{job.file}:{number}"
        found.append(prove(decoded_line(line, place), place, number, job.domain, job.budget))
    return found
