"""Making values part of a world: what can be tracked, and the tracked form of it."""

from __future__ import annotations

import copy
from typing import Any

from fc_gym.state.dicts import TrackedDict, tracked_dict
from fc_gym.state.journal import Entries, Family, Node
from fc_gym.state.kinds import ATOMS, Kind, attributes, immutable, kind, row_layout, slots
from fc_gym.state.lists import TrackedList, tracked_list
from fc_gym.state.rows import Row, become_row
from fc_gym.state.sets import TrackedSet, tracked_set

__all__ = ["adopt", "node_of", "obstacle", "parts"]

PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types most values have; looked at first, since a world is full of them."""

_KEYED = (Kind.DICT, Kind.SET, Kind.FROZENSET)
_TRACKED = (TrackedDict, TrackedList, TrackedSet, Row)


def node_of(value: Any) -> Node | None:
    """Return what the tracking knows of a value, or None for one that is not tracked."""
    return value._fc if issubclass(type(value), _TRACKED) else None


def obstacle(value: Any) -> str | None:
    """Say in a few words why a value cannot be tracked, or return None if it can."""
    return _Search().obstacle(value)


class _Search:
    """One walk through a value; each object is looked at once."""

    def __init__(self) -> None:
        self.above: set[int] = set()
        self.seen: set[int] = set()

    def obstacle(self, value: Any) -> str | None:
        found = kind(type(value))
        if found is Kind.ATOM or _plain(found, value) or id(value) in self.seen:
            return None
        if found is Kind.OPAQUE:
            return f"an object of type {type(value).__name__}"
        if id(value) in self.above:
            return f"an object of type {type(value).__name__} that contains itself"
        self.above.add(id(value))
        reason = self._inside(found, value)
        self.above.discard(id(value))
        self.seen.add(id(value))
        return reason

    def _inside(self, found: Kind, value: Any) -> str | None:
        if found in _KEYED and not ATOMS.issuperset(map(type, value)) and not all(map(immutable, value)):
            return f"a {found.value} whose members or keys could change"
        if found is Kind.FROZEN and not row_layout(type(value)) and not immutable(value):
            return f"a frozen {type(value).__name__} with slots that holds what could change"
        for item in parts(found, value):
            if type(item) not in PLAIN and (reason := self.obstacle(item)):
                return reason
        return None


def _plain(found: Kind, value: Any) -> bool:
    """Tell whether it is a dict or list of nothing but plain values, as most are."""
    if found is Kind.DICT:
        return PLAIN.issuperset(map(type, value.values())) and PLAIN.issuperset(map(type, value))
    return found is Kind.LIST and PLAIN.issuperset(map(type, value))


def parts(found: Kind, value: Any) -> list[Any]:
    """Return what a value holds that might have to be tracked."""
    if found is Kind.DICT:
        return list(value.values())
    if found in (Kind.LIST, Kind.TUPLE):
        return list(value)
    if found is Kind.ROW and not isinstance(value, Row) and not slots(value.__class__):
        return list(vars(value).values())
    return [item for _, item in attributes(value)] if found in (Kind.ROW, Kind.FROZEN) else []


def adopt(value: Any, family: Family, *, sound: bool = False) -> Any:
    """Return a value as part of a family, or as it is (and the family tainted) if it cannot be tracked.

    Rows are changed in place, dicts, lists and sets are copied, and what is in another family is copied too.

    Args:
        value: What enters the family.
        family: The family.
        sound: True if it is known that there is no obstacle.
    """
    node = node_of(value)
    if node is not None and node.family is family:
        return value
    if family.current.opaque is None:
        reason = None if sound else obstacle(value)
        if reason is None:
            return _Adoption(family).adopt(value)
        family.taint(reason)
    # A world that is copied whole keeps what it is given, as plain Python does.
    return copy.deepcopy(value) if node is not None else value


class _Adoption:
    """One walk through a value that makes it tracked; an object met twice stays one object."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.memo: dict[int, Any] = {}
        self.kept: list[Any] = []

    def adopt(self, value: Any) -> Any:
        found = kind(type(value))
        if found is Kind.ATOM or found is Kind.FROZENSET:
            return value
        if id(value) in self.memo:
            return self.memo[id(value)]
        node = node_of(value)
        if node is not None:
            return value if node.family is self.family else self._foreign(value)
        made = self.memo[id(value)] = self._make(found, value)
        if found in (Kind.DICT, Kind.LIST, Kind.SET) and self.family.stored is not None:
            self.family.stored.append((value, copy.copy(value)))
        return made

    def _foreign(self, value: Any) -> Any:
        plain = copy.deepcopy(value)
        self.kept.append(plain)
        made = self.memo[id(value)] = self.adopt(plain)
        return made

    def _make(self, found: Kind, value: Any) -> Any:
        items: Any
        if found is Kind.DICT:
            items = {key: item if type(item) in PLAIN else self.adopt(item) for key, item in value.items()}
            return tracked_dict(Entries(self.family), items)
        if found is Kind.LIST:
            items = [item if type(item) in PLAIN else self.adopt(item) for item in value]
            return tracked_list(Node(self.family), items)
        if found is Kind.SET:
            return tracked_set(Entries(self.family), value)
        if found is Kind.TUPLE:
            return self._tuple(value)
        return value if found is Kind.FROZEN and immutable(value) else self._row(value)

    def _tuple(self, value: Any) -> Any:
        items = [self.adopt(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return tuple.__new__(type(value), items)

    def _row(self, value: Any) -> Any:
        raw = value._fc_raw(value) if isinstance(value, Row) else vars(value)
        for name, item in [pair for pair in raw.items() if type(pair[1]) not in PLAIN]:
            new = self.adopt(item)
            if new is not item:
                raw[name] = new
        become_row(value, Node(self.family))
        return value
