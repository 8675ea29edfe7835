"""A dict that records what is overwritten, and the undoing of writes to dicts of any class."""

from __future__ import annotations

import copy
from itertools import islice
from typing import Any, SupportsIndex

from fc_gym.state.journal import MISSING, Entries, Node, Record, undo_value
from fc_gym.state.kinds import ATOMS, immutable

__all__ = ["TrackedDict", "locate", "tracked_dict", "undo_clear", "undo_entry"]


def locate(target: dict[Any, Any], key: Any) -> tuple[Any, int | None]:
    """Return a key as the dict holds it, and its position, or None when it is the last one."""
    last = next(reversed(target))
    if last is key or last == key:
        return last, None
    keys = list(target)
    place = keys.index(key)
    return keys[place], place


def _insert(target: dict[Any, Any], place: int, key: Any, value: Any) -> None:
    tail = list(islice(target.items(), place, None))
    for held, _ in tail:
        dict.__delitem__(target, held)
    dict.__setitem__(target, key, value)
    for held, item in tail:
        dict.__setitem__(target, held, item)


def undo_entry(record: Record) -> Record:
    """Give one entry its old value, and its old place if it had been deleted."""
    _, node, target, key, old, place = record
    node.stale(key)
    now = dict.get(target, key, MISSING)
    if old is MISSING:
        key, place = locate(target, key)
        dict.__delitem__(target, key)
        return (undo_entry, node, target, key, now, place)
    if now is MISSING and place is not None:
        _insert(target, place, key, old)
    else:
        dict.__setitem__(target, key, old)
    return (undo_entry, node, target, key, now, None)


def undo_clear(record: Record) -> Record:
    """Give a dict all its old entries."""
    _, node, target, old = record
    now = dict.copy(target)
    node.touch()
    node.forget()
    dict.clear(target)
    dict.update(target, old)
    return (undo_clear, node, target, now)


_get, _set = dict.get, dict.__setitem__


class TrackedDict(dict[Any, Any]):
    """A dict in a tracked world."""

    __slots__ = ("_fc",)
    _fc: Entries
    _fc_class = dict

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a plain dict, so that `type(value)(...)` does not yield a container outside any world."""
        return dict(*args, **kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        node = self._fc
        family = node.family
        if node.parts is not None:  # from here on as `begin_at`, without the calls
            node.dirty.add(key)
        if node.digest is not None:
            node.touch()
        log = family.open() if family.closed else family.log()
        if type(key) not in ATOMS and not immutable(key):
            family.taint(f"a dict key of type {type(key).__name__}")
        if type(value) not in ATOMS:
            value = node.adopt(value)
        if log is not None:
            old = _get(self, key, MISSING)
            log.append(
                (undo_entry, node, self, key, old, None) if old is MISSING else (undo_value, node, self, key, old)
            )
        _set(self, key, value)

    def __delitem__(self, key: Any) -> None:
        if key not in self:
            raise KeyError(key)
        self._remove(key)

    def _remove(self, key: Any) -> Any:
        node = self._fc
        log = node.begin_at(key)
        if log is None:
            return dict.pop(self, key)
        key, place = locate(self, key)
        value = dict.pop(self, key)
        log.append((undo_entry, node, self, key, value, place))
        return value

    def pop(self, key: Any, default: Any = MISSING) -> Any:
        """Remove a key and return its value."""
        if key in self:
            return self._remove(key)
        if default is MISSING:
            raise KeyError(key)
        return default

    def popitem(self) -> tuple[Any, Any]:
        """Remove and return the last entry."""
        if not self:
            raise KeyError("popitem(): dictionary is empty")
        key = next(reversed(self))
        return key, self._remove(key)

    def clear(self) -> None:
        """Remove all entries."""
        log = self._fc.begin_all()
        if log is not None:
            log.append((undo_clear, self._fc, self, dict.copy(self)))
        dict.clear(self)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value of a key, which is first set if it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several entries."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return (dict, (), None, None, iter(self.items()))

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        memo[id(self)] = made
        for key, value in self.items():
            made[copy.deepcopy(key, memo)] = value if type(value) in ATOMS else copy.deepcopy(value, memo)
        return made


# Messages that name the type of a value should not show the tracking.
TrackedDict.__name__ = TrackedDict.__qualname__ = "dict"


def tracked_dict(node: Node, items: dict[Any, Any]) -> TrackedDict:
    """Make a tracked dict of values that already belong to the family."""
    made: TrackedDict = dict.__new__(TrackedDict)
    dict.update(made, items)
    made._fc = node  # type: ignore[assignment]
    return made
