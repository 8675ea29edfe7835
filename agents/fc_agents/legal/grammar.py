"""Writes shapes as expressions of GBNF, the grammar format of llama.cpp, which vLLM's engines read too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from fc_agents.legal.shapes import (
    ANY,
    FIRST,
    STAMPS,
    Choice,
    Either,
    Items,
    Named,
    Number,
    Record,
    Row,
    Shape,
    Stamp,
    Text,
)
from fc_gym.types import JsonValue

__all__ = ["CHARACTERS", "expression", "literal", "named", "spelled", "whole_numbers"]

CHARACTERS = f"first ::= [{FIRST}]\nany ::= [{ANY}]\n"
"""The rules that expressions refer to."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_TOKEN = re.compile(r"\[[^\]]*\]|[()|]|[^\[()|]+")


def spelled(value: JsonValue) -> str:
    """Return JSON text as chat templates write it: with a space after `,` and `:`, and letters as they are.

    A float that is whole is written without its zero, so that there is one way to write each number. What cannot be
    seen is escaped, since not every engine reads it in a grammar.

    >>> spelled({"a": 2.0, "b": ["é"]})
    '{"a": 2, "b": ["é"]}'
    """
    text = json.dumps(whole_numbers(value), ensure_ascii=False, allow_nan=False)
    return text if text.isprintable() else "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def whole_numbers(value: JsonValue) -> JsonValue:
    """Return a value with every float that is whole as an int."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {name: whole_numbers(one) for name, one in value.items()}
    return [whole_numbers(one) for one in value] if isinstance(value, list | tuple) else value


def literal(text: str) -> str:
    r"""Return the expression for exactly one text.

    >>> print(literal('a "b"\n'))
    "a \"b\"\n"
    """
    return f'"{text.translate(_ESCAPES)}"'


def expression(shape: Shape) -> str:
    """Return the expression for the JSON texts of the values of a shape, fit to stand in a sequence.

    >>> print(expression(Number(8, 12, whole=True)))
    ([8-9] | "1" [0-2])
    """
    match shape:
        case Choice(values):
            return _any_of(literal(spelled(value)) for value in values)
        case Number(low, high, whole):
            return _any_of([*_whole(low, high), *([] if whole else _decimal(low, high))])
        case Text(low, high):
            return _text(low, high)
        case Stamp(kind):
            return " ".join(('"\\""', *_translated(STAMPS[kind]), '"\\""'))
        case Items(item, low, high):
            return _list(expression(item), low, high)
        case Row(items):
            return _joined('"["', [expression(one) for one in items], '"]"')
        case Record(fields):
            return _record(fields)
        case Either(options):
            return _any_of(expression(one) for one in options)
        case Named(name, _):
            return name


def named(shape: Shape) -> dict[str, Choice]:
    """Return the choices of a shape that stand in rules of their own, by name."""
    match shape:
        case Named(name, choice):
            return {name: choice}
        case Items(item, _, _):
            return named(item)
        case Record(fields):
            return {name: choice for _, one, _ in fields for name, choice in named(one).items()}
        case Row(items) | Either(items):
            return {name: choice for one in items for name, choice in named(one).items()}
        case _:
            return {}


def _any_of(options: Iterator[str] | list[str]) -> str:
    found = list(dict.fromkeys(options))
    return found[0] if len(found) == 1 else f"({' | '.join(found)})"


def _text(low: int, high: int | None) -> str:
    start = "first" if low == 1 else f"first{{{low}}}"
    rest = " any*" if high is None else f" any{{0,{high - low}}}" if high > low else ""
    return f'"\\"" {start}{rest} "\\""'


def _list(item: str, low: int, high: int) -> str:
    more = f' (", " {item}){{{max(low - 1, 0)},{high - 1}}}' if high > 1 else ""
    full = f'"[" {item}{more} "]"'
    return full if low else f'("[]" | {full})'


def _joined(start: str, parts: list[str], end: str) -> str:
    return " ".join((start, ' ", " '.join(parts), end)) if parts else f"{start} {end}"


def _record(fields: tuple[tuple[str, Shape, bool], ...]) -> str:
    pairs = [(f"{literal(spelled(name) + ': ')} {expression(shape)}", required) for name, shape, required in fields]
    first = next((at for at, (_, required) in enumerate(pairs) if required), None)
    if first is not None:
        before = "".join(f'({pair} ", ")? ' for pair, _ in pairs[:first])
        return f'"{{" {before}{pairs[first][0]}{_rest(pairs[first + 1 :])} "}}"'
    options = [f'"{{" {pair}{_rest(pairs[at + 1 :])} "}}"' for at, (pair, _) in enumerate(pairs)]
    return _any_of(['"{}"', *options])


def _rest(pairs: list[tuple[str, bool]]) -> str:
    return "".join(f' ", " {pair}' if required else f' (", " {pair})?' for pair, required in pairs)


def _whole(low: int, high: int) -> Iterator[str]:
    """Yield expressions for the whole numbers from `low` to `high`."""
    if low < 0:
        yield from (f'"-" {one}' for one in _digits(max(-high, 1), -low))
    if high >= 0:
        yield from _digits(max(low, 0), high)


def _decimal(low: int, high: int) -> Iterator[str]:
    """Yield expressions for numbers between `low` and `high` as JSON writes them: no zero at the end."""
    if low < 0:
        yield from (f'"-" {one} "." [0-9]? [1-9]' for one in _digits(max(-high, 0), -low - 1))
    if high > 0:
        yield from (f'{one} "." [0-9]? [1-9]' for one in _digits(max(low, 0), high - 1))


def _digits(low: int, high: int) -> Iterator[str]:
    """Yield expressions for the numbers from `low` to `high`, neither below 0, one for each pattern of digits."""
    while low <= high:
        top = low
        free = 0
        while low % 10 ** (free + 1) == 0 and low and low + 10 ** (free + 1) - 1 <= high:
            free += 1
        unit = 10**free
        while top + 2 * unit - 1 <= high and (top // unit) % 10 < 9:
            top += unit
        yield _pattern(str(low // unit), str(top // unit)[-1], free)
        low = top + unit


def _pattern(start: str, last: str, free: int) -> str:
    head = [literal(start[:-1])] if len(start) > 1 else []
    tail = [f"[0-9]{{{free}}}"] if free else []
    digit = literal(last) if start[-1] == last else f"[{start[-1]}-{last}]"
    return " ".join([*head, digit, *tail])


def _translated(pattern: str) -> Iterator[str]:
    """Yield the parts of a regular expression of classes, groups, choices and plain characters."""
    for token in _TOKEN.findall(pattern):
        yield token if token[0] in "[(|)" else literal(token)
