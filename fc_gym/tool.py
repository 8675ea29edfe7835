"""A tool: one public method of a world, read from its signature and docstring."""

from __future__ import annotations

import collections
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fc_gym.docstring import Docstring, examples_in, read_docstring
from fc_gym.errors import DomainError
from fc_gym.keys import keys_in
from fc_gym.phrase import Phrase
from fc_gym.schema import ArgumentSchema
from fc_gym.shown import Shown, result_reader
from fc_gym.types import JsonValue

__all__ = ["Parameter", "Tool", "read_tool"]

_WRITTEN_TYPES: dict[str, Any] = {
    "str": str, "string": str, "int": int, "integer": int, "float": float, "number": float, "bool": bool,
    "boolean": bool, "list": list, "array": list, "dict": dict, "object": dict,
}  # fmt: skip
_READS = ("list_", "find_", "search_", "get_", "show_", "check_", "count_", "compare_")


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool."""

    name: str
    description: str
    schema: Mapping[str, JsonValue]
    """Its JSON schema."""
    required: bool
    default: object = None
    """The value it has when left out; meaningless if required."""
    key: str = ""
    """The name of the key it takes (of its items, if it is a list); empty if none."""
    many: bool = False
    """True if it takes a list."""
    examples: tuple[str, ...] = ()
    """Values that its description quotes."""


@dataclass(frozen=True)
class Tool:
    """What an agent may call, and what is known about it."""

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    arguments: ArgumentSchema
    returns: Mapping[str, str]
    """Path in the result, such as `orders[].id`, to the name of the key found there."""
    asks: tuple[Phrase, ...]
    says: tuple[Phrase, ...]
    consent: str
    """Why it must not be called unless the user asked for it; empty if it may be."""
    function: Callable[..., object]
    """The author's method, called with the world first."""

    @property
    def reads_only(self) -> bool:
        """True if its name promises that it changes nothing."""
        return self.name.startswith(_READS)

    @cached_property
    def needs(self) -> frozenset[str]:
        """The keys that a call cannot do without."""
        return frozenset(one.key for one in self.parameters.values() if one.required and one.key)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """For each parameter the key under which its values are known: that of rows, or else `tool.parameter`."""
        return {one.name: one.key or f"{self.name}.{one.name}" for one in self.parameters.values()}

    @cached_property
    def gives(self) -> frozenset[str]:
        """The keys that a result may contain."""
        return frozenset(self.returns.values())

    @cached_property
    def shown(self) -> Callable[[object], Shown | None]:
        """Reads from a value of the tool the keys that it shows; None if only its JSON text tells."""
        return result_reader(self.returns)

    def spec(self) -> dict[str, JsonValue]:
        """Return the function description in the form that chat APIs take."""
        body = {"name": self.name, "description": self.description, "parameters": self.arguments.json_schema}
        return {"type": "function", "function": body}

    def with_defaults(self, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the arguments in the order of the signature, those left out at their defaults."""
        return {
            name: arguments.get(name, one.default)
            for name, one in self.parameters.items()
            if name in arguments or not one.required
        }


def read_tool(cls: type, name: str) -> Tool:
    """Read one public method of a world as a tool.

    Raises:
        DomainError: To the author, as `Class.method: parameter`, with what would be right.
    """
    function = getattr(cls, name)
    where = f"{cls.__name__}.{name}"
    if inspect.iscoroutinefunction(function):
        raise DomainError(f"{where}: a tool is a plain method; write `def`, not `async def`")
    doc = read_docstring(function)
    types = _parameter_types(function, where, doc)
    arguments = _schema(where, name, function, types, doc)
    parameters = _parameters(function, types, arguments, doc)
    asks = _phrases(where, "Asks", doc.asks, set(parameters))
    says = _phrases(where, "Says", doc.says, {*parameters, "result"})
    for phrase in asks:
        for one in parameters.values():
            if one.required and one.name not in phrase.required:
                raise DomainError(
                    f"{where}: {one.name} is required, so every line of Asks needs the slot {{{one.name}}}"
                )
    returns = dict(keys_in(_hints(function, where).get("return")))
    return Tool(name, doc.description, parameters, arguments, returns, asks, says, doc.consent, function)


def _parameter_types(function: Callable[..., object], where: str, doc: Docstring) -> dict[str, Any]:
    hints = _hints(function, where)
    types: dict[str, Any] = {}
    for position, one in enumerate(inspect.signature(function).parameters.values()):
        if position == 0:
            continue
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD, one.POSITIONAL_ONLY):
            raise DomainError(f"{where}: {one.name} must be a named parameter; tools are called by keyword")
        written = doc.argument_types.get(one.name, "").split(",")[0].strip().lower()
        if one.name not in hints and written not in _WRITTEN_TYPES:
            raise DomainError(f"{where}: {one.name} has no type; annotate it, such as `{one.name}: str`")
        types[one.name] = hints.get(one.name, _WRITTEN_TYPES.get(written))
    return types


def _hints(function: Callable[..., object], where: str) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        for type_ in hints.values():
            collections.deque(keys_in(type_), maxlen=0)  # resolves the fields of the rows in it
        return hints
    except (NameError, TypeError) as error:
        raise DomainError(
            f"{where}: an annotation cannot be resolved ({error}); import the name in its module"
        ) from None


def _schema(
    where: str, name: str, function: Callable[..., object], types: Mapping[str, Any], doc: Docstring
) -> ArgumentSchema:
    signature = inspect.signature(function).parameters
    required = frozenset(one for one in types if signature[one].default is inspect.Parameter.empty)
    try:
        return ArgumentSchema(name, types, required, doc.arguments)
    except TypeError as error:
        raise DomainError(f"{where}: {error}") from None


def _parameters(
    function: Callable[..., object], types: Mapping[str, Any], arguments: ArgumentSchema, doc: Docstring
) -> dict[str, Parameter]:
    signature = inspect.signature(function).parameters
    found: dict[str, Parameter] = {}
    for name, type_ in types.items():
        default = signature[name].default
        keys = list(keys_in(type_))
        text = doc.arguments.get(name, "")
        found[name] = Parameter(
            name=name,
            description=text,
            schema=arguments.json_schema["properties"][name],
            required=default is inspect.Parameter.empty,
            default=None if default is inspect.Parameter.empty else default,
            key=keys[0][1] if keys else "",
            many=bool(keys) and keys[0][0].startswith("[]"),
            examples=examples_in(text),
        )
    return found


def _phrases(where: str, section: str, lines: tuple[str, ...], known: set[str]) -> tuple[Phrase, ...]:
    phrases = tuple(Phrase(line) for line in lines)
    for phrase in phrases:
        if phrase.faulty:
            raise DomainError(f"{where}: in {section}, {phrase.faulty}: {phrase.text!r}")
        for slot in phrase.slots:
            root = slot.replace("#", ".").replace("[", ".").split(".")[0]
            if root not in known:
                have = ", ".join(sorted(known)) or "none"
                raise DomainError(f"{where}: in {section}, {{{slot}}} is no parameter; have {have}")
    return phrases
