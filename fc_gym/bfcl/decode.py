"""Calls as texts, read as literals and never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fc_gym.bfcl.literals import first_name, literal, malformed, parsed
from fc_gym.bfcl.plain import Parts, plain_parts

__all__ = ["WrittenCall", "called_name", "read_call", "read_parts", "rewritten", "written"]

_CALLED = re.compile(r"\b([a-zA-Z_]\w*)\s*(?=\()")
_OPENING = re.compile(r"[\s(]*([a-zA-Z_]\w*)\s*(?=\()")
_LEADING = re.compile(r"\s*([a-zA-Z_]\w*)\s*(?=\()")


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """One call with its arguments as Python values; its text is a `CallError` if a value is too deep or too large."""

    name: str
    positional: tuple[Any, ...] = ()
    keyword: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        try:
            inner = [repr(value) for value in self.positional]
            inner += [f"{name}={value!r}" for name, value in self.keyword.items()]
        except RecursionError:
            raise malformed("it is nested too deeply") from None
        except ValueError as error:  # an integer of more digits than Python tells
            raise malformed(str(error)) from None
        return f"{self.name}({','.join(inner)})"


def read_call(text: str) -> WrittenCall:
    """Read one call such as `cd(folder='temp')`; positional arguments keep their places.

    Args:
        text: What the model wrote; only literals may stand in the brackets.

    Raises:
        CallError: To the agent, if it is anything else.

    >>> str(read_call("sort('a.txt')"))
    "sort('a.txt')"
    >>> read_call("ls(a=__import__('os'))")
    Traceback (most recent call last):
    ...
    fc_gym.errors.CallError: the argument a is no literal
    """
    name, positional, keyword = read_parts(text)
    return WrittenCall(name, positional, dict(keyword))


def read_parts(text: str) -> Parts:
    """Read one call as `read_call` does, into a tuple.

    Args:
        text: What the model wrote.

    Raises:
        CallError: To the agent, if it is anything else.
    """
    plain = plain_parts(text)
    return _parts(parsed(text)) if plain is None else plain


def rewritten(text: str, owners: Mapping[str, str]) -> str:
    """Change a call text as the official executor does: inside of its string arguments.

    The official executor puts the name of an instance before every word that is a tool's name and stands before a
    bracket, and takes the blanks between any other word and its bracket away; it does not look for quotes.

    Args:
        text: What the model wrote.
        owners: Tool name to the name of the instance that is put before it.

    Returns:
        The text; the call itself still has its plain name.

    >>> rewritten("echo('see (a) or ls (b)')", {"echo": "box", "ls": "box"})
    "echo('see(a) or box.ls(b)')"
    """
    leading = _OPENING.match(text)
    start = leading.end() if leading else 0
    head = text[: leading.start(1)] + leading.group(1) if leading else ""
    return head + _CALLED.sub(lambda found: _owned(found.group(1), owners), text[start:])


def called_name(text: str) -> str:
    """Return the word before the first bracket if the text begins with it, else nothing.

    >>> called_name("ls (a=1"), called_name("(ls())")
    ('ls', '')
    """
    leading = _LEADING.match(text)
    return leading.group(1) if leading else ""


def written(node: ast.expr) -> WrittenCall:
    """Return the call that a syntax tree is.

    Args:
        node: The tree of an expression.

    Raises:
        CallError: To the agent, if it is no call of a plain name with literal arguments.
    """
    return WrittenCall(*_parts(node))


def _owned(name: str, owners: Mapping[str, str]) -> str:
    return f"{owners[name]}.{name}" if name in owners else name


def _parts(node: ast.expr) -> Parts:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        name = first_name(node.func if isinstance(node, ast.Call) else node)
        raise malformed(f"name '{name}' is not defined" if name else "this is no call of a tool")
    positional = tuple([literal(one, f"the argument at place {place}") for place, one in enumerate(node.args, 1)])
    return node.func.id, positional, _keyword(node.keywords)


def _keyword(nodes: list[ast.keyword]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in nodes:
        if one.arg is None:
            raise malformed("arguments cannot be unpacked with `**`")
        found[one.arg] = literal(one.value, f"the argument {one.arg}")
    return found
