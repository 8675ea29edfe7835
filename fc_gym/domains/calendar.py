"""The office calendar of one person: events are drafted, get guests and a room, and are announced."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal, NewType, TypeVar

import numpy as np

from fc_gym.domains.keys import Date, EmailAddress, PersonName, Time, add_days, draw_today, mint, weekday
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = ["Calendar", "Colleague", "Event", "EventSheet", "Guest", "Room"]

EventId = NewType("EventId", str)
RoomId = NewType("RoomId", str)
Department = Literal["design", "engineering", "finance", "legal", "sales"]
Equipment = Literal["projector", "video screen", "whiteboard"]

_OPENS, _CLOSES = "08:00", "19:00"
_DEPARTMENTS: tuple[Department, ...] = ("design", "engineering", "finance", "legal", "sales")
_EQUIPMENT: tuple[Equipment, ...] = ("projector", "video screen", "whiteboard")
_ROOM_NAMES = ("Birch", "Cedar", "Fern", "Hazel", "Juniper", "Larch", "Maple", "Rowan", "Spruce", "Willow")
_TITLES = (
    "budget review", "client call", "contract talk", "design workshop", "hiring round", "planning session",
    "press briefing", "product demo", "safety briefing", "sales forecast", "team lunch", "training session",
)  # fmt: skip
_HINTS = {
    "already_announced": "somebody invited later gets the invitation at once, so there is nothing to do",
    "already_invited": "there is nothing left to do for this colleague here",
    "already_required": "there is nothing left to do for this guest",
    "bad_date": "write it as year-month-day, like 2026-03-09",
    "bad_time": "write it as hours and minutes, like 09:30",
    "cancelled": "restore the event first",
    "clash": "move or cancel one of the two; list the events of the day to see them",
    "declined": "attendance can be required once the guest has accepted after all",
    "has_room": "release the room that the event has first",
    "no_guests": "invite a colleague first",
    "no_room": "reserve a room for the event first",
    "not_announced": "announce the event first",
    "not_cancelled": "only a cancelled event can be restored",
    "not_found": "look it up: in the directory, among the events of a day or the rooms of a floor",
    "not_invited": "invite the colleague first",
    "office_closed": "choose a time at which the office is open",
    "room_full": "release the room and take a larger one, or record who has declined",
    "room_taken": "find a free room, or free this one from the event that holds it",
    "same_time": "leave the event there or choose another time",
    "too_early": "choose a later day",
    "too_small": "find a room that seats everybody",
}
_STARTS = ("09:00", "09:30", "10:00", "10:30", "11:00", "13:00", "13:30", "14:00", "15:00", "15:30")


@dataclass
class Colleague:
    """Somebody who works in the same company and can be invited.

    Names:
        {name}
        + from {department}
    """

    address: EmailAddress
    name: PersonName
    department: Department


@dataclass
class Room:
    """A meeting room of the office.

    Names:
        the {name} room on floor {floor}
    """

    id: RoomId
    name: str
    floor: int
    seats: int
    equipment: Equipment


@dataclass
class Event:
    """Something in the calendar that takes place at a set time.

    Names:
        the {title} on {day}
        + at {start}
    """

    id: EventId
    title: str
    day: Date
    start: Time
    end: Time
    status: Literal["draft", "announced", "cancelled"]


@dataclass
class Guest:
    """A colleague on the guest list of one event."""

    address: EmailAddress
    name: PersonName
    department: Department
    required: bool = False
    answer: Literal["pending", "accepted", "declined"] = "pending"


@dataclass
class EventSheet(Event):
    """All about one event; `coming` counts the owner and every guest who has not declined."""

    coming: int
    place: str | None
    room: Room | None
    guests: list[Guest]


@dataclass
class Calendar:
    """The calendar of one person in a company, with the colleagues to invite and the rooms to meet in."""

    today: Date
    minted: int
    colleagues: dict[EmailAddress, Colleague] = field(default_factory=dict)
    rooms: dict[RoomId, Room] = field(default_factory=dict)
    events: dict[EventId, Event] = field(default_factory=dict)
    guests: dict[EventId, list[Guest]] = field(default_factory=dict)
    bookings: dict[EventId, RoomId] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Calendar:
        """Draw a calendar with a few colleagues, rooms and events in varied states."""
        world = cls(draw_today(rng), int(rng.integers(10_000, 900_000)))
        world._fill_office(rng)
        world._fill_calendar(rng)
        return world

    def find_colleagues(self, name: PersonName | None = None, department: Department | None = None) -> list[Colleague]:
        """Search the company directory by name, by department or by both.

        Args:
            name: A first, last or full name, such as "Priya", "Hugo", "Rosa", "Moreau", "Tanaka", "Zoe",
                "Samir" or "Greta".
            department: The department to search in; all of them if left out.

        Returns:
            The colleagues that match, with their addresses.

        Asks:
            look up who works with me[ in {department}][ and goes by the name of {name}]
            check the company directory[ of {department}][ for anyone called {name}]
            show me my colleagues[ in {department}][ named {name}]
            Who is in the company directory[ under {department}][ with the name {name}]?
        Says:
            Matches in the directory: {result#}[, namely {result[].name}].
            I found {result#} in the directory[: {result[].name}].
        """
        wanted = (name or "").casefold()
        rows = [row for row in self.colleagues.values() if wanted in row.name.casefold()]
        return [row for row in rows if department in (None, row.department)]

    def list_events(self, day: Date) -> list[Event]:
        """List the events of one day, cancelled ones too, by time.

        Args:
            day: The day to look at, such as "2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12",
                "2026-03-13", "2026-03-16", "2026-03-17" or "2026-03-18".

        Returns:
            The events of that day.

        Asks:
            show me what is in my calendar on {day}
            read me my schedule for {day}
            check what I have planned for {day}
            What does {day} look like for me?
        Says:
            Your calendar for {day} holds {result#} in all[: {result[].title}].
            On {day} your calendar has {result#} entries[: {result[].title}].
        """
        _check_day(day)
        rows = [row for row in self.events.values() if row.day == day]
        return sorted(rows, key=lambda row: (row.start, row.id))

    def list_rooms(self, floor: Literal[1, 2, 3]) -> list[Room]:
        """List the meeting rooms on one floor, taken or not.

        Args:
            floor: The floor of the office.

        Returns:
            The rooms, with their seats and equipment.

        Asks:
            list the meeting rooms on floor {floor}
            tell me which rooms we have on floor {floor}
            What meeting rooms are there on floor {floor}?
        Says:
            Floor {floor} has {result#} meeting rooms[: {result[].name}].
            Meeting rooms on floor {floor}: {result#}[, namely {result[].name}].
        """
        return [row for row in self.rooms.values() if row.floor == floor]

    def find_free_rooms(self, event: EventId, equipment: Equipment | None = None) -> list[Room]:
        """Find the rooms that are free while an event takes place and that seat everybody who comes.

        Args:
            event: The event that needs a room.
            equipment: What the room must have; anything if left out.

        Returns:
            The rooms that could be reserved.

        Asks:
            find out which rooms are still free for {event}[ and have a {equipment}]
            look for a free room[ with a {equipment}] that fits {event}
            see where we could hold {event}[, preferably with a {equipment}]
            Which rooms[ with a {equipment}] could we use for {event}?
        Says:
            Free rooms that fit {event}: {result#}[, namely {result[].name}].
            For {event} there are {result#} rooms to choose from[: {result[].name}].
        """
        row = self._open(event)
        fits = [room for room in self.rooms.values() if room.seats >= self._coming(event)]
        free = [room for room in fits if not self._taken(room.id, row)]
        return [room for room in free if equipment in (None, room.equipment)]

    def show_event(self, event: EventId) -> EventSheet:
        """Show one event with its room, its guests and what they answered.

        Args:
            event: The event to show.

        Returns:
            The event sheet.

        Asks:
            tell me how things stand with {event}
            check who is invited to {event} and where it takes place
            give me all the details of {event}
            Who is coming to {event}?
        Says:
            Status of {event}: {result.status}[, in {result.place}]. Guest list: {result.guests[].name}.
            I looked it up: {event} is down as {result.status}[ in {result.place}][, with {result.guests[].name}].
            Nobody is invited to {event} yet. It is down as {result.status}[, in {result.place}].
        """
        row, key = _find(self.events, event), self.bookings.get(event)
        room = None if key is None else self.rooms[key]
        place = None if room is None else f"the {room.name} room"
        guests = self.guests[event]
        return EventSheet(**vars(row), coming=self._coming(event), place=place, room=room, guests=guests)

    def schedule_event(self, title: str, day: Date, start: Time, minutes: Literal[30, 45, 60, 90]) -> Event:
        """Put a new event in the calendar, on a day after today, as a draft without guests or a room.

        Args:
            title: What it is, such as "budget review", "client call", "contract talk", "design workshop",
                "hiring round", "press briefing", "product demo", "sales forecast" or "team lunch".
            day: The day, such as "2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12",
                "2026-03-13", "2026-03-16", "2026-03-17" or "2026-03-18".
            start: When it starts, such as "08:30", "09:00", "10:00", "11:30", "13:00", "14:00", "15:30" or
                "16:00".
            minutes: How long it lasts.

        Returns:
            The new event.

        Asks:
            put a {title} in my calendar on {day} at {start}, {minutes} minutes long
            block {minutes} minutes for a {title} on {day}, starting at {start}
            pencil in a {minutes}-minute {title} for {day} at {start}
            I need {minutes} minutes for a {title} on {day}, from {start}.
        Says:
            The {result.title} is in your calendar for {result.day} at {result.start}, as a draft.
            Done: I have pencilled in the {result.title} on {result.day} from {result.start} to {result.end}.
        """
        end = self._slot(day, start, minutes)
        row = Event(EventId(mint("EVT", self.minted)), title, day, start, end, "draft")
        self.minted += 1
        self.events[row.id], self.guests[row.id] = row, []
        return row

    def move_event(self, event: EventId, day: Date, start: Time) -> Event:
        """Move an event to another time after today; it loses its room and answers and is a draft again.

        Args:
            event: The event to move.
            day: The new day, such as "2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12",
                "2026-03-13", "2026-03-16", "2026-03-17" or "2026-03-18".
            start: When it starts there, such as "08:30", "09:00", "10:00", "11:30", "13:00", "14:00", "15:30"
                or "16:00".

        Returns:
            The event at its new time.

        Asks:
            move {event} to {day} at {start}
            reschedule {event} so that it starts at {start} on {day}
            shift {event} to {start} on {day}
            Can we have {event} on {day} at {start} instead?
        Says:
            The {result.title} is now on {result.day} at {result.start}, as a draft without a room.
            I moved the {result.title} to {result.day} at {result.start}. It has no room now and is a draft.
        """
        row = self._open(event)
        end = self._slot(day, start, _minutes(row.end) - _minutes(row.start))
        if (row.day, row.start) == (day, start):
            raise _no("same_time", f"event {event} already starts on {day} at {start}")
        row.day, row.start, row.end, row.status = day, start, end, "draft"
        self.bookings.pop(event, None)
        for guest in self.guests[event]:
            guest.answer = "pending"
        return row

    def invite_colleague(self, event: EventId, colleague: EmailAddress) -> Guest:
        """Put a colleague on the guest list; the invitation goes out once the event is announced.

        Args:
            event: The event to invite to.
            colleague: Whom to invite.

        Returns:
            The new entry on the guest list.

        Asks:
            invite {colleague} to {event}
            put {colleague} on the guest list for {event}
            add {colleague} to the people at {event}
            I would like {colleague} to be at {event}.
        Says:
            I have put {result.name} from {result.department} on the guest list for {event}.
            Done: {result.name} is on the list for {event}.

        Consent:
            Whom to invite is for the owner to say.
        """
        self._open(event)
        who = _find(self.colleagues, colleague)
        if any(guest.address == colleague for guest in self.guests[event]):
            raise _no("already_invited", f"{colleague} is already on the guest list of {event}")
        self._check_seat(event)
        guest = Guest(colleague, who.name, who.department)
        self.guests[event].append(guest)
        return guest

    def record_answer(self, event: EventId, colleague: EmailAddress, answer: Literal["accepted", "declined"]) -> Guest:
        """Write down how a guest answered the invitation to an announced event; who declines needs no seat.

        Args:
            event: The event the answer is for.
            colleague: The guest who answered.
            answer: What the guest said.

        Returns:
            The entry on the guest list.

        Asks:
            write down that {colleague} has {answer} the invitation to {event}
            put {colleague} down as having {answer} the invitation to {event}
            note for {event} that {colleague} has {answer}
            I heard that {colleague} has {answer} the invitation to {event}, so please write that down.
        Says:
            Noted: {result.name} has {result.answer} the invitation to {event}.
            The guest list for {event} now says that {result.name} has {result.answer}.
        """
        guest = self._invited(event, colleague)
        if guest.answer == "declined" and answer != "declined":
            self._check_seat(event)
        guest.answer = answer
        return guest

    def reserve_room(self, event: EventId, room: RoomId) -> Room:
        """Reserve a room for an event; it must be free then and have a seat for the owner and every guest.

        Args:
            event: The event that needs the room.
            room: The room to reserve.

        Returns:
            The room.

        Asks:
            reserve {room} for {event}
            book {room} so that we can hold {event} there
            get {event} into {room}
            I want to hold {event} in {room}.
        Says:
            Done: the {result.name} room with its {result.seats} seats is reserved for {event}.
            You can hold {event} in the {result.name} room on floor {result.floor}.
        """
        row, target = self._open(event), _find(self.rooms, room)
        if target.seats < self._coming(event):
            raise _no("too_small", f"{room} has {target.seats} seats and {self._coming(event)} people come")
        if event in self.bookings:
            raise _no("has_room", f"event {event} has a room already")
        if self._taken(room, row):
            raise _no("room_taken", f"{room} is taken on {row.day} from {row.start} to {row.end}")
        self.bookings[event] = room
        return target

    def release_room(self, event: EventId) -> Room:
        """Give back the room of an event; an announced event becomes a draft again.

        Args:
            event: The event that no longer needs its room.

        Returns:
            The room that is free again.

        Asks:
            give back the room that is reserved for {event}
            free up the room we have for {event}
            let go of the room for {event}
            We no longer need the room for {event}, so please release it.
        Says:
            I have given back the {result.name} room, so {event} has no room now.
            Done: the {result.name} room is no longer held for {event}.
        """
        row = self._open(event)
        self._check_booked(event)
        row.status = "draft"
        return self.rooms[self.bookings.pop(event)]

    def announce_event(self, event: EventId) -> list[Guest]:
        """Announce a draft that has guests and a room, which sends the invitations.

        Args:
            event: The event to announce.

        Returns:
            The guests who were invited.

        Asks:
            announce {event} to everyone on the guest list
            send out the invitations to {event}
            make {event} official and let the guests know
            It is time to tell the guests about {event}.
        Says:
            The invitations to {event} have gone out to {result[].name}.
            I have announced {event}. Invited: {result[].name}.

        Consent:
            It writes to everybody on the guest list.
        """
        row = self._open(event)
        if row.status == "announced":
            raise _no("already_announced", f"event {event} is announced already")
        if any(other.status == "announced" and _overlap(row, other) for other in self.events.values()):
            raise _no("clash", f"an announced event overlaps {row.day} {row.start} to {row.end}")
        if not self.guests[event]:
            raise _no("no_guests", f"nobody is invited to {event}")
        self._check_booked(event)
        row.status = "announced"
        return self.guests[event]

    def require_attendance(self, event: EventId, colleague: EmailAddress) -> Guest:
        """Mark a guest of an announced event as required, unless the guest has declined.

        Args:
            event: The event.
            colleague: The guest without whom it makes no sense.

        Returns:
            The entry on the guest list.

        Asks:
            mark {colleague} as required at {event}
            make it clear that {event} cannot go ahead without {colleague}
            flag {colleague} as somebody who has to be at {event}
            I need {colleague} to count as required at {event}.
        Says:
            Done: {result.name} is marked as required at {event}.
            The guest list for {event} now shows {result.name} as required.
        """
        guest = self._invited(event, colleague)
        if guest.answer == "declined":
            raise _no("declined", f"{colleague} has declined")
        if guest.required:
            raise _no("already_required", f"{colleague} is required already")
        guest.required = True
        return guest

    def cancel_event(self, event: EventId) -> Event:
        """Cancel an event and give back its room; it stays in the calendar and can be restored.

        Args:
            event: The event to cancel.

        Returns:
            The cancelled event.

        Asks:
            cancel {event}
            call off {event}
            scrap {event} because it is not going to happen
            We will not be having {event}, so please call it off.
        Says:
            The {result.title} on {result.day} is cancelled.
            I have called off the {result.title} on {result.day}.
        """
        row = self._open(event)
        row.status = "cancelled"
        self.bookings.pop(event, None)
        return row

    def restore_event(self, event: EventId) -> Event:
        """Bring a cancelled event back as a draft with its guests, but without a room.

        Args:
            event: The cancelled event.

        Returns:
            The event, a draft again.

        Asks:
            bring {event} back now that it is on after all
            undo the cancellation of {event}
            revive {event} in my calendar
            We want to hold {event} after all, so please restore it.
        Says:
            The {result.title} on {result.day} is back in your calendar as a draft.
            I have brought back the {result.title} on {result.day}; it still needs a room.
        """
        row = _find(self.events, event)
        if row.status != "cancelled":
            raise _no("not_cancelled", f"event {event} is {row.status}, not cancelled")
        row.status = "draft"
        return row

    def _open(self, event: EventId) -> Event:
        row = _find(self.events, event)
        if row.status == "cancelled":
            raise _no("cancelled", f"event {event} is cancelled")
        return row

    def _invited(self, event: EventId, colleague: EmailAddress) -> Guest:
        row = self._open(event)
        _find(self.colleagues, colleague)
        if row.status != "announced":
            raise _no("not_announced", f"event {event} is only a draft")
        found = [guest for guest in self.guests[event] if guest.address == colleague]
        if not found:
            raise _no("not_invited", f"{colleague} is not invited to {event}")
        return found[0]

    def _coming(self, event: EventId) -> int:
        return 1 + sum(guest.answer != "declined" for guest in self.guests[event])

    def _check_seat(self, event: EventId) -> None:
        if event in self.bookings and self.rooms[self.bookings[event]].seats <= self._coming(event):
            raise _no("room_full", f"the room of {event} seats {self._coming(event)} people and is full")

    def _check_booked(self, event: EventId) -> None:
        if event not in self.bookings:
            raise _no("no_room", f"event {event} has no room")

    def _taken(self, room: RoomId, row: Event) -> bool:
        return any(held == room and _overlap(row, self.events[key]) for key, held in self.bookings.items())

    def _slot(self, day: Date, start: Time, minutes: int) -> Time:
        _check_day(day)
        if day <= self.today:
            raise _no("too_early", f"{day} is not after today, {self.today}")
        _check_time(start)
        hours, rest = divmod(_minutes(start) + minutes, 60)
        end = Time(f"{hours:02}:{rest:02}")
        if start < _OPENS or end > _CLOSES:
            raise _no("office_closed", f"the office is open from {_OPENS} to {_CLOSES}, not {start} to {end}")
        return end

    def _fill_office(self, rng: np.random.Generator) -> None:
        count = int(rng.integers(7, 11))
        first, last = rng.permutation(len(FIRST_NAMES))[:count], rng.permutation(len(LAST_NAMES))[:count]
        names = [f"{FIRST_NAMES[i]} {LAST_NAMES[j]}" for i, j in zip(first, last, strict=True)]
        names[-1] = names[0] if rng.random() < 0.4 else names[-1]  # namesakes, in different departments
        shift = int(rng.integers(5))
        for i, name in enumerate(names):
            twin = "2" if name in names[:i] else ""
            address = EmailAddress(f"{name.lower().replace(' ', '.')}{twin}@northlight.example")
            self.colleagues[address] = Colleague(address, PersonName(name), _DEPARTMENTS[(shift + i) % 5])
        for i in rng.permutation(len(_ROOM_NAMES))[: int(rng.integers(5, 9))]:
            key, seats = RoomId(mint("ROOM", self.minted)), int(rng.choice([3, 3, 4, 4, 5, 7]))
            equipment = _EQUIPMENT[int(rng.integers(3))]
            self.rooms[key] = Room(key, _ROOM_NAMES[i], 1 + len(self.rooms) % 3, seats, equipment)
            self.minted += 1

    def _fill_calendar(self, rng: np.random.Generator) -> None:
        workdays = [day for i in range(11) if weekday(day := add_days(Date("2026-03-09"), i))[0] != "S"]
        days = [workdays[i] for i in rng.permutation(len(workdays))[: int(rng.integers(3, 5))]]
        announced, drafts = int(rng.choice([0, 0, 1, 2])), int(rng.integers(2, 5))
        total = announced + drafts + int(rng.integers(0, 3))
        for i, pick in enumerate(rng.permutation(len(_STARTS))[:total]):  # the first three are on different days
            minutes = (30, 45, 60, 90)[int(rng.integers(4))]
            day, start = days[i % len(days)], Time(_STARTS[pick])
            if i >= 3 and rng.random() < 0.5:  # two things at once, of which only one can be announced
                other = list(self.events.values())[int(rng.integers(i))]
                day, start = other.day, other.start
            taken = {row.title for row in self.events.values() if (row.day, row.start) == (day, start)}
            titles = [title for title in _TITLES if title not in taken]
            title = titles[int(rng.integers(len(titles)))]
            row = Event(EventId(mint("EVT", self.minted)), title, day, start, self._slot(day, start, minutes), "draft")
            self.minted += 1
            self.events[row.id], self.guests[row.id] = row, []
            self._prepare(rng, row.id, i < announced, i >= announced + drafts)

    def _prepare(self, rng: np.random.Generator, event: EventId, announced: bool, cancelled: bool) -> None:
        listed = announced or cancelled or rng.random() < 0.5
        for i in rng.permutation(len(self.colleagues))[: int(rng.integers(2, 5)) * listed]:
            self.invite_colleague(event, list(self.colleagues)[i])
        rooms = self.find_free_rooms(event)
        if rooms and (announced or (not listed and rng.random() < 0.6)):
            tight = sorted(rooms, key=lambda room: room.seats)[: 1 if announced else None]
            self.reserve_room(event, tight[int(rng.integers(len(tight)))].id)
        if announced and rooms:
            self.announce_event(event)
            self._answer(rng, event)
        if cancelled:
            self.cancel_event(event)

    def _answer(self, rng: np.random.Generator, event: EventId) -> None:
        """Let some guests answer, and somebody else be asked in the place of one who has declined."""
        for guest in list(self.guests[event]):
            if rng.random() < 0.7:
                self.record_answer(event, guest.address, "declined" if rng.random() < 0.5 else "accepted")
        invited = {guest.address for guest in self.guests[event]}
        others = [address for address in self.colleagues if address not in invited]
        if self._coming(event) < self.rooms[self.bookings[event]].seats and rng.random() < 0.6:
            self.invite_colleague(event, others[int(rng.integers(len(others)))])


_Key = TypeVar("_Key")
_Row = TypeVar("_Row")


def _no(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=_HINTS[code])


def _find(table: dict[_Key, _Row], key: _Key) -> _Row:
    if key not in table:
        raise _no("not_found", f"there is nothing under {key}")
    return table[key]


def _check_day(day: Date) -> None:
    try:
        well = date.fromisoformat(day).isoformat() == day
    except ValueError:
        well = False
    if not well:
        raise _no("bad_date", f"{day!r} is no date")


def _check_time(start: Time) -> None:
    try:
        well = time.fromisoformat(start).strftime("%H:%M") == start
    except ValueError:
        well = False
    if not well:
        raise _no("bad_time", f"{start!r} is no time of day")


def _minutes(moment: Time) -> int:
    return int(moment[:2]) * 60 + int(moment[3:])


def _overlap(one: Event, other: Event) -> bool:
    return one.day == other.day and one.start < other.end and other.start < one.end
