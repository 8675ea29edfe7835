"""The digest of a world: equal for equal worlds, in every process.

Every value is written as bytes that tell where it ends. Rows and containers are written as the digest of
their contents, which their node keeps until something below it changes.
"""

from __future__ import annotations

import copyreg
import enum
import math
import struct
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

from fc_gym.state.adopt import node_of
from fc_gym.state.journal import Entries, Node
from fc_gym.state.kinds import Kind, attributes, kind
from fc_gym.state.sets import held

__all__ = ["fresh_digest", "kept_digest"]

_MODULUS = 1 << 128


class _Cycle(Exception):
    """A value contains itself, so that the digest of a part depends on where one comes from."""


_LENGTHS = tuple(b"s%d:" % length for length in range(256))
"""How the lengths of short texts are written."""


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    length = len(data)
    return _LENGTHS[length] + data if length < 256 else b"s%d:%b" % (length, data)


def _float(value: float) -> bytes:
    # One zero, as the two are equal; and one NaN, so that a world is equal to its copy.
    return b"f" + struct.pack(">d", math.nan if value != value else value + 0.0)


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    int: lambda value: b"i%x;" % value,
    bool: lambda value: b"T" if value else b"F",
    type(None): lambda value: b"N",
    float: _float,
    complex: lambda value: b"c" + _float(value.real) + _float(value.imag),
    bytes: lambda value: b"b%d:%b" % (len(value), value),
}


def _name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


class _Names(dict[Any, bytes]):
    """How the names of classes and attributes are written."""

    def __missing__(self, name: Any) -> bytes:
        written = self[name] = _text(name) if isinstance(name, str) else b"ROW" + _text(_name(name))
        return written


_NAMES = _Names()


def _atom(value: Any) -> bytes:
    """Write a constant of any other type: enum members and functions by name, the others by their repr."""
    if isinstance(value, enum.Enum):
        shown = f"{value.name}={value.value!r}"
    elif isinstance(value, type) or hasattr(value, "__qualname__"):
        shown = f"{value.__module__}.{value.__qualname__}"
    else:
        shown = repr(value)
    return b"a" + _text(_name(type(value))) + _text(shown)


_BLANK = blake2b(digest_size=16)


def _hash(data: bytes) -> bytes:
    digest = _BLANK.copy()  # at less than the cost of a new one
    digest.update(data)
    return digest.digest()


def _number(data: bytes) -> int:
    return int.from_bytes(_hash(data), "big")


class _Orders(dict[tuple[str, ...], tuple[tuple[str, bytes], ...]]):
    """The attributes of rows, by the order in which they were set: sorted, and as their names are written."""

    def __missing__(self, names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
        order = tuple((name, _NAMES[name]) for name in sorted(names) if name != "_fc")
        if len(self) < MOST_ORDERS:
            self[names] = order
        return order


_ORDERS = _Orders()
MOST_ORDERS = 1000


class _Walk:
    """One computation of a digest; with `keep`, it uses and stores the digests in the nodes."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.above: dict[int, int] = {}

    def write(self, value: Any, holder: Node | None = None, key: Any = None) -> bytes:
        """Return the bytes of a value that is held by a node under a key."""
        writer = _WRITERS.get(type(value))
        if writer is not None:
            return writer(value)
        if self.keep and (node := node_of(value)) is not None:
            return b"o" + self._kept(value, node, holder, key)
        found = kind(type(value))
        if found is Kind.ATOM:
            return _atom(value)
        if found is Kind.TUPLE:
            return b"t%b%d:" % (_text(type(value).__name__), len(value)) + self._row_of(value, holder, key)
        if found is Kind.FROZENSET:
            return b"z" + self._unordered(value)
        return b"o" + self._digest(found, value, None)

    def _kept(self, value: Any, node: Node, holder: Node | None, key: Any) -> bytes:
        if node.digest is None:
            node.digest = self._digest(kind(type(value)), value, node)
        if holder is not None:
            node.link(holder, key)
        return node.digest

    def _digest(self, found: Kind, value: Any, node: Node | None) -> bytes:
        if id(value) in self.above:
            if self.keep:
                raise _Cycle
            return _hash(b"^%d" % (len(self.above) - self.above[id(value)]))
        self.above[id(value)] = len(self.above)
        try:
            return _hash(self._contents(found, value, node))
        finally:
            del self.above[id(value)]

    def _contents(self, found: Kind, value: Any, node: Node | None) -> bytes:
        if found is Kind.DICT or found is Kind.SET:
            total = self._entries(value, node) if isinstance(node, Entries) else self._sum(value)
            return b"%b%d:%x" % (found.name.encode(), len(value), total)
        if found is Kind.LIST:
            return b"LIST%d:" % len(value) + self._row_of(value, node, None)
        if found is Kind.OPAQUE:
            return b"OPAQUE" + self._reduced(value)
        return self._row(value, node)

    def _row(self, value: Any, node: Node | None) -> bytes:
        cls = type(value)
        raw = value._fc_raw(value) if node is not None else dict(attributes(value))
        written = [_NAMES[getattr(cls, "_fc_class", cls)]]
        for name, label in _ORDERS[tuple(raw)]:
            item = raw[name]
            writer = _WRITERS.get(type(item))
            written.append(label)
            written.append(self.write(item, node) if writer is None else writer(item))
        return b"".join(written)

    def _row_of(self, values: Iterable[Any], holder: Node | None, key: Any) -> bytes:
        return b"".join([self.write(item, holder, key) for item in values])

    def _unordered(self, values: Any) -> bytes:
        return b"%d:%x;" % (len(values), sum(_number(self.write(item)) for item in values) % _MODULUS)

    def _sum(self, value: Any) -> int:
        return sum(self._entry(value, key, None) for key in value) % _MODULUS

    def _entry(self, value: Any, key: Any, node: Node | None) -> int:
        written = _text(key) if type(key) is str else self.write(key)
        return _number(written + self.write(value[key], node, key) if isinstance(value, dict) else written)

    def _entries(self, value: Any, node: Entries) -> int:
        """Return the sum over the entries, after a look at those that may have changed."""
        if node.parts is None:
            node.parts, node.dirty, node.total = {}, set(value), 0
        parts = node.parts
        for key in list(node.dirty):
            new = self._entry(value, held(value, key), node) if key in value else 0
            node.total += new - parts.pop(key, 0)
            if new:
                parts[key] = new
        node.total, node.dirty = node.total % _MODULUS, set()
        return node.total

    def _reduced(self, value: Any) -> bytes:
        """Write an unknown object as what pickle would need to make it again."""
        reduce = copyreg.dispatch_table.get(type(value))
        made: Any = reduce(value) if reduce is not None else value.__reduce_ex__(4)
        if isinstance(made, str):
            return _text(made)
        items = list(made[3] or ()) if len(made) > 3 else []
        pairs = dict(made[4] or ()) if len(made) > 4 else {}
        return self.write([*made[:3], items, pairs])


def fresh_digest(value: Any) -> str:
    """Return the digest of a value as it is now, 32 hex characters."""
    return _hash(_Walk(keep=False).write(value)).hex()


def kept_digest(value: Any) -> str:
    """Return the same digest with the help of what the nodes remember."""
    try:
        return _hash(_Walk(keep=True).write(value)).hex()
    except _Cycle:
        return fresh_digest(value)
