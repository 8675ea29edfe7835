"""Forms: ways in which a parameter may want its values to be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fc_gym.types import JsonValue

__all__ = ["FORMS", "Form"]


@dataclass(frozen=True)
class Form:
    """A way to write a value."""

    says: str
    """How it is described."""
    write: Callable[[JsonValue], JsonValue]
    read: Callable[[JsonValue], JsonValue]
    """Raises ValueError or TypeError for what is not written so."""


def _dotted(value: JsonValue) -> JsonValue:
    return f"{date.fromisoformat(value):%d.%m.%Y}"


def _undotted(value: JsonValue) -> JsonValue:
    return datetime.strptime(value, "%d.%m.%Y").date().isoformat()


def _number(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        raise TypeError("not text")
    return float(value) if "." in value else int(value)


def _small(value: JsonValue) -> JsonValue:
    if value != value.upper() or value == value.lower():
        raise ValueError("not in capitals")
    return value


FORMS: Mapping[str, Form] = {
    "dotted": Form("dates as DAY.MONTH.YEAR, such as 31.12.2026", _dotted, _undotted),
    "text": Form('numbers as text, such as "12"', str, _number),
    "capitals": Form("its choices in capital letters", lambda value: value.upper(), _small),
}
"""How a parameter may want its values after a drift, by name."""
