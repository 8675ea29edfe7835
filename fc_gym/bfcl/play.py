"""A session: the instances of some BFCL classes, and calls on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fc_gym.bfcl.classes import ToolClass, public_state, tool_class, tools_of
from fc_gym.bfcl.copies import copied
from fc_gym.bfcl.decode import WrittenCall, called_name, read_parts
from fc_gym.bfcl.literals import malformed, parsed
from fc_gym.bfcl.texts import error_text, result_text
from fc_gym.errors import CallError, TaskError
from fc_gym.types import JsonValue

__all__ = ["Played", "Session", "make", "told"]


class Played(NamedTuple):
    """What came of one call; a named tuple, which is made in half the time of a frozen dataclass."""

    text: str
    """What is fed back to the model."""
    value: object = None
    """What the tool returned; None if it raised."""
    exception: str = ""
    """Kind of exception that it raised, such as `TypeError`; empty if it returned."""

    @property
    def failed(self) -> bool:
        """True if it raised or returned a dict with an error."""
        return bool(self.exception) or (isinstance(self.value, dict) and "error" in self.value)


class Session:
    """The live state of one task.

    Args:
        class_names: Official names of the classes, in order.
        initial_config: Class name to the start state of its instance; read, never changed.
        long_context: Add the bulk data of the long-context variant.

    Raises:
        TaskError: If a class is unknown.
    """

    def __init__(
        self, class_names: Sequence[str], initial_config: Mapping[str, Any] | None = None, long_context: bool = False
    ) -> None:
        config = initial_config or {}
        self._tools = tools_of(class_names)
        self.instances: dict[str, ToolClass] = {
            name: tool_class(name).load(copied(config.get(name, {})), long_context=long_context) for name in class_names
        }

    def names(self) -> list[str]:
        """Return the names of the tools."""
        return list(self._tools)

    def play(self, call: WrittenCall) -> Played:
        """Run one call; see `perform`."""
        return self.perform(call.name, call.positional, call.keyword)

    def perform(self, name: str, positional: Sequence[Any], keyword: Mapping[str, Any]) -> Played:
        """Run one call that is given in parts; arguments that are lists or dicts become the session's own.

        Args:
            name: Name of the tool.
            positional: Arguments by place.
            keyword: Arguments by name.

        Raises:
            TaskError: To whoever plays, if the long-context values are not there.
        """
        try:
            owner, function = self._tools[name]
        except KeyError:
            return _raised(NameError(f"name '{name}' is not defined"))
        try:
            value = function(self.instances[owner], *positional, **keyword)
            return Played(result_text(value), value)
        except TaskError:
            raise  # something of ours is missing; the agent did no wrong
        except Exception as error:
            return _raised(error)

    def call(
        self, name: str, kwargs: Mapping[str, JsonValue] | None = None, args: Sequence[JsonValue] = ()
    ) -> dict[str, JsonValue]:
        """Run one call that is given in parts.

        Args:
            name: Name of the tool.
            kwargs: Arguments by name.
            args: Arguments by place.

        Returns:
            `ok` (did not raise), `error` (raised or told an error), `exc` (kind of exception or None), `text`, and
            `value`, which is the text read as JSON where it is JSON.
        """
        played = self._call(name, args, kwargs or {})
        return {
            "ok": not played.exception,
            "error": played.failed,
            "exc": played.exception or None,
            "text": played.text,
            "value": _read_back(played.text),
        }

    def run(self, text: str) -> Played:
        """Run one call that is given as text, such as `cd(folder='temp')`."""
        try:
            name, positional, keyword = read_parts(text)
        except CallError as error:
            return _raised(self._first_fault(text, error))
        return self.perform(name, positional, keyword)

    def exec(self, calls: Iterable[str]) -> list[str]:
        """Run calls that are given as texts, and return their result texts."""
        return [self.run(one).text for one in calls]

    def state(self) -> dict[str, JsonValue]:
        """Return the public state of every class as plain JSON values with tags for what has no JSON form.

        Raises:
            TaskError: If it has some hundred directories or lists one in another.
        """
        try:
            return {
                name: {field: told(value) for field, value in public_state(instance).items()}
                for name, instance in self.instances.items()
            }
        except RecursionError:
            raise TaskError("the state is nested too deeply to be told; some hundred levels are told") from None

    def close(self) -> None:
        """Drop the instances."""
        self.instances.clear()

    def _call(self, name: str, args: Sequence[JsonValue], kwargs: Mapping[str, JsonValue]) -> Played:
        try:
            positional = [copied(value) for value in args]
            keyword = {word: copied(value) for word, value in kwargs.items()}
        except RecursionError:
            return _raised(malformed("the arguments are nested too deeply"))
        return self.perform(name, positional, keyword)

    def _first_fault(self, text: str, error: CallError) -> Exception:
        name = called_name(text)
        if not name or name in self._tools:
            return error
        try:
            parsed(text)
        except CallError:
            return error
        return NameError(f"name '{name}' is not defined")  # Python looks the function up before its arguments


def make(
    class_names: Sequence[str], initial_config: Mapping[str, Any] | None = None, long_context: bool = False
) -> Session:
    """Open a session; see `Session`."""
    return Session(class_names, initial_config, long_context)


def told(value: Any, around: tuple[int, ...] = ()) -> JsonValue:
    """Tell a state value as JSON, so that values that are equal, and only these, are told alike.

    Args:
        value: A file or directory, a plain value, a set, or a date.
        around: Identities of the directories that it lies in; a directory in itself is told as a cycle.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dict):
        return {_told_key(name): told(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [told(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return {"__set__": sorted((told(inner) for inner in value), key=repr)}
    if isinstance(value, datetime):
        return {"__datetime__": value.isoformat()}
    return _told_entry(value, around)


def _told_entry(value: Any, around: tuple[int, ...]) -> JsonValue:
    if hasattr(value, "contents"):
        if id(value) in around:
            return {"__cycle__": value.name}
        within = (*around, id(value))
        return {"__dir__": value.name, "contents": {name: told(one, within) for name, one in value.contents.items()}}
    if hasattr(value, "content"):
        return {"__file__": value.name, "content": value.content}
    return {"__repr__": repr(value)}


def _told_key(name: object) -> str:
    return name if isinstance(name, str) else f"__{type(name).__name__}__:{name}"


def _read_back(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _raised(error: Exception) -> Played:
    return Played(error_text(error), None, type(error).__name__)
