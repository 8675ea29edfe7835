"""The booking desk of a hotel chain: rooms are held, booked and lived in, bills are split, and groups are put up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, NewType, NoReturn, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import City, Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import CITIES, FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = [
    "Block", "Cancellation", "File", "Guest", "Hotel", "Profile", "Reservation", "Room", "Rooms", "Share",
]  # fmt: skip

HotelRoomId = NewType("HotelRoomId", str)
ReservationId = NewType("ReservationId", str)
BlockId = NewType("BlockId", str)

Category = Literal["standard", "superior", "suite"]
Extra = Literal["breakfast", "laundry", "minibar", "parking", "spa visit"]
Nights = Annotated[int, Field(ge=1, le=14)]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

HOLD_DAYS, NOTICE_DAYS, HORIZON_DAYS = 3, 2, 365
POINTS_PER_NIGHT, POINTS_PER_STEP, CITY_TAX = 100, 400, 2.5

_RANKS: tuple[Category, ...] = ("standard", "superior", "suite")
_RATES = {"standard": 90, "superior": 130, "suite": 210}
_PRICES: dict[Extra, float] = {"breakfast": 18.5, "laundry": 24.0, "minibar": 13.5, "parking": 16.0, "spa visit": 45.0}
_CAME = ("in house", "checked out")
_HOTELS = ("Castle", "Garden", "Harbour", "Library", "Market", "Mill", "Opera", "Park", "Station", "Tower")
_HINTS = {
    "bad_date": "give a day from today on and within a year, as year-month-day, like 2026-03-09",
    "bill_open": "settle the share of everybody who has something open on it",
    "block_exists": "go on with that block; once its rooming list is sent, another with other dates can be opened",
    "deposit_confirmed": "rooms can be added only before the deposit; hold and book the room by itself",
    "deposit_missing": "confirm the deposit of the block first",
    "guest_busy": "choose another guest, or cancel or move the other reservation first",
    "guest_in_house": "choose another guest, or check this one out first",
    "hold_expired": "hold the room again",
    "in_block": "cancel it, or leave it as it is; the rooms of a block keep the dates of the block",
    "names_missing": "book a room of the block for a guest first",
    "no_card": "file the payment card first",
    "no_change": "leave it there, or choose another room or other dates",
    "no_guarantee": "file a payment card of the guest first",
    "no_hotel": "choose a city in which the chain has a hotel",
    "no_passport": "scan the passport of the guest first",
    "no_rooms": "add two rooms to the block first",
    "not_booked": "book it for a guest first",
    "not_checked_in": "check the guest in first",
    "not_found": "look it up among the guests, or among the rooms of the city",
    "not_free": "look for a room that is free then, or cancel or move what overlaps",
    "nothing_open": "charge something to this guest first, or settle the share of another",
    "one_room": "add one more room to the block",
    "room_in_use": "look for a room that is free then, or check out who is in this one",
    "room_occupied": "check out who is still in the room, or move the new guest to another one",
    "too_few_points": "points come with every check-out; until then choose a room of the same category",
    "wrong_city": "look for a room in the city of the block",
    "wrong_day": "wait for the day of arrival, or amend the reservation",
}


@dataclass
class Guest:
    """Somebody who is known to the chain.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName
    points: int = 0
    vouchers: int = 0
    passport_on_file: bool = False
    card_on_file: bool = False


@dataclass
class Room:
    """A room of one of the hotels.

    Names:
        {name}
        + in {city}
    """

    id: HotelRoomId
    name: str
    city: City
    category: Category
    rate: float


@dataclass
class Share:
    """One guest's part of the bill for a room."""

    guest: EmailAddress
    name: PersonName
    amount: float
    paid: bool = False


@dataclass
class Reservation:
    """A room for some nights, under the room's own name while it is only held, then under that of the guest.

    Names:
        the reservation for {name}
        + in {city}
        + from {arrival}
        + until {departure}
    """

    id: ReservationId
    name: str
    room_name: str
    city: City
    category: Category
    rate: float
    arrival: Date
    nights: int
    departure: Date
    status: Literal["held", "booked", "in house", "checked out"]
    expires: Date | None = None
    guest: EmailAddress | None = None
    guarantee: Literal["card", "voucher", "deposit"] | None = None
    points_spent: int | None = None
    block: BlockId | None = None
    bill: list[Share] = field(default_factory=list)


