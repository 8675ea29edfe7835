"""Finding writes that went past the tracking, by comparison with copies; slow, for tests of a domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from fc_gym.state.adopt import node_of
from fc_gym.state.digest import fresh_digest, kept_digest
from fc_gym.state.journal import Family
from fc_gym.state.kinds import Kind, attributes, kind

__all__ = ["Session", "Watch", "audit", "watch"]


class Session(Protocol):
    """What the audit uses of a state."""

    _family: Family

    @property
    def world(self) -> Any:
        """The live world."""

    def _branch(self) -> Any:
        """Return an independent session."""

    def plain(self) -> Any:
        """Return a plain copy."""


class Watch(NamedTuple):
    """What the world was like at the last audit: a session that stays there, and a copy."""

    mark: Any
    copy: Any


def watch(state: Session) -> Watch:
    """Begin to keep what the next audit compares with."""
    state._family.stored = []
    return Watch(state._branch(), state.plain())


def audit(state: Session, since: Watch | None) -> str | None:
    """Return one sentence on a write that escaped the tracking, or None."""
    world = state.world
    if kept_digest(world) != fresh_digest(world):
        return f"{_stale(world, 'world')} changed behind the tracking: change it by its own Python methods."
    if since is None or since.mark._family is not state._family:
        return None
    return _stored(state._family) or _return_trip(state, since)


def _return_trip(state: Session, since: Watch) -> str | None:
    before = state.plain()
    try:
        then = since.mark.plain()
        place = _difference(then, since.copy, "world") or _difference(state.plain(), before, "world")
    except Exception as error:
        return f"A write escaped the tracking: undoing the recorded ones failed with {error!r}."
    if place is None:
        return None
    return f"{place} changed behind the tracking (as heapq does to lists): undoing does not bring it back."


def _stored(family: Family) -> str | None:
    """Say which container was changed by a name that its maker had kept, or was stored twice."""
    seen: set[int] = set()
    for original, then in family.stored or ():
        name = type(original).__name__
        if id(original) in seen:
            return f"A {name} was stored twice, and the world keeps two copies of it: {_short(then)}."
        seen.add(id(original))
        if list(original) != list(then) or original != then:
            return f"A {name} was changed after it was stored, unseen by the world: {_short(then)}."
    return None


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    found = kind(type(value))
    if found is Kind.DICT:
        yield from ((f"[{key!r}]", item) for key, item in value.items())
    elif found in (Kind.LIST, Kind.TUPLE):
        yield from ((f"[{index}]", item) for index, item in enumerate(value))
    elif found in (Kind.ROW, Kind.FROZEN):
        yield from ((f".{name}", item) for name, item in attributes(value))


def _stale(value: Any, path: str) -> str:
    """Return the path of the deepest value whose kept digest is wrong."""
    for step, child in _children(value):
        if kind(type(child)) is Kind.TUPLE or (
            node_of(child) is not None and kept_digest(child) != fresh_digest(child)
        ):
            deeper = _stale(child, path + step)
            if node_of(child) is not None or deeper != path + step:
                return deeper
    return path


def _difference(left: Any, right: Any, path: str) -> str | None:
    """Return the path of the first place where two plain worlds differ, dict order included."""
    if fresh_digest(left) != fresh_digest(right) and type(left) is not type(right):
        return path
    ours, theirs = list(_children(left)), list(_children(right))
    if [step for step, _ in ours] != [step for step, _ in theirs]:
        return path
    for (step, item), (_, other) in zip(ours, theirs, strict=True):
        place = _difference(item, other, path + step)
        if place is not None:
            return place
    return path if not ours and fresh_digest(left) != fresh_digest(right) else None
