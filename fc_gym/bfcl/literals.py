"""Literals: the value of a syntax tree made of constants, computed in bounded time and without running anything."""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any

from fc_gym.errors import CallError

__all__ = ["MAX_CALL_CHARACTERS", "first_name", "literal", "malformed", "parsed"]

MAX_CALL_CHARACTERS = 64 * 1024
"""The longest text that is read, and the longest value of `*`; longer ones are refused unread."""

_LARGEST = 10**100
_MUST = "write TOOL(parameter=literal, ...)"
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


def parsed(text: str) -> ast.expr:
    """Return the syntax tree of one expression, in bounded time.

    Args:
        text: What the model wrote.

    Raises:
        CallError: To the agent, if it is too long, too deep or no expression, or a call with one keyword twice.
    """
    if len(text) > MAX_CALL_CHARACTERS:
        raise malformed(f"the text has {len(text)} characters; at most {MAX_CALL_CHARACTERS} are read")
    try:
        if "\\" not in text:
            return _parsed(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape in a text is the model's affair
            return _parsed(text)
    except (RecursionError, MemoryError):
        raise malformed("it is nested too deeply") from None
    except (SyntaxError, ValueError) as error:
        raise malformed(str(error)) from None


def literal(node: ast.expr, where: str) -> Any:
    """Return the value of a literal; small sums and the like of literals count as literals.

    Args:
        node: Its syntax tree.
        where: What to call it in the complaint, such as `the argument a`.

    Raises:
        CallError: To the agent, if it is no literal, or if Python could not compute it.
    """
    try:
        return _value(node, where)
    except RecursionError:
        raise malformed(f"{where} is nested too deeply") from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise malformed(str(error)) from None


def first_name(node: ast.expr | None) -> str:
    """Return the name that Python would look up first in `name`, `name.a.b` or `name[0].a`; empty for all else.

    Args:
        node: A syntax tree.
    """
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def malformed(message: str, hint: str = _MUST) -> CallError:
    """Return the complaint about a text that is no call.

    Args:
        message: What is wrong, in one sentence.
        hint: What would be right.
    """
    return CallError(message, code="malformed", hint=hint)


def _parsed(text: str) -> ast.expr:
    body = ast.parse(text.lstrip(" \t"), "<string>", "eval").body
    words = [one.arg for one in body.keywords if one.arg is not None] if isinstance(body, ast.Call) else []
    if len(set(words)) < len(words):
        twice = next(word for place, word in enumerate(words) if word in words[:place])
        raise malformed(f"keyword argument repeated: {twice} (<string>, line {body.lineno})")
    return body


def _value(node: ast.expr | None, where: str) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=inner):
            return [_value(one, where) for one in inner]
        case ast.Tuple(elts=inner):
            return tuple([_value(one, where) for one in inner])
        case ast.Set(elts=inner):
            return {_value(one, where) for one in inner}
        case ast.Dict(keys=names, values=values):
            return {_value(name, where): _value(one, where) for name, one in zip(names, values, strict=True)}
        case ast.UnaryOp(op=sign, operand=inner_node):
            return _UNARY[type(sign)](_value(inner_node, where))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _computed(sign, _value(left, where), _value(right, where), where)
    name = first_name(node)
    if name:
        raise malformed(f"name '{name}' is not defined", "quote texts; True, False and None are capitalised")
    raise malformed(f"{where} is no literal")


def _computed(sign: ast.operator, left: Any, right: Any, where: str) -> Any:
    if not _is_small(sign, left, right):
        raise malformed(f"{where} is no literal: its value may be too large")
    return _BINARY[type(sign)](left, right)


def _is_small(sign: ast.operator, left: Any, right: Any) -> bool:
    numbers = [one for one in (left, right) if isinstance(one, int | float | complex)]
    if any(isinstance(one, int) and abs(one) > _LARGEST for one in numbers):
        return False
    if isinstance(sign, ast.Pow):
        return all(isinstance(one, float) or abs(one) <= 100 for one in numbers)
    if len(numbers) == 2 or isinstance(sign, ast.Add):
        return True
    if isinstance(sign, ast.Mod):
        return False  # `%` on a text can ask for any width
    if isinstance(sign, ast.Mult) and len(numbers) == 1:
        times = numbers[0]
        return isinstance(times, int) and len(right if left is times else left) * times <= MAX_CALL_CHARACTERS
    return True
