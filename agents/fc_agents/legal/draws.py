"""Draws values of shapes at random."""

from __future__ import annotations

import numpy as np

from fc_agents.legal.shapes import Choice, Either, Items, Named, Number, Record, Row, Shape, Stamp, Text
from fc_gym.types import JsonValue

__all__ = ["drawn"]

_LETTERS = "abcdefghijklmnopqrstuvwxyzAZ059.,;:!?'#/&()[]{}=+-_~@%^|`Àßɏ"
_MORE = f"{_LETTERS} \u00a1\u2019\u4e2d\ufffd\U0001f600"


def drawn(shape: Shape, rng: np.random.Generator) -> JsonValue:
    """Draw a value; both ends of every range come often.

    Args:
        shape: The set to draw from.
        rng: The source of chance.
    """
    match shape:
        case Choice(values):
            return values[int(rng.integers(len(values)))]
        case Number(low, high, whole):
            return _number(low, high, whole, rng)
        case Text(low, high):
            length = _between(low, low + 40 if high is None else high, rng)
            return "".join(_letter(_LETTERS if at < low else _MORE, rng) for at in range(length))
        case Stamp(kind):
            return _stamp(kind, rng)
        case Items(item, low, high):
            return [drawn(item, rng) for _ in range(_between(low, high, rng))]
        case Row(items):
            return [drawn(one, rng) for one in items]
        case Record(fields):
            return {name: drawn(one, rng) for name, one, required in fields if required or rng.random() < 0.5}
        case Either(options):
            return drawn(options[int(rng.integers(len(options)))], rng)
        case Named(_, choice):
            return drawn(choice, rng)


def _between(low: int, high: int, rng: np.random.Generator) -> int:
    where = rng.random()
    return low if where < 0.25 else high if where > 0.75 else int(rng.integers(low, high + 1))


def _number(low: int, high: int, whole: bool, rng: np.random.Generator) -> JsonValue:
    value = _between(low, high, rng)
    if whole or value == high or rng.random() < 0.5:
        return value
    return round(value + int(rng.integers(1, 100)) / 100, 2)


def _letter(letters: str, rng: np.random.Generator) -> str:
    return letters[int(rng.integers(len(letters)))]


def _stamp(kind: str, rng: np.random.Generator) -> str:
    year, month, day = (int(rng.integers(low, high)) for low, high in ((2000, 2100), (1, 13), (1, 29)))
    hour, minute, second = (int(rng.integers(high)) for high in (24, 60, 60))
    date, time = f"{year}-{month:02}-{day:02}", f"{hour:02}:{minute:02}:{second:02}"
    return {"date": date, "time": time}.get(kind, f"{date}T{time}Z")
