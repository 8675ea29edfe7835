"""A second physical world: the copy of a tracked one, made object by object without a plain one in between."""

from __future__ import annotations

import weakref
from typing import Any

from fc_gym.state.adopt import parts
from fc_gym.state.dicts import TrackedDict
from fc_gym.state.journal import Entries, Family, Node
from fc_gym.state.kinds import ATOMS, Kind, immutable, kind
from fc_gym.state.lists import TrackedList
from fc_gym.state.rows import Row
from fc_gym.state.sets import TrackedSet

__all__ = ["Untracked", "at_most", "clone"]

_TRACKED = (Row, TrackedDict, TrackedList, TrackedSet)
_SHARED = ATOMS | {Node}

Ref = weakref.ref[Any]
_new_row, _new_node, _new_dict, _set_item = object.__new__, object.__new__, dict.__new__, dict.__setitem__
_no_holder: Ref = weakref.ref(Node.__new__(Node))


class Untracked(Exception):
    """Something in the world went past the tracking, so that only plain Python can copy it."""


def clone(root: Any, family: Family) -> Any:
    """Return a copy of a tracked world for another family; what cannot change is shared, and digests are kept.

    Args:
        root: The world.
        family: Whose the copy is.

    Raises:
        Untracked: If there is something in the world that is neither tracked nor constant.
    """
    walk = _Clone(family)
    made = walk.of(root, _no_holder, _no_holder)
    for node, links in walk.late:
        there = [(walk.memo.get(reference()), key) for reference, key in links]
        node.links = tuple([(weakref.ref(holder._fc), key) for holder, key in there if holder is not None])
    return made


def at_most(root: Any, most: int) -> bool:
    """Tell whether a world has at most so many rows, containers and other parts that are not constants."""
    seen: set[int] = set()
    waiting = [root]
    while waiting and len(seen) <= most:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            waiting.extend([one for one in parts(kind(type(value)), value) if type(one) not in ATOMS])
    return len(seen) <= most


class _Clone:
    """One walk; an object met twice stays one object."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.memo: dict[Node | None, Any] = {}
        """The copy of what each node is of."""
        self.tuples: dict[int, Any] = {}
        self.late: list[tuple[Node, tuple[tuple[Ref, Any], ...]]] = []
        """Copied nodes whose digests are used by others than what they were first met in."""

    def of(self, value: Any, old: Ref, new: Ref) -> Any:
        """Return the copy of a value.

        Args:
            value: What to copy.
            old: The node of what holds it.
            new: The node of the copy of that.
        """
        cls = type(value)
        if not issubclass(cls, _TRACKED):
            return self._constant(value, old, new)
        node = value._fc
        made = self.memo.get(node)
        if made is not None:
            return made
        if issubclass(cls, Row):
            made, copied = self._row(cls, value, node)
        elif cls is TrackedDict:
            made, copied = self._dict(value, node)
        else:
            made, copied = self._list(value, node) if cls is TrackedList else self._set(value, node)
        links = node.links
        if links:
            if len(links) == 1 and links[0][0] is old:
                copied.links = ((new, links[0][1]),)
            else:
                self.late.append((copied, links))
        return made

    def _row(self, cls: Any, value: Any, node: Node) -> tuple[Any, Node]:
        made = self.memo[node] = _new_row(cls)
        raw = cls._fc_raw(value).copy()
        copied = raw["_fc"] = _new_node(Node)
        copied.family, copied.digest, copied.links = self.family, node.digest, ()
        cls._fc_fill(made, raw)
        old = None
        for name, item in raw.items():
            if type(item) not in _SHARED:
                if old is None:
                    old, new = weakref.ref(node), weakref.ref(copied)
                raw[name] = self.of(item, old, new)
        return made, copied

    def _dict(self, value: Any, node: Entries) -> tuple[Any, Node]:
        made = self.memo[node] = _new_dict(TrackedDict)
        made._fc = copied = self._entries(node)
        dict.update(made, value)
        if not ATOMS.issuperset(map(type, value.values())):
            old, new = weakref.ref(node), weakref.ref(copied)
            for key, item in value.items():
                if type(item) not in ATOMS:
                    _set_item(made, key, self.of(item, old, new))
        return made, copied

    def _list(self, value: Any, node: Node) -> tuple[Any, Node]:
        made: TrackedList = list.__new__(TrackedList)
        self.memo[node] = made
        made._fc = copied = _new_node(Node)
        copied.family, copied.digest, copied.links = self.family, node.digest, ()
        if ATOMS.issuperset(map(type, value)):
            list.extend(made, value)
        else:
            old, new = weakref.ref(node), weakref.ref(copied)
            list.extend(made, [item if type(item) in ATOMS else self.of(item, old, new) for item in value])
        return made, copied

    def _set(self, value: Any, node: Entries) -> tuple[Any, Node]:
        made: TrackedSet = set.__new__(TrackedSet)
        self.memo[node] = made
        made._fc = copied = self._entries(node)
        set.update(made, value)
        return made, copied

    def _entries(self, node: Entries) -> Entries:
        """Return the copy of the node of a dict or set, with the digests of its entries."""
        made: Entries = _new_node(Entries)
        made.family, made.digest, made.links = self.family, node.digest, ()
        if node.parts is None:
            made.parts, made.dirty, made.total = None, set(), 0
        else:
            made.parts, made.dirty, made.total = node.parts.copy(), node.dirty.copy(), node.total
        return made

    def _constant(self, value: Any, old: Ref, new: Ref) -> Any:
        """Return what is not tracked itself: a tuple, or what cannot change."""
        found = kind(type(value))
        if found is Kind.ATOM or found is Kind.FROZENSET:
            return value
        if found is Kind.TUPLE:
            if id(value) not in self.tuples:
                items = [item if type(item) in ATOMS else self.of(item, old, new) for item in value]
                same = all(copied is item for copied, item in zip(items, value, strict=True))
                self.tuples[id(value)] = value if same else tuple.__new__(type(value), items)
            return self.tuples[id(value)]
        if found is Kind.FROZEN and immutable(value):
            return value
        raise Untracked
