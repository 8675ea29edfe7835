"""Which values need tracking: the kind of a class, decided once per class."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import types
import uuid
from abc import ABCMeta
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["ATOMS", "Kind", "attributes", "immutable", "kind", "row_layout", "slots"]

_HEAP_TYPE = 1 << 9

ATOMS: frozenset[type] = frozenset(
    {
        *(int, float, bool, str, bytes, complex, type(None), type(...), type(NotImplemented), range),
        *(datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone),
        *(decimal.Decimal, fractions.Fraction, uuid.UUID),
        *(pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath),
        *(types.FunctionType, types.BuiltinFunctionType, type, ABCMeta),
    }
)
"""The exact types whose values never change, so that they may be shared as they are."""


class Kind(enum.Enum):
    """What a class is to the tracking."""

    ATOM = "never changes"
    DICT = "dict"
    LIST = "list"
    SET = "set"
    TUPLE = "tuple or named tuple"
    FROZENSET = "frozenset"
    FROZEN = "frozen dataclass"
    ROW = "instance of a plain class"
    OPAQUE = "anything else"


class _Plain:
    pass


_BUILT_IN: dict[type, Kind] = {
    **dict.fromkeys(ATOMS, Kind.ATOM),
    dict: Kind.DICT,
    list: Kind.LIST,
    set: Kind.SET,
    tuple: Kind.TUPLE,
    frozenset: Kind.FROZENSET,
}


class _Kinds(dict[type, Kind]):
    """The kinds of the classes seen so far; a tracked class is what its author's class is."""

    def __missing__(self, cls: type) -> Kind:
        author = vars(cls).get("_fc_class")
        found = self[cls] = _judge(cls) if author is None else self[author]
        return found


def _judge(cls: type) -> Kind:
    if issubclass(cls, (enum.Enum, type)) or _atom_subclass(cls):
        return Kind.ATOM
    if issubclass(cls, tuple):
        return Kind.TUPLE if hasattr(cls, "_fields") and not cls.__dictoffset__ else Kind.OPAQUE
    if _frozen(cls):
        return Kind.FROZEN
    writes = cls.__setattr__ is object.__setattr__ and cls.__delattr__ is object.__delattr__
    return Kind.ROW if writes and row_layout(cls) else Kind.OPAQUE


kind: Callable[[type], Kind] = _Kinds(_BUILT_IN).__getitem__
"""Return what a class is to the tracking."""


def _atom_subclass(cls: type) -> bool:
    """Tell whether it is a subclass such as `numpy.float64`: a scalar without attributes of its own."""
    return issubclass(cls, (int, float, str, bytes, complex)) and not cls.__dictoffset__


def _frozen(cls: type) -> bool:
    params = vars(cls).get("__dataclass_params__")
    return params is not None and params.frozen and _ordinary(cls)


def _ordinary(cls: type) -> bool:
    """Tell whether it is all Python, with no way of its own to copy, pickle or find attributes."""
    own = ("__getattr__", "__copy__", "__deepcopy__", "__getnewargs__", "__getnewargs_ex__", "__del__")
    usual = ("__getattribute__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return (
        all(c.__flags__ & _HEAP_TYPE for c in cls.__mro__[:-1])
        and not any(hasattr(cls, name) for name in own)
        and not any(_replaced(cls, name) for name in usual)
    )


def _replaced(cls: type, name: str) -> bool:
    """Tell whether a class has a method that is neither that of `object` nor one that `dataclass` added."""
    method = getattr(cls, name, None)
    return method is not getattr(object, name, None) and getattr(method, "__module__", None) != "dataclasses"


def row_layout(cls: type) -> bool:
    """Tell whether an instance is just its `__dict__`, so that its class can be exchanged for a subclass."""
    return "_fc_class" in vars(cls) or (
        type(cls) in (type, ABCMeta)
        and bool(cls.__dictoffset__)
        and cls.__basicsize__ == _Plain.__basicsize__
        and _ordinary(cls)
    )


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a row or a frozen dataclass, without those of the tracking."""
    raw_of = getattr(value, "_fc_raw", None)
    raw = raw_of(value) if raw_of is not None else getattr(value, "__dict__", None)
    if raw is not None:
        yield from ((name, item) for name, item in raw.items() if name != "_fc")
    if raw_of is None:
        for name in slots(value.__class__):
            if name not in (raw or {}) and hasattr(value, name):
                yield name, getattr(value, name)


@functools.cache
def slots(cls: type) -> tuple[str, ...]:
    """Return the fields of a dataclass that are kept in slots; none for another class."""
    if not dataclasses.is_dataclass(cls):
        return ()
    names = [field.name for field in dataclasses.fields(cls)]
    return tuple(name for name in names if isinstance(getattr(cls, name, None), types.MemberDescriptorType))


def immutable(value: Any) -> bool:
    """Tell whether nothing inside the value can change."""
    found = kind(type(value))
    if found is Kind.ATOM:
        return True
    if found in (Kind.TUPLE, Kind.FROZENSET):
        return all(map(immutable, value))
    return found is Kind.FROZEN and all(immutable(item) for _, item in attributes(value))
