"""A smart home: rooms and devices under one fuse, scenes that start by themselves, and guests with door codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = ["Device", "File", "Guest", "Home", "Overview", "Room", "Scene", "SceneCard", "Setting"]

RoomId = NewType("RoomId", str)
DeviceId = NewType("DeviceId", str)
SceneId = NewType("SceneId", str)

State = Literal["on", "dimmed", "off", "open", "closed"]
Kind = Literal[
    "ceiling light", "floor lamp", "desk lamp", "heater", "window", "blind", "front door", "alarm",
    "washing machine", "tumble dryer", "dishwasher", "car charger",
]  # fmt: skip
Occasion = Literal[
    "at sunrise", "at sunset", "at bedtime", "when everybody leaves", "when somebody comes home", "only by hand"
]
Text = Annotated[str, Field(min_length=1, max_length=60)]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

BY_HAND: Occasion = "only by hand"
LIGHTS: tuple[Kind, ...] = ("ceiling light", "floor lamp", "desk lamp")
SHUTTING: tuple[Kind, ...] = ("window", "front door", "blind")
BUILT_IN: tuple[Kind, ...] = ("window", "front door", "blind", "alarm", "ceiling light", "car charger")
WARMTH = {("heater", "on"): 4.0, ("window", "open"): -3.0}  # degrees that a room gains by it
WATTS: dict[Kind, int] = {
    "ceiling light": 40, "floor lamp": 30, "desk lamp": 20, "heater": 1800, "washing machine": 2100,
    "tumble dryer": 2500, "dishwasher": 1900, "car charger": 2300,
}  # fmt: skip
HINTS = {
    "alarm_armed": "have the alarm switched off first",
    "already_calibrated": "go ahead and use it",
    "already_in_state": "leave it, or choose another state",
    "already_pairing": "go ahead, the hub is looking for devices there",
    "already_scheduled": "leave it, or choose another occasion",
    "already_set": "leave it, or choose another state for the device",
    "already_started": "go on with the maintenance that is under way",
    "already_tested": "go ahead and use the scene",
    "already_there": "leave it there or choose another room",
    "already_updated": "there is nothing newer to install",
    "bad_window": "let the code begin today or later, and end no earlier than it begins",
    "built_in": "leave it where it is, or choose a device that can be moved",
    "code_not_valid": "give the guest a code for today first",
    "code_unchanged": "the guest can go on with the code that is there",
    "device_on": "switch the device off first",
    "door_open": "the guest can walk in, or have the door closed first",
    "heat_loss": "close all windows first, or switch off all heaters",
    "in_maintenance": "finish the maintenance by calibrating the device",
    "name_taken": "choose another name",
    "no_code": "give the guest a code for the door first",
    "not_calibrated": "calibrate the device first",
    "not_found": "look it up: in the overview of the house or among the devices",
    "not_in_maintenance": "start the maintenance of the device first",
    "not_pairing": "start pairing in this room first",
    "not_placed": "assign the device to a room first",
    "not_tested": "give the scene a test run first",
    "not_updated": "update the firmware of the device first",
    "power_exceeded": "switch something big off first",
    "rule_conflict": "let the other scene start on another occasion or only by hand",
    "scene_empty": "add a device to the scene first",
    "scene_impossible": "let it switch on less, and not heat while a window is open",
    "scene_in_use": "let the scene start only by hand while it is changed",
    "wrong_state": "lights can be on, dimmed or off; windows, blinds and doors open or closed; the rest on or off",
}
ROOMS = ("kitchen", "living room", "bedroom", "study", "bathroom", "nursery", "guest room", "attic")
MAKERS = ("Ardo", "Brightwell", "Hemlin", "Kessler", "Lumora", "Nordhus", "Solvik", "Tavira", "Velta", "Wexo")
OCCASIONS: tuple[Occasion, ...] = ("at sunrise", "at sunset", "at bedtime", "when everybody leaves")
MACHINES: tuple[tuple[Kind, str], ...] = (
    ("washing machine", "cellar"), ("tumble dryer", "cellar"), ("car charger", "garage")
)  # fmt: skip
NEW: tuple[Kind, ...] = ("heater", "floor lamp", "dishwasher", "tumble dryer")
SCENES: dict[str, dict[str, State]] = {
    "good night": {"alarm": "on", "window": "closed", "front door": "closed", "ceiling light": "off"},
    "fresh air": {"heater": "off", "window": "open", "front door": "open"},
    "warm welcome": {"alarm": "off", "heater": "on", "front door": "open"},
    "movie night": {"ceiling light": "dimmed", "floor lamp": "off", "blind": "closed", "heater": "on"},
    "laundry day": {"washing machine": "on", "tumble dryer": "on", "window": "open"},
    "power saving": {"heater": "off", "washing machine": "off", "car charger": "off", "front door": "closed"},
    "cheap power": {"car charger": "on", "washing machine": "on", "tumble dryer": "on", "alarm": "on"},
    "cosy evening": {"heater": "on", "window": "closed", "front door": "closed", "alarm": "off"},
}


@dataclass
class Room:
    """A room; heaters warm it, an open window cools it, and the hub can look for devices in one room at a time.

    Names:
        the {room_name}
    """

    id: RoomId
    room_name: str
    temperature: float
    pairing: bool = False


@dataclass
class Device:
    """Something the house can control; a new one has no room, and cannot be used until it is calibrated.

    Names:
        the {kind}
        + in the {room_name}
        + made by {maker}
    """

    id: DeviceId
    kind: Kind
    maker: str
    watts: int
    room_name: str = ""
    state: State = "off"
    up_to_date: bool = True
    calibrated: bool = True
    in_maintenance: bool = False


@dataclass
class Setting:
    """The state in which a scene puts one device."""

    device: DeviceId
    state: State


@dataclass
class Scene:
    """States of several devices that are brought about together, by hand or on an occasion.

    Names:
        the {scene_name} scene
    """

    id: SceneId
    scene_name: str
    settings: list[Setting] = field(default_factory=list)
    tested: bool = False
    occasion: Occasion = BY_HAND


@dataclass
class Guest:
    """Somebody who may be given a code for the front door.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName
    code: str | None = None
    first_day: Date | None = None
    last_day: Date | None = None


