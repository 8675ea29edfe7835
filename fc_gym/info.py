"""`info` whose values are worked out when they are first looked at.

A step is a matter of microseconds, and most of what `info` tells costs more than that. So an `Info` holds, for every
key, either the value or a mark that it is still to be worked out, and its class has one way per key to do so from what
was noted of the moment. It is a `dict`: whatever looks at a value (a key, items, equality, a copy, a pickle, JSON,
`{**info}`) finds it there, the same as if it had been put in at once, and whatever copies it gets a plain dict.

Only code in C that reads the storage of a dict behind its methods (`orjson`) does not; it fails on the marks. Give it
`dict(info)`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, ClassVar, Final

__all__ = ["PENDING", "Info"]


class _Pending:
    __slots__ = ()

    def __repr__(self) -> str:
        return "PENDING"


PENDING: Final = _Pending()
"""Stands for a value that is still to be worked out."""

_get = dict.__getitem__


class Info(dict[str, Any]):
    """A dict of which values are worked out when they are first looked at.

    A subclass says how in `ways`, and is made with `dict.fromkeys(ways, PENDING)`. What it notes goes into slots, and
    must not change any more.
    """

    __slots__ = ("__weakref__",)
    ways: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """For each key, a function of the info."""

    def __getitem__(self, key: str) -> Any:
        value = _get(self, key)
        if value is PENDING:
            value = self.ways[key](self)
            dict.__setitem__(self, key, value)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or the default."""
        return self[key] if key in self else default  # noqa: SIM401 (that would call itself)

    def __iter__(self) -> Iterator[str]:  # its own, so that C code that copies dicts asks for every value
        return dict.__iter__(self)

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """Return the keys with their values."""
        self._settle()
        return dict.items(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """Return the values."""
        self._settle()
        return dict.values(self)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, which is first set if it is missing."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value."""
        if key in self:
            self[key]
        return dict.pop(self, key, *default)

    def popitem(self) -> tuple[str, Any]:
        """Remove and return the last entry."""
        self._settle()
        return dict.popitem(self)

    def copy(self) -> dict[str, Any]:
        """Return a plain dict with the same values."""
        return dict(self.items())

    def __copy__(self) -> dict[str, Any]:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(self.copy(), memo)

    def __reduce_ex__(self, protocol: object) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (self.copy(),)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Info):
            other._settle()
        self._settle()
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __or__(self, other: Any) -> dict[str, Any]:  # type: ignore[override]
        return self.copy() | other if isinstance(other, dict) else NotImplemented

    def __ror__(self, other: Any) -> dict[str, Any]:  # type: ignore[override]
        return other | self.copy() if isinstance(other, dict) else NotImplemented

    def __repr__(self) -> str:
        self._settle()
        return dict.__repr__(self)

    def _settle(self) -> None:
        """Work out what is left."""
        for key in self:
            self[key]
