"""The digest of a world: equal for equal worlds, in every process.

Every value is written as text that tells where it ends, in JSON as far as that goes. A table (a dict of rows, or of
many entries) is written as the sum of the digests of its entries, so that a changed entry costs one digest. Nodes keep
what was written until something below them changes.
"""

from __future__ import annotations

import copyreg
import weakref
from hashlib import blake2b
from typing import Any

import orjson

from fc_gym.state.adopt import PLAIN
from fc_gym.state.dicts import TrackedDict
from fc_gym.state.journal import Entries, Node
from fc_gym.state.kinds import Kind, kind
from fc_gym.state.layout import COUNTED, FEW, IN_PLACE, raw_of, row_entry, values_of
from fc_gym.state.lists import TrackedList
from fc_gym.state.rows import Row
from fc_gym.state.sets import TrackedSet, held
from fc_gym.state.texts import atom, cut, scalar

__all__ = ["fresh_digest", "kept_digest"]

_MODULUS = 1 << 256
_AS_IS = PLAIN - {float}
_KEY = frozenset({str})
_TRACKED = (Row, TrackedDict, TrackedList, TrackedSet)
_ROWS = (Kind.ROW, Kind.FROZEN)
_SORTED = orjson.OPT_SORT_KEYS
_dumps, _Fragment, _from_bytes = orjson.dumps, orjson.Fragment, int.from_bytes

_BUSY = b"!"
"""What a node keeps while its text is being written."""


class _Cycle(Exception):
    """A value contains itself, so that the digest of a part depends on where one comes from."""


def _number(text: bytes) -> int:
    return _from_bytes(blake2b(text, digest_size=32).digest(), "big")


def _brief(found: Kind, value: Any) -> bool:
    """Tell whether it is a dict or list of a few plain values, with texts as keys."""
    if len(value) > FEW or not PLAIN.issuperset(map(type, value.values() if found is Kind.DICT else value)):
        return False
    return found is Kind.LIST or _KEY.issuperset(map(type, value))


def _as_it_is(found: Kind, value: Any) -> bool:
    """Tell whether it is brief and `orjson` writes it as we do."""
    if len(value) > FEW:
        return False
    values = value.values() if found is Kind.DICT else value
    if not _AS_IS.issuperset(map(type, values)) and not (_brief(found, value) and all(map(_even, values))):
        return False
    return found is Kind.LIST or _KEY.issuperset(map(type, value))


def _even(value: Any) -> bool:
    """Tell whether a plain value is not one of the floats that JSON has not, or has twice."""
    return type(value) is not float or (bool(value) and value - value == 0.0)


