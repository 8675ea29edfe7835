"""Copies of plain values."""

from __future__ import annotations

import copy
from typing import Any

__all__ = ["copied"]

_SHARED = frozenset({str, int, float, bool, type(None)})


def copied(value: Any) -> Any:
    """Return a copy that shares no list and no dict with the value; several times faster than `copy.deepcopy`.

    Args:
        value: A plain value; where the same list stands twice in it, the copy has two.
    """
    kind = type(value)
    if kind in _SHARED:
        return value
    if kind is dict:
        twin = value.copy()
        for name, inner in value.items():
            if type(inner) not in _SHARED:
                twin[name] = copied(inner)
        return twin
    if kind is list:
        return [inner if type(inner) in _SHARED else copied(inner) for inner in value]
    return copy.deepcopy(value)
