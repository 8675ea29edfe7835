"""A vault small enough to count its edges and its shortest plans by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np

from fc_gym.errors import ToolError

RoomId = NewType("RoomId", str)
BoxId = NewType("BoxId", str)


@dataclass
class Room:
    """A room with boxes.

    Names:
        the {colour} room
    """

    id: RoomId
    colour: str


@dataclass
class Box:
    """A box in a room.

    Names:
        the {metal} box
    """

    id: BoxId
    metal: str
    locked: bool = True


@dataclass
class Vault:
    """Rooms with locked boxes, and one card that unlocks them."""

    rooms: dict[RoomId, Room] = field(default_factory=dict)
    boxes: dict[BoxId, Box] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    card: bool = False

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Vault:
        """Draw two rooms of two locked boxes."""
        world, metals = cls(), [str(metal) for metal in rng.permutation(["gold", "iron", "lead", "tin"])]
        for number, colour in enumerate(rng.permutation(["blue", "red"])):
            room = RoomId(f"R{number}")
            world.rooms[room] = Room(room, str(colour))
            boxes = [Box(BoxId(f"B{number}{at}"), metals.pop()) for at in range(2)]
            world.boxes |= {box.id: box for box in boxes}
            world.places[room] = [box.id for box in boxes]
        return world

    def list_rooms(self) -> list[Room]:
        """List the rooms."""
        return list(self.rooms.values())

    def list_boxes(self, room: RoomId) -> list[Box]:
        """List the boxes of a room.

        Args:
            room: The room.
        """
        return [self.boxes[BoxId(box)] for box in self.places.get(room, [])]

    def show_contents(self, box: BoxId) -> str:
        """Show what is in a box that is not locked.

        Args:
            box: The box.
        """
        if self._box(box).locked:
            raise ToolError("the box is locked", code="locked")
        return f"something made of {self._box(box).metal}"

    def take_card(self) -> None:
        """Take the card from the desk."""
        self._get_card()

    def borrow_card(self) -> None:
        """Borrow the card from the guard."""
        self._get_card()

    def return_card(self) -> None:
        """Give the card back."""
        self._need_card()
        self.card = False

    def unlock_box(self, box: BoxId) -> None:
        """Unlock a box with the card.

        Args:
            box: The box.
        """
        row = self._box(box)
        self._need_card()
        if not row.locked:
            raise ToolError("the box is not locked", code="unlocked")
        row.locked = False

    def lock_box(self, box: BoxId) -> None:
        """Lock a box; that takes no card.

        Args:
            box: The box.
        """
        row = self._box(box)
        if row.locked:
            raise ToolError("the box is locked", code="locked")
        row.locked = True

    def _box(self, box: BoxId) -> Box:
        if box not in self.boxes:
            raise ToolError("there is no such box", code="not_found")
        return self.boxes[box]

    def _get_card(self) -> None:
        if self.card:
            raise ToolError("you have the card", code="has_card")
        self.card = True

    def _need_card(self) -> None:
        if not self.card:
            raise ToolError("you have no card", code="no_card")
