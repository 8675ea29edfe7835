"""Promises of the clock of an event loop: every second is somebody's, and what is timed behaves as if it were not."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import pytest
from fc_agents.throughput.clock import Clock, Paced, watched_loop
from hypothesis import given
from hypothesis import strategies as st

PIECES = st.floats(0.0, 10.0)


@given(PIECES, PIECES, PIECES, PIECES, PIECES, st.booleans())
def test_all_of_the_time_is_divided_up(
    environment: float, driving: float, asking: float, idle: float, besides: float, served: bool
) -> None:
    tasks = environment + driving + asking
    clock = Clock(tasks + idle + besides + 0.1, idle, tasks, environment, asking)
    shares = clock.shares(served=served)
    parts = [shares.environment, shares.driver, shares.client, shares.model]
    assert sum(parts) == pytest.approx(1.0) and min(parts) >= -1e-9
    rest = (besides + 0.1) / clock.whole
    assert shares.client == pytest.approx(asking / clock.whole + (rest if served else 0.0))


def test_waiting_running_and_asking_are_told_apart() -> None:
    clock = Clock()

    async def asked() -> int:
        time.sleep(0.02)
        await asyncio.sleep(0.05)
        return 5

    async def driven() -> int:
        time.sleep(0.01)
        return await Paced(asked(), partial(_add, clock))

    with asyncio.Runner(loop_factory=partial(watched_loop, clock)) as runner:
        clock.start()
        assert runner.run(driven()) == 5
        clock.stop()
    assert clock.asking >= 0.02 and clock.tasks >= clock.asking + 0.01 and clock.idle >= 0.03
    assert clock.whole >= clock.idle + clock.tasks
    clock.start()
    assert clock.idle == clock.tasks == clock.asking == 0.0


def test_a_timed_coroutine_raises_and_is_cancelled_like_any_other() -> None:
    seen: list[str] = []

    async def failing() -> None:
        raise ValueError("bad")

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def caught() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "kept on"
        return ""

    async def all_of_it() -> None:
        with pytest.raises(ValueError, match="bad"):
            await Paced(failing(), seen_nothing)
        for inner in (endless(), Paced(endless(), seen_nothing)):
            task = asyncio.create_task(_awaiting(inner))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        task = asyncio.create_task(_awaiting(Paced(caught(), seen_nothing)))
        await asyncio.sleep(0)
        task.cancel()
        assert await task == "kept on"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Paced(endless(), seen_nothing), 0.001)

    with asyncio.Runner(loop_factory=partial(watched_loop, Clock())) as runner:
        runner.run(all_of_it())
    assert seen == ["cancelled"] * 3


def test_a_timed_coroutine_can_be_given_up() -> None:
    ended: list[str] = []

    async def waiting() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("closed")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    paced = Paced(_with_future(loop, ended), seen_nothing)
    paced.send(None)
    paced.close()
    loop.close()
    assert ended == ["closed"]
    paced = Paced(waiting(), seen_nothing)
    paced.close()
    assert ended == ["closed"]


async def _with_future(loop: asyncio.AbstractEventLoop, ended: list[str]) -> None:
    try:
        await loop.create_future()
    finally:
        ended.append("closed")


async def _awaiting(inner: Any) -> Any:
    return await inner


def seen_nothing(seconds: float) -> None:
    """Take note of nothing."""


def _add(clock: Clock, seconds: float) -> None:
    clock.asking += seconds
