"""Keys: the NewTypes in an annotation, and where they stand in it."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, NewType, Union, get_args, get_origin

__all__ = ["field_types", "key_values", "keys_in", "plain_type", "row_types"]

_SEQUENCES = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable)
_MAPPINGS = (dict, collections.abc.Mapping)


def keys_in(annotation: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Find the keys in a type.

    Yields:
        The path such as `orders[].id` (`{}` stands for the keys of a mapping), and the name of the key.
    """
    yield from _keys_in(annotation, path, ())


def key_values(annotation: object, value: object) -> Iterator[tuple[str, object]]:
    """Walk a value along its type.

    Yields:
        The name of each key in it, and the value of that key.
    """
    annotation = _bare(annotation)
    if isinstance(annotation, NewType):
        if value is not None:
            yield annotation.__name__, value
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        for name, inner in field_types(annotation).items():
            yield from key_values(inner, getattr(value, name, None))
    elif origin in (Union, types.UnionType):
        for option in arguments:
            if _may_be(option, value):
                yield from key_values(option, value)
                break
    elif origin in _MAPPINGS and isinstance(value, dict) and len(arguments) == 2:
        for key, inner in value.items():
            yield from key_values(arguments[0], key)
            yield from key_values(arguments[1], inner)
    elif origin in _SEQUENCES and isinstance(value, list | tuple | set | frozenset) and arguments:
        for inner in sorted(value, key=repr) if isinstance(value, set | frozenset) else value:
            yield from key_values(arguments[0], inner)


@functools.cache
def field_types(cls: type) -> Mapping[str, Any]:
    """Return the resolved annotation of each field of a dataclass.

    Raises:
        NameError: If an annotation names something its module does not define.
    """
    hints = typing.get_type_hints(cls, include_extras=True)
    return MappingProxyType({field.name: hints[field.name] for field in dataclasses.fields(cls)})


def row_types(row: Any) -> Mapping[str, Any]:
    """Return the resolved annotation of each field of a row."""
    cls: type = row.__class__
    return field_types(cls)


def plain_type(annotation: object) -> object:
    """Strip `Annotated` and NewTypes from the outside of an annotation."""
    annotation = _bare(annotation)
    while isinstance(annotation, NewType):
        annotation = _bare(annotation.__supertype__)
    return annotation


def _bare(annotation: object) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _keys_in(annotation: object, path: str, seen: tuple[object, ...]) -> Iterator[tuple[str, str]]:
    annotation = _bare(annotation)
    if isinstance(annotation, NewType):
        yield path, annotation.__name__
        return
    if annotation in seen:
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        for name, inner in field_types(annotation).items():
            yield from _keys_in(inner, f"{path}.{name}" if path else name, (*seen, annotation))
    elif typing.is_typeddict(annotation):
        for name, inner in typing.get_type_hints(annotation).items():
            yield from _keys_in(inner, f"{path}.{name}" if path else name, (*seen, annotation))
    elif origin in (Union, types.UnionType):
        for option in arguments:
            yield from _keys_in(option, path, seen)
    elif origin in _MAPPINGS and len(arguments) == 2:
        yield from _keys_in(arguments[0], f"{path}{{}}", seen)
        yield from _keys_in(arguments[1], f"{path}.*" if path else "*", seen)
    elif origin in _SEQUENCES and arguments:
        yield from _keys_in(arguments[0], f"{path}[]", seen)


def _may_be(option: object, value: object) -> bool:
    plain = plain_type(option)
    origin = get_origin(plain) or plain
    if option is type(None) or value is None:
        return value is None and option is type(None)
    return isinstance(value, origin) if isinstance(origin, type) else True
