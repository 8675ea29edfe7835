"""The format of BFCL: the whole response is a list of Python calls with literal keyword arguments."""

from __future__ import annotations

import ast
import math
import re

from fc_gym.domain import Domain
from fc_gym.parsers.reading import (
    MAX_CALLS,
    Reading,
    bounded,
    limited,
    too_deep,
    unfenced,
    unfinished,
    without_thoughts,
)
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["python"]

_HINT = 'write [tool(parameter="text", other=1)], with literal values only'
_LIST = re.compile(r"\[\s*[A-Za-z_][\w.]*\s*\(")
_CALL = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)\s*\(")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES = frozenset("\n\\'\"abfnrtv0xNuU")


class _NotLiteral(Exception):
    """Tell the caller within this file what stands where a literal is needed."""


def python(text: str, domain: Domain) -> Reading:
    """Read a response that is a list of calls, or one call of a known tool; any other is the reply.

    >>> python('[shop.f(a="x", b=[1]), g()]', None)  # type: ignore[arg-type]
    [ToolCall(name='f', arguments={'a': 'x', 'b': [1]}), ToolCall(name='g', arguments={})]
    """
    text = unfenced(without_thoughts(text, "["))
    broken = unfinished(text)
    if broken or text == "[]" or not _has_calls(text, domain):
        return [broken] if broken else text
    tree = bounded(text) or _parsed(text)
    if isinstance(tree, Malformed):
        return [tree]
    nodes = tree.elts if isinstance(tree, ast.List) else [tree]
    return limited([_call(one, f"tool call {at}") for at, one in enumerate(nodes[: MAX_CALLS + 1], start=1)])


def _has_calls(text: str, domain: Domain) -> bool:
    if text.startswith("["):
        return text.endswith("]") or bool(_LIST.match(text))
    single = _CALL.match(text)
    return bool(single) and text.endswith(")") and single is not None and single[1] in domain.tools


def _parsed(text: str) -> ast.expr | Malformed:
    for escape in _ESCAPE.finditer(text):
        # Python only warns of these, so whether they pass would depend on the warning filters of the process.
        if escape[1] not in _KNOWN_ESCAPES:
            place = f"at character {escape.start() + 1}"
            message = f"the response has the unknown escape {escape[0]} {place}"
            return Malformed(message, "write \\\\ for a backslash")
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        place = f"line {error.lineno or 1}, character {error.offset or 1}"
        return Malformed(f"the response is not Python: {error.msg} at {place}", _HINT)
    except (ValueError, OverflowError) as error:
        return Malformed(f"the response is not Python: {error}"[:200], _HINT)
    except (RecursionError, MemoryError):
        return Malformed("the response is nested too deeply", _HINT)


def _call(node: ast.expr, where: str) -> ToolCall | Malformed:
    if not isinstance(node, ast.Call):
        return Malformed(f"{where} is {_kind(node)}, not a call", _HINT)
    name = _name(node.func)
    if name is None:
        return Malformed(f"{where} calls {_kind(node.func)}, not a tool by name", _HINT)
    if node.args:
        return Malformed(f"{where}, {name}: a positional argument; every argument needs its name", _HINT)
    arguments: dict[str, JsonValue] = {}
    for one in node.keywords:
        if one.arg is None or one.arg in arguments:
            problem = "** is not allowed" if one.arg is None else f"{one.arg} is given twice"
            return Malformed(f"{where}, {name}: {problem}", _HINT)
        try:
            arguments[one.arg] = _literal(one.value)
        except _NotLiteral as error:
            return Malformed(f"{where}, {name}: {one.arg} holds {error}, not a literal", _HINT)
        except RecursionError:
            return Malformed(f"{where}, {name}: {one.arg} is nested too deeply", _HINT)
    deep = Malformed(f"{where}, {name}: an argument is nested too deeply", _HINT)
    return deep if too_deep(arguments) else ToolCall(name, arguments)


def _name(node: ast.expr) -> str | None:
    """Return the last part of a dotted name."""
    last = node.attr if isinstance(node, ast.Attribute) else None
    while isinstance(node, ast.Attribute):
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return last or node.id


def _literal(node: ast.expr) -> JsonValue:
    if isinstance(node, ast.Constant):
        return _constant(node.value, node)
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        return _object(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _literal(node.operand)
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number if isinstance(node.op, ast.USub) else number
    raise _NotLiteral(_kind(node))


def _constant(value: object, node: ast.expr) -> JsonValue:
    if isinstance(value, float) and not math.isfinite(value):
        raise _NotLiteral("a number that is not finite")
    if value is None or isinstance(value, str | int | float):
        return value
    raise _NotLiteral(_kind(node))


def _object(node: ast.Dict) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = _literal(key) if key is not None else None
        if not isinstance(name, str):
            raise _NotLiteral("a dict with a key that is no text")
        found[name] = _literal(value)
    return found


def _kind(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return f"a constant of type {type(node.value).__name__}"
    if isinstance(node, ast.Name):
        return f"the name {node.id[:40]}"
    word = type(node).__name__
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word} expression"
