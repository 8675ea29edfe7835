"""A session's hold on a world: fork, mark, go back, compare."""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

from fc_gym.state import audit
from fc_gym.state.adopt import adopt, node_of, obstacle
from fc_gym.state.clone import Untracked, at_most, clone
from fc_gym.state.digest import fresh_digest, kept_digest
from fc_gym.state.journal import Cursor, Family, Version, Watcher
from fc_gym.state.kinds import Kind, kind
from fc_gym.state.rows import Row, cut, put

W = TypeVar("W")

__all__ = ["Snapshot", "State"]


class State(Generic[W]):
    """One session's world.

    Forks share one physical world, which is moved to the version of the session that asks for it. A family of
    forks belongs to one thread; `copy` makes a world for another one.

    Args:
        world: An object with attributes; from now on the state owns it and changes the classes in it.
    """

    __slots__ = ("_cursor", "_family", "_lineage", "_root", "_watch")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, world: W) -> None:
        root = copy.deepcopy(world) if node_of(world) is not None else world
        reason = obstacle(root)
        family = Family(adopt, reason)
        self._family, self._cursor = family, family.cursor
        self._root: W = root if reason is not None else adopt(root, family, sound=True)
        self._lineage = object()
        self._watch: audit.Watch | None = None

    @property
    def world(self) -> W:
        """The live object, valid until another session of the family is used."""
        family = self._family
        if family.cursor is not self._cursor:
            family.enter(self._cursor)
        return self._root

    @property
    def fallback(self) -> str | None:
        """Why the world is copied whole instead of being tracked, or None if it is tracked."""
        return self._cursor.version.opaque

    def at_most(self, parts: int) -> bool:
        """Tell whether the world has at most so many rows and containers, which are what a copy costs."""
        return at_most(self.world, parts)

    def fork(self) -> State[W]:
        """Return an independent session that starts where this one is."""
        cursor, family = self._cursor, self._family
        version = cursor.version
        if version.opaque is not None:
            return self.apart()
        if family.cursor is cursor:
            family.closed, family.watched = True, False
        made: State[W] = State.__new__(State)
        made._family, made._root, made._lineage = family, self._root, self._lineage
        made._cursor, made._watch = Cursor(version), None
        return made

    _branch = fork
    """What marks are made with, whatever becomes of `fork` in a test."""

    def _sharing(self, version: Version) -> State[W]:
        """Return a session of the same family at a version."""
        made: State[W] = State.__new__(State)
        made._family, made._root, made._lineage = self._family, self._root, self._lineage
        made._cursor, made._watch = Cursor(version), None
        return made

    def watch(self, watcher: Watcher) -> None:
        """Keep the world as it is now, for `seen_by`, as long as the watcher lives; cheaper than a fork.

        Args:
            watcher: Can be referred to weakly, and has an attribute `point` that is None.
        """
        family = self._family
        if self._cursor.version.opaque is not None:
            watcher.point = self.fork()
            return
        if family.cursor is not self._cursor:
            family.enter(self._cursor)
        family.watch(watcher)

    def seen_by(self, watcher: Watcher) -> State[W]:
        """Return an independent session that starts where this one was when the watcher began to watch."""
        if isinstance(watcher.point, State):
            return watcher.point.fork()
        if watcher.point is not None:
            return self._sharing(watcher.point)
        family = self._family
        family.hold()
        return self._sharing(family.current)

    def apart(self) -> State[W]:
        """Return a fork with a physical world of its own: a copy now, but nothing to undo when the two take turns."""
        made = self.copy()
        made._lineage = self._lineage
        return made

    def hash_seen_by(self, watcher: Watcher) -> str:
        """Return the hash of the world where this session was when the watcher began to watch."""
        return kept_digest(self._root) if watcher.point is None else self.seen_by(watcher).hash()

    def snapshot(self) -> Snapshot:
        """Mark where this session is."""
        return Snapshot(self._branch())

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a mark that was made by this session or a relative.

        Raises:
            ValueError: The mark belongs to another world.
        """
        mark = snapshot._state
        if mark._lineage is not self._lineage:
            raise ValueError("the snapshot is of another world: restore what a relative marked")
        if mark._family is self._family and mark.fallback is None:
            self._cursor.version = mark._cursor.version
            if self._family.cursor is self._cursor:
                self._family.enter(self._cursor)
        else:
            self._load(mark)

    def _load(self, mark: State[W]) -> None:
        """Give the root object the contents of a copy, since the way back is not recorded."""
        source: Any = mark.world
        if not isinstance(source, Row) and kind(type(source)) is not Kind.ROW:
            self._replace(mark.plain())
            return
        # What refers to the root is to refer to this root in the copy as well.
        values = copy.deepcopy(dict(vars(source)), {id(source): self._root})
        root: Any = self.world
        if isinstance(root, Row):
            for name in list(vars(root)):
                cut(root, name)
            for name, value in self._family.adopter(values, self._family).items():
                put(root, name, value)
        else:
            vars(root).clear()
            vars(root).update(values)

    def _replace(self, world: W) -> None:
        """Take another root object, for a class whose instances cannot be refilled."""
        fresh = State(world)
        self._family, self._cursor, self._root = fresh._family, fresh._cursor, fresh._root

    def hash(self) -> str:
        """Return 32 hex characters, the same for equal worlds in every process.

        The order of dicts and sets does not count, that of lists does; `1`, `1.0` and `True` differ.
        """
        family, cursor = self._family, self._cursor
        if family.cursor is not cursor:
            family.enter(cursor)
        return kept_digest(self._root) if cursor.version.opaque is None else fresh_digest(self._root)

    def copy(self) -> State[W]:
        """Return a physical copy with a family of its own, for another thread."""
        world = self.world
        if self.fallback is not None:
            return State(self.plain())
        family = Family(adopt)
        try:
            root = clone(world, family)
        except Untracked:
            return State(self.plain())
        made: State[W] = State.__new__(State)
        made._family, made._root, made._lineage = family, root, object()
        made._cursor, made._watch = family.cursor, None
        return made

    def plain(self) -> W:
        """Return a deep copy that is not tracked and whose objects are of the author's classes."""
        return copy.deepcopy(self.world)

    def audit(self) -> str | None:
        """Say in a sentence which write escaped the tracking, if any did since the last call; for tests.

        The first call only compares digests; from then on the state keeps a copy and the way back to it, so
        that the next call can also tell whether going back works and whether stored containers were changed.
        """
        found = None if self.fallback is not None else audit.audit(self, self._watch)
        self._watch = None if self.fallback is not None else audit.watch(self)
        return found

    def __eq__(self, other: object) -> bool:
        return self.hash() == other.hash() if isinstance(other, State) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return (State, (self.plain(),))


class Snapshot:
    """A mark that a state can go back to."""

    __slots__ = ("_state",)

    def __init__(self, state: State[Any]) -> None:
        self._state = state

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a Snapshot belongs to the states of its family: pickle the State instead")
