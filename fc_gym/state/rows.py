"""Objects with attributes: a subclass of the author's class that records what is overwritten.

The subclass is put under an object by changing its class, so that the object stays the one that the author's
code holds. It answers `__class__`, `__name__`, `__module__` and `__dict__` as the author's class would.
"""

from __future__ import annotations

import copy
import copyreg
import dataclasses
import functools
from collections.abc import Callable
from typing import Any, SupportsIndex

from fc_gym.state.dicts import locate, undo_entry
from fc_gym.state.journal import MISSING, Node, undo_value
from fc_gym.state.kinds import ATOMS, Kind, attributes, kind

__all__ = ["Attributes", "FrozenRow", "Row", "become_row", "cut", "put"]


_set = object.__setattr__


class Row:
    """The methods that come before those of the author's class."""

    __slots__ = ()
    _fc: Node | None = None
    _fc_class: type
    _fc_raw: Callable[[Any], dict[str, Any]]
    _fc_fill: Callable[[Any, dict[str, Any]], None]
    _fc_special: frozenset[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep the author's hook from seeing a class that is none of its own."""

    def __setattr__(self, name: str, value: Any) -> None:
        node = self._fc
        if node is None or name in self._fc_special:
            _set(self, name, value)
            return
        if node.digest is not None:  # from here on as `begin`, without the call
            node.touch()
        family = node.family
        log = family.open() if family.closed else family.log()
        if type(value) not in ATOMS:
            value = node.adopt(value)
        raw = self._fc_raw(self)
        if log is not None:
            old = raw.get(name, MISSING)
            log.append(
                (undo_entry, node, raw, name, old, None) if old is MISSING else (undo_value, node, raw, name, old)
            )
        raw[name] = value

    def __delattr__(self, name: str) -> None:
        if self._fc is None or name in self._fc_special:
            object.__delattr__(self, name)
        else:
            cut(self, name)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return (copyreg.__newobj__, (self._fc_class,), dict(attributes(self)))  # type: ignore[attr-defined]

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made: Any = object.__new__(self._fc_class)
        memo[id(self)] = made
        fresh = vars(made)
        for name, value in attributes(self):
            fresh[name] = value if type(value) in ATOMS else copy.deepcopy(value, memo)
        return made


class FrozenRow(Row):
    """The same for a frozen dataclass that holds something that may change."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


put: Callable[[Any, str, Any], None] = Row.__setattr__
"""Set an attribute, also of a frozen row."""


def cut(row: Any, name: str) -> None:
    """Delete an attribute, also of a frozen row."""
    node, raw = row._fc, row._fc_raw(row)
    if name not in raw:
        raise AttributeError(f"{row._fc_class.__name__!r} object has no attribute {name!r}")
    log = node.begin()
    if log is not None:
        log.append((undo_entry, node, raw, name, raw[name], locate(raw, name)[1]))
    del raw[name]


class Attributes(dict[str, Any]):
    """What `vars(row)` returns: a copy whose changes reach the row by the way that records them."""

    __slots__ = ("_row",)
    _row: Any

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return (dict, (), None, None, iter(self.items()))

    def _write_back(self) -> None:
        raw = self._row._fc_raw(self._row)
        for name in [name for name in raw if name not in self and name != "_fc"]:
            cut(self._row, name)
        for name, value in list(self.items()):
            if raw.get(name, MISSING) is not value:
                put(self._row, name, value)
                dict.__setitem__(self, name, raw[name])


def _writing(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def write(self: Attributes, *args: Any, **kwargs: Any) -> Any:
        result = method(self, *args, **kwargs)
        self._write_back()
        return result

    return write


for _name in ("__setitem__", "__delitem__", "__ior__", "pop", "popitem", "clear", "update", "setdefault"):
    setattr(Attributes, _name, _writing(_name))


def _attributes(row: Row) -> dict[str, Any]:
    found = Attributes(attributes(row))
    found._row = row
    return found if row._fc is not None else row._fc_raw(row)


@functools.cache
def _metaclass(base: type[type]) -> Any:
    def mro(cls: type) -> list[type]:
        usual = base.mro(cls)
        ours = [c for c in usual[1:] if c in (Row, FrozenRow)]
        return [usual[0], *ours, *(c for c in usual[1:] if c not in ours)]

    return type(base.__name__, (base,), {"mro": mro})


class _Classes(dict[type, Any]):
    """The tracked classes that were made so far, by the author's class."""

    def __missing__(self, author: type) -> Any:
        made = self[author] = _tracked_class(author)
        return made


def _tracked_class(author: type) -> Any:
    """Make the subclass that takes the place of an author's class."""
    mixin = FrozenRow if kind(author) is Kind.FROZEN else Row
    holder = next(c for c in author.__mro__ if "__dict__" in vars(c))
    body: dict[str, Any] = {
        "__module__": author.__module__,
        "__qualname__": author.__qualname__,
        "__doc__": author.__doc__,
        "__class__": property(lambda row: author),
        "__dict__": property(_attributes),
        "_fc_class": author,
        "_fc_raw": staticmethod(vars(holder)["__dict__"].__get__),
        "_fc_fill": staticmethod(vars(holder)["__dict__"].__set__),
    }
    if "__dataclass_fields__" in vars(author):
        body["__dataclass_fields__"] = vars(author)["__dataclass_fields__"]
    made: Any = _metaclass(type(author))(author.__name__, (author, mixin), body)
    made._fc_special = frozenset(
        name for c in made.__mro__ for name, value in vars(c).items() if hasattr(type(value), "__set__")
    )
    return made


_classes = _Classes()


def become_row(value: Any, node: Node) -> None:
    """Make an object of an author's class a tracked one, in place."""
    if "_fc_class" not in vars(type(value)):
        vars(object)["__class__"].__set__(value, _classes[type(value)])
    raw = type(value)._fc_raw(value)
    # The interpreter reads attributes fast from a dict that does not share its keys; popping unshares them.
    raw["_fc"] = node
    raw.popitem()
    raw["_fc"] = node
