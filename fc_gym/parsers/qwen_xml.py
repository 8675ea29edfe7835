"""The format of Qwen3-Coder: tags for the function and for each parameter, values as untyped text."""

from __future__ import annotations

from collections.abc import Mapping

from fc_gym.domain import Domain
from fc_gym.parsers.hermes import CLOSE, OPEN, cut_off
from fc_gym.parsers.reading import MAX_CALLS, Reading, bounded, decoded, limited, unfinished, without_thoughts
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["coerced", "qwen_xml"]

_FUNCTION, _END_FUNCTION = "<function=", "</function>"
_PARAMETER, _END_PARAMETER = "<parameter=", "</parameter>"
_HINT = "write <tool_call><function=TOOL><parameter=NAME>value</parameter></function></tool_call>"
_MAX_NAME = 200
_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int, float), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,),
    "null": (type(None),),
}  # fmt: skip


class _Broken(Exception):
    """Carry the complaint about one call within this file."""


def qwen_xml(text: str, domain: Domain) -> Reading:
    """Read calls in tags; each value becomes what the tool's schema asks for, or stays a text."""
    text = without_thoughts(text, OPEN, _FUNCTION)
    broken = unfinished(text) or cut_off(text, _HINT)
    at = text.find(OPEN)
    if at < 0:
        broken = broken or _without_tag(text)
        return [broken] if broken else text
    if too_long := bounded(text):
        return [too_long]
    found: list[ToolCall | Malformed] = []
    while at >= 0 and len(found) <= MAX_CALLS:
        one, at = _block(text, at + len(OPEN), f"tool call {len(found) + 1}", domain)
        found += one
        at = text.find(OPEN, at)
    return limited([*found, broken] if broken else found)


def coerced(text: str, schema: Mapping[str, JsonValue], root: Mapping[str, JsonValue]) -> JsonValue:
    """Return the value that a text stands for under a JSON schema; the text itself if it stands for none.

    >>> coerced("3", {"type": "integer"}, {}), coerced("3", {"type": "string"}, {})
    (3, '3')
    """
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return coerced(text, root.get("$defs", {}).get(name, {}), {})
    for choice in ("anyOf", "oneOf"):
        for option in schema.get(choice, []):
            value = coerced(text, option, root)
            if not isinstance(value, str):
                return value
    value = _json(text)
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return text if text in choices or value not in choices else value
    wanted = _TYPES.get(schema.get("type", "string"), ())
    return value if isinstance(value, wanted) and (bool in wanted or not isinstance(value, bool)) else text


def _json(text: str) -> JsonValue:
    text = text.strip()
    text = {"True": "true", "False": "false", "None": "null"}.get(text, text)
    value, end = decoded(text, 0, "", "")
    return text if isinstance(value, Malformed) or end != len(text) else value


def _without_tag(text: str) -> Malformed | None:
    if _FUNCTION not in text:
        return None
    return Malformed(f"{_FUNCTION}...> stands outside of {OPEN}", _HINT)


def _block(text: str, start: int, where: str, domain: Domain) -> tuple[list[ToolCall | Malformed], int]:
    end = text.find(CLOSE, start)
    if end < 0:
        return [Malformed(f"{where} is not closed with {CLOSE}", _HINT)], len(text)
    body, at, found = text[start:end], 0, list[ToolCall | Malformed]()
    try:
        while (begin := body.find(_FUNCTION, at)) >= 0 and len(found) <= MAX_CALLS:
            call, at = _function(body, begin, where, domain)
            found.append(call)
        if body[at:].strip() or not found:
            raise _Broken(f"{where} holds {body[at:].strip()[:40]!r} where {_FUNCTION}TOOL> is needed")
    except _Broken as error:
        return [Malformed(str(error), _HINT)], end
    return found, end


def _function(body: str, begin: int, where: str, domain: Domain) -> tuple[ToolCall, int]:
    name, at = _named(body, begin, _FUNCTION, where)
    end = body.find(_END_FUNCTION, at)
    if end < 0:
        raise _Broken(f"{where}, {name}: is not closed with {_END_FUNCTION}")
    texts: dict[str, str] = {}
    while (start := body.find(_PARAMETER, at, end)) >= 0:
        _need_blank(body[at:start], f"{where}, {name}")
        one, start = _named(body, start, _PARAMETER, where)
        at = body.find(_END_PARAMETER, start)
        if at < 0:
            raise _Broken(f"{where}, {name}: {one} is not closed with {_END_PARAMETER}")
        if one in texts:
            raise _Broken(f"{where}, {name}: {one} is given twice")
        texts[one] = _unwrapped(body[start:at])
        at += len(_END_PARAMETER)
        end = body.find(_END_FUNCTION, at) if end < at else end
        if end < 0:
            raise _Broken(f"{where}, {name}: is not closed with {_END_FUNCTION}")
    _need_blank(body[at:end], f"{where}, {name}")
    return ToolCall(name, _typed(name, texts, domain)), end + len(_END_FUNCTION)


def _named(body: str, start: int, opening: str, where: str) -> tuple[str, int]:
    start += len(opening)
    end = body.find(">", start, start + _MAX_NAME)
    if end < 0:
        raise _Broken(f"{where}: the tag {opening}{body[start : start + 20]}... is not closed with >")
    return body[start:end].strip().strip("\"'"), end + 1


def _need_blank(text: str, where: str) -> None:
    if text.strip():
        raise _Broken(f"{where}: {text.strip()[:40]!r} stands outside of a parameter")


def _unwrapped(text: str) -> str:
    """Take off the one line break that the format puts on each side of a value."""
    return text.removeprefix("\n").removesuffix("\n")


def _typed(name: str, texts: Mapping[str, str], domain: Domain) -> dict[str, JsonValue]:
    tool = domain.tools.get(name)
    if tool is None:
        return dict(texts)
    root = tool.arguments.json_schema
    return {
        one: coerced(text, tool.parameters[one].schema, root) if one in tool.parameters else text
        for one, text in texts.items()
    }
