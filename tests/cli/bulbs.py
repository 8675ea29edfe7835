"""A domain of two tools that need one another, measured in no time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np

from fc_gym.errors import ToolError

__all__ = ["Bulbs"]

BulbId = NewType("BulbId", str)


@dataclass
class Bulb:
    """A light bulb.

    Names:
        the bulb in the {room}
    """

    id: BulbId
    room: str
    lit: bool = False


@dataclass
class Bulbs:
    """The bulbs of a [small] house."""

    bulbs: dict[BulbId, Bulb] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Bulbs:
        """Draw two bulbs."""
        rooms = [str(room) for room in rng.permutation(["hall", "kitchen", "attic"])[:2]]
        bulbs = [Bulb(BulbId(f"B{number}"), room, bool(rng.integers(2))) for number, room in enumerate(rooms)]
        return cls({bulb.id: bulb for bulb in bulbs})

    def list_bulbs(self) -> list[Bulb]:
        """List the bulbs of the house.

        Asks:
            list the bulbs
            show me all bulbs
        Says:
            There are {result#} bulbs.
            I found {result#} bulbs.
        """
        return list(self.bulbs.values())

    def switch_on(self, bulb: BulbId) -> Bulb:
        """Switch a bulb on.

        Args:
            bulb: The bulb.

        Asks:
            switch {bulb} on
            turn {bulb} on
        Says:
            The bulb in the {result.room} is on.
            It is on now.
        """
        return self._switched(bulb, True, "lit")

    def switch_off(self, bulb: BulbId) -> Bulb:
        """Switch a bulb off.

        Args:
            bulb: The bulb.

        Asks:
            switch {bulb} off
            turn {bulb} off
        Says:
            The bulb in the {result.room} is off.
            It is off now.
        """
        return self._switched(bulb, False, "dark")

    def _switched(self, bulb: BulbId, lit: bool, already: str) -> Bulb:
        if bulb not in self.bulbs:
            raise ToolError("there is no such bulb", code="not_found")
        if self.bulbs[bulb].lit is lit:
            raise ToolError(f"the bulb is {already} already", code=already)
        self.bulbs[bulb].lit = lit
        return self.bulbs[bulb]
