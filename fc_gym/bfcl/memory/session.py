"""A session with one memory: calls on it, given as texts or in parts."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, Self

from fc_gym.bfcl.copies import copied
from fc_gym.bfcl.decode import WrittenCall, called_name, read_call
from fc_gym.bfcl.memory.key_value import MemoryAPI_kv
from fc_gym.bfcl.memory.summary import MemoryAPI_rec_sum
from fc_gym.bfcl.memory.vector import MemoryAPI_vector
from fc_gym.bfcl.play import Played
from fc_gym.bfcl.texts import error_text, result_text
from fc_gym.errors import CallError, TaskError
from fc_gym.types import JsonValue

__all__ = ["BACKENDS", "Memory", "MemorySession", "backend"]


class Memory(Protocol):
    """What every memory offers besides its tools."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make a memory."""

    @property
    def snapshot(self) -> dict[str, JsonValue]:
        """The whole memory as a plain JSON value."""

    @property
    def shown(self) -> JsonValue:
        """What the agent sees of it without asking."""


BACKENDS: Mapping[str, type[Memory]] = {
    "kv": MemoryAPI_kv,
    "vector": MemoryAPI_vector,
    "rec_sum": MemoryAPI_rec_sum,
}
"""Backend, as in `memory_kv_0-customer-0`, to its class; public methods are exactly the official functions."""


def backend(name: str) -> type[Memory]:
    """Return the class of a backend.

    Args:
        name: One of `BACKENDS`.

    Raises:
        TaskError: If there is none.
    """
    if name not in BACKENDS:
        raise TaskError(f"no memory backend {name!r}; have {', '.join(BACKENDS)}")
    return BACKENDS[name]


class MemorySession:
    """One memory and its tools.

    Args:
        name: One of `BACKENDS`.
        config: What its `load` takes: `snapshot`, and `embedder` for the vector memory.

    Raises:
        TaskError: If there is no such backend, or the config is not right.

    >>> session = MemorySession("rec_sum")
    >>> session.run("memory_append(text='He likes tea.')").text
    '{"status": "Memory appended."}'
    >>> session.memory.snapshot
    {'memory': 'He likes tea.'}
    """

    def __init__(self, name: str, config: Mapping[str, Any] | None = None) -> None:
        kind = backend(name)
        self.memory = kind.load(config or {})
        self._tools = {
            tool: function
            for tool, function in inspect.getmembers(kind, inspect.isfunction)
            if not tool.startswith("_")
        }

    def names(self) -> list[str]:
        """Return the names of the tools."""
        return list(self._tools)

    def play(self, call: WrittenCall) -> Played:
        """Run one call.

        Args:
            call: The call.

        Raises:
            TaskError: To whoever plays, if a library or an embedder is missing.
        """
        function = self._tools.get(call.name)
        if function is None:
            return _raised(NameError(f"name '{call.name}' is not defined"))
        try:
            value = function(self.memory, *call.positional, **call.keyword)
            return Played(result_text(value), value)
        except TaskError:
            raise  # something of ours is missing; the agent did no wrong
        except Exception as error:
            return _raised(error)

    def call(self, name: str, arguments: Mapping[str, JsonValue] | None = None) -> Played:
        """Run one call that is given in parts.

        Args:
            name: Name of the tool.
            arguments: Its arguments by name.
        """
        return self.play(WrittenCall(name, (), copied(arguments or {})))

    def run(self, text: str) -> Played:
        """Run one call that is given as text.

        Args:
            text: Such as `core_memory_clear()`.
        """
        try:
            return self.play(read_call(text))
        except CallError as error:
            name = called_name(text)
            known = not name or name in self._tools
            return _raised(error if known else NameError(f"name '{name}' is not defined"))

    def exec(self, calls: Iterable[str]) -> list[str]:
        """Run calls that are given as texts.

        Args:
            calls: One text per call.

        Returns:
            Their result texts.
        """
        return [self.run(one).text for one in calls]


def _raised(error: Exception) -> Played:
    return Played(error_text(error), None, type(error).__name__)