@dataclass
class Block:
    """Rooms that a group takes together, with one guest who organises it.

    Names:
        the block for {name}
        + in {city}
        + from {arrival}
    """

    id: BlockId
    guest: EmailAddress
    name: PersonName
    city: City
    arrival: Date
    nights: int
    departure: Date
    deposit: float | None = None
    list_sent: bool = False


@dataclass
class File:
    """An invoice or a rooming list.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    size: int = 120
    total: float = 0.0


@dataclass
class Profile(Guest):
    """A guest with the reservations in their name."""

    reservations: list[Reservation] = field(default_factory=list)


@dataclass
class Rooms:
    """Rooms, and the reservations among them that are only held."""

    rooms: list[Room]
    held: list[Reservation]


@dataclass
class Cancellation:
    """What came of a cancelled reservation."""

    fee: float | None = None
    voucher: str | None = None


@dataclass
class Hotel:
    """The booking desk of a hotel chain, with its guests, rooms, reservations and groups."""

    today: Date
    minted: int
    guests: dict[EmailAddress, Guest] = field(default_factory=dict)
    rooms: dict[HotelRoomId, Room] = field(default_factory=dict)
    reservations: dict[ReservationId, Reservation] = field(default_factory=dict)
    blocks: dict[BlockId, Block] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Hotel:
        """Draw a chain with guests in house, arrivals and holds, but no group yet."""
        world = cls(draw_today(rng), int(rng.integers(10_000, 900_000)))
        _draw_guests(world, rng)
        _draw_rooms(world, rng)
        for room in world.rooms.values():
            _draw_stays(world, room, rng)
        return world

    def find_guests(self, name: PersonName | None = None) -> list[Profile]:
        """Look guests up, all or by name, with their points, vouchers, documents on file and reservations.

        Args:
            name: A first or last name, such as "Rosa", "Samir", "Greta", "Hugo", "Zoe", "Moreau", "Rossi" or "Okafor".

        Returns:
            The guests whose name fits.

        Asks:
            look through our guest register[ for {name}]
            check what we have on our guests[, the ones called {name}]
            Who is in our guest register[ under the name {name}]?
        Says:
            Entries in the guest register: {result#}[, namely {result[].name}].
            I looked in the guest register and found {result#}[: {result[].name}].
        """
        found = [one for one in self.guests.values() if (name or "").lower() in one.name.lower()]
        return [Profile(**vars(one), reservations=self._booked_by(one.email)) for one in found]

    def find_rooms(self, city: City, arrival: Date | None = None, nights: Nights | None = None) -> Rooms:
        """Find the rooms of a city, and what is on hold there; with dates, only rooms free then and holds in their way.

        Args:
            city: The city.
            arrival: The first night, such as "2026-03-06" or "2026-03-09"; today if only the nights are given.
            nights: How many nights, such as "2", "3", "4" or "5"; one if only the arrival is given.

        Returns:
            The rooms, and the reservations that are only held.

        Asks:
            find me a room in {city}[, arriving on {arrival}][, for {nights} nights]
            see what we can offer in {city}[ from {arrival}][ for {nights} nights]
            What rooms do we have in {city}[, counting from {arrival}][, for {nights} nights]?
        Says:
            Rooms to be had in {city}: {result.rooms#}[, namely {result.rooms[].name}].
            For {city} I can offer {result.rooms#} rooms[: {result.rooms[].name}].
        """
        here = [room for room in self.rooms.values() if room.city == city]
        held = [row for row in self.reservations.values() if row.city == city and row.status == "held"]
        if arrival is None and nights is None:
            return Rooms(here, held)
        start, count = arrival or self.today, nights or 1
        self._need_day(start)
        taken = {row.room_name for row in self._meeting(start, count)}
        held = [row for row in held if _overlaps(row, start, count)]
        return Rooms([room for room in here if room.name not in taken], held)

    def file_document(self, guest: EmailAddress, document: Literal["passport", "payment card"]) -> Guest:
        """Scan a document that a guest presents and keep it on file.

        Args:
            guest: Whose document it is.
            document: A passport is needed to check in, a payment card as a guarantee and to pay.

        Returns:
            The guest with what is on file now.

        Asks:
            scan the {document} of {guest} and keep it on file
            put the {document} that belongs to {guest} on file
            I have the {document} of {guest} here, so please file it.
        Says:
            The {document} of {result.name} is on file now.
            I have scanned it. We now have the {document} of {result.name} on file.
        """
        row = _find(self.guests, guest, "guest")
        on_file = row.passport_on_file if document == "passport" else row.card_on_file
        _refuse_if(on_file, "already_on_file", f"the {document} of {row.name} is on file")
        row.passport_on_file |= document == "passport"
        row.card_on_file |= document == "payment card"
        return row

    def hold_room(self, room: HotelRoomId, arrival: Date, nights: Nights) -> Reservation:
        """Hold a free room for a few days without booking it; cancelling it gives the room back.

        Args:
            room: The room to hold.
            arrival: The first night, such as "2026-03-06", "2026-03-08", "2026-03-09", "2026-03-11" or "2026-03-13".
            nights: How many nights, such as "2", "3", "4" or "5".

        Returns:
            The reservation, held until it expires.

        Asks:
            hold {room} from {arrival} for {nights} nights
            keep {room} aside for {nights} nights, starting on {arrival}
            I may have a guest for {room}, so hold it for {nights} nights from {arrival}.
        Says:
            I am holding {result.room_name} until {result.departure}. The hold expires on {result.expires}.
            On hold: {result.room_name}, from {result.arrival} until {result.departure}. Book it by {result.expires}.
        """
        row = _find(self.rooms, room, "room")
        self._need_day(arrival)
        self._need_free(row, arrival, nights)
        return self._hold(row, arrival, nights)

    def confirm_reservation(self, reservation: ReservationId, guest: EmailAddress) -> Reservation:
        """Book a held room for a guest, which takes a payment card on file, a voucher, or the deposit of its block.

        Args:
            reservation: The reservation, which is on hold.
            guest: Who will stay; a guest can be in one place at a time only.

        Returns:
            The reservation, booked.

        Asks:
            put {reservation} in the name of {guest}
            turn {reservation} into a firm booking for {guest}
            The one to stay will be {guest}, so confirm {reservation}.
        Says:
            Booked: {result.name} has {result.room_name} from {result.arrival} until {result.departure}.
            I have put {result.room_name} in the name of {result.name}, from {result.arrival} until {result.departure}.
        """
        row, who = _find(self.reservations, reservation, "reservation"), _find(self.guests, guest, "guest")
        _refuse_if(row.status != "held", "already_booked", f"{row.room_name} is booked for {row.name}")
        _refuse_if(self._lapsed(row), "hold_expired", f"the hold on {row.room_name} expired on {row.expires}")
        self._need_deposit(row.block)
        self._need_idle(guest, row.arrival, row.nights)
        row.guarantee = self._guarantee(row, who)
        who.vouchers -= row.guarantee == "voucher"
        row.name, row.guest, row.status, row.expires = who.name, guest, "booked", None
        return row

    def amend_reservation(
        self, reservation: ReservationId, room: HotelRoomId, arrival: Date | None = None, nights: Nights | None = None
    ) -> Reservation:
        """Move a reservation to another room or other dates before the guest arrives, and back again if need be.

        A guest pays 400 points for each step up, from standard over superior to suite; what is only held moves freely.

        Args:
            reservation: The reservation to move.
            room: The room then; it may be the same.
            arrival: The first night then, such as "2026-03-06", "2026-03-09" or "2026-03-11"; unchanged if left out.
            nights: How many nights then, such as "2", "3", "4" or "5"; unchanged if left out.

        Returns:
            The reservation as it is now.

        Asks:
            move {reservation} to {room}[, arriving on {arrival}][, for {nights} nights]
            change {reservation} to {room}[, with {arrival} as the day of arrival][, for {nights} nights]
            Plans have changed, so put {reservation} into {room}[, arriving on {arrival}][, for {nights} nights].
        Says:
            The stay is in {result.room_name} now, until {result.departure}[, for {result.points_spent} points].
            I have moved it to {result.room_name}, from {result.arrival} until {result.departure}.
        """
        row, to = _find(self.reservations, reservation, "reservation"), _find(self.rooms, room, "room")
        _refuse_if(row.status in _CAME, "already_checked_in", f"{row.name} checked in on {row.arrival}")
        _refuse_if(self._lapsed(row), "hold_expired", f"the hold on {row.room_name} expired on {row.expires}")
        _refuse_if(row.block is not None, "in_block", f"{row.room_name} from {row.arrival} belongs to a block")
        start, count = arrival or row.arrival, nights or row.nights
        self._need_day(start)
        same = (row.room_name, row.arrival, row.nights) == (to.name, start, count)
        _refuse_if(same, "no_change", f"it is for {count} nights in {to.name} from {start}")
        if row.guest is not None:
            self._need_idle(row.guest, start, count, row)
        self._need_free(to, start, count, row)
        self._take_up(row, to)
        row.room_name, row.city, row.category = to.name, to.city, to.category
        row.name = to.name if row.guest is None else row.name
        row.arrival, row.nights, row.departure = start, count, add_days(start, count)
        return row

    def cancel_reservation(self, reservation: ReservationId) -> Cancellation:
        """Cancel a reservation before the guest arrives, or release a hold.

        Free up to two days before the arrival, and always for a hold; afterwards the fee is one night, for which a
        guest who booked with a card gets a voucher. A voucher used to book comes back only if cancelling is free.

        Args:
            reservation: The reservation to cancel.

        Returns:
            The fee and the voucher, if there are any.

        Asks:
            cancel {reservation}
            give up {reservation}
            We no longer need {reservation}, so let go of the room.
        Says:
            I have cancelled {reservation}[. The fee is {result.fee} euros][. There is a voucher for {result.voucher}].
            Done, the room is free again[, at a fee of {result.fee} euros][, with a voucher for {result.voucher}].

        Consent:
            It may cost the guest a fee.
        """
        row = _find(self.reservations, reservation, "reservation")
        _refuse_if(row.status in _CAME, "already_checked_in", f"{row.name} checked in on {row.arrival}")
        sent = row.block is not None and self.blocks[row.block].list_sent
        _refuse_if(sent, "list_sent", f"{row.name} is on a rooming list that was sent")
        del self.reservations[reservation]
        return self._refund(row)

    def complete_check_in(self, reservation: ReservationId) -> Reservation:
        """Check a guest in: on the day of arrival, with the passport on file and nobody left in the room.

        Args:
            reservation: The reservation of the guest, who is at the desk.

        Returns:
            The reservation with its bill, which starts with the city tax and the nights that are not paid yet.

        Asks:
            check in {reservation}
            do the check-in for {reservation}
            The guest is at the desk for {reservation}, so check them in.
        Says:
            Welcome to {result.name}, who is checked in to {result.room_name} until {result.departure}.
            Checked in: {result.name} has {result.room_name} until {result.departure}.
        """
        row = _find(self.reservations, reservation, "reservation")
        _refuse_if(row.status in _CAME, "already_checked_in", f"{row.name} checked in on {row.arrival}")
        _refuse_if(row.status == "held", "not_booked", f"{row.room_name} is only on hold from {row.arrival}")
        _refuse_if(row.arrival != self.today, "wrong_day", f"{row.name} is due on {row.arrival}, today is {self.today}")
        passport = _find(self.guests, row.guest, "guest").passport_on_file
        _refuse_if(not passport, "no_passport", f"there is no passport of {row.name} on file")
        staying = [one.room_name for one in self.reservations.values() if one.status == "in house"]
        _refuse_if(row.room_name in staying, "room_occupied", f"somebody has not left {row.room_name} yet")
        self._move_in(row)
        return row

    def charge_extra(self, reservation: ReservationId, extra: Extra, guest: EmailAddress | None = None) -> Share:
        """Charge an extra to a room where somebody stays; named guests get shares of their own, so the bill is split.

        Args:
            reservation: The reservation of the guest who is in the room.
            extra: What was had.
            guest: Who pays for it; the guest in the room if left out.

        Returns:
            The share of the bill that was added.

        Asks:
            charge the {extra} to {reservation}[, on a share for {guest}]
            put the {extra} on the bill for {reservation}[ and have {guest} pay for it]
            add the {extra} to the bill for {reservation}[, at the expense of {guest}]
        Says:
            The {extra} is on the bill: {result.amount} euros, on the share of {result.name}.
            I have charged {result.amount} euros for the {extra}, to be paid by {result.name}.
        """
        row, who = self._bill(reservation, guest)
        row.bill = [*row.bill, Share(who.email, who.name, _PRICES[extra])]
        return row.bill[-1]

    def settle_bill(self, reservation: ReservationId, guest: EmailAddress | None = None) -> File:
        """Charge what a guest has open on the bill for a room to their payment card, and save the invoice.

        Args:
            reservation: The reservation of the guest who is in the room.
            guest: Whose share is settled; that of the guest in the room if left out.

        Returns:
            The invoice as a file, with its total.

        Asks:
            settle the bill for {reservation} and save the invoice[, but only for the share of {guest}]
            take payment for what is open on {reservation}[, on the part that {guest} has to pay]
            make out the invoice for {reservation}[, for the share of {guest},] and charge the card
        Says:
            Paid: {result.total} euros. The invoice is saved as {result.name}.
            I charged {result.total} euros[ to the card of {guest}] and saved the invoice as {result.name}.

        Consent:
            It charges a guest's card.
        """
        row, who = self._bill(reservation, guest)
        total = round(sum((one.amount for one in row.bill if one.guest == who.email and not one.paid), 0.0), 2)
        _refuse_if(total == 0, "nothing_open", f"{who.name} has nothing open on the bill for {row.room_name}")
        _refuse_if(not who.card_on_file, "no_card", f"no payment card of {who.name} is on file")
        row.bill = [Share(one.guest, one.name, one.amount, one.paid or one.guest == who.email) for one in row.bill]
        return self._save(f"invoice {who.name} {len(self.files) + 1}.pdf", total)

    def complete_check_out(self, reservation: ReservationId) -> Guest:
        """Check a guest out once the whole bill is settled, early if need be; every night brings 100 loyalty points.

        Args:
            reservation: The reservation of the guest who leaves.

        Returns:
            The guest, with the points there are now.

        Asks:
            check out {reservation}
            do the check-out for {reservation}
            The guest is leaving, so close {reservation} with a check-out.
        Says:
            Checked out: {result.name} has {result.points} points now.
            Goodbye to {result.name}, whose balance is {result.points} points with this stay.
        """
        row = self._staying(reservation)
        owing = ", ".join(one.name for one in row.bill if not one.paid)
        _refuse_if(owing != "", "bill_open", f"open on the bill for {row.room_name}: what {owing} has to pay")
        who = _find(self.guests, row.guest, "guest")
        who.points += POINTS_PER_NIGHT * row.nights
        row.status = "checked out"
        return who

    def create_block(self, guest: EmailAddress, city: City, arrival: Date, nights: Nights) -> Block:
        """Open a block for a group, still without rooms; who organises it must have no other one that is open.

        Args:
            guest: Who organises the group and pays the deposit, with a payment card on file.
            city: Where the group stays.
            arrival: The first night, such as "2026-03-06", "2026-03-09", "2026-03-12", "2026-03-16" or "2026-03-20".
            nights: How many nights, such as "2", "3", "4" or "5".

        Returns:
            The block.

        Asks:
            open a block in {city} for a group led by {guest}, for {nights} nights from {arrival}
            set up a group booking for {guest} in {city} from {arrival}, for {nights} nights
            There is a group coming to {city} on {arrival} for {nights} nights, organised by {guest}, so open a block.
        Says:
            The block for {result.name} in {result.city} is open, from {result.arrival}. It has no rooms yet.
            I opened a block in {result.city} until {result.departure}, organised by {result.name}. Next it needs rooms.
        """
        who = _find(self.guests, guest, "guest")
        _refuse_if(all(room.city != city for room in self.rooms.values()), "no_hotel", f"there is no hotel in {city}")
        self._need_day(arrival)
        _refuse_if(not who.card_on_file, "no_card", f"no payment card of {who.name} is on file")
        mine = [one for one in self.blocks.values() if one.guest == guest]
        twice = any(not one.list_sent or _overlaps(one, arrival, nights) for one in mine)
        _refuse_if(twice, "block_exists", f"{who.name} has a block that is open or overlaps")
        key = BlockId(self._mint("BLK"))
        self.blocks[key] = Block(key, guest, who.name, city, arrival, nights, add_days(arrival, nights))
        return self.blocks[key]

    def add_to_block(self, block: BlockId, room: HotelRoomId) -> Reservation:
        """Hold a free room for the dates of a block; rooms can be added until the deposit is confirmed.

        Args:
            block: The block that gets the room.
            room: The room, in the city of the block.

        Returns:
            The held reservation, which still has to be booked for a guest.

        Asks:
            add {room} to {block}
            put {room} into {block}
            The group also needs {room}, so include it in {block}.
        Says:
            The block has {result.room_name} now, from {result.arrival} until {result.departure}.
            I have added {result.room_name}. The guest who sleeps there is still to be named.
        """
        row, one = _find(self.blocks, block, "block"), _find(self.rooms, room, "room")
        _refuse_if(row.city != one.city, "wrong_city", f"{one.name} is in {one.city}, the group stays in {row.city}")
        _refuse_if(row.deposit is not None, "deposit_confirmed", f"the deposit of {row.name} is confirmed")
        self._need_free(one, row.arrival, row.nights)
        held = self._hold(one, row.arrival, row.nights)
        held.block = block
        return held

    def confirm_deposit(self, block: BlockId) -> Block:
        """Take the deposit for a block of two rooms or more, one night per room, from the card of who organises it.

        Args:
            block: The block, with all its rooms.

        Returns:
            The block with its deposit.

        Asks:
            confirm the deposit for {block}
            get the deposit for {block} confirmed
            The organiser agrees to the deposit, so confirm it for {block}.
        Says:
            The deposit of {result.deposit} euros is confirmed. The rooms can be put in the names of the guests now.
            I have charged {result.name} a deposit of {result.deposit} euros for the group.

        Consent:
            It charges a guest's card.
        """
        row, rooms = _find(self.blocks, block, "block"), self._rooms_of(block)
        _refuse_if(row.deposit is not None, "deposit_confirmed", f"the deposit of {row.name} is confirmed")
        code = "one_room" if rooms else "no_rooms"
        _refuse_if(len(rooms) < 2, code, f"the block for {row.name} has {len(rooms)} of 2 rooms")
        row.deposit = round(sum(one.rate for one in rooms), 2)
        return row

    def send_rooming_list(self, block: BlockId) -> File:
        """Send the hotel the list of who sleeps where in a block; rooms without a guest are given back.

        Args:
            block: The block, with its deposit confirmed and a room booked for a guest, or more.

        Returns:
            The list as a file.

        Asks:
            send the hotel the rooming list for {block}
            get the rooming list for {block} out to the hotel
            let the hotel know who sleeps where in {block}
        Says:
            The hotel has the rooming list. It is saved as {result.name}.
            I have sent the rooming list, saved as {result.name}.
        """
        row, rooms = _find(self.blocks, block, "block"), self._rooms_of(block)
        _refuse_if(row.list_sent, "list_sent", f"the hotel has the rooming list for {row.name}")
        self._need_deposit(block)
        unnamed = [one.id for one in rooms if one.guest is None]
        _refuse_if(len(unnamed) == len(rooms), "names_missing", f"the block for {row.name} has no guests yet")
        for key in unnamed:
            del self.reservations[key]
        row.list_sent = True
        return self._save(f"rooming list {row.city} {len(self.files) + 1}.pdf", 0.0)

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _save(self, name: str, total: float) -> File:
        file = File(FileId(self._mint("FIL")), name, total=total)
        self.files[file.id] = file
        return file

    def _staying(self, key: ReservationId) -> Reservation:
        row = _find(self.reservations, key, "reservation")
        _refuse_if(row.status in ("held", "booked"), "not_checked_in", f"{row.name} has not checked in")
        _refuse_if(row.status == "checked out", "checked_out", f"{row.name} has left {row.room_name}")
        return row

    def _bill(self, key: ReservationId, guest: EmailAddress | None) -> tuple[Reservation, Guest]:
        who = None if guest is None else _find(self.guests, guest, "guest")
        row = self._staying(key)
        return row, who or _find(self.guests, row.guest, "guest")

    def _booked_by(self, guest: EmailAddress) -> list[Reservation]:
        return [row for row in self.reservations.values() if row.guest == guest]

    def _rooms_of(self, block: BlockId) -> list[Reservation]:
        return [row for row in self.reservations.values() if row.block == block]

    def _meeting(self, arrival: Date, nights: int, but: Reservation | None = None) -> list[Reservation]:
        rows = [row for row in self.reservations.values() if row is not but and not self._lapsed(row)]
        rows = [row for row in rows if row.status != "checked out" and _overlaps(row, arrival, nights)]
        return sorted(rows, key=lambda row: row.arrival)

    def _lapsed(self, row: Reservation) -> bool:
        return row.expires is not None and row.expires < self.today

    def _hold(self, room: Room, arrival: Date, nights: int) -> Reservation:
        key, expires = ReservationId(self._mint("RES")), min(arrival, add_days(self.today, HOLD_DAYS))
        place = (room.name, room.name, room.city, room.category, room.rate)
        self.reservations[key] = Reservation(key, *place, arrival, nights, add_days(arrival, nights), "held", expires)
        return self.reservations[key]

    def _need_day(self, day: Date) -> None:
        try:
            good = date.fromisoformat(day).isoformat() == day
        except ValueError:
            good = False
        good = good and self.today <= day <= add_days(self.today, HORIZON_DAYS)
        _refuse_if(not good, "bad_date", f"{day!r} is no day within a year from {self.today} on")

    def _need_free(self, room: Room, arrival: Date, nights: int, but: Reservation | None = None) -> None:
        rows = [row for row in self._meeting(arrival, nights, but) if row.room_name == room.name]
        _refuse_for(rows, "room_in_use", "not_free")

    def _need_idle(self, guest: EmailAddress, arrival: Date, nights: int, but: Reservation | None = None) -> None:
        rows = [row for row in self._meeting(arrival, nights, but) if row.guest == guest]
        _refuse_for(rows, "guest_in_house", "guest_busy")

    def _need_deposit(self, key: BlockId | None) -> None:
        if key is not None and self.blocks[key].deposit is None:
            _refuse("deposit_missing", f"the deposit for the block of {self.blocks[key].name} is not confirmed")

    def _guarantee(self, row: Reservation, guest: Guest) -> Literal["card", "voucher", "deposit"]:
        if row.block is None and not guest.card_on_file:
            _refuse_if(guest.vouchers == 0, "no_guarantee", f"{guest.name} has no payment card on file and no voucher")
            return "voucher"
        return "card" if row.block is None else "deposit"

    def _take_up(self, row: Reservation, room: Room) -> None:
        steps = _RANKS.index(room.category) - _RANKS.index(row.category)
        if row.guest is None or steps <= 0:
            row.rate = room.rate
            return
        who, price = _find(self.guests, row.guest, "guest"), POINTS_PER_STEP * steps
        _refuse_if(who.points < price, "too_few_points", f"it takes {price} points, {who.name} has {who.points}")
        who.points -= price
        row.points_spent = (row.points_spent or 0) + price

    def _refund(self, row: Reservation) -> Cancellation:
        free = row.guest is None or add_days(self.today, NOTICE_DAYS) <= row.arrival
        back = row.guarantee == ("voucher" if free else "card")
        if back:
            _find(self.guests, row.guest, "guest").vouchers += 1
        return Cancellation(None if free else row.rate, "one night" if back else None)

    def _move_in(self, row: Reservation) -> None:
        who, unpaid = _find(self.guests, row.guest, "guest"), row.nights - (row.guarantee != "card")
        row.status = "in house"
        row.bill = [Share(who.email, who.name, round(row.rate * unpaid + CITY_TAX * row.nights, 2))]


def _refuse(code: str, message: str) -> NoReturn:
    raise ToolError(message, code=code, hint=_HINTS.get(code, "that is done, so go on with what comes next"))


def _refuse_if(wrong: bool, code: str, message: str) -> None:
    if wrong:
        _refuse(code, message)


def _refuse_for(rows: list[Reservation], in_house: str, to_come: str) -> None:
    for row in rows:
        span = f"from {row.arrival} to {row.departure}"
        _refuse(in_house if row.status == "in house" else to_come, f"{row.room_name} is {row.status} {span}")


def _find(table: dict[Key, Row], key: Key | None, noun: str) -> Row:
    if key is None or key not in table:
        _refuse("not_found", f"there is no {noun} {key}")
    return table[key]


def _overlaps(row: Reservation | Block, arrival: Date, nights: int) -> bool:
    return row.arrival < add_days(arrival, nights) and arrival < row.departure


def _draw_guests(world: Hotel, rng: np.random.Generator) -> None:
    for first in rng.permutation(FIRST_NAMES)[: int(rng.integers(6, 9))]:
        name = PersonName(f"{first} {rng.choice(LAST_NAMES)}")
        email = EmailAddress(f"{name.replace(' ', '.')}@example.org".lower())
        points, vouchers = int(rng.choice([0, 150, 250, 350, 900])), int(rng.integers(2))
        world.guests[email] = Guest(email, name, points, vouchers, bool(rng.random() < 0.7), bool(rng.random() < 0.5))


def _draw_rooms(world: Hotel, rng: np.random.Generator) -> None:
    cities = [City(str(one)) for one in rng.permutation(CITIES)[:2]]
    hotels = [str(one) for one in rng.permutation(_HOTELS)]
    for city, hotel in zip([*cities, cities[0]][: int(rng.integers(2, 4))], hotels, strict=False):
        extra = 5 * int(rng.integers(0, 7))
        numbers = sorted(int(one) + 101 for one in rng.permutation(28)[: int(rng.integers(3, 5))])
        for at, number in enumerate(numbers):
            category = _RANKS[0 if at == 0 else int(rng.integers(3))]
            key, name = HotelRoomId(world._mint("ROM")), f"room {number} at the {hotel} House"
            world.rooms[key] = Room(key, name, city, category, float(_RATES[category] + extra))


def _draw_stays(world: Hotel, room: Room, rng: np.random.Generator) -> None:
    """Draw who is in a room, leaving today or staying on, and who comes next; what is on hold has expired."""
    since, later = int(rng.integers(2, 5)), int(rng.integers(4, 8))
    until = int(rng.choice([0, later]))
    if rng.random() < 0.4:
        _draw_guest(world, world._hold(room, add_days(world.today, -since), since + until), rng)
    else:
        until = later - 4
    if until < 5 and rng.random() < 0.6:
        row = world._hold(room, add_days(world.today, until), int(rng.integers(2, 5)))
        if rng.random() < 0.8:
            _draw_guest(world, row, rng)
        else:
            row.expires = add_days(world.today, -int(rng.integers(1, 4)))


def _draw_guest(world: Hotel, row: Reservation, rng: np.random.Generator) -> None:
    """Draw who has booked and, if they are in house, who shares the bill and what is paid."""
    taken = {one.guest for one in world.reservations.values() if _overlaps(one, row.arrival, row.nights)}
    idle = [one for one in world.guests.values() if one.email not in taken]
    known = [one for one in idle if world._booked_by(one.email)]
    pool = known if known and rng.random() < 0.7 else idle
    if not pool:
        del world.reservations[row.id]
        return
    who = pool[int(rng.integers(len(pool)))]
    row.name, row.guest, row.status, row.expires = who.name, who.email, "booked", None
    row.guarantee = "card" if who.card_on_file else "voucher"
    if row.arrival < world.today:
        world._move_in(row)
        if rng.random() < 0.4:
            other = list(world.guests.values())[int(rng.integers(len(world.guests)))]
            row.bill.append(Share(other.email, other.name, _PRICES["breakfast"]))
        for share in row.bill:
            share.paid = bool(rng.random() < 0.6)
