"""A model's raw text, read into thinking, words and calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from fc_gym.domain import Domain
from fc_gym.parsers import parser_named
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["Read", "offered", "read_text", "thinking"]

_OPENINGS: Mapping[str, tuple[str, ...]] = {
    "hermes": ("<tool_call>",),
    "qwen_xml": ("<tool_call>", "<function="),
    "python": ("[",),
    "json": ("{", "["),
}
_START, _END = "<think>", "</think>"


class Read(NamedTuple):
    """What a text says."""

    reasoning: str
    """The thinking, without its tags."""
    content: str
    """The words to the user; where calls are tags, those before the first."""
    calls: tuple[ToolCall | Malformed, ...]


def read_text(raw: str, parser: str, tools: Sequence[Mapping[str, JsonValue]] = ()) -> Read:
    """Read a model's text; nothing in it is evaluated, and no text is refused.

    A text that ends within its thinking, or within a call, has a `Malformed` there.

    Args:
        raw: All that the model wrote.
        parser: The parser's name in `fc_gym.parsers.PARSERS`.
        tools: What was offered, in OpenAI form; gives untyped values their types.

    Raises:
        ValueError: If there is no parser of that name.

    >>> read_text('<think>Look.</think>Yes.<tool_call>{"name": "f", "arguments": {}}</tool_call>', "hermes")
    Read(reasoning='Look.', content='Yes.', calls=(ToolCall(name='f', arguments={}),))
    """
    found = parser_named(parser)(raw, offered(tools))
    openings = _OPENINGS[parser]
    reasoning, rest = thinking(raw, *openings)
    if isinstance(found, str):
        return Read(reasoning, found, ())
    if rest.startswith(_START):
        return Read("\n".join(filter(None, (reasoning, rest[len(_START) :].strip()))), "", tuple(found))
    places = [at for one in openings if (at := rest.find(one)) >= 0]
    cut = min(places) if places else rest.rfind("<")
    return Read(reasoning, rest[: max(cut, 0)].strip() if openings[0] == "<tool_call>" else "", tuple(found))


def thinking(text: str, *openings: str) -> tuple[str, str]:
    """Return the thoughts before the first call, and the text without them.

    A `</think>` without a start ends a thought whose start the prompt held.

    Args:
        text: The response.
        openings: What a call begins with; thoughts after it are left where they are.
    """
    thoughts, kept, at = [], [], 0
    first, close = text.find(_START), text.find(_END)
    if close >= 0 and not 0 <= first < close:
        thoughts.append(text[:close])
        at = close + len(_END)
    while (start := text.find(_START, at)) >= 0 and not any(text.find(one, at, start) >= 0 for one in openings):
        end = text.find(_END, start + len(_START))
        if end < 0:
            break
        kept.append(text[at:start])
        thoughts.append(text[start + len(_START) : end])
        at = end + len(_END)
    said = "\n".join(one.strip() for one in thoughts if one.strip())
    return said, "".join([*kept, text[at:]]).strip()


@dataclass(frozen=True, slots=True)
class _Schema:
    """What a parser asks of a tool's arguments, or of one of them."""

    schema: Mapping[str, JsonValue]

    @property
    def json_schema(self) -> Mapping[str, JsonValue]:
        return self.schema


@dataclass(frozen=True, slots=True)
class _Tool:
    """What a parser asks of a tool."""

    arguments: _Schema
    parameters: Mapping[str, _Schema]


class _Offer:
    """What a parser asks of a domain: its tools; most ask for nothing."""

    def __init__(self, offer: Sequence[Mapping[str, JsonValue]]) -> None:
        self._offer = offer

    @cached_property
    def tools(self) -> Mapping[str, _Tool]:
        described = [_mapping(one.get("function", one)) for one in self._offer]
        return {str(one["name"]): _tool(one) for one in described if "name" in one}


def offered(tools: Sequence[Mapping[str, JsonValue]]) -> Domain:
    """Return tools in OpenAI form as what parsers take: it has `tools` and their schemas, and nothing else."""
    return cast(Domain, _Offer(tools))


def _tool(described: Mapping[str, JsonValue]) -> _Tool:
    schema = _mapping(described.get("parameters"))
    inner = _mapping(schema.get("properties"))
    return _Tool(_Schema(schema), {str(name): _Schema(_mapping(one)) for name, one in inner.items()})


def _mapping(value: Any) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}
