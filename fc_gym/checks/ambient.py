"""What a tool must not depend on: the clock, and the chance that a whole process shares."""

from __future__ import annotations

import datetime
import gc
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import numpy as np

__all__ = ["watched"]

_CLOCKS = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"}
)
_TODAY = frozenset({"now", "utcnow", "today"})


@contextmanager
def watched() -> Iterator[set[str]]:
    """Note uses of the clock and of shared chance, by name, such as `date.today()`.

    Where a profiler is already at work it is left alone, and uses of the clock go unnoticed.
    """
    used: set[str] = set()
    standard, legacy = random.getstate(), _numpy_state()
    free, collecting = sys.getprofile() is None, gc.isenabled()
    gc.disable()  # others may hang callbacks on the collector that look at the clock
    if free:
        sys.setprofile(_listener(used))
    try:
        yield used
    finally:
        if free:
            sys.setprofile(None)
        if collecting:
            gc.enable()
        if random.getstate() != standard:
            used.add("the module random")
        if _numpy_state() != legacy:
            used.add("numpy.random")


def _listener(used: set[str]) -> Callable[[FrameType, str, object], None]:
    def listen(frame: FrameType, event: str, function: object) -> None:
        if event == "c_call" and (name := _name(function)):
            used.add(name)

    return listen


def _name(function: object) -> str:
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if owner is time and name in _CLOCKS:
        return f"time.{name}()"
    if isinstance(owner, type) and issubclass(owner, datetime.date) and name in _TODAY:
        return f"{owner.__name__}.{name}()"
    return "os.urandom()" if function is os.urandom else ""


def _numpy_state() -> tuple[object, ...]:
    """Return the state of numpy's global generator, whose draws no profiler sees."""
    _, keys, *rest = np.random.get_state(legacy=True)
    return (np.asarray(keys).tobytes(), *rest)
