"""Model responses: the two forms in which BFCL takes calls, as call texts."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fc_gym.bfcl.decode import WrittenCall, written
from fc_gym.bfcl.literals import MAX_CALL_CHARACTERS, literal, malformed, parsed
from fc_gym.types import JsonValue

__all__ = ["calls_in_json", "calls_in_text"]


def calls_in_json(response: JsonValue) -> list[str]:
    """Read the calls of a function-calling model.

    Args:
        response: A list of `{tool name: arguments}`, the arguments a dict or its JSON text.

    Returns:
        Call texts with keyword arguments, as the official decoder writes them.

    Raises:
        CallError: To the agent, if it is anything else.

    >>> calls_in_json([{"ls": '{"a": true}'}])
    ['ls(a=True)']
    """
    found: list[str] = []
    for one in [response] if isinstance(response, Mapping) else response if isinstance(response, Sequence) else [None]:
        if not isinstance(one, Mapping):
            raise malformed("this is no list of {tool name: arguments}", 'write [{"TOOL": "{...}"}]')
        found += [str(WrittenCall(str(name), keyword=_arguments(given))) for name, given in one.items()]
    return found


def calls_in_text(text: str, *, official: bool = False) -> list[str]:
    """Read the calls of a prompted model, a list such as `[cd(folder='a'), ls()]`.

    Args:
        text: The whole response; blanks, newlines and backticks around the list do not matter.
        official: Read it as the official decoder does: positional arguments are dropped, bare names become texts, every
            sign is a minus, and a dict of dicts becomes a call.

    Returns:
        Call texts.

    Raises:
        CallError: To the agent, if it is anything else.

    >>> calls_in_text("[sort('x'), ls(a=True)]")
    ["sort('x')", 'ls(a=True)']
    >>> calls_in_text("[sort('x'), ls(a=true)]", official=True)
    ['sort()', "ls(a='true')"]
    """
    text = text.strip("`\n ")
    text = text if text.startswith("[") else f"[{text}"
    body = parsed(text if text.endswith("]") else f"{text}]")
    calls = body.elts if isinstance(body, ast.List) else [body]
    if not official:
        return [str(written(one)) for one in calls]
    if not all(isinstance(one, ast.Call) for one in calls):
        raise malformed("the list has more than calls in it", "write [TOOL(parameter=literal, ...), ...]")
    try:
        return [_told_call(*next(iter(_official_call(one).items()))) for one in calls if isinstance(one, ast.Call)]
    except RecursionError:
        raise malformed("it is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise malformed(str(error)) from None


def _arguments(given: JsonValue) -> Mapping[str, JsonValue]:
    if isinstance(given, str):
        if len(given) > MAX_CALL_CHARACTERS:
            raise malformed(f"arguments of {len(given)} characters; at most {MAX_CALL_CHARACTERS} are read")
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise malformed(f"the arguments are no JSON: {error}") from None
    if not isinstance(given, Mapping):
        raise malformed(f"the arguments are {type(given).__name__}, not an object", 'write {"parameter": value, ...}')
    return given


def _official_call(node: ast.Call) -> dict[str, dict[str | None, Any]]:
    words: list[str] = []
    func = node.func
    while isinstance(func, ast.Attribute):
        words.append(func.attr)
        func = func.value
    if isinstance(func, ast.Name):
        words.append(func.id)
    return {".".join(reversed(words)): {one.arg: _official_value(one.value) for one in node.keywords}}


def _official_value(node: ast.expr | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return "..." if value is ... else value
        case ast.UnaryOp(operand=ast.Constant(value=value)):
            return literal(ast.UnaryOp(ast.USub(), ast.Constant(value)), "the number")
        case ast.List(elts=inner):
            return [_official_value(one) for one in inner]
        case ast.Tuple(elts=inner):
            return tuple([_official_value(one) for one in inner])
        case ast.Dict(keys=names, values=values):
            return {_official_value(name): _official_value(one) for name, one in zip(names, values, strict=True)}
        case ast.Name(id=name):
            return name
        case ast.BinOp():
            return literal(node, "the sum")
        case ast.Call(keywords=[]) | ast.Subscript():
            return ast.unparse(node)
        case ast.Call():
            return _official_call(node)
    raise malformed(f"an argument is no literal ({type(node).__name__})")


def _told_call(name: object, arguments: Mapping[Any, Any]) -> str:
    return f"{name}({', '.join(f'{key}={_told(value)}' for key, value in arguments.items())})"


def _told(value: Any) -> str:
    if not isinstance(value, dict):
        return repr(value)
    if not value:
        raise malformed("an empty dict as an argument")  # the official decoder raises as well
    if all(isinstance(inner, dict) for inner in value.values()):
        return _told_call(*next(iter(value.items())))
    return "{" + ", ".join(f"'{key}': {_told(inner)}" for key, inner in value.items()) + "}"
