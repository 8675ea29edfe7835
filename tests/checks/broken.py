"""Tiny domains; `Shelf` keeps its promises, every other one breaks the promise that its name says."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, NewType

import numpy as np
from pydantic import Field

from fc_gym.errors import ToolError

ToyId = NewType("ToyId", str)
BoxId = NewType("BoxId", str)
Colour = NewType("Colour", str)


@dataclass
class Toy:
    """A toy on a shelf.

    Names:
        the {name}
        + in {colour}
    """

    id: ToyId
    name: str
    colour: str
    taken: bool = False


@dataclass
class Box:
    """A box, which nobody can name."""

    id: BoxId


@dataclass
class Shelf:
    """A shelf with toys to play with."""

    number: int
    toys: dict[ToyId, Toy] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        """Draw a shelf."""
        toys = [Toy(ToyId(f"TOY-{rng.integers(900)}{at}"), name, "red") for at, name in enumerate(("car", "bear"))]
        return cls(int(rng.integers(1000)), {toy.id: toy for toy in toys})

    def list_toys(self) -> list[Toy]:
        """List the toys on the shelf.

        Asks:
            show me the toys
        Says:
            There are {result#} toys[: {result[].name}].
        """
        return [Toy(**vars(toy)) for toy in self.toys.values()]

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy from the shelf.

        Args:
            toy: The toy to take.

        Asks:
            take {toy} down
        Says:
            I took {toy}, which is {result.colour}.
        """
        row = self._toy(toy)
        if row.taken:
            raise ToolError(f"{toy} is taken", code="taken", hint="put it back first")
        row.taken = True
        return Toy(**vars(row))

    def return_toy(self, toy: ToyId) -> Toy:
        """Put a toy back on the shelf.

        Args:
            toy: The toy to put back.

        Asks:
            put {toy} back
        Says:
            {toy} is back.
        """
        row = self._toy(toy)
        if not row.taken:
            raise ToolError(f"{toy} is on the shelf", code="not_taken", hint="take it first")
        row.taken = False
        return Toy(**vars(row))

    def _toy(self, toy: ToyId) -> Toy:
        if toy not in self.toys:
            raise ToolError(f"there is no toy {toy}", code="not_found", hint="list the toys first")
        return self.toys[toy]


class ReadsTheClock(Shelf):
    """Its result hangs on the day."""

    def return_toy(self, toy: ToyId) -> Toy:
        """Put a toy back."""
        date.today()
        return super().return_toy(toy)


class DrawsFromEverybody(Shelf):
    """It draws from the chance that the process shares."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        return cls(random.randrange(10**9), super().sample(rng).toys)

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        np.random.random()
        return super().take_toy(toy)


class AlwaysTheSame(Shelf):
    """Its start state is one for all seeds."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        return cls(1, super().sample(np.random.default_rng(0)).toys)


class CountsInTheClass(Shelf):
    """It tells how often it was used by anybody."""

    uses: ClassVar[list[int]] = [0]

    def take_toy(self, toy: ToyId) -> int:  # type: ignore[override]
        """Take a toy."""
        self.uses[0] += 1
        super().take_toy(toy)
        return self.uses[0]


class CountsLooks(CountsInTheClass):
    """It tells how often it was looked at by anybody."""

    def count_looks(self) -> int:
        """Count the looks."""
        self.uses[0] += 1
        return self.uses[0]


class HidesACount(CountsInTheClass):
    """It keeps in the state how often it was used by anybody."""

    def take_toy(self, toy: ToyId) -> Toy:  # type: ignore[override]
        """Take a toy."""
        super().take_toy(toy)
        self.number = self.uses[0]
        return Toy(**vars(self.toys[toy]))


class RemembersTheLast(Shelf):
    """It minds which shelf was looked at last."""

    last: ClassVar[dict[str, int]] = {}

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        self.last["shelf"] = self.number
        return super().list_toys()

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        if self.last.get("shelf") != self.number:
            raise ToolError("another shelf was looked at", code="another")
        return super().take_toy(toy)


@dataclass
class KeepsNoRecord(Shelf):
    """One of its fields holds something else than it says."""

    label: int = 0

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        return cls(1, super().sample(rng).toys, "red")  # type: ignore[arg-type]


@dataclass
class LosesItsRecord(Shelf):
    """One of its fields is another after it was read."""

    label: str = ""

    def __post_init__(self) -> None:
        self.label += "!"


class ChangesAndRefuses(Shelf):
    """It takes note of a refused call."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        self.number += 1
        return super().take_toy(toy)


class RefusesLoudly(Shelf):
    """Its codes are sentences."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        if self._toy(toy).taken:
            raise ToolError("it is taken", code="It is taken!")
        return super().take_toy(toy)


class RefusesWithoutAWord(Shelf):
    """Its refusals say nothing."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        if self._toy(toy).taken:
            raise ToolError("", code="taken")
        return super().take_toy(toy)


@dataclass
class StoresARowTwice(Shelf):
    """It keeps one toy in two places."""

    latest: list[Toy] = field(default_factory=list)

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        taken = super().take_toy(toy)
        self.latest = [self.toys[toy]]
        return taken


class NeverLets(Shelf):
    """It refuses every call."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        raise ToolError(f"{self._toy(toy).name} cannot be taken", code="glued")


class ShowsNoKeys(Shelf):
    """It takes a key that no result shows."""

    def list_toys(self) -> list[str]:  # type: ignore[override]
        """List the toys."""
        return [toy.name for toy in self.toys.values()]

    def take_toy(self, toy: ToyId) -> str:  # type: ignore[override]
        """Take a toy."""
        return super().take_toy(toy).name

    def return_toy(self, toy: ToyId) -> str:  # type: ignore[override]
        """Put a toy back."""
        return super().return_toy(toy).name


class WantsABox(Shelf):
    """It takes a key that does not exist."""

    def take_toy(self, toy: ToyId, box: BoxId, colour: Colour | None = None) -> Toy:  # type: ignore[override]
        """Take a toy.

        Args:
            toy: The toy.
            box: The box to take it from.
            colour: The colour it should have.
        """
        return super().take_toy(toy)


class ReadsAndWrites(Shelf):
    """Looking changes it."""

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        self.number += 1
        return super().list_toys()


class WritesNothing(Shelf):
    """Its writing tool only looks."""

    def dust_toy(self, toy: ToyId) -> Toy:
        """Dust a toy."""
        return Toy(**vars(self._toy(toy)))


class HasAnOddSchema(Shelf):
    """One of its schemas has no JSON form."""

    def list_toys(self, limit: Annotated[int, Field(json_schema_extra={"most": float("inf")})] = 1) -> list[Toy]:
        """List the toys."""
        return super().list_toys()


class WantsAPattern(Shelf):
    """Nothing that its schema says can be drawn."""

    def take_toy(self, toy: ToyId, code: Annotated[str, Field(pattern=r"^\d{9}$")] = "") -> Toy:
        """Take a toy."""
        return super().take_toy(toy)


class WantsTheImpossible(Shelf):
    """Its bounds leave no value."""

    def take_toy(self, toy: ToyId, count: Annotated[int, Field(ge=5, le=1)] = 5) -> Toy:
        """Take a toy."""
        return super().take_toy(toy)


class TellsNoJson(Shelf):
    """Its result is nothing that JSON can tell."""

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        return [complex(1)]  # type: ignore[list-item]


class NamesNoType(Shelf):
    """It does not say what it returns."""

    def list_toys(self):  # type: ignore[no-untyped-def]
        """List the toys."""
        return super().list_toys()


class Plain:
    """A class that JSON does not know."""


class NamesAnOddType(Shelf):
    """It says that it returns something that JSON does not know."""

    def list_toys(self) -> Plain:  # type: ignore[override]
        """List the toys."""
        return Plain()


class ReturnsSomethingElse(Shelf):
    """It returns something else than it says."""

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        return [1]  # type: ignore[list-item]


@dataclass
class BigToy(Toy):
    """A toy of some size."""

    size: int = 9


class ReturnsMore(Shelf):
    """It returns more than it says."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        return BigToy(**vars(super().take_toy(toy)))


class SaysNothing(Shelf):
    """Two of its tools and one parameter are not described."""

    def list_toys(self) -> list[Toy]:
        return super().list_toys()

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        return super().take_toy(toy)


class SpeaksOddly(Shelf):
    """Its lines are neither phrases nor sentences."""

    def list_toys(self) -> list[Toy]:
        """List the toys.

        Asks:
            List all toys
            list the toys.
        Says:
            there are {result#} toys
        """
        return super().list_toys()


class TakesAnyText(Shelf):
    """It takes a text of which it gives no example."""

    def name_toy(self, toy: ToyId, name: str) -> Toy:
        """Give a toy a name.

        Args:
            toy: The toy to name.
            name: What to call it.
        """
        self._toy(toy).name = name
        return Toy(**vars(self._toy(toy)))


class TellsOfNothing(Shelf):
    """It tells a field that its results do not have."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy.

        Args:
            toy: The toy to take.

        Asks:
            take {toy}
        Says:
            I took {toy}, which weighs {result.weight} grams.
            It is {result}.
        """
        return super().take_toy(toy)


class TellsOfTooMuch(Shelf):
    """It has no line for an empty result."""

    def list_toys(self, colour: str | None = None) -> list[Toy]:
        """List the toys.

        Args:
            colour: The colour, such as "red", "green" or "blue".

        Asks:
            list the toys[ in {colour}]
        Says:
            I found {result[].name}.
            The {colour} ones are {result[].name}.
        """
        return [toy for toy in super().list_toys() if colour in (None, toy.colour)]


class ShowsBareKeys(Shelf):
    """It gives keys without the fields by which people know the rows."""

    def list_toys(self) -> list[ToyId]:  # type: ignore[override]
        """List the toys."""
        return list(self.toys)

    def take_toy(self, toy: ToyId) -> str:  # type: ignore[override]
        """Take a toy."""
        return super().take_toy(toy).name

    def return_toy(self, toy: ToyId) -> str:  # type: ignore[override]
        """Put a toy back."""
        return super().return_toy(toy).name


class HasTwins(Shelf):
    """Two of its toys have the same name and colour, and one has none."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        shelf = super().sample(rng)
        for at, name in enumerate(("car", "")):
            toy = Toy(ToyId(f"TWIN-{at}"), name, "red")
            shelf.toys[toy.id] = toy
        return shelf


@dataclass
class HoldsIdleKeys(Shelf):
    """It holds a key that no tool knows, and a table that nobody can name."""

    paint: Colour = Colour("red")
    boxes: dict[BoxId, Box] = field(default_factory=dict)

    def list_boxes(self) -> list[Box]:
        """List the boxes."""
        return list(self.boxes.values())

    def open_box(self, box: BoxId) -> Box:
        """Open a box."""
        return self.boxes[box]


class AcceptsAnyKey(Shelf):
    """It accepts keys that do not exist."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        return super().take_toy(toy) if toy in self.toys else Toy(toy, "", "")


class CallsItInvalid(Shelf):
    """It has another code for what is not found."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        if toy not in self.toys:
            raise ToolError(f"{toy} is invalid", code="invalid")
        return super().take_toy(toy)


class Crashes(Shelf):
    """It raises what nobody expects, now and then even in the beginning."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        shelf = super().sample(rng)
        shelf.toys = {} if rng.random() < 0.3 else shelf.toys
        if not shelf.toys:
            raise IndexError("an empty shelf")
        return shelf

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        return super().take_toy(toy) if not self._toy(toy).taken else self.toys[ToyId("")]


class NeverBegins(Shelf):
    """It has no start state."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        raise IndexError("no shelf")


class AnswersByTheLast(Shelf):
    """What it lists hangs on what anybody counted before."""

    turned: ClassVar[list[bool]] = [False]

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        return super().list_toys()[:: -1 if self.turned[0] else 1]

    def count_toys(self) -> int:
        """Count the toys."""
        self.turned[0] = not self.turned[0]
        return len(self.toys)


class ChangesWhenAskedAgain(Shelf):
    """It counts every second look."""

    looks: ClassVar[list[int]] = [0]

    def list_toys(self) -> list[Toy]:
        """List the toys."""
        self.looks[0] += 1
        self.number += self.looks[0] % 3 == 0
        return super().list_toys()


class ShowsHowItWas(Shelf):
    """Its result is a row as it was before."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        before = Toy(**vars(self._toy(toy)))
        super().take_toy(toy)
        return before


@dataclass
class ForgetsWhoTookIt(Shelf):
    """Putting back does not clear who has it."""

    holders: dict[ToyId, str] = field(default_factory=dict)

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        taken = super().take_toy(toy)
        self.holders[toy] = "me"
        return taken


class PutsBackLess(Shelf):
    """Now and then, putting back does not undo all that taking did."""

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        taken = super().take_toy(toy)
        self.number += 10
        return taken

    def return_toy(self, toy: ToyId) -> Toy:
        """Put a toy back."""
        back = super().return_toy(toy)
        self.number -= 9 if self.number % 5 == 0 else 10
        return back


@dataclass
class RanksInSecret(Shelf):
    """It notes which toy was taken first, which no result shows."""

    ranks: dict[ToyId, int] = field(default_factory=dict)

    def take_toy(self, toy: ToyId) -> Toy:
        """Take a toy."""
        taken = super().take_toy(toy)
        self.ranks[toy] = sum(one.taken for one in self.toys.values())
        return taken


class OnlyLooks(Shelf):
    """Nothing can be changed."""

    take_toy = None  # type: ignore[assignment]
    return_toy = None  # type: ignore[assignment]


class Bell:
    """A class of somebody else, in which every call changes something."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> int:
        """Ring the bell."""
        self.rung += 1
        return self.rung


class Lamp:
    """A class that was not written for this suite."""

    def __init__(self) -> None:
        self.on = False
        self.log: list[Any] = []

    def switch(self, on: bool) -> dict[str, str]:
        """Switch the lamp.

        Args:
            on: Whether it should be on.
        """
        if on == self.on:
            self.log.append(on)
            return {"error": "nothing to do"}
        self.on = on
        return {"state": "on" if on else "off"}

    def get_colour(self) -> str:
        self.log.append("colour")
        return "white"

    def dim(self, steps: int) -> str:
        """Dim the lamp.

        Args:
            steps: How far.
        """
        return "dim"[steps + 3]

    def break_it(self) -> str:
        """Break the lamp."""
        raise ValueError("it does not break")
