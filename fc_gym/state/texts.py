"""How single values are written in what a world's digest is made from; each text tells where it ends."""

from __future__ import annotations

import enum
from hashlib import blake2b
from typing import Any

import orjson

__all__ = ["LONG", "atom", "cut", "scalar"]

LONG = 512
"""Rows, lists and tuples that take more bytes stand as their digest in what holds them."""


def scalar(value: Any) -> bytes:
    """Write a value of one of the `PLAIN` types."""
    if type(value) is float:
        # One zero, as the two are equal; and one NaN, so that a world is equal to its copy.
        return b"F%b;" % repr(value).encode() if value - value else orjson.dumps(value or 0.0)
    try:
        return orjson.dumps(value)
    except TypeError:
        return (
            b"I%x;" % value if type(value) is int else b"U%b;" % value.encode("utf-8", "surrogatepass").hex().encode()
        )


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def atom(value: Any) -> bytes:
    """Write a constant of any other type: enum members and functions by name, the others by their repr."""
    if type(value) is complex:
        return b"C%b,%b;" % (scalar(value.real), scalar(value.imag))
    if isinstance(value, enum.Enum):
        shown = f"{value.name}={value.value!r}"
    elif isinstance(value, type) or hasattr(value, "__qualname__"):
        shown = f"{value.__module__}.{value.__qualname__}"
    else:
        shown = repr(value)
    return b"A" + scalar(_name(type(value))) + scalar(shown)


def cut(text: bytes) -> bytes:
    """Return a text, or its digest if it is long."""
    return text if len(text) <= LONG else b"#%b;" % blake2b(text, digest_size=32).hexdigest().encode()
