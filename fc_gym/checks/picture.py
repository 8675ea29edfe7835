"""A world as plain values, private fields included, so that two moments of it can be compared part by part."""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Picture", "difference", "picture"]

_PLAIN = (type(None), bool, int, float, str, bytes)
_WIDTH = 60


@dataclass(frozen=True)
class Picture:
    """What a world held at one moment."""

    value: Any
    """Plain dicts, lists and scalars; an object is a dict with its class under the empty name."""
    shared: str = ""
    """Two places that hold the same mutable object; empty if there are none."""


def picture(world: object) -> Picture:
    """Return what a world holds, whatever classes it is made of; references back to an owner are cut."""
    walk = _Walk()
    value = walk.see(world, "")
    return Picture(value, walk.shared)


def difference(old: Picture, new: Picture) -> str:
    """Return the first place where two pictures differ, and how; empty if they do not."""
    return "" if old.value == new.value else _difference(old.value, new.value, "")


@dataclass
class _Walk:
    shared: str = ""
    _owners: dict[int, str] = field(default_factory=dict)
    _places: dict[int, str] = field(default_factory=dict)

    def see(self, value: Any, path: str) -> Any:
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, type) or callable(value):
            return {"": getattr(value, "__qualname__", type(value).__qualname__)}
        if id(value) in self._owners:
            return {"": f"^{self._owners[id(value)]}"}
        self._owners[id(value)] = path
        try:
            return self._inside(value, path)
        finally:
            del self._owners[id(value)]

    def _inside(self, value: Any, path: str) -> Any:
        if isinstance(value, tuple | frozenset):
            return [self.see(one, f"{path}[{at}]") for at, one in enumerate(_ordered(value))]
        self._note(value, path)
        if isinstance(value, Mapping):
            return {_key(key): self.see(one, f"{path}.{key}" if path else f"{key}") for key, one in value.items()}
        if isinstance(value, list | set):
            return [self.see(one, f"{path}[{at}]") for at, one in enumerate(_ordered(value))]
        fields = {name: self.see(one, f"{path}.{name}" if path else name) for name, one in _fields(value).items()}
        return {"": type(value).__qualname__, **fields}

    def _note(self, value: Any, path: str) -> None:
        frozen = getattr(getattr(value, "__dataclass_params__", None), "frozen", False)
        if frozen or not (isinstance(value, list | dict | set) or hasattr(value, "__dict__")):
            return
        if not self.shared and id(value) in self._places:
            self.shared = f"{self._places[id(value)]} and {path}"
        self._places.setdefault(id(value), path)


def _ordered(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


def _key(key: object) -> object:
    return key if isinstance(key, _PLAIN) else repr(key)


def _fields(value: Any) -> dict[str, Any]:
    """Return what an object is made of, as pickling sees it."""
    kind: Any = type(value)
    if (kind.__reduce_ex__, kind.__reduce__) == (object.__reduce_ex__, object.__reduce__):
        held = getattr(value, "__dict__", None)
        if held is not None and not copyreg._slotnames(kind):  # type: ignore[attr-defined]
            return dict(held)
    try:
        parts = value.__reduce_ex__(4)
    except Exception:  # a file or a lock has no parts to compare
        return {}
    return {} if isinstance(parts, str) else {"made of": list(parts[1]), "state": parts[2] if len(parts) > 2 else None}


def _difference(old: Any, new: Any, path: str) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            place = f"{path}.{name}" if path else str(name)
            if name not in new:
                return f"{place} (was {_short(old[name])}, is gone)"
            if name not in old:
                return f"{place} (is new: {_short(new[name])})"
            if old[name] != new[name]:
                return _difference(old[name], new[name], place)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return f"{path} (had {len(old)} items, has {len(new)})"
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                return _difference(one, other, f"{path}[{at}]")
    return f"{path} (was {_short(old)}, is {_short(new)})"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."
