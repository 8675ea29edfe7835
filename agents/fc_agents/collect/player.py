"""Plays episodes beside whoever asks for them; an actor of a cluster is one of these."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from fc_agents.collect.job import Batch, Job
from fc_agents.workers import work

__all__ = ["Player"]


class Player:
    """Plays in a thread what it is given.

    Args:
        job: What to play.
        concurrency: How many episodes a model plays at once.
        folder: Where relative paths in the job begin, if there is such a folder on this machine.
    """

    def __init__(self, job: Job, concurrency: int, folder: str) -> None:
        with suppress(OSError):
            os.chdir(folder)
        self._inbox = SimpleQueue[Sequence[int]]()
        self._outbox = SimpleQueue[Batch | Exception]()
        self._failed = False
        threading.Thread(target=self._work, args=(job, concurrency), daemon=True).start()

    def ready(self) -> None:
        """Answer as soon as it is there."""

    def turn(self, pieces: Sequence[Sequence[int]]) -> list[Batch | Exception]:
        """Take in what else is to be played, wait until something is done, and give all that is done.

        Args:
            pieces: Positions in the job's seeds.

        Returns:
            What was played; an error is the last that ever comes.
        """
        for piece in pieces:
            self._inbox.put(piece)
        done = [self._outbox.get()]
        with suppress(Empty):
            while True:
                done.append(self._outbox.get_nowait())
        return done

    def recv(self) -> Sequence[int]:
        """Wait for a piece to play; for the thread."""
        return self._inbox.get()

    def send(self, found: Batch | Exception) -> None:
        """Give what is done; for the thread."""
        self._failed = isinstance(found, Exception)
        self._outbox.put(found)

    def _work(self, job: Job, concurrency: int) -> None:
        work(self, job, concurrency)
        if not self._failed:
            self.send(RuntimeError("a worker stopped before it was told to"))
