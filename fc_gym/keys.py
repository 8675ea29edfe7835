"""Keys: the NewTypes in an annotation, and where they stand in it."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, NewType, Union, get_args, get_origin

__all__ = ["field_types", "key_reader", "keys_in", "plain_type", "row_types"]

Found = list[tuple[str, Any]]
"""Names of keys, each with a value."""

Reader = Callable[[Any, Found], None]

_SEQUENCES = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable)
_MAPPINGS = (dict, collections.abc.Mapping)


def keys_in(annotation: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Find the keys in a type.

    Yields:
        The path such as `orders[].id` (`{}` stands for the keys of a mapping), and the name of the key.
    """
    yield from _keys_in(annotation, path, ())


def key_reader(annotation: object, without: frozenset[str] = frozenset()) -> Reader | None:
    """Compile a walk along a type: a function that adds every key in a value to a list; None if there is none.

    Args:
        annotation: The type.
        without: Keys to pass over.
    """
    annotation = _bare(annotation)
    if isinstance(annotation, NewType):
        name = annotation.__name__
        return None if name in without else lambda value, found: _add(name, value, found)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return _row_reader(annotation, without)
    if origin in (Union, types.UnionType):
        options = [(option, key_reader(option, without)) for option in arguments if key_reader(option)]
        return _choice(options) if any(reader for _, reader in options) else None
    if origin in _MAPPINGS and len(arguments) == 2:
        return _entries(key_reader(arguments[0], without), key_reader(arguments[1], without))
    if origin in _SEQUENCES and arguments and (item := key_reader(arguments[0], without)):
        return _items(item)
    return None


def _add(name: str, value: Any, found: Found) -> None:
    if value is not None:
        found.append((name, value))


def _row_reader(row: type, without: frozenset[str]) -> Reader | None:
    if all(name in without for _, name in keys_in(row)):
        return None
    fields: list[tuple[str, Reader]] = []

    def read(value: Any, found: Found) -> None:
        if not fields:  # at the first use, since a row may contain rows of its own kind
            readers = ((name, key_reader(type_, without)) for name, type_ in field_types(row).items())
            fields.extend((name, reader) for name, reader in readers if reader)
        for name, reader in fields:
            inner = getattr(value, name, None)
            if inner is not None:
                reader(inner, found)

    return read


def _choice(options: list[tuple[object, Reader | None]]) -> Reader:
    def read(value: Any, found: Found) -> None:
        for option, reader in options:
            if _may_be(option, value):
                if reader:
                    reader(value, found)
                return

    return read


def _entries(key: Reader | None, inner: Reader | None) -> Reader | None:
    if key is None and inner is None:
        return None

    def read(value: Any, found: Found) -> None:
        for name, one in value.items():
            if key:
                key(name, found)
            if inner:
                inner(one, found)

    return read


def _items(item: Reader) -> Reader:
    def read(value: Any, found: Found) -> None:
        for one in sorted(value, key=repr) if isinstance(value, set | frozenset) else value:
            item(one, found)

    return read


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
