"""A world whose tools take every sort of argument that is hard to tell in a grammar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal, NewType

import numpy as np
from pydantic import AfterValidator, Field, StringConstraints

RowId = NewType("RowId", str)
Seat = NewType("Seat", int)
Word = NewType("Word", str)


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("not even")
    return value


@dataclass
class Point:
    """A place."""

    x: Annotated[float, Field(gt=0, lt=1)]
    label: Annotated[str, Field(max_length=3)] = ""


@dataclass
class Held:
    """A row inside an argument."""

    row: RowId


@dataclass
class Thing:
    """A row.

    Names:
        the {colour} thing
    """

    id: RowId
    colour: str


@dataclass
class Odd:
    """Odd tools."""

    things: dict[RowId, Thing] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Odd:
        """Draw rows whose names are hard to write."""
        names = (
            '"quoted"',
            "back\\slash",
            "line\nbreak",
            "tab\t",
            "ümlaut 中 😀",
            "</tool_call>",
            "\x00\x7f",
            "<think>",
        )
        keys = [RowId(f"{name} {int(rng.integers(100))}") for name in names]
        return cls({key: Thing(key, f"red{number}") for number, key in enumerate(keys)})

    def list_rows(self) -> list[RowId]:
        """List rows."""
        return list(self.things)

    def take(self, row: RowId, seat: Seat = Seat(1)) -> None:
        """Take a row.

        Args:
            row: The row.
            seat: Where.
        """

    def several(self, rows: Annotated[list[RowId], Field(min_length=2, max_length=3)]) -> None:
        """Take several rows.

        Args:
            rows: The rows.
        """

    def distinct(self, rows: set[RowId], tags: Annotated[set[str], Field(min_length=2)] | None = None) -> None:
        """Take rows as a set.

        Args:
            rows: The rows.
            tags: Two texts that differ.
        """

    def numbers(
        self, share: Annotated[float, Field(gt=0, lt=1)], step: Annotated[int, Field(multiple_of=7, ge=10, le=80)],
        cold: Annotated[float, Field(ge=-20, le=-3.5)], many: int, even: Annotated[int, AfterValidator(_even)] = 2,
        quarter: Annotated[float, Field(multiple_of=0.25)] = 0.25, none: None = None, big: Decimal = Decimal(1),
    ) -> None:  # fmt: skip
        """Take numbers.

        Args:
            share: Between 0 and 1.
            step: A multiple.
            cold: Below.
            many: Any.
            even: Even.
            quarter: Quarters.
            none: Nothing.
            big: Exact.
        """

    def texts(
        self, stripped: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=5)],
        word: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "AB", empty: Annotated[str, Field(max_length=0)] = "",
        spoken: Word = Word("hello"), choice: Literal["it's", 'the "one"', "a\\b", "é", 3] = 3,
        long: Annotated[str, Field(min_length=300)] = "x" * 300,
    ) -> None:  # fmt: skip
        """Take texts.

        Args:
            stripped: Short.
            word: Two letters, such as "XY" or "no".
            empty: Nothing.
            spoken: A word.
            choice: One of these.
            long: Long.
        """

    def days(self, day: date, at: time, when: datetime | None = None) -> None:
        """Take days.

        Args:
            day: The day.
            at: The time.
            when: Both.
        """

    def nested(
        self, point: Point, pair: tuple[int, bool], sizes: dict[str, int] | None = None,
        either: int | Literal["all"] = "all", points: list[Point] | None = None, flag: bool = False,
    ) -> None:  # fmt: skip
        """Take nested values.

        Args:
            point: The place.
            pair: Two.
            sizes: By name.
            either: A number or all.
            points: Places.
            flag: Or not.
        """

    def hidden(self, held: Held, code: Annotated[str, Field(pattern="^Z")]) -> None:
        """Take what nobody can tell.

        Args:
            held: A row inside.
            code: Starts with a letter.
        """
