"""Arguments of a tool: their JSON schema, and the check that every call passes.

The coercion rules are JSON's own and no more: a whole number may be written `3` or `3.0`, a float may be written
`3`, enums and dates are written as text, rows as objects. Text is never read as a number or the other way round.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from typing import Any, NotRequired

import orjson
from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic.errors import PydanticSchemaGenerationError
from typing_extensions import TypedDict

from fc_gym.accept import UNSURE, Accept, field_readers, plain, quick_check
from fc_gym.errors import CallError
from fc_gym.types import MAX_CALL_BYTES, JsonValue

__all__ = ["ArgumentSchema"]

_ALWAYS_THE_SAME = ("string_type", "int_type", "float_type", "bool_type", "list_type", "literal_error")
"""Complaints that a value of one wrong type, or a wrong choice, always gets."""
_RULES = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=False)


class ArgumentSchema:
    """The compiled check of one tool's arguments.

    Args:
        tool: The tool's name, for messages.
        types: The annotation of each parameter.
        required: The parameters without a default.
        descriptions: Text per parameter.

    Raises:
        TypeError: If a type has no JSON form; the message names the parameter.
    """

    def __init__(
        self, tool: str, types: Mapping[str, Any], required: frozenset[str], descriptions: Mapping[str, str]
    ) -> None:
        self.tool = tool
        self.names = tuple(types)
        fields = {name: type_ if name in required else NotRequired[type_] for name, type_ in types.items()}
        shape = with_config(_RULES)(TypedDict(tool, fields))  # type: ignore[operator]
        self._adapter: TypeAdapter[dict[str, Any]] = _adapter(shape, types)
        self.json_schema: dict[str, JsonValue] = _tidy(self._adapter, descriptions)
        self.accept: Accept = quick_check(self._adapter.core_schema)
        self._readers = field_readers(self._adapter.core_schema)
        self._required = required
        self._said: dict[tuple[str, type], str] = {}
        self._hints: dict[str, str] = {}

    def check(self, arguments: Mapping[str, JsonValue]) -> dict[str, Any]:
        """Return the arguments as the Python values that the tool takes; `accept` is faster where it is sure.

        Raises:
            CallError: To the agent, naming the parameter and what would be right.
        """
        if plain(arguments) and (complaint := self._plain_complaint(arguments)):
            raise complaint
        text = self._encoded(arguments)
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            whole = _whole(arguments)
            if whole == arguments and _same_types(whole, arguments):
                raise self._complaint(error) from None
        try:
            return self._adapter.validate_json(orjson.dumps(whole))
        except ValidationError as error:
            raise self._complaint(error) from None

    def _plain_complaint(self, arguments: Mapping[str, JsonValue]) -> CallError | None:
        """Return what the full check would say of plain values, if it is known."""
        for name in self.names:
            if name not in arguments:
                if name in self._required:
                    return self._missing(name)
            elif name not in self._readers:
                return None
            elif self._readers[name](value := arguments[name]) is UNSURE:
                said = self._said.get((name, type(value)))
                return self._bad(name, said, value, name) if said else None
        return None

    def _missing(self, name: str) -> CallError:
        return CallError(
            f"{self.tool}: {name} is missing", code="missing_argument", hint=f"give {self._expected(name)}"
        )

    def _bad(self, where: str, said: str, value: object, top: str) -> CallError:
        got = repr(value)
        got = got if len(got) <= 60 else f"{got[:60]}..."
        return CallError(
            f"{self.tool}: {where}: {said}, not {got}", code="bad_argument", hint=f"give {self._expected(top)}"
        )

    def _encoded(self, arguments: Mapping[str, JsonValue]) -> bytes:
        try:
            text = orjson.dumps(arguments)
        except (TypeError, RecursionError) as error:
            raise CallError(
                f"{self.tool}: the arguments are not plain JSON ({error})",
                code="bad_argument",
                hint="use text, numbers, true, false, null, lists and objects, nested less than 250 deep",
            ) from None
        if len(text) > MAX_CALL_BYTES:
            raise CallError(
                f"{self.tool}: the arguments take {len(text)} bytes; {MAX_CALL_BYTES} are allowed",
                code="too_large",
                hint="send only what the parameters ask for",
            )
        return text

    def _complaint(self, error: ValidationError) -> CallError:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        kind = first["type"]
        if kind == "missing":
            return self._missing(where)
        if kind == "extra_forbidden":
            near = difflib.get_close_matches(where, self.names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(self.names) or 'no arguments'}"
            return CallError(f"{self.tool}: there is no parameter {where}", code="unexpected_argument", hint=hint)
        said = first["msg"][:1].lower() + first["msg"][1:]
        if kind in _ALWAYS_THE_SAME and len(first["loc"]) == 1:
            self._said[where, type(first["input"])] = said
        return self._bad(where, said, first["input"], str(first["loc"][0]) if first["loc"] else where)

    def _expected(self, name: str) -> str:
        if name not in self._hints and name in self.names:
            self._hints[name] = self._described(name)
        return self._hints.get(name) or self._described(name)

    def _described(self, name: str) -> str:
        schema = self.json_schema["properties"].get(name, {})
        kind = schema.get("type") or " or ".join(str(one.get("type", "value")) for one in schema.get("anyOf", []))
        text = f"{name} ({kind})" if kind else name
        return f"{text}: {schema['description']}" if schema.get("description") else text


def _adapter(shape: Any, types: Mapping[str, Any]) -> TypeAdapter[dict[str, Any]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return TypeAdapter(shape)
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError, NameError):
        for name, type_ in types.items():
            try:
                TypeAdapter(type_)
            except (PydanticSchemaGenerationError, PydanticUserError, TypeError, NameError):
                raise TypeError(
                    f"{name} has the type {type_!r}, which has no JSON form; use str, int, float, bool, Literal, "
                    "a NewType, a list, a dict or a dataclass of these"
                ) from None
        raise


def _tidy(adapter: TypeAdapter[dict[str, Any]], descriptions: Mapping[str, str]) -> dict[str, JsonValue]:
    schema = _untitled(adapter.json_schema())
    properties = schema.setdefault("properties", {})
    for name, inner in properties.items():
        if descriptions.get(name):
            inner["description"] = descriptions[name]
    schema.setdefault("required", [])
    return dict(schema)


def _untitled(schema: Any) -> Any:
    if isinstance(schema, dict):
        keep = {
            key: _untitled(inner) for key, inner in schema.items() if not (key == "title" and isinstance(inner, str))
        }
        options = keep.get("anyOf")
        if isinstance(options, list) and {"type": "null"} in options and len(options) == 2:
            other = next(option for option in options if option != {"type": "null"})
            keep = {**{key: inner for key, inner in keep.items() if key not in ("anyOf", "default")}, **other}
        return keep
    return [_untitled(inner) for inner in schema] if isinstance(schema, list) else schema


def _whole(value: JsonValue) -> JsonValue:
    """Write every float that is a whole number, and that JSON readers take for one, as an int."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list | tuple) else value


def _same_types(one: JsonValue, other: JsonValue) -> bool:
    return repr(one) == repr(other)
