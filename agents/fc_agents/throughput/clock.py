"""Whose time it is that passes in an event loop: of the world, of who drives it, of the client, or of the model."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

__all__ = ["Clock", "Paced", "Shares", "watched_loop"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the time of a loop went, from 0 to 1 each; together they are 1."""

    environment: float
    """In resets, steps and forks of environments."""
    driver: float
    """Messages, constraints, reading of responses, records and files."""
    client: float
    """Requests into bytes, bytes into responses."""
    model: float
    """Nothing to do but to wait for responses."""


@dataclass(slots=True)
class Clock:
    """Adds up seconds by the monotonic clock."""

    whole: float = 0.0
    """Between `start` and `stop`."""
    idle: float = 0.0
    """Waiting with nothing to do."""
    tasks: float = 0.0
    """Running coroutines, all that follows included."""
    environment: float = 0.0
    asking: float = 0.0
    """Running the coroutines of a model."""
    constraints: float = 0.0
    """Working out what a response may be."""

    def start(self) -> None:
        """Begin at nothing."""
        self.idle = self.tasks = self.environment = self.asking = self.constraints = 0.0
        self.whole = -time.perf_counter()

    def stop(self) -> None:
        """End what was started."""
        self.whole += time.perf_counter()

    def shares(self, *, served: bool) -> Shares:
        """Divide the time up.

        Args:
            served: Whether what the loop does besides running coroutines is the client's work, who moves bytes; else it
                is the driver's, who has timers and wakes coroutines up.
        """
        whole = max(self.whole, 1e-9)
        besides = max(0.0, self.whole - self.idle - self.tasks)
        driver = self.tasks - self.environment - self.asking + (0.0 if served else besides)
        client = self.asking + (besides if served else 0.0)
        return Shares(self.environment / whole, driver / whole, client / whole, self.idle / whole)


class Paced(Coroutine[Any, Any, T]):
    """A coroutine that tells how long it runs, without the time in which it is suspended.

    Args:
        inner: The coroutine.
        spend: Told the seconds of each stretch.
    """

    def __init__(self, inner: Coroutine[Any, Any, T], spend: Callable[[float], None]) -> None:
        self._inner, self._spend = inner, spend

    def send(self, value: Any) -> Any:
        """Go on with a value."""
        begun = time.perf_counter()
        try:
            return self._inner.send(value)
        finally:
            self._spend(time.perf_counter() - begun)

    def throw(self, kind: Any, value: Any = None, trace: TracebackType | None = None) -> Any:
        """Go on with an error."""
        begun = time.perf_counter()
        try:
            return self._inner.throw(kind if value is None else value)
        finally:
            self._spend(time.perf_counter() - begun)

    def close(self) -> None:
        """Give it up."""
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def __iter__(self) -> Paced[T]:
        return self

    def __next__(self) -> Any:
        return self.send(None)


def watched_loop(clock: Clock) -> asyncio.AbstractEventLoop:
    """Return a new event loop that tells a clock how long its coroutines run, and how long it waits."""

    def idle(seconds: float) -> None:
        clock.idle += seconds

    def worked(seconds: float) -> None:
        clock.tasks += seconds

    def task(loop: asyncio.AbstractEventLoop, inner: Any, **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(Paced(inner, worked), loop=loop, **more)

    loop = asyncio.SelectorEventLoop(_Watched(idle))
    loop.set_task_factory(task)
    return loop


class _Watched(selectors.DefaultSelector):
    """Tells how long it waits.

    Args:
        spend: Told the seconds of each wait.
    """

    def __init__(self, spend: Callable[[float], None]) -> None:
        super().__init__()
        self._spend = spend

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        begun = time.perf_counter()
        found = super().select(timeout)
        self._spend(time.perf_counter() - begun)
        return found
