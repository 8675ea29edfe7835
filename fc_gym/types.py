"""The values that pass between an agent and a world: calls, results and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from fc_gym.errors import CallError

__all__ = [
    "Action",
    "JsonValue",
    "Malformed",
    "Refusal",
    "ToolCall",
    "ToolResult",
    "canonical",
    "general_path",
    "leaves",
    "to_json",
]

_POSITION = re.compile(r"\[\d+\]")

JsonValue = Any
"""None, bool, int, float, str, or a list or dict (with str keys) of these."""

MAX_CALL_BYTES = 64 * 1024
"""The largest arguments a call may carry, in bytes of JSON."""


@dataclass(frozen=True, slots=True, init=False)
class ToolCall:
    """One request to run a tool.

    >>> ToolCall("add_to_cart", {"product": "PRD-1"}).json()
    '{"name":"add_to_cart","arguments":{"product":"PRD-1"}}'
    """

    name: str
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)

    def __init__(self, name: str, arguments: Mapping[str, JsonValue] | None = None) -> None:
        _set_name(self, name)
        _set_arguments(self, {} if arguments is None else arguments)

    def json(self) -> str:
        """Return the call as JSON text."""
        return to_json({"name": self.name, "arguments": dict(self.arguments)})

    def key(self) -> str:
        """Return a text that is equal for calls that ask for the same, whatever the order of arguments."""
        return canonical({"name": self.name, "arguments": dict(self.arguments)})

    def __hash__(self) -> int:
        return hash(self.key())

    def __str__(self) -> str:
        inner = ", ".join(f"{name}={to_json(value)}" for name, value in self.arguments.items())
        return f"{self.name}({inner})"

    @classmethod
    def of(cls, value: object) -> ToolCall:
        """Read a call from `{"name": ..., "arguments": {...}}` as decoded from JSON.

        Raises:
            CallError: To the agent, if it is anything else.
        """
        if type(value) is dict and type(name := value.get("name")) is str:
            arguments = value.get("arguments")
            if type(arguments) is dict:
                for key in arguments:
                    if type(key) is not str:
                        break
                else:
                    return cls(name, arguments.copy())
        if isinstance(value, ToolCall):
            return value
        if isinstance(value, Malformed):
            raise CallError(value.message, code="malformed", hint=value.hint)
        if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
            raise CallError(
                f"not a call: {_short(value)}", code="malformed", hint='write {"name": TOOL, "arguments": {...}}'
            )
        arguments = value.get("arguments", {})
        if not isinstance(arguments, Mapping) or not all(isinstance(key, str) for key in arguments):
            raise CallError(
                f"the arguments of {_short(value['name'])} are {type(arguments).__name__}, not an object",
                code="malformed",
                hint='write "arguments": {"parameter": value, ...}',
            )
        return cls(value["name"], dict(arguments))


@dataclass(frozen=True, slots=True)
class Malformed:
    """What stands where a call should be, and is none; becomes a refusal with the code `malformed`."""

    message: str
    """One sentence that says what was wrong and where."""
    hint: str = ""
    """What would be right."""


Action = list[ToolCall] | str
"""One model response: calls to run in order, or the reply to the user, which ends the turn."""


@dataclass(frozen=True, slots=True, init=False)
class Refusal:
    """Why a call had no effect, as the agent is told."""

    code: str
    """The kind, in snake_case, such as `unknown_tool` or a tool's own reason."""
    message: str
    """One sentence that says what was wrong and where."""
    hint: str = ""
    """What would be right; empty under terse errors."""
    by_tool: bool = False
    """True if the tool itself refused in this state; False if the call was malformed."""

    def __init__(self, code: str, message: str, hint: str = "", by_tool: bool = False) -> None:
        _set_code(self, code)
        _set_message(self, message)
        _set_hint(self, hint)
        _set_by_tool(self, by_tool)

    def text(self) -> str:
        """Return the refusal as the JSON text that the agent reads."""
        body = {"code": self.code, "message": self.message}
        if self.hint:
            body["hint"] = self.hint
        return to_json({"error": body})


@dataclass(frozen=True, slots=True, init=False)
class ToolResult:
    """What came of one call."""

    call: ToolCall
    """The call as the agent made it."""
    text: str
    """JSON text of the tool's value, or of the refusal."""
    refusal: Refusal | None = None
    """None if the call ran."""
    shown: list[tuple[str, JsonValue, str]] | None = field(default=None, compare=False, repr=False)
    """For each key value that it shows its key, itself and its path; None if only the text tells."""

    def __init__(
        self, call: ToolCall, text: str, refusal: Refusal | None = None,
        shown: list[tuple[str, JsonValue, str]] | None = None,
    ) -> None:  # fmt: skip
        _set_call(self, call)
        _set_text(self, text)
        _set_refusal(self, refusal)
        _set_shown(self, shown)

    @property
    def ok(self) -> bool:
        """True if the call ran."""
        return self.refusal is None

    @property
    def value(self) -> JsonValue:
        """The tool's value as decoded from its JSON text; None for a refusal."""
        return orjson.loads(self.text) if self.refusal is None else None


def _slots(cls: Any) -> tuple[Callable[[Any, Any], None], ...]:
    """Return what sets each slot of a frozen class, for an `__init__` that is run at every step."""
    return tuple(vars(cls)[field.name].__set__ for field in fields(cls))


_set_name, _set_arguments = _slots(ToolCall)
_set_code, _set_message, _set_hint, _set_by_tool = _slots(Refusal)
_set_call, _set_text, _set_refusal, _set_shown = _slots(ToolResult)


def to_json(value: object) -> str:
    """Encode plain values, dataclasses, enums and sets (as sorted lists) as compact JSON text.

    Raises:
        TypeError: If something in it has no JSON form.
    """
    return orjson.dumps(value, default=_encode, option=orjson.OPT_NON_STR_KEYS).decode()


def canonical(value: object) -> str:
    """Encode like `to_json`, with sorted keys, so that equal values give equal text."""
    return orjson.dumps(value, default=_encode, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS).decode()


def leaves(value: JsonValue, path: str = "") -> Iterator[tuple[str, JsonValue, Mapping[str, JsonValue]]]:
    """Walk a decoded JSON value.

    Yields:
        The path such as `orders[0].id`, the scalar there, and the object around it (empty if none).

    >>> [(path, leaf) for path, leaf, _ in leaves({"a": [1, {"b": 2}]})]
    [('a[0]', 1), ('a[1].b', 2)]
    """
    yield from _leaves(value, path, {})


def general_path(path: str) -> str:
    """Replace the positions in a path: `orders[3].id` becomes `orders[].id`."""
    return _POSITION.sub("[]", path) if "[" in path else path


def _leaves(
    value: JsonValue, path: str, around: Mapping[str, JsonValue]
) -> Iterator[tuple[str, JsonValue, Mapping[str, JsonValue]]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key), value)
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{position}]", around)
    else:
        yield path, value, around


def _encode(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value, key=lambda item: (type(item).__name__, item))
    if hasattr(value, "__dict__"):
        return {name: inner for name, inner in vars(value).items() if not name.startswith("_")}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _short(value: object, limit: int = 60) -> str:
    try:
        text = repr(value)
    except RecursionError:
        return f"a {type(value).__name__} nested too deeply to show"
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
