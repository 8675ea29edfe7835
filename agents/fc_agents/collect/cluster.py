"""Episodes on a Ray cluster: whole episodes per actor, the same lines as on one machine.

Every machine of the cluster needs this package with the same version of Python and of Ray; the files that a job names
(a domain as `file.py:Class`, tasks, a model's folder) at the same paths; and, where a model's server wants a key, its
environment variable, set before `ray start`. Nothing else is sent there, and nothing is written there.
"""

from __future__ import annotations

import importlib
import os
import socket
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from fc_agents.collect.job import Batch, Halted, Job
from fc_agents.collect.player import Player
from fc_agents.collect.shares import Shares
from fc_gym.errors import FcGymError

__all__ = ["CHUNK", "PATIENCE", "RayBackend"]

CHUNK = 32
"""Most episodes in a piece, and so in a report if no model plays."""
AHEAD = 3
"""Pieces that a worker may have if no model plays."""
PATIENCE = 120.0
"""Seconds without a single worker after which a cluster is given up."""
GLANCE = 0.5
"""Seconds between two looks at the clock."""
KNOCK = 10.0
"""Seconds in which a cluster has to answer."""


class RayBackend:
    """Plays on a Ray cluster; what an actor or a machine that dies had not reported is played by others.

    A worker is an actor. One that died is replaced as soon as there is room; as long as one is left, the run goes on.
    If Ray is already connected to a cluster in this process, that one is used, and it stays connected.

    Args:
        workers: Most actors.
        concurrency: How many episodes a model plays at once, over all of them.
        address: Of the cluster, such as `auto` or `10.0.0.1:6379`; empty: what `RAY_ADDRESS` says, or a cluster of this
            machine alone, started for the run.
        chunk: Most episodes that are given at once, and reported at once if no model plays.
        patience: Seconds without a single worker after which the cluster is given up.
        options: How Ray places an actor, as for its `options`; by default one CPU each, spread over the machines.
    """

    name = "ray"

    def __init__(
        self, workers: int = 2, concurrency: int = 64, *, address: str = "", chunk: int = CHUNK,
        patience: float = PATIENCE, options: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.workers, self.each, self.address = workers, -(-concurrency // workers), address
        self.chunk, self.patience = chunk, patience
        self.options = {"num_cpus": 1, "scheduling_strategy": "SPREAD", **(options or {})}

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions; as every `Backend`.

        Raises:
            FcGymError: If Ray is not installed or not reached, has no room for a worker, or if every worker that plays
                some episode dies.
        """
        with closing(self.batches(job, indices, deadline)) as batches:
            for batch in batches:
                emit(batch)

    def batches(self, job: Job, indices: Sequence[int], deadline: float | None = None) -> Generator[Batch, None, None]:
        """Play, and give what is done as it is done."""
        ray = _installed()
        size = max(1, min(self.chunk, -(-len(indices) // self.workers)))
        most = size + self.each if job.chat else size * AHEAD
        with _connected(ray, self.address, self.workers):
            crew = _Crew(ray, self, job, Shares(job.seeds, indices, size), most)
            try:
                yield from crew.play(deadline)
            finally:
                crew.end()


@dataclass(eq=False)
class _Worker:
    """An actor, and what it has been given and not yet reported."""

    actor: Any
    answer: Any
    """What it will say next; None: it was asked for nothing."""
    given: dict[int, None] = field(default_factory=dict)
    there: bool = False


class _Crew:
    """The actors of a run."""

    def __init__(self, ray: Any, backend: RayBackend, job: Job, shares: Shares, most: int) -> None:
        self.ray, self.backend, self.job, self.shares, self.most = ray, backend, job, shares, most
        self.make = ray.remote(Player).options(**backend.options)
        self.workers: list[_Worker] = []
        self.seen = time.monotonic()

    def play(self, deadline: float | None) -> Iterator[Batch]:
        for _ in range(min(self.backend.workers, len(self.shares))):
            self._hire()
        while len(self.shares) or any(one.given for one in self.workers):
            for one in self.workers:
                self._feed(one)
            self._look(deadline)
            waited = {one.answer: one for one in self.workers if one.answer is not None}
            for answer in self.ray.wait(list(waited), timeout=GLANCE)[0]:
                yield from self._said(waited[answer])
        self.shares.finish()

    def end(self) -> None:
        for one in self.workers:
            self._kill(one)

    def _hire(self) -> None:
        actor = self.make.remote(self.job, self.backend.each, os.getcwd())
        self.workers.append(_Worker(actor, actor.ready.remote()))

    def _feed(self, one: _Worker) -> None:
        """Give a worker that is there and silent more to do; silence would last if it had nothing."""
        if not one.there or one.answer is not None:
            return
        pieces = self.shares.take(one.given, self.most)
        one.given.update((index, None) for piece in pieces for index in piece)
        if one.given:
            one.answer = one.actor.turn.remote(pieces)

    def _look(self, deadline: float | None) -> None:
        """Look at the clock.

        Raises:
            Halted: If the deadline has come.
            FcGymError: If there has been no worker for too long.
        """
        now = time.monotonic()
        if deadline is not None and now >= deadline:
            raise Halted("the time is up")
        if any(one.there for one in self.workers):
            self.seen = now
        if now - self.seen > self.backend.patience:
            needs = ", ".join(f"{name}={value!r}" for name, value in self.backend.options.items())
            raise FcGymError(
                f"the Ray cluster had no room for a worker ({needs}) for {self.backend.patience:g} seconds; "
                "wait until others have left it, or add a machine"
            )

    def _said(self, one: _Worker) -> Iterator[Batch]:
        """Take in what a worker says."""
        answer, one.answer = one.answer, None
        try:
            said = self.ray.get(answer)
        except self.ray.exceptions.RayTaskError as error:
            raise FcGymError(f"a worker of the Ray cluster cannot play: {_last_line(error)}") from error
        except self.ray.exceptions.RayError as error:
            self._lost(one, error)
            return
        one.there = True
        for found in said or ():
            if isinstance(found, Exception):
                raise found
            for index in (*(index for index, _ in found.lines), *(failure.index for failure in found.failures)):
                one.given.pop(index)
            yield found

    def _lost(self, one: _Worker, error: Exception) -> None:
        """Give up a worker, and let others play what it had."""
        if getattr(error, "actor_init_failed", False):
            raise FcGymError(f"a worker of the Ray cluster cannot start: {_last_line(error)}") from error
        self.workers.remove(one)
        self._kill(one)
        self.shares.lost(one.given)
        self._hire()

    def _kill(self, one: _Worker) -> None:
        with suppress(self.ray.exceptions.RayError, ValueError):
            self.ray.kill(one.actor)


def _installed() -> Any:
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise FcGymError("the backend ray needs Ray; run: pip install ray") from None


@contextmanager
def _connected(ray: Any, address: str, workers: int) -> Iterator[None]:
    """Connect to a cluster, unless this process already is."""
    if ray.is_initialized():
        yield
        return
    where = address or os.environ.get("RAY_ADDRESS", "")
    alone = {} if where else {"num_cpus": workers, "include_dashboard": False}
    try:
        _knock(where)
        ray.init(address=where or "local", log_to_driver=False, logging_level="ERROR", **alone)
    except (OSError, RuntimeError, ValueError) as error:  # as much as it says of what it raises
        raise FcGymError(f"there is no Ray cluster to use at {where or 'this machine'}: {_last_line(error)}") from None
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Find out in seconds what Ray would find out in minutes.

    Raises:
        OSError: If nobody answers.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), KNOCK).close()


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
