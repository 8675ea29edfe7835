"""Versions of one world: what was overwritten, and how to go from one version to another.

A family has one physical world, which holds the *current* version. Every other version points towards the
current one and keeps the records that turn the next version into it. Nothing points away from the current
version, so a version that no session and no snapshot can reach is freed at once, with its records.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Final, Protocol

__all__ = ["MISSING", "Cursor", "Entries", "Family", "Log", "Node", "Record", "Version", "Watcher", "undo_value"]

MISSING: Final[Any] = object()
Record = tuple[Any, ...]
"""A function that takes the record, undoes it and returns the record of the opposite; then its arguments."""


class Log(list[Record]):
    """The records between two versions, oldest first."""

    __slots__ = ("__weakref__",)


class Version:
    """A point in the history of a family."""

    __slots__ = ("__weakref__", "log", "next", "opaque")

    def __init__(self, opaque: str | None) -> None:
        self.next: Version | None = None
        self.log: Log | None = None
        self.opaque = opaque


class Cursor:
    """The version that a session is at."""

    __slots__ = ("version",)

    def __init__(self, version: Version) -> None:
        self.version = version


class Watcher(Protocol):
    """Who may want to come back to a version, as long as it lives."""

    point: Any
    """None; the version, once the world is about to leave it."""


_nobody: Callable[[], Any] = weakref.ref(Log())
"""Stands for the log when no one can go back, so that nothing need be recorded, and for the absent watcher."""


class Family:
    """All sessions that share one physical world.

    Args:
        adopter: Makes a value part of a family; it comes from outside because it knows the tracked classes.
    """

    __slots__ = ("adopter", "closed", "current", "cursor", "log", "stored", "watched", "watcher")

    def __init__(self, adopter: Callable[[Any, Family], Any], opaque: str | None = None) -> None:
        self.adopter = adopter
        self.current = Version(opaque)
        self.cursor = Cursor(self.current)
        self.closed = False
        self.log: Callable[[], Log | None] = _nobody
        self.stored: list[tuple[Any, Any]] | None = None
        self.watcher: Callable[[], Watcher | None] = _nobody
        self.watched = False

    def watch(self, watcher: Watcher) -> None:
        """Tell a watcher of the current version when it is about to be left, if the watcher still lives then."""
        if self.watcher() is not None:
            self.part()
        self.watcher = weakref.ref(watcher)
        if not self.closed:
            self.closed = self.watched = True

    def part(self) -> None:
        """Give the watcher, if it still lives, a hold on the current version."""
        watcher, self.watcher = self.watcher(), _nobody
        if watcher is not None:
            watcher.point = self.current
            self.watched, self.closed = False, True

    def open(self) -> Log | None:
        """Begin a version for the session at work, since others may come back to the current one."""
        if self.watcher() is not None:
            self.part()
        elif self.watched:  # by a watcher that is gone, and by nobody else
            self.watched = self.closed = False
            return self.log()
        old, new, log = self.current, Version(self.current.opaque), Log()
        old.next, old.log = new, log
        self.current = self.cursor.version = new
        self.closed = False
        # The log belongs to the old version alone: when that is gone, so is the need to record.
        reference = self.log = weakref.ref(log)
        del old, log
        return reference()

    def enter(self, cursor: Cursor) -> None:
        """Make the physical world the version that a session is at."""
        self.cursor = cursor
        if cursor.version is not self.current:
            self.part()
            self._reroot(cursor.version)
        self.hold()

    def hold(self) -> None:
        """Keep the current version as it is, since somebody may come back to it."""
        self.closed, self.watched = True, False

    def _reroot(self, target: Version) -> None:
        path, step = [], target
        while step is not self.current:
            assert step.next is not None, "every version leads to the current one"
            path.append(step)
            step = step.next
        del step
        while path:
            self._retreat(path.pop())

    def _retreat(self, prior: Version) -> None:
        """Go to a version that is next to the current one."""
        log = prior.log
        assert log is not None
        prior.next = prior.log = None
        left = weakref.ref(self.current)
        self.current = prior
        kept = left()
        if kept is None:
            _undo(log)
        else:
            # In place before it is full, so that every version has a way to the current one even if undoing fails.
            kept.next, kept.log = prior, (back := Log())
            back.extend(record[0](record) for record in reversed(log))

    def taint(self, reason: str) -> None:
        """Note that from now on the session's world holds something that cannot be tracked."""
        if self.current.opaque is None:
            self.current.opaque = reason


class Node:
    """What the tracking knows of one row or container: its family, its digest, and who used the digest."""

    __slots__ = ("__weakref__", "digest", "family", "links")

    def __init__(self, family: Family) -> None:
        self.family = family
        self.digest: bytes | None = None
        self.links: tuple[tuple[weakref.ref[Node], Any], ...] = ()

    def begin(self) -> Log | None:
        """Announce a write; return the log that wants its record, if any does."""
        if self.digest is not None:
            self.touch()
        family = self.family
        return family.open() if family.closed else family.log()

    def adopt(self, value: Any) -> Any:
        """Return the value as part of this family."""
        return self.family.adopter(value, self.family)

    def touch(self) -> None:
        """Drop the digest, and those that were made from it."""
        self.digest = None
        links, self.links = self.links, ()
        for reference, key in links:
            holder = reference()
            if holder is not None:
                holder.stale(key)

    def stale(self, key: Any) -> None:
        """Note that what is held under a key has changed."""
        if self.digest is not None:
            self.touch()

    def link(self, holder: Node, key: Any) -> None:
        """Remember who used this digest, and for which of its keys."""
        link = (weakref.ref(holder), key)
        if not self.links:
            self.links = (link,)
        elif link not in self.links:
            alive = self.links if len(self.links) < 4 else tuple(x for x in self.links if x[0]() is not None)
            self.links = (*alive, link)


def undo_value(record: Record) -> Record:
    """Give an entry that is there its old value."""
    _, node, target, key, old = record
    node.stale(key)
    now = target[key]
    _set(target, key, old)
    return (undo_value, node, target, key, now)


def _undo(log: Log) -> None:
    """Undo records for good, the commonest without a call and without its opposite."""
    for record in reversed(log):
        if record[0] is undo_value:
            _, node, target, key, old = record
            if node.digest is not None:
                node.stale(key)
            elif type(node) is Entries and node.parts is not None:
                node.dirty.add(key)
            _set(target, key, old)
        else:
            record[0](record)


_set = dict.__setitem__


class Entries(Node):
    """The node of a dict or a set, which re-hashes only the entries that changed."""

    __slots__ = ("dirty", "parts", "total")

    def __init__(self, family: Family) -> None:
        self.family, self.digest, self.links = family, None, ()
        self.parts: dict[Any, int] | None = None
        self.dirty: set[Any] = set()
        self.total = 0

    def forget(self) -> None:
        """Drop all that is known of the entries."""
        self.parts, self.dirty, self.total = None, set(), 0

    def stale(self, key: Any) -> None:
        """Note that the entry of a key has changed."""
        if self.parts is not None:
            self.dirty.add(key)
        if self.digest is not None:
            self.touch()

    def begin_at(self, key: Any) -> Log | None:
        """Announce a write to one entry; return the log that wants its record, if any does."""
        if self.parts is not None:
            self.dirty.add(key)
        return self.begin()

    def begin_all(self) -> Log | None:
        """Announce a write to any number of entries; return the log that wants its record, if any does."""
        self.forget()
        return self.begin()
