from __future__ import annotations

import copy
import functools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hypothesis import strategies as st


@dataclass
class Row:
    n: int = 0
    tags: list[Any] = field(default_factory=list)
    notes: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    label: str
    inside: list[Any]


class Box:
    def __init__(self, what: Any) -> None:
        self.what = what
        self.label = "box"


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass
class World:
    rows: dict[Any, Any] = field(default_factory=dict)
    queue: list[Any] = field(default_factory=list)
    flags: set[Any] = field(default_factory=set)
    box: Any = None
    count: int = 0


KEYS = st.sampled_from(["a", "b", "c", "d", 0, 1, True, 1.0, (1, "x"), None])
ATOMS = st.one_of(
    st.integers(-3, 3), st.booleans(), st.sampled_from(["", "s", 0.0, -0.0, 1.0, None, b"x", float("nan")])
)


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.builds(Row, st.integers(0, 3), st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=2)),
        st.builds(Box, inner),
        st.builds(Pair, inner, inner),
        st.builds(Held, st.just("h"), st.lists(inner, max_size=2)),
        st.tuples(inner, inner),
    )


VALUES = st.recursive(ATOMS, _grown, max_leaves=8)
OPAQUE: st.SearchStrategy[Any] = st.one_of(
    st.builds(random.Random, st.integers(0, 3)),
    st.builds(deque, st.lists(st.integers(0, 3))),
    st.just(bytearray(b"x")),
)
WORLDS = st.builds(
    World,
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.lists(VALUES, max_size=5),
    st.sets(KEYS, max_size=4),
    st.builds(Box, VALUES),
    st.integers(0, 2),
)


def writes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Where (which container), which of its mutators, and what to give to it."""
    numbers = st.integers(-5, 5)
    return st.tuples(
        st.integers(0, 1000),
        st.integers(0, 1000),
        KEYS,
        numbers,
        numbers,
        values,
        st.lists(values, max_size=3),
    )


def containers(world: Any) -> list[Any]:
    """Return what can be written to, in an order that only depends on the world's value."""
    found: list[Any] = []
    seen: set[int] = set()

    def visit(value: Any) -> None:
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, (dict, list, set, Row, Box, World, deque, random.Random, bytearray)):
            found.append(value)
        for child in children(value):
            visit(child)

    visit(world)
    return found


def children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple, deque)):
        return list(value)
    if isinstance(value, (Row, Box, World, Held)):
        return list(vars(value).values())
    return []


def _slice(low: int, high: int, step: int) -> slice:
    return slice(low, high, step if step not in (0, 1) else None)


def on_dict(target: dict[Any, Any], which: int, key: Any, value: Any, items: list[Any]) -> Any:
    more = dict(zip(["b", "z", 1], items, strict=False))

    def augment() -> None:
        nonlocal target
        target |= more

    actions: list[Callable[[], Any]] = [
        lambda: target.__setitem__(key, value),
        lambda: target.__delitem__(key),
        lambda: target.pop(key),
        lambda: target.pop(key, None),
        lambda: target.popitem(),
        lambda: target.clear(),
        lambda: target.setdefault(key, value),
        lambda: target.update(more),
        lambda: target.update([(key, value)], q=1),
        augment,
        lambda: target.__delitem__(next(iter(target), "none")),
    ]
    return actions[which % len(actions)]()


def on_list(target: list[Any], which: int, low: int, high: int, value: Any, items: list[Any]) -> Any:
    def extend() -> None:
        nonlocal target
        target += items

    def repeat() -> None:
        nonlocal target
        target *= max(0, low) % 3

    actions: list[Callable[[], Any]] = [
        lambda: target.__setitem__(low, value),
        lambda: target.__setitem__(slice(low, high), items),
        lambda: target.__setitem__(_slice(low, high, 2), items),
        lambda: target.__setitem__(slice(None, None, -1), items),
        lambda: target.__delitem__(low),
        lambda: target.__delitem__(slice(low, high)),
        lambda: target.__delitem__(slice(low, None, 2)),
        lambda: target.append(value),
        lambda: target.extend(items),
        lambda: target.insert(low, value),
        lambda: target.pop(),
        lambda: target.pop(low),
        lambda: target.remove(value),
        lambda: target.clear(),
        lambda: target.sort(key=repr_key),
        lambda: target.sort(),
        lambda: target.reverse(),
        extend,
        repeat,
    ]
    return actions[which % len(actions)]()


