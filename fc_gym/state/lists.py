"""A list that records what is overwritten."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex

from fc_gym.state.journal import Node, Record
from fc_gym.state.kinds import ATOMS

__all__ = ["TrackedList", "tracked_list", "undo_splice"]


def undo_splice(record: Record) -> Record:
    """Put the old items in the place of as many new ones as the record says."""
    _, node, target, start, old, count = record
    if node.digest is not None:
        node.touch()
    span = slice(start, start + count)
    now = list.__getitem__(target, span)
    list.__setitem__(target, span, old)
    return (undo_splice, node, target, start, now, len(old))


class TrackedList(list[Any]):
    """A list in a tracked world."""

    __slots__ = ("_fc",)
    _fc: Node
    _fc_class = list

    def __new__(cls, *args: Any) -> Any:
        """Make a plain list, so that `type(value)(...)` does not yield a container outside any world."""
        return list(*args)

    def _splice(self, start: int, stop: int, items: list[Any]) -> None:
        node = self._fc
        log = node.begin()
        items = [item if type(item) in ATOMS else node.adopt(item) for item in items]
        span = slice(start, stop)
        old = list.__getitem__(self, span)
        list.__setitem__(self, span, items)
        if log is not None:
            log.append((undo_splice, node, self, start, old, len(items)))

    def _whole(self, action: Callable[[], Any]) -> None:
        """Record a change of everything; also one that fails half-way, as a sort may."""
        node = self._fc
        log = node.begin()
        old = list(self) if log is not None else None
        try:
            action()
        finally:
            if log is not None:
                log.append((undo_splice, node, self, 0, old, len(self)))

    def _index(self, index: SupportsIndex, what: str) -> int:
        number, size = operator.index(index), len(self)
        if not -size <= number < size:
            raise IndexError(f"{what} index out of range")
        return number % size

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            self._set_slice(index, list(value))
            return
        place = self._index(index, "list assignment")
        node = self._fc
        log = node.begin()
        if type(value) not in ATOMS:
            value = node.adopt(value)
        if log is not None:
            log.append((undo_splice, node, self, place, [list.__getitem__(self, place)], 1))
        list.__setitem__(self, place, value)

    def _set_slice(self, where: slice, items: list[Any]) -> None:
        start, stop, step = where.indices(len(self))
        if step == 1:
            self._splice(start, max(start, stop), items)
            return
        adopted = [item if type(item) in ATOMS else self._fc.adopt(item) for item in items]
        self._whole(lambda: list.__setitem__(self, where, adopted))

    def __delitem__(self, index: Any) -> None:
        if not isinstance(index, slice):
            place = self._index(index, "list assignment")
            self._splice(place, place + 1, [])
            return
        start, stop, step = index.indices(len(self))
        if step == 1:
            self._splice(start, max(start, stop), [])
        else:
            self._whole(lambda: list.__delitem__(self, index))

    def append(self, item: Any) -> None:
        """Add an item at the end."""
        node = self._fc
        log = node.begin()
        if type(item) not in ATOMS:
            item = node.adopt(item)
        if log is not None:
            log.append((undo_splice, node, self, len(self), (), 1))
        list.append(self, item)

    def extend(self, items: Iterable[Any]) -> None:
        """Add items at the end."""
        self._splice(len(self), len(self), list(items))

    def insert(self, index: SupportsIndex, item: Any) -> None:
        """Put an item before the one at an index."""
        start, _, _ = slice(operator.index(index), None).indices(len(self))
        self._splice(start, start, [item])

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Remove and return the item at an index."""
        if not self:
            raise IndexError("pop from empty list")
        place = self._index(index, "pop")
        item = list.__getitem__(self, place)
        self._splice(place, place + 1, [])
        return item

    def remove(self, item: Any) -> None:
        """Remove the first item that is equal to the given one."""
        if item not in self:
            raise ValueError("list.remove(x): x not in list")
        place = self.index(item)
        self._splice(place, place + 1, [])

    def clear(self) -> None:
        """Remove all items."""
        self._splice(0, len(self), [])

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Order the items."""
        self._whole(lambda: list.sort(self, key=key, reverse=reverse))

    def reverse(self) -> None:
        """Turn the order round."""
        self._whole(lambda: list.reverse(self))

    def __iadd__(self, items: Iterable[Any]) -> Any:  # type: ignore[misc]
        self.extend(items)
        return self

    def __imul__(self, times: SupportsIndex) -> Any:
        self._whole(lambda: list.__imul__(self, times))
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return (list, (), None, iter(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        made: list[Any] = []
        memo[id(self)] = made
        made.extend(item if type(item) in ATOMS else copy.deepcopy(item, memo) for item in self)
        return made


# Messages that name the type of a value should not show the tracking.
TrackedList.__name__ = TrackedList.__qualname__ = "list"


def tracked_list(node: Node, items: Iterable[Any]) -> TrackedList:
    """Make a tracked list of values that already belong to the family."""
    made: TrackedList = list.__new__(TrackedList)
    list.extend(made, items)
    made._fc = node
    return made
