"""Work done in a process of its own, which ends with all that it changed."""

from __future__ import annotations

import multiprocessing
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")


def alone(work: Callable[[], T]) -> T:
    """Return what some work gives in a process that is forked off this one for it alone."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_send, args=(work, sender))
    with warnings.catch_warnings():
        # numpy's threads idle and hold no lock; newer Pythons warn of any thread at all
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        process.start()
    sender.close()
    try:
        done, value = receiver.recv()
    except EOFError:
        done, value = False, "it ended without a result"
    process.join()
    receiver.close()
    if not done:
        raise AssertionError(f"the work in a process of its own failed: {value}")
    result: T = value
    return result


def _send(work: Callable[[], Any], sender: Connection) -> None:
    try:
        sender.send((True, work()))
    except Exception:
        sender.send((False, traceback.format_exc()))
    sender.close()
