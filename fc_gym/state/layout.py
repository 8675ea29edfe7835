"""How the rows of a class are written: in which order, and which attributes are not JSON as they stand."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import orjson

from fc_gym.state.dicts import TrackedDict
from fc_gym.state.journal import Node
from fc_gym.state.kinds import attributes
from fc_gym.state.lists import TrackedList

__all__ = ["COUNTED", "FEW", "IN_PLACE", "LAYOUTS", "Layout", "raw_of", "row_entry", "values_of"]

MOST = 1000
"""Layouts, and sets of types for each, that are remembered."""

FEW = 8
"""Up to so many plain values, a dict or list is written in place."""
IN_PLACE = b""
"""What a node keeps instead of a text if its value is JSON as it stands."""
COUNTED = b"."
"""What a node keeps instead of a text if only the table that holds the row has seen it."""

_AS_IS = frozenset({str, int, bool, type(None)})
_KEY = frozenset({str})
_dumps, _from_bytes, _SORTED = orjson.dumps, int.from_bytes, orjson.OPT_SORT_KEYS

Values = Callable[[dict[str, Any]], tuple[Any, ...]]


class Layout:
    """The attributes that rows of one class have.

    Args:
        cls: The class, tracked or not.
        names: The attributes.
    """

    __slots__ = ("count", "entry", "label", "raw", "specials", "values")

    def __init__(self, cls: Any, names: list[str]) -> None:
        author = getattr(cls, "_fc_class", cls)
        names = sorted(name for name in names if name != "_fc")
        self.raw: Callable[[Any], dict[str, Any]] = getattr(cls, "_fc_raw", raw_of)
        self.count = len(names) + 1
        """Of a tracked row, which has a node among its attributes."""
        shown = ascii((author.__module__, author.__qualname__, *names))
        self.label = b"R%b" % blake2b(shown.encode(), digest_size=16).hexdigest().encode()
        """Stands for the class and the names of the attributes."""
        self.entry = b":" + self.label
        self.values: Values = itemgetter(*names) if len(names) > 1 else _one(names[0]) if names else lambda raw: ()
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


def _one(name: str) -> Values:
    return lambda raw: (raw[name],)


class _Layouts(dict[tuple[Any, ...], Layout]):
    """The layouts met so far, by class and attributes in the order in which they were set."""

    def __init__(self) -> None:
        self.first: dict[Any, Layout] = {}
        """For each tracked class the layout that was met first, which nearly all its rows have."""

    def __missing__(self, key: tuple[Any, ...]) -> Layout:
        made = Layout(key[0], list(key[1:]))
        if len(self) < MOST:
            self[key] = made
            if hasattr(key[0], "_fc_raw"):
                self.first.setdefault(key[0], made)
        return made


LAYOUTS = _Layouts()
_first, _ref = LAYOUTS.first.get, weakref.ref


def raw_of(value: Any) -> dict[str, Any]:
    """Return the attributes of a row; those of a tracked one as they are, with the node among them."""
    found: dict[str, Any] = value._fc_raw(value) if hasattr(type(value), "_fc_raw") else dict(attributes(value))
    return found


def values_of(cls: Any, raw: dict[str, Any], node: Node | None) -> tuple[Layout, tuple[Any, ...]]:
    """Return the layout of a row, and what it holds in that order."""
    layout = _first(cls)
    if layout is not None and node is not None and layout.count == len(raw):
        try:
            return layout, layout.values(raw)
        except KeyError:
            pass
    layout = LAYOUTS[(cls, *raw)]
    return layout, layout.values(raw)


def row_entry(row: Any, key: str, holder: weakref.ref[Any]) -> int | None:
    """Return the digest of an entry in a table of rows, if the row is flat, as nearly all are.

    It is flat if it has the usual layout of its class and holds only plain values and brief dicts and lists of these.

    Args:
        row: What the entry holds.
        key: Its key.
        holder: The node of the table.

    Returns:
        The digest as a number; None if only the walk can write the row.
    """
    layout = _first(type(row))
    if layout is None:
        return None
    raw = layout.raw(row)
    # As many attributes, with all the names of the layout among them: so there are no other names.
    if layout.count != len(raw):
        return None
    try:
        values, node = layout.values(raw), raw["_fc"]
        for place in layout.specials[(*map(type, values),)]:
            item = values[place]
            if type(item) is float:
                if not item or item - item:
                    return None
            elif not _stays(item, node):
                return None
        text = _dumps(key) + layout.entry + _dumps(values, None, _SORTED)
    except (KeyError, TypeError):
        return None
    if node.digest is None:
        node.digest = COUNTED
    if node.links:
        node.link(holder(), key)
    else:
        node.links = ((holder, key),)
    return _from_bytes(blake2b(text, digest_size=32).digest(), "big")


def _stays(item: Any, holder: Node) -> bool:
    """Tell whether `orjson` writes as it is what a row holds, as it does most that rows hold."""
    if type(item) is not TrackedDict and type(item) is not TrackedList:
        return False
    node = item._fc
    if node.digest is None:
        if len(item) > FEW or not _plain(item):
            return False
        node.digest = IN_PLACE
    elif node.digest:
        return False
    links = node.links
    if not links:
        node.links = ((_ref(holder), None),)
    elif links[0][0]() is not holder:
        node.link(holder, None)
    return True


def _plain(item: Any) -> bool:
    """Tell whether a dict or list holds only what `orjson` writes as we do, with texts as keys."""
    if type(item) is TrackedList:
        return _AS_IS.issuperset(map(type, item))
    return _AS_IS.issuperset(map(type, item.values())) and _KEY.issuperset(map(type, item))
