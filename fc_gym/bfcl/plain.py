"""Call texts in the plain form that nearly all have, read without a syntax tree: several times faster than with one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from keyword import kwlist
from typing import Any

from fc_gym.bfcl.literals import MAX_CALL_CHARACTERS

__all__ = ["Parts", "plain_parts"]

Parts = tuple[str, tuple[Any, ...], Mapping[str, Any]]
"""Name of a tool, its arguments by place, and its arguments by name, which nobody changes."""

# What means something else to Python than it says is left to Python: escapes, line ends, and halves of pairs.
_CHARACTERS = r"\\\r\n\x00\ud800-\udfff"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?"
_SCALAR = rf"""'[^'{_CHARACTERS}]*'|"[^"{_CHARACTERS}]*"|{_NUMBER}|True|False|None"""
_LIST = rf"\[(?: *(?:{_SCALAR}) *(?:, *(?:{_SCALAR}) *)*)?\]"
_ARGUMENTS = re.compile(rf" *+(?:([A-Za-z_][A-Za-z_0-9]*+) *+= *)?({_SCALAR}|{_LIST}) *+(?:,|\Z)|((?s:.+))")
"""One argument: its name if it has one, and its value; or all the rest, if that begins with no argument."""
_SCALARS = re.compile(_SCALAR)
_CONSTANTS: Mapping[str, bool | None] = {"True": True, "False": False, "None": None}
_KEPT_CHARACTERS = 256  # with 1,024 texts, less than a megabyte in all
_QUOTES = "'\""
_RESERVED = frozenset([*kwlist, "__debug__"])


def plain_parts(text: str) -> Parts | None:
    """Read a call such as `cd(folder='temp')`, with scalars and lists of scalars as its arguments.

    Args:
        text: What the model wrote.

    Returns:
        What Python would read, or None if the text is anything but such a call, right or wrong.

    >>> plain_parts("tail('a.txt', lines=-2)")
    ('tail', ('a.txt',), {'lines': -2})
    >>> plain_parts("tail('a.txt', lines=1+1)")
    """
    # What is kept is shared: a call with a list, which a tool may change, is read anew each time.
    return _kept(text) if len(text) <= _KEPT_CHARACTERS and "[" not in text else _read(text)


def _read(text: str) -> Parts | None:
    name, _, rest = text.partition("(")
    if not rest.endswith(")") or not name.isidentifier() or not name.isascii() or name in _RESERVED:
        return None
    if len(text) > MAX_CALL_CHARACTERS:
        return None
    found = _ARGUMENTS.findall(rest, 0, len(rest) - 1)
    if found and found[-1][2]:
        return None
    positional: list[Any] = []
    keyword: dict[str, Any] = {}
    for word, value, _ in found:
        read = value[1:-1] if value[0] in _QUOTES else _value(value)
        if word:
            keyword[word] = read
        elif keyword:
            return None
        else:
            positional.append(read)
    if len(positional) + len(keyword) < len(found) or not _RESERVED.isdisjoint(keyword):
        return None
    return name, tuple(positional), keyword


_kept = lru_cache(maxsize=1024)(_read)


def _value(text: str) -> Any:
    first = text[0]
    if first == "[":
        return [one[1:-1] if one[0] in _QUOTES else _value(one) for one in _SCALARS.findall(text)]
    if first in "TFN":
        return _CONSTANTS[text]
    return float(text) if "." in text else int(text)
