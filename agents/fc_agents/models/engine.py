"""A vLLM engine in a thread of its own, that batches whatever is asked of it meanwhile."""

from __future__ import annotations

import asyncio
import atexit
import importlib
import itertools
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from fc_agents.models.model import ModelError

__all__ = ["Engine", "Prompt"]

QUICK = 3e-4
"""Seconds; a step of the engine that is shorter has run no model, but waits for a grammar to be compiled."""
PAUSE = 1e-3
"""Seconds to leave to that compilation."""

Order = Callable[[Any], None]
"""Something to do with the engine between two of its steps."""


class Prompt(NamedTuple):
    """What the engine goes on from, and how."""

    ids: tuple[int, ...]
    """The tokens of the prompt."""
    settings: Any
    """vLLM's `SamplingParams`."""


class Engine:
    """Starts a `vllm.LLM` in a thread, and runs it as long as there is something to write.

    Args:
        make: Makes the `vllm.LLM`; called in the thread.
        name: Of the model, for complaints.
    """

    def __init__(self, make: Callable[[], Any], name: str) -> None:
        self._make, self._name = make, name
        self._inbox: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._open: dict[str, Future[Any]] = {}
        self._numbers = itertools.count()
        self._lock, self._end = threading.Lock(), ""
        self._started: Future[Any] = Future()
        self._thread = threading.Thread(target=self._run, name=f"vllm {name}", daemon=True)
        self._thread.start()
        atexit.register(self._leave)

    async def started(self) -> Any:
        """Wait until the engine runs, and return its `vllm.LLM`.

        Raises:
            ModelError: If it does not start.
        """
        return await asyncio.shield(asyncio.wrap_future(self._started))

    async def write(self, prompt: Prompt) -> Any:
        """Return vLLM's `RequestOutput` for a prompt; cancelling this takes the request back.

        Raises:
            ModelError: If the engine refuses the prompt, or stops.
        """
        name, future = str(next(self._numbers)), Future[Any]()
        self._order(partial(self._add, name, prompt, time.time(), future))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            with suppress(ModelError):
                self._order(partial(self._take_back, name))
            raise

    async def between(self, action: Callable[[Any], Any]) -> Any:
        """Do something with the `vllm.LLM` between two of its steps, and return what comes of it.

        Raises:
            ModelError: If the engine has stopped.
        """
        future = Future[Any]()
        self._order(partial(_done, action, future))
        return await asyncio.wrap_future(future)

    async def stop(self) -> None:
        """Stop the engine and give back its memory; whoever still waits gets an error."""
        await asyncio.to_thread(self._leave)
        atexit.unregister(self._leave)

    def _leave(self) -> None:
        """End the thread; a program that ends before its engine would be aborted."""
        self._inbox.put(None)
        self._thread.join()

    def _order(self, order: Order) -> None:
        with self._lock:
            if self._end:
                raise self._stopped()
            self._inbox.put(order)

    def _run(self) -> None:
        llm = None
        try:
            llm = self._make()
            self._started.set_result(llm)
            while self._turn(llm):
                pass
            self._close("was closed")
        except BaseException as error:  # a thread has nobody above it
            self._close(f"{'did not start' if llm is None else 'stopped'} ({_line(error)})")
        finally:
            if llm is not None:
                llm.llm_engine.engine_core.shutdown()

    def _turn(self, llm: Any) -> bool:
        """Take what has come, and do one step; return False once there is to be none."""
        while not self._open or not self._inbox.empty():
            order = self._inbox.get()
            if order is None:
                return False
            order(llm)
        begun = time.monotonic()
        outputs = llm.llm_engine.step()
        for output in outputs:
            if output.finished and (future := self._open.pop(output.request_id, None)):
                _settle(future, output)
        if not outputs and time.monotonic() - begun < QUICK:
            time.sleep(PAUSE)
        return True

    def _add(self, name: str, prompt: Prompt, came: float, future: Future[Any], llm: Any) -> None:
        if future.cancelled():
            return
        self._open[name] = future
        try:
            llm.llm_engine.add_request(name, _input(prompt.ids), prompt.settings, arrival_time=came)
        except Exception as error:  # vLLM has many words for a request that it does not take
            if type(error).__name__ == "EngineDeadError":
                raise
            del self._open[name]
            message = f"the engine of {self._name} refuses the request: {_line(error)}"
            _fail(future, ModelError(message, kind="bad_request"))

    def _take_back(self, name: str, llm: Any) -> None:
        if self._open.pop(name, None):
            llm.llm_engine.abort_request([name])

    def _close(self, end: str) -> None:
        """Tell everybody who waits why nothing will come."""
        with self._lock:
            self._end = end
        waiting = list(self._open.values())
        self._open.clear()
        while not self._inbox.empty():
            order = self._inbox.get()
            if isinstance(order, partial):
                waiting += [one for one in order.args if isinstance(one, Future)]
        for future in (*waiting, self._started):
            if not future.done():
                _fail(future, self._stopped())

    def _stopped(self) -> ModelError:
        kind = "closed" if self._end == "was closed" else "engine_stopped"
        more = "make a new model" if kind == "closed" else "its own log says more, and only a new one can go on"
        return ModelError(f"the engine of {self._name} {self._end}; {more}", kind=kind, fatal=True)


def _input(ids: tuple[int, ...]) -> Any:
    """Return tokens in the form that vLLM takes; older ones have only the plain one."""
    form: Any = getattr(importlib.import_module("vllm.inputs"), "tokens_input", None)
    return {"prompt_token_ids": list(ids)} if form is None else form(list(ids))


def _done(action: Callable[[Any], Any], future: Future[Any], llm: Any) -> None:
    try:
        result = action(llm)
    except Exception as error:
        _fail(future, error)
    else:
        _settle(future, result)


def _settle(future: Future[Any], result: Any) -> None:
    if future.set_running_or_notify_cancel():
        future.set_result(result)


def _fail(future: Future[Any], error: Exception) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)


def _line(error: BaseException) -> str:
    """Return an error as one short line."""
    text = " ".join(str(error).split()).rstrip(".")
    said = f"{text[:300]}..." if len(text) > 300 else text
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