def repr_key(value: Any) -> str:
    return repr(value) if isinstance(value, (int, str, float)) else type(value).__name__


def on_set(target: set[Any], which: int, key: Any, other: Any) -> Any:
    others = {key, other}

    def augmented(name: str) -> None:
        nonlocal target
        if name == "|":
            target |= others
        elif name == "&":
            target &= others
        elif name == "-":
            target -= others
        else:
            target ^= others

    actions: list[Callable[[], Any]] = [
        lambda: target.add(key),
        lambda: target.discard(key),
        lambda: target.remove(key),
        lambda: target.clear(),
        lambda: target.update([key], {other}),
        lambda: target.difference_update([key], {other}),
        lambda: target.intersection_update([key, other]),
        lambda: target.symmetric_difference_update([key, other]),
        *(functools.partial(augmented, name) for name in "|&-^"),
    ]
    return actions[which % len(actions)]()


def on_row(target: Any, which: int, low: int, value: Any, items: list[Any]) -> Any:
    name = ["n", "tags", "notes", "extra", "what", "box", "rows"][low % 7]
    actions: list[Callable[[], Any]] = [
        lambda: setattr(target, name, value),
        lambda: setattr(target, name, items),
        lambda: delattr(target, name),
        lambda: setattr(target, "count", getattr(target, "count", 0) + 1),
        lambda: vars(target).update({name: value}),
        lambda: vars(target).pop(name),
    ]
    return actions[which % len(actions)]()


def write(world: Any, step: tuple[Any, ...]) -> Any:
    """Make one write; return what it returned, or the class of what it raised."""
    where, which, key, low, high, value, items = copy.deepcopy(step)
    found = containers(world)
    target = found[where % len(found)]
    if which % 5 == 0 and len(found) > 1:
        moved = found[which % len(found)]
        if not any(part is target for part in containers(moved)):
            value = moved
    try:
        if isinstance(target, dict):
            return on_dict(target, which, key, value, items)
        if isinstance(target, (list, deque)):
            return on_list(target, which, low, high, value, items)  # type: ignore[arg-type]
        if isinstance(target, set):
            return on_set(target, which, key, low)
        if isinstance(target, random.Random):
            return target.random()
        if isinstance(target, bytearray):
            return target.append(abs(low))
        return on_row(target, which, low, value, items)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        return type(error)


def difference(left: Any, right: Any, path: str = "world", pairs: dict[int, int] | None = None) -> str | None:
    """Return the first place where two worlds differ in value, type, order or in what is the same object."""
    pairs = {} if pairs is None else pairs
    if left.__class__ is not right.__class__ and not _same_container(left, right):
        return f"{path}: {type(left)} and {type(right)}"
    if isinstance(left, (dict, list, set, Row, Box, World, deque, random.Random)):
        if pairs.setdefault(id(left), id(right)) != id(right):
            return f"{path}: shared on one side only"
        if pairs.setdefault(~id(right), id(left)) != id(left):
            return f"{path}: shared on the other side only"
    if isinstance(left, random.Random):
        return None if left.getstate() == right.getstate() else path
    if isinstance(left, (set, frozenset)):
        return None if sorted(map(tagged, left)) == sorted(map(tagged, right)) else path
    if isinstance(left, (dict, Row, Box, World, Held)):
        ours, theirs = (left, right) if isinstance(left, dict) else (vars(left), vars(right))
        if list(map(tagged, ours)) != list(map(tagged, theirs)):
            return f"{path}: {list(ours)} and {list(theirs)}"
        left, right = list(ours.values()), list(theirs.values())
    if isinstance(left, (list, tuple, deque)):
        if len(left) != len(right):
            return f"{path}: {left} and {right}"
        found = (difference(a, b, f"{path}.{i}", pairs) for i, (a, b) in enumerate(zip(left, right, strict=True)))
        return next(filter(None, found), None)
    return None if tagged(left) == tagged(right) else f"{path}: {left!r} and {right!r}"


def _same_container(left: Any, right: Any) -> bool:
    return any(isinstance(left, c) and isinstance(right, c) for c in (dict, list, set))


def tagged(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"
