"""How the rows of a class are written: in which order, and which attributes are not JSON as they stand."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from fc_gym.state.kinds import attributes

__all__ = ["LAYOUTS", "Layout", "raw_of"]

MOST = 1000
"""Layouts, and sets of types for each, that are remembered."""

_AS_IS = frozenset({str, int, bool, type(None)})

Values = Callable[[dict[str, Any]], tuple[Any, ...]]


class Layout:
    """The attributes that rows of one class have.

    Args:
        cls: The class, tracked or not.
        names: The attributes.
    """

    __slots__ = ("label", "specials", "values")

    def __init__(self, cls: Any, names: list[str]) -> None:
        author = getattr(cls, "_fc_class", cls)
        names = sorted(name for name in names if name != "_fc")
        shown = ascii((author.__module__, author.__qualname__, *names))
        self.label = b"R%b" % blake2b(shown.encode(), digest_size=16).hexdigest().encode()
        """Stands for the class and the names of the attributes."""
        self.values: Values = itemgetter(*names) if len(names) > 1 else lambda raw: tuple([raw[name] for name in names])
        """Gets the attributes in the order of their names."""
        self.specials: dict[tuple[type, ...], tuple[int, ...]] = {}
        """What `learn` returned so far, by the types of the values."""

    def learn(self, values: tuple[Any, ...]) -> tuple[int, ...]:
        """Return the positions of values that may have to be replaced before they are written as JSON."""
        types = tuple(map(type, values))
        found = tuple(place for place, cls in enumerate(types) if cls not in _AS_IS)
        if len(self.specials) < MOST:
            self.specials[types] = found
        return found


class _Layouts(dict[tuple[Any, ...], Layout]):
    """The layouts met so far, by class and attributes in the order in which they were set."""

    def __missing__(self, key: tuple[Any, ...]) -> Layout:
        made = Layout(key[0], list(key[1:]))
        if len(self) < MOST:
            self[key] = made
        return made


LAYOUTS = _Layouts()


def raw_of(value: Any) -> dict[str, Any]:
    """Return the attributes of a row; those of a tracked one as they are, with the node among them."""
    found: dict[str, Any] = value._fc_raw(value) if hasattr(type(value), "_fc_raw") else dict(attributes(value))
    return found
