"""Forms of rows: what a row of each known form is read as."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from fc_gym.bfcl.decode import WrittenCall, read_call, written
from fc_gym.bfcl.literals import parsed
from fc_gym.errors import CallError, RecordError
from fc_gym.types import JsonValue
from fc_synth.contamination.row import Called, Place, Row, strings, tool_of, tools_of

__all__ = ["FORMS", "row_of"]

_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_WRITTEN = re.compile(r"\s*\[?\s*[A-Za-z_][\w.]*\s*\(")
_USER = {"user", "human"}
_MODEL = {"assistant", "gpt", "function_call", "model"}


def row_of(value: JsonValue, place: Place) -> Row:
    """Read a row.

    Args:
        value: What its line holds.
        place: Where it stands.

    Raises:
        RecordError: To whoever owns the file, if the row has none of the known forms.
    """
    if not isinstance(value, dict):
        raise RecordError(f"{place}: a JSON object should stand here, not {type(value).__name__}")
    form = next((form for field, form in FORMS.items() if field in value), None)
    if form is None:
        fields = ", ".join(list(value)[:6]) or "none"
        raise RecordError(f"{place}: a row of unknown form, with the fields {fields}; known are rows with {_known()}")
    row = Row(place)
    try:
        form(value, row)
    except ValueError as error:
        raise RecordError(f"{place}: {error}") from None
    except RecursionError:
        raise RecordError(f"{place}: it is nested too deeply") from None
    return row


def _chat(value: Mapping[str, Any], row: Row) -> None:
    """Read `messages` as OpenAI has them, or `conversations` as ShareGPT has them."""
    _offered(value, row)
    name = "messages" if "messages" in value else "conversations"
    for message in _objects(value[name], name):
        _message(message, row)


def _preference(value: Mapping[str, Any], row: Row) -> None:
    """Read a pair of answers to one prompt; the calls of the rejected answer are no sequence."""
    _offered(value, row)
    for message in (
        *_said(value.get("prompt") or [], "user", "prompt"),
        *_said(value["chosen"], "assistant", "chosen"),
    ):
        _message(message, row)
    aside = Row(row.place)
    for message in _said(value.get("rejected") or [], "assistant", "rejected"):
        _message(message, aside)
    row.values += aside.values
    row.texts += aside.texts


def _task(value: Mapping[str, Any], row: Row) -> None:
    """Read a task to be played: `turns`, each with `user` and `gold`."""
    row.values += strings(value.get("start"))
    for turn in _objects(value["turns"], "turns"):
        row.queries.append(str(turn.get("user", "")))
        for layer in _list(turn.get("gold") or [], "gold"):
            for call in _objects(layer, "gold"):
                _called(call, row)


def _official(value: Mapping[str, Any], row: Row) -> None:
    """Read an official question of BFCL."""
    for turn in _list(value["question"], "question"):
        for message in _objects(turn, "question"):
            _message(message, row)
    row.values += strings(value.get("initial_config"))
    row.walk += [str(name) for name in _list(value.get("path") or [], "path")]
    row.tools = tools_of(_list(value.get("function") or [], "function"))


def _truth(value: Mapping[str, Any], row: Row) -> None:
    """Read an official ground truth of BFCL; answers that are no calls are passed over."""
    for turn in _list(value["ground_truth"], "ground_truth"):
        for text in turn if isinstance(turn, list) else ():
            if isinstance(text, str):
                _written(text, row)


def _described(value: Mapping[str, Any], row: Row) -> None:
    """Read a row that is the description of a tool."""
    row.tools = (tool_of(value),)


FORMS: Mapping[str, Callable[[Mapping[str, Any], Row], None]] = {
    "messages": _chat,
    "conversations": _chat,
    "chosen": _preference,
    "turns": _task,
    "question": _official,
    "ground_truth": _truth,
    "parameters": _described,
}
"""The field by which a form is known, and its reader."""


def _known() -> str:
    return ", ".join(f"`{name}`" for name in FORMS)


def _offered(value: Mapping[str, Any], row: Row) -> None:
    given = value.get("tools") or value.get("functions") or []
    row.tools = tools_of(_list(_decoded(given) if isinstance(given, str) else given, "tools"))


def _said(value: JsonValue, role: str, name: str) -> list[Mapping[str, Any]]:
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return _objects([value] if isinstance(value, dict) else value, name)


def _message(message: Mapping[str, Any], row: Row) -> None:
    role, content = message.get("role") or message.get("from"), message.get("content", message.get("value"))
    if not isinstance(role, str):
        raise ValueError("a message should have a `role` (or `from`) and a `content` (or `value`)")
    if isinstance(content, Mapping):
        row.values += strings(content)
    text = "" if isinstance(content, Mapping) else _text(content)
    if role in _USER:
        row.queries.append(text)
    elif role in _MODEL:
        for call in _objects(message.get("tool_calls") or [], "tool_calls"):
            _called(call.get("function", call), row)
        if isinstance(message.get("function_call"), Mapping):
            _called(message["function_call"], row)
        _reply(text, row)
    elif role != "system":
        _result(text, row)


def _reply(text: str, row: Row) -> None:
    """Read what a model said: calls in one of the usual ways to write them, or words."""
    tagged = [_decoded(one) for one in _TAGGED.findall(text)]
    whole = tagged or _decoded(text)
    calls = [one for one in (whole if isinstance(whole, list) else [whole]) if isinstance(one, dict)]
    if calls and all(isinstance(one.get("name"), str) for one in calls):
        for call in calls:
            _called(call, row)
    elif not _WRITTEN.match(text) or not _written(text, row):
        row.texts.append(text)


def _result(text: str, row: Row) -> None:
    """Read a result: JSON, or words."""
    value = _decoded(text)
    row.values += strings(value) if value is not None else ()
    row.texts += [text] if value is None else ()


def _called(call: JsonValue, row: Row) -> None:
    if not isinstance(call, Mapping) or not isinstance(call.get("name"), str):
        raise ValueError("a call should be an object with `name` and `arguments`")
    given = call.get("arguments", call.get("parameters"))
    arguments = _decoded(given) if isinstance(given, str) else given
    row.calls.append(Called(call["name"], tuple(arguments) if isinstance(arguments, Mapping) else ()))
    row.values += strings(list(arguments.values()) if isinstance(arguments, Mapping) else arguments)


def _written(text: str, row: Row) -> bool:
    """Read calls written in Python's way, one or a list; False if the text is none."""
    try:
        calls = list(_python(text))
    except CallError:
        return False
    for call in calls:
        row.calls.append(Called(call.name, tuple(call.keyword), len(call.positional)))
        row.values += strings([*call.positional, *call.keyword.values()])
    return True


def _python(text: str) -> Iterator[WrittenCall]:
    tree = parsed(text.strip())
    if isinstance(tree, ast.List):
        yield from (written(one) for one in tree.elts)
    else:
        yield read_call(text)


def _text(content: JsonValue) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    if content is not None and not isinstance(content, str):
        raise ValueError(f"the content of a message should be a text, not {type(content).__name__}")
    return content or ""


def _list(value: JsonValue, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"`{name}` should be a list, not {type(value).__name__}")
    return value


def _objects(value: JsonValue, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError(f"`{name}` should be a list of objects")
    return value


def _decoded(text: str) -> JsonValue:
    """Return what a JSON text of an object or a list holds; None if it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
