"""A set that records what is added and removed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex

from fc_gym.state.journal import Entries, Node, Record
from fc_gym.state.kinds import ATOMS, immutable

__all__ = ["Held", "TrackedSet", "held", "tracked_set", "undo_members"]


class Held:
    """Finds the member (or key) that is equal to a given one: `True` where `1` is asked for.

    Args:
        wanted: A member of the set that is searched.
    """

    __slots__ = ("found", "wanted")

    def __init__(self, wanted: Any) -> None:
        self.wanted = self.found = wanted

    def __hash__(self) -> int:
        return hash(self.wanted)

    def __eq__(self, other: object) -> bool:
        if other == self.wanted:
            self.found = other
            return True
        return False


def held(target: Any, wanted: Any) -> Any:
    """Return the member (or key) itself that is equal to the wanted one."""
    if type(wanted) is str:
        return wanted
    search = Held(wanted)
    return search.found if search in target else wanted


def undo_members(record: Record) -> Record:
    """Remove what had been added, and add what had been removed."""
    _, node, target, added, removed = record
    for member in (*added, *removed):
        node.stale(member)
    set.difference_update(target, added)
    set.update(target, removed)
    return (undo_members, node, target, removed, added)


class TrackedSet(set[Any]):
    """A set in a tracked world."""

    __slots__ = ("_fc",)
    _fc: Entries
    _fc_class = set

    def __new__(cls, *args: Any) -> Any:
        """Make a plain set, so that `type(value)(...)` does not yield a container outside any world."""
        return set(*args)

    def add(self, member: Any) -> None:
        """Add a member."""
        if member in self:
            return
        node = self._fc
        log = node.begin_at(member)
        if type(member) not in ATOMS and not immutable(member):
            node.family.taint(f"a set member of type {type(member).__name__}")
        set.add(self, member)
        if log is not None:
            log.append((undo_members, node, self, (member,), ()))

    def discard(self, member: Any) -> None:
        """Remove a member if it is there."""
        if member in self:
            node = self._fc
            member = held(self, member)
            log = node.begin_at(member)
            set.discard(self, member)
            if log is not None:
                log.append((undo_members, node, self, (), (member,)))

    def remove(self, member: Any) -> None:
        """Remove a member."""
        if member not in self:
            raise KeyError(member)
        self.discard(member)

    def pop(self) -> Any:
        """Remove and return any member."""
        for member in self:
            self.discard(member)
            return member
        raise KeyError("pop from an empty set")

    def _whole(self, action: Callable[..., Any], *others: Any) -> None:
        node = self._fc
        log = node.begin_all()
        old = tuple(self)
        action(self, *others)
        # All of them, because `{1}` may have become `{1.0}`, which a difference would not show.
        if log is not None:
            log.append((undo_members, node, self, tuple(self), old))

    def clear(self) -> None:
        """Remove all members."""
        self._whole(set.clear)

    def update(self, *others: Iterable[Any]) -> None:
        """Add the members of others."""
        for member in set().union(*others):
            self.add(member)

    def difference_update(self, *others: Iterable[Any]) -> None:
        """Remove the members of others."""
        for member in set().union(*others):
            self.discard(member)

    def intersection_update(self, *others: Iterable[Any]) -> None:
        """Keep only what others have too."""
        self._whole(set.intersection_update, *others)

    def symmetric_difference_update(self, other: Iterable[Any]) -> None:
        """Keep what is in one of the two only."""
        for member in set(other):
            (self.discard if member in self else self.add)(member)

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._augment("update", other)

    def __iand__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._augment("intersection_update", other)

    def __isub__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._augment("difference_update", other)

    def __ixor__(self, other: Any) -> Any:  # type: ignore[misc]
        return self._augment("symmetric_difference_update", other)

    def _augment(self, method: str, other: Any) -> Any:
        if not isinstance(other, (set, frozenset)) and not hasattr(type(other), "_from_iterable"):
            return NotImplemented
        getattr(self, method)(other)
        return self

    def __repr__(self) -> str:
        return repr(set(self))

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return (set, (list(self),))

    def __deepcopy__(self, memo: dict[int, Any]) -> set[Any]:
        made: set[Any] = set()
        memo[id(self)] = made
        made.update(member if type(member) in ATOMS else copy.deepcopy(member, memo) for member in self)
        return made


# Messages that name the type of a value should not show the tracking.
TrackedSet.__name__ = TrackedSet.__qualname__ = "set"


def tracked_set(node: Node, members: Iterable[Any]) -> TrackedSet:
    """Make a tracked set."""
    made: TrackedSet = set.__new__(TrackedSet)
    set.update(made, members)
    made._fc = node  # type: ignore[assignment]
    return made