@dataclass
class File:
    """A clip that the camera at the front door has saved.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    size: int = 120


@dataclass(frozen=True)
class SceneCard:
    """A scene with what it does in words."""

    id: SceneId
    scene_name: str
    sets: list[str]
    tested: bool
    occasion: Occasion


@dataclass(frozen=True)
class Overview:
    """The house without its devices, and how much power is left below the limit of the fuse."""

    free_watts: int
    rooms: list[Room]
    scenes: list[SceneCard]
    guests: list[Guest]
    files: list[File]


@dataclass
class Home:
    """A smart home with devices under one fuse, scenes, and door codes for guests."""

    today: Date
    minted: int
    fuse_watts: int = 0
    visits: int = 0
    rooms: dict[RoomId, Room] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    scenes: dict[SceneId, Scene] = field(default_factory=dict)
    guests: dict[EmailAddress, Guest] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Home:
        """Draw a house in which everything works but some new devices that are still to be set up."""
        today = draw_today(rng)
        home = cls(today, int(rng.integers(10_000, 900_000)))
        _draw_devices(home, rng)
        _draw_states(home, rng)
        _draw_scenes(home, rng)
        _draw_guests(home, rng)
        return home

    def show_home(self) -> Overview:
        """Show the power that is left, the rooms, the scenes with what they do, the guests and the clips at the door.

        Returns:
            All of it, but not the devices.

        Asks:
            give me an overview of the house
            tell me how things stand at home
            What is the state of the house at the moment?
        Says:
            There are {result.free_watts} watts left[, and the house knows these scenes: {result.scenes[].scene_name}].
            The rooms are {result.rooms[].room_name}, and the fuse leaves room for {result.free_watts} more watts.
        """
        rooms, scenes = list(self.rooms.values()), [self._card(one) for one in self.scenes.values()]
        return Overview(self._free(), rooms, scenes, list(self.guests.values()), list(self.files.values()))

    def list_devices(self, room: RoomId | None = None) -> list[Device]:
        """List the devices with their states, among them new ones that are waiting to get a room.

        Args:
            room: The room to look into; the whole house if left out.

        Returns:
            The devices.

        Asks:
            list the devices[ in {room}]
            tell me which devices are running[ in {room}] and which are not
            Which devices are there[ in {room}], and are they on?
        Says:
            I count {result#} devices[: {result[].kind}. In this order they are {result[].state}].
            Devices that I see there: {result#}[, namely {result[].kind}, which are {result[].state}].
        """
        name = None if room is None else _find(self.rooms, room, "room").room_name
        return [one for one in self.devices.values() if name in (None, one.room_name)]

    def start_pairing(self, room: RoomId) -> Room:
        """Let the hub look for devices in one room, and no longer in another, until one is assigned to the room.

        Args:
            room: The room.

        Returns:
            The room.

        Asks:
            start pairing in {room}
            have the hub look for devices in {room}
            get the hub ready to take in a device in {room}
        Says:
            The hub is looking for devices in {room} now.
            I have started pairing in {room}.
        """
        row = _find(self.rooms, room, "room")
        _insist(not row.pairing, "already_pairing", f"the hub is looking for devices in the {row.room_name}")
        for one in self.rooms.values():
            one.pairing = one.id == room
        return row

    def assign_device(self, device: DeviceId, room: RoomId) -> Device:
        """Assign a device to a room, a new one or one that was moved; then it needs maintenance before it can be used.

        Args:
            device: The device, which must be off.
            room: Where it stands; the hub has to be pairing there, and stops doing so.

        Returns:
            The device in its room.

        Asks:
            assign {device} to {room}
            register {device} as standing in {room}
            I want {device} to belong to {room} from now on.
        Says:
            From now on {device} belongs to {room}. Before it can be used, it has to be calibrated.
            I have assigned {device} to {room}, where it is still to be calibrated.
        """
        row, place = self._device(device), _find(self.rooms, room, "room")
        _insist(row.room_name != place.room_name, "already_there", f"{device} is in the {place.room_name}")
        _insist(row.kind not in BUILT_IN, "built_in", f"{device} is a {row.kind}, which cannot be moved")
        _insist(row.state == "off", "device_on", f"{device} is {row.state}")
        _insist(not row.in_maintenance, "in_maintenance", f"the maintenance of {device} is under way")
        _insist(place.pairing, "not_pairing", f"the hub is not looking for devices in the {place.room_name}")
        row.room_name, row.calibrated, place.pairing = place.room_name, False, False
        return row

    def start_maintenance(self, device: DeviceId) -> Device:
        """Start the maintenance of a device that has come into a room; it lasts until the device has been calibrated.

        Args:
            device: A device with a room that is not calibrated.

        Returns:
            The device.

        Asks:
            start the maintenance of {device}
            put {device} into maintenance
            get {device} ready for its maintenance
        Says:
            The maintenance of {device} has begun.
            I have put {device} into maintenance.
        """
        row = self._device(device)
        _insist(bool(row.room_name), "not_placed", f"{device} has no room")
        _insist(not row.calibrated, "already_calibrated", f"{device} is calibrated")
        _insist(not row.in_maintenance, "already_started", f"the maintenance of {device} is under way")
        row.in_maintenance = True
        return row

    def update_firmware(self, device: DeviceId) -> Device:
        """Install the latest firmware on a device that is in maintenance.

        Args:
            device: The device.

        Returns:
            The device, up to date.

        Asks:
            update the firmware of {device}
            bring the software of {device} up to date
            install the latest firmware on {device}
        Says:
            The firmware of {device} is up to date now.
            I have installed the latest firmware on {device}.
        """
        row = self._device(device)
        _insist(not row.up_to_date, "already_updated", f"{device} has the latest firmware")
        _insist(row.in_maintenance, "not_in_maintenance", f"{device} is not in maintenance")
        row.up_to_date = True
        return row

    def calibrate_device(self, device: DeviceId) -> Device:
        """Calibrate a device in maintenance to its room, which ends the maintenance; only then can it be used.

        Args:
            device: The device, which has to be up to date.

        Returns:
            The device, ready for use.

        Asks:
            calibrate {device}
            run the calibration of {device}
            get {device} calibrated so that we can use it
        Says:
            Now {device} is calibrated and ready for use.
            I have calibrated {device}, so it can be used from now on.
        """
        row = self._device(device)
        _insist(not row.calibrated, "already_calibrated", f"{device} is calibrated")
        _insist(row.in_maintenance, "not_in_maintenance", f"{device} is not in maintenance")
        _insist(row.up_to_date, "not_updated", f"the firmware of {device} is old")
        row.calibrated, row.in_maintenance = True, False
        return row

    def set_device(self, device: DeviceId, state: State) -> Device:
        """Switch a device on or off, dim a light, or open or close a window, a blind or the front door.

        No heater runs while a window of the house is open, and nothing runs beyond the limit of the fuse.

        Args:
            device: The device.
            state: What it shall be.

        Returns:
            The device in its new state.

        Asks:
            make sure {device} is {state}
            I would like {device} to be {state}.
            I want {device} {state}.
        Says:
            Now {device} is {result.state}.
            I have taken care of it: {device} is {result.state}.
        """
        row = self._device(device)
        _need_fitting(row, state)
        _insist(row.calibrated, "not_calibrated", f"{device} is not calibrated")
        _insist(row.state != state, "already_in_state", f"{device} is {state}")
        self._need_possible([Setting(device, state)])
        self._apply(row, state)
        return row

    def create_scene(self, name: Text) -> SceneCard:
        """Create a scene, with nothing in it so far.

        Args:
            name: What to call it, such as "breakfast", "reading", "home office", "dinner party", "nap time", "workout",
                "game night", "rainy day" or "spring cleaning".

        Returns:
            The scene, empty.

        Asks:
            create an empty scene called {name}
            begin a new scene and call it {name}
            I need a new scene by the name of {name}.
        Says:
            There is a new scene called {result.scene_name} now, with nothing in it so far.
            I have created the scene {result.scene_name}. It is empty for now.
        """
        names = [one.scene_name for one in self.scenes.values()]
        _insist(name not in names, "name_taken", f"there is a scene called {name}")
        row = Scene(SceneId(self._new("SCN")), name)
        self.scenes[row.id] = row
        return self._card(row)

    def add_setting(self, scene: SceneId, device: DeviceId, state: State) -> SceneCard:
        """Add to a scene what shall become of a device, or change it; the scene has to be tested again afterwards.

        Args:
            scene: The scene, which must not start by itself.
            device: The device.
            state: What it shall be in this scene.

        Returns:
            The scene with all its settings.

        Asks:
            add {device} to {scene} and let it be {state} there
            let {device} be {state} in {scene}
            As part of {scene}, I want {device} to be {state}.
        Says:
            In {scene}, {device} is {state} from now on.
            I have changed {scene}: {device} will be {state} whenever it runs.
        """
        row, what = self._scene(scene), self._device(device)
        _need_fitting(what, state)
        _insist(what.calibrated, "not_calibrated", f"{device} is not calibrated")
        _insist(row.occasion == BY_HAND, "scene_in_use", f"{scene} starts {row.occasion}")
        _insist(Setting(device, state) not in row.settings, "already_set", f"{device} is {state} in {scene}")
        row.settings = [*(one for one in row.settings if one.device != device), Setting(device, state)]
        row.tested = False
        return self._card(row)

    def test_scene(self, scene: SceneId) -> SceneCard:
        """Give a scene a test run, which shows whether it can work at all; afterwards every device is as before.

        Args:
            scene: The scene.

        Returns:
            The scene, tested.

        Asks:
            give {scene} a test run
            try {scene} out for a moment
            do a trial run of {scene} so that we know it works
        Says:
            The test run of {scene} went well.
            I have tried {scene} out, and everything works.
        """
        row = self._scene(scene)
        _insist(not row.tested, "already_tested", f"{scene} has been tested")
        _insist(bool(row.settings), "scene_empty", f"{scene} has no devices in it")
        self._need_calibrated(row)
        parts = [(self.devices[one.device], one.state) for one in row.settings]
        works = _power(parts) <= self.fuse_watts and not _heats_outdoors(parts)
        _insist(works, "scene_impossible", f"{scene} takes {_power(parts)} watts, or heats while a window is open")
        row.tested = True
        return self._card(row)

    def activate_scene(self, scene: SceneId) -> list[Device]:
        """Bring about all that is set in a tested scene, at once.

        Args:
            scene: The scene.

        Returns:
            The devices that have changed by it.

        Asks:
            activate {scene}
            start {scene} right away
            It is time for {scene}, so start it.
        Says:
            I have started {scene}. It changed {result#} devices[: {result[].kind}].
            Now {scene} is on. Devices that changed with it: {result#}[, namely {result[].kind}].
        """
        row = self._scene(scene)
        _insist(row.tested, "not_tested", f"{scene} has not been tested since it was changed")
        self._need_calibrated(row)
        self._need_possible(row.settings)
        wanted = [(self.devices[one.device], one.state) for one in row.settings]
        changed = [(what, state) for what, state in wanted if what.state != state]
        for what, state in changed:
            self._apply(what, state)
        return [what for what, _ in changed]

    def schedule_scene(self, scene: SceneId, occasion: Occasion) -> SceneCard:
        """Lay down on which occasion a tested scene starts by itself, or that it starts only by hand.

        Scenes that start on the same occasion must not want the same device in different states.

        Args:
            scene: The scene.
            occasion: When it starts.

        Returns:
            The scene.

        Asks:
            always start {scene} {occasion}
            arrange for {scene} to start {occasion}
            I want {scene} to run {occasion}.
        Says:
            From now on {scene} starts {result.occasion}.
            I have arranged for {scene} to start {result.occasion}.
        """
        row = self._scene(scene)
        _insist(row.occasion != occasion, "already_scheduled", f"{scene} starts {occasion}")
        _insist(row.tested, "not_tested", f"{scene} has not been tested since it was changed")
        rival = self._rival(row, occasion)
        _insist(not rival, "rule_conflict", f"it clashes with the {rival} scene, which starts {occasion}")
        row.occasion = occasion
        return self._card(row)

    def give_code(self, guest: EmailAddress, last_day: Date, first_day: Date | None = None) -> Guest:
        """Give a guest a new code for the front door, which takes the place of an older one.

        Args:
            guest: Who gets the code.
            last_day: The last day on which it works, such as "2026-03-10", "2026-03-13", "2026-03-20" or "2026-03-31".
            first_day: The first day on which it works, such as "2026-03-06", "2026-03-07" or "2026-03-09"; today if
                left out.

        Returns:
            The guest with the code.

        Asks:
            give {guest} a code for the front door until {last_day}[, valid from {first_day}]
            let {guest} have a door code that works until {last_day}[, starting on {first_day}]
            I want {guest} to have a code for the door until {last_day}[, from {first_day} on].
        Says:
            The code for {result.name} is {result.code}. It works from {result.first_day} until {result.last_day}.
            From {result.first_day} until {result.last_day}, {result.name} can open the door with {result.code}.

        Consent:
            Who gets a code for the door is for the people who live there to say.
        """
        row, start = _find(self.guests, guest, "guest"), first_day or self.today
        _insist(self.today <= start <= last_day, "bad_window", f"a code cannot work from {start} to {last_day}")
        same = (row.first_day, row.last_day) == (start, last_day)
        _insist(not same, "code_unchanged", f"{guest} has a code from {start} to {last_day}")
        self.minted += 1
        row.code = f"{self.minted * 7919 % 9000 + 1000}"
        row.first_day, row.last_day = start, last_day
        return row

    def admit_guest(self, guest: EmailAddress) -> File:
        """Open the front door, until somebody closes it, for a guest whose code works today; a camera films it.

        Args:
            guest: Who is at the door.

        Returns:
            The file with the camera's clip.

        Asks:
            let {guest} in
            open the front door for {guest}
            open up, since {guest} is at the door
        Says:
            The front door is open, so {guest} can come in. The camera has saved {result.name}.
            I have opened the front door for {guest} and kept the clip {result.name}.

        Consent:
            Whom to let into the house is for the people who live there to say.
        """
        row = _find(self.guests, guest, "guest")
        _insist(row.code is not None, "no_code", f"{guest} has no code")
        valid = (row.first_day or "") <= self.today <= (row.last_day or "")
        _insist(valid, "code_not_valid", f"the code of {guest} works from {row.first_day} to {row.last_day}")
        door = next(one for one in self.devices.values() if one.kind == "front door")
        _insist(door.state == "closed", "door_open", "the front door is open")
        alarm = any((one.kind, one.state) == ("alarm", "on") for one in self.devices.values())
        _insist(not alarm, "alarm_armed", "the alarm is on")
        self._apply(door, "open")
        self.visits += 1
        clip = File(FileId(self._new("FIL")), f"door-{self.today}-visit-{self.visits}.mp4")
        return self.files.setdefault(clip.id, clip)

    def _device(self, key: DeviceId) -> Device:
        return _find(self.devices, key, "device")

    def _scene(self, key: SceneId) -> Scene:
        return _find(self.scenes, key, "scene")

    def _card(self, row: Scene) -> SceneCard:
        rows = [(self.devices[one.device], one.state) for one in row.settings]
        sets = [f"{what.kind} in the {what.room_name}: {state}" for what, state in rows]
        return SceneCard(row.id, row.scene_name, sets, row.tested, row.occasion)

    def _free(self) -> int:
        return self.fuse_watts - _power([(one, one.state) for one in self.devices.values()])

    def _need_calibrated(self, scene: Scene) -> None:
        raw = [what.kind for what in (self.devices[one.device] for one in scene.settings) if not what.calibrated]
        _insist(not raw, "not_calibrated", f"not calibrated in {scene.id}: {', '.join(raw)}")

    def _need_possible(self, settings: list[Setting]) -> None:
        """Refuse settings that cannot all be brought about together right now."""
        wanted = {one.device: one.state for one in settings}
        after = [(row, wanted.get(row.id, row.state)) for row in self.devices.values()]
        _insist(not _heats_outdoors(after), "heat_loss", "a heater would be on while a window is open")
        missing = _power(after) - self.fuse_watts
        _insist(missing <= 0, "power_exceeded", f"{missing} watts are missing, {self._free()} are left")

    def _rival(self, row: Scene, occasion: Occasion) -> str:
        wanted = {one.device: one.state for one in row.settings}
        others = [one for one in self.scenes.values() if one.occasion == occasion != BY_HAND and one.id != row.id]
        clash = (one for one in others if any(wanted.get(it.device, it.state) != it.state for it in one.settings))
        return next((one.scene_name for one in clash), "")

    def _apply(self, row: Device, state: State) -> None:
        room = next(one for one in self.rooms.values() if one.room_name == row.room_name)
        room.temperature += WARMTH.get((row.kind, state), 0.0) - WARMTH.get((row.kind, row.state), 0.0)
        row.state = state

    def _new(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    _insist(key in table, "not_found", f"there is no {noun} {key}")
    return table[key]


def _insist(holds: bool, code: str, message: str) -> None:
    if not holds:
        raise _refusal(code, message)


def _refusal(code: str, message: str) -> ToolError:
    return ToolError(message, code=code, hint=HINTS[code])


def _need_fitting(row: Device, state: State) -> None:
    fitting = ("on", "dimmed", "off") if row.kind in LIGHTS else ("on", "off")
    fitting = ("open", "closed") if row.kind in SHUTTING else fitting
    _insist(state in fitting, "wrong_state", f"a {row.kind} can be {' or '.join(fitting)}, not {state}")


def _power(parts: list[tuple[Device, State]]) -> int:
    return sum(row.watts // (1 if state == "on" else 2) for row, state in parts if state in ("on", "dimmed"))


def _heats_outdoors(parts: list[tuple[Device, State]]) -> bool:
    found = [(row.kind, state) for row, state in parts]
    return ("heater", "on") in found and ("window", "open") in found


def _draw_devices(home: Home, rng: np.random.Generator) -> None:
    plan: list[tuple[Kind, str]] = [("front door", "hall"), ("alarm", "hall")]
    names = [str(name) for name in rng.permutation(ROOMS)[: int(rng.choice([1, 2, 2, 3]))]]
    for name in ("hall", "cellar", "garage", *names):
        key = RoomId(home._new("ROM"))
        home.rooms[key] = Room(key, name, 16.0 + int(rng.integers(8)) / 2)
    plan += [("window", name) for name in names]
    more: tuple[Kind, ...] = (*LIGHTS, "blind")
    for name in names:
        plan += [("heater", name), (more[int(rng.integers(len(more)))], name)][: int(rng.integers(1, 3))]
    plan += [MACHINES[int(at)] for at in rng.permutation(len(MACHINES))[: int(rng.integers(2, 4))]]
    plan += [(NEW[int(at)], "") for at in rng.permutation(len(NEW))[: int(rng.integers(2, 4))]]
    makers: dict[str, list[str]] = {}
    for kind, name in plan:
        unused = makers.setdefault(kind, [str(one) for one in rng.permutation(MAKERS)])
        row = Device(DeviceId(home._new("DEV")), kind, unused.pop(), WATTS.get(kind, 0), name, up_to_date=bool(name))
        row.state, row.calibrated = "closed" if kind in SHUTTING else "off", bool(name)
        home.devices[row.id] = row


def _draw_states(home: Home, rng: np.random.Generator) -> None:
    for row in home.devices.values():
        state: State = "open" if row.kind in SHUTTING else "on"
        after = [(one, state if one is row else one.state) for one in home.devices.values()]
        if row.room_name and not _heats_outdoors(after) and rng.random() < (0.45 if row.watts else 0.3):
            home._apply(row, state)
    least = max(row.watts for row in home.devices.values()) + 300
    home.fuse_watts = max(int(rng.choice([1900, 2200, 2600])) - home._free(), least)


def _draw_scenes(home: Home, rng: np.random.Generator) -> None:
    names = list(SCENES)
    for at in rng.permutation(len(names))[: int(rng.integers(4, 7))]:
        wishes = SCENES[names[int(at)]]
        fitting = [row for row in home.devices.values() if row.room_name and row.kind in wishes]
        chosen = [fitting[int(at)] for at in rng.permutation(len(fitting))[: int(rng.integers(2, 6))]]
        if chosen:
            scene = Scene(SceneId(home._new("SCN")), names[int(at)], tested=True)
            scene.settings = [Setting(row.id, wishes[row.kind]) for row in chosen]
            occasion = OCCASIONS[int(rng.integers(len(OCCASIONS)))]
            if rng.random() < 0.4 and not home._rival(scene, occasion):
                scene.occasion = occasion
            home.scenes[scene.id] = scene


def _draw_guests(home: Home, rng: np.random.Generator) -> None:
    for first in rng.permutation(FIRST_NAMES)[: int(rng.integers(2, 5))]:
        last = str(rng.choice(LAST_NAMES))
        email = EmailAddress(f"{first}.{last}@example.org".lower())
        guest = Guest(email, PersonName(f"{first} {last}"))
        start = int(rng.choice([-9, -2, 0, 4]))
        if rng.random() < 0.7:
            guest.code = f"{int(rng.integers(1000, 10_000))}"
            guest.first_day, guest.last_day = add_days(home.today, start), add_days(home.today, start + 6)
        home.guests[email] = guest