class _Walk:
    """One computation of a digest; with `keep`, it uses and stores the texts in the nodes."""

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.above: dict[int, int] = {}

    def write(self, value: Any, holder: Node | None = None, key: Any = None) -> bytes:
        """Return the text of a value that is held by a node under a key."""
        cls = type(value)
        if cls in PLAIN:
            return scalar(value)
        if self.keep and issubclass(cls, _TRACKED):
            return self._kept(value, value._fc, holder, key) or self._in_place(kind(cls), value)
        found = kind(cls)
        if found is Kind.ATOM:
            return atom(value)
        if found is Kind.TUPLE:
            return cut(b"T%b%b" % (scalar(cls.__name__), self._items(value, holder, key)))
        if found is Kind.FROZENSET:
            return b"Z" + self._members(value, None)
        return self._guarded(found, value, whole=False)

    def _item(self, value: Any, holder: Node | None, key: Any = None) -> Any:
        """Return what `orjson` writes as the text of a value."""
        cls = type(value)
        if cls in _AS_IS:
            return value
        if cls is float:
            return _Fragment(scalar(value)) if value - value else value or 0.0
        if self.keep and issubclass(cls, _TRACKED):
            text = self._kept(value, value._fc, holder, key)
            return _Fragment(text) if text else value
        return _Fragment(self.write(value, holder, key))

    def _kept(self, value: Any, node: Node, holder: Node | None, key: Any) -> bytes:
        text = node.digest
        if text is None or text is COUNTED:
            text = self.watched(value, node)
        elif text is _BUSY:
            raise _Cycle
        if holder is not None:
            node.link(holder, key)
        return text

    def watched(self, value: Any, node: Node) -> bytes:
        """Write what a node stands for, and keep the text in it."""
        cls, text = type(value), None
        row = issubclass(cls, Row)
        if not row and len(value) <= FEW and cls is not TrackedSet and _as_it_is(kind(cls), value):
            node.digest = IN_PLACE
            return IN_PLACE
        node.digest = _BUSY
        try:
            text = cut(self._row(value, node)) if row else self._contents(kind(cls), value, node)
        finally:
            node.digest = text
        return text

    def _table(self, value: Any, node: Any) -> bytes:
        """Write a dict that is too large to be written in place, and keep the text in its node."""
        text, node.digest = None, _BUSY
        try:
            text = b"D%d:%x;" % (len(value), self._entries(value, node))
        finally:
            node.digest = text
        return text

    def _guarded(self, found: Kind, value: Any, *, whole: bool) -> bytes:
        """Write a value that has no node, or that of which is not to be used."""
        if id(value) in self.above:
            return b"^%d;" % (len(self.above) - self.above[id(value)])
        self.above[id(value)] = len(self.above)
        try:
            return self._row(value, None) if whole else self._contents(found, value, None)
        finally:
            del self.above[id(value)]

    def _contents(self, found: Kind, value: Any, node: Node | None) -> bytes:
        if found in _ROWS:
            return cut(self._row(value, node))
        if found is Kind.SET:
            return b"S" + self._members(value, node)
        if found is Kind.OPAQUE:
            return cut(b"O" + self._reduced(value))
        if _brief(found, value):
            return self._in_place(found, value)
        if found is Kind.LIST:
            return cut(self._items(value, node, None))
        total = self._entries(value, node) if isinstance(node, Entries) else self._sum(value)
        return b"D%d:%x;" % (len(value), total)

    def _in_place(self, found: Kind, value: Any) -> bytes:
        """Write a few plain values."""
        if found is Kind.LIST:
            return self._items(value, None, None)
        try:
            return _dumps({key: self._item(item, None) for key, item in value.items()}, option=_SORTED)
        except TypeError:
            return b"{%b}" % b",".join(sorted(b"%b:%b" % (scalar(key), scalar(value[key])) for key in value))

    def _items(self, values: Any, holder: Node | None, key: Any) -> bytes:
        try:
            return _dumps([self._item(item, holder, key) for item in values], option=_SORTED)
        except TypeError:
            return b"[%b]" % b",".join([self.write(item, holder, key) for item in values])

    def _row(self, value: Any, node: Node | None) -> bytes:
        raw = value._fc_raw(value) if node is not None else raw_of(value)
        values: Any
        layout, values = values_of(type(value), raw, node)
        special = layout.specials.get((*map(type, values),))
        if special is None:
            special = layout.learn(values)
        if special:
            values, ours = [*values], weakref.ref(node) if node is not None else None
            for place in special:
                item = values[place]
                if ours is not None and issubclass(type(item), _TRACKED):
                    values[place] = self._held(item, node, ours)
                elif type(item) is not float or not item or item - item:
                    values[place] = self._item(item, node)
        try:
            return layout.label + _dumps(values, option=_SORTED)
        except TypeError:
            return layout.label + b"[%b]" % b",".join([self.write(item, node) for item in layout.values(raw)])

    def _held(self, item: Any, holder: Any, ours: weakref.ref[Node]) -> Any:
        """Return what `orjson` writes as the text of a tracked value; most have not changed since it was written."""
        node = item._fc
        text = node.digest
        if text is None or text is COUNTED:
            large = type(item) is TrackedDict and len(item) > FEW
            text = self._table(item, node) if large else self.watched(item, node)
        elif text is _BUSY:
            raise _Cycle
        links = node.links
        if not links:
            node.links = ((ours, None),)
        elif links[0][0] is not ours:
            node.link(holder, None)
        return _Fragment(text) if text else item

    def _members(self, value: Any, node: Node | None) -> bytes:
        if len(value) <= FEW:
            return b"[%b]" % b",".join(sorted(map(self.write, value)))
        total = self._entries(value, node) if isinstance(node, Entries) else self._sum(value)
        return b"%d:%x;" % (len(value), total)

    def _sum(self, value: Any) -> int:
        return sum(self._entry(value, key, None) for key in value) % _MODULUS

    def _entry(self, value: Any, key: Any, node: Node | None) -> int:
        written = scalar(key) if type(key) is str else self.write(key)
        if not isinstance(value, dict):
            return _number(written)
        item = value[key]
        found = kind(type(item))
        text = self._row_in_table(item, found, node, key) if found in _ROWS else self.write(item, node, key)
        return _from_bytes(blake2b(b"%b:%b" % (written, text), digest_size=32).digest(), "big")

    def _row_in_table(self, row: Any, found: Kind, holder: Node | None, key: Any) -> bytes:
        """Write a row in full, whatever its length, since its text is digested at once."""
        if not self.keep or not isinstance(row, Row) or row._fc is None:
            return self._guarded(found, row, whole=True)
        node: Node = row._fc
        before = node.digest
        if before is _BUSY:
            raise _Cycle
        node.digest = _BUSY
        try:
            return self._row(row, node)
        finally:
            node.digest = COUNTED if before is None else before
            if holder is not None:
                node.link(holder, key)

    def _entries(self, value: Any, node: Entries) -> int:
        """Return the sum over the entries, after a look at those that may have changed."""
        if node.parts is None:
            node.parts, node.dirty, node.total = {}, set(value), 0
        parts, total, rows, ours = node.parts, node.total, isinstance(value, dict), weakref.ref(node)
        try:
            for key in tuple(node.dirty):
                if key not in value:
                    total -= parts.pop(key, 0)
                    continue
                new = row_entry(value[key], key, ours) if rows and type(key) is str else None
                if new is None:
                    new = self._entry(value, key if type(key) is str else held(value, key), node)
                total += new - parts.get(key, 0)
                parts[key] = new
        finally:
            node.total = total % _MODULUS
        node.dirty = set()
        return node.total

    def _reduced(self, value: Any) -> bytes:
        """Write an unknown object as what pickle would need to make it again."""
        reduce = copyreg.dispatch_table.get(type(value))
        made: Any = reduce(value) if reduce is not None else value.__reduce_ex__(4)
        if isinstance(made, str):
            return scalar(made)
        items = list(made[3] or ()) if len(made) > 3 else []
        pairs = dict(made[4] or ()) if len(made) > 4 else {}
        return self.write([*made[:3], items, pairs])


def fresh_digest(value: Any) -> str:
    """Return the digest of a value as it is now, 32 hex characters."""
    return blake2b(_Walk(keep=False).write(value), digest_size=16).hexdigest()


def kept_digest(value: Any) -> str:
    """Return the same digest with the help of what the nodes remember."""
    node = value._fc if issubclass(type(value), Row) else None
    text = None if node is None else node.digest
    if text is None or text is COUNTED:
        walk = _Walk(keep=True)
        try:
            text = walk.write(value) if node is None else walk.watched(value, node)
        except _Cycle:
            return fresh_digest(value)
    return blake2b(text, digest_size=16).hexdigest()
