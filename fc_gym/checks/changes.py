"""All that differs between two pictures of a world, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fc_gym.checks.picture import Picture

__all__ = ["MISSING", "Changes", "Place", "changes", "joint", "place_name", "told"]

Place = tuple[object, ...]
"""The way to a part of a picture: names of fields, keys and positions."""

Changes = dict[Place, tuple[Any, Any]]
"""What stood at each place that differs, and what stands there now."""

_WIDTH = 60
MISSING = object()
"""What stands where nothing is."""


def changes(old: Picture, new: Picture) -> Changes:
    """Return the smallest places that differ, without private fields, which belong to no hash.

    Lists of different lengths differ as a whole.
    """
    return dict(_changes(old.value, new.value, ()))


def joint(places: Changes, one: Changes, other: Changes) -> Changes:
    """Return those of some places that both of two others touch, at them, inside them or around them."""
    return {
        place: what
        for place, what in places.items()
        if any(_touch(place, mine) for mine in one) and any(_touch(place, mine) for mine in other)
    }


def place_name(place: Place) -> str:
    """Return a place as a person writes it, such as `toys.TOY-1.lines[0]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def told(value: object) -> str:
    """Return what stands at a place, in few words."""
    text = "nothing" if value is MISSING else repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."


def _changes(old: Any, new: Any, place: Place) -> Iterator[tuple[Place, tuple[Any, Any]]]:
    if old is new or (type(old) is type(new) and old == new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        fields = "" in old or "" in new  # the class of an object; a key that begins with _ is not private
        for name in [*old, *(name for name in new if name not in old)]:
            if fields and str(name).startswith("_"):
                continue
            yield from _changes(old.get(name, MISSING), new.get(name, MISSING), (*place, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _changes(one, other, (*place, at))
    else:
        yield place, (old, new)


def _touch(one: Place, other: Place) -> bool:
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))
