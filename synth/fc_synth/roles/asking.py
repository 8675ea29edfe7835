"""Asking a model from code that waits: one thread runs the event loop, many threads may ask."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from fc_agents.models.model import Model
from fc_agents.models.request import Completion, Request

__all__ = ["Asker"]


class Asker:
    """Gives code without `await` the answers of a model; a context manager.

    Args:
        model: Who answers; closed at the end.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asker", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self.model.check(), self._loop).result()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def ask(self, request: Request) -> Completion:
        """Wait for the answer to a request.

        Raises:
            ModelError: If there is none.
        """
        return asyncio.run_coroutine_threadsafe(self.model.complete(request), self._loop).result()

    def _stop(self) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self.model.close(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
