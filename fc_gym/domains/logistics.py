"""The dispatch desk of a parcel forwarder: shipments that share vans, customs abroad, and failed deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, NewType, TypeVar

import numpy as np
from pydantic import Field

from fc_gym.domains.keys import City, Date, EmailAddress, FileId, PersonName, add_days, draw_today, mint
from fc_gym.domains.words import CITIES, FIRST_NAMES, LAST_NAMES
from fc_gym.errors import ToolError

__all__ = [
    "Declaration", "Departure", "Desk", "File", "Hub", "Leg", "Logistics", "Package", "Recipient", "Shipment",
    "ShipmentSheet",
]  # fmt: skip

ShipmentId = NewType("ShipmentId", str)
PackageId = NewType("PackageId", str)
DepartureId = NewType("DepartureId", str)
DeclarationId = NewType("DeclarationId", str)

Status = Literal["being prepared", "on its way", "undelivered", "going back", "delivered"]
Paper = Literal["commercial invoice", "certificate of origin", "packing list"]
Purpose = Literal["sale", "gift", "repair"]
Way = Literal["to the door by noon", "to the door by evening", "to the pick-up point", "back to the sender"]
Contents = Annotated[str, Field(min_length=1, max_length=60)]
Kilos = Annotated[int, Field(ge=1, le=30)]
Euros = Annotated[int, Field(ge=1, le=2000)]
Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")

BACK: Way = "back to the sender"
CLAIM_DAYS = 14
WITHOUT_CERTIFICATE = 300  # euros up to which customs want no certificate of origin
_RATES: dict[Purpose, float] = {"sale": 0.2, "gift": 0.1, "repair": 0.05}
_MISSING: dict[Paper, str] = {"certificate of origin": "certificate_missing", "packing list": "packing_list_missing"}
_HINTS = {
    "already_arranged": "leave it as it is, or choose another way",
    "already_attached": "go on with the declaration, or attach what is still missing",
    "already_claimed": "wait for the answer to the claim that was made",
    "already_cleared": "there is nothing left to do for customs",
    "already_declared": "go on with its declaration; declared goods cannot be changed",
    "already_handed_over": "it has left the desk",
    "already_labelled": "use the labels that are there",
    "already_lodged": "customs have it; see what they still want",
    "already_open": "pack into the shipment that is being prepared, or hand it over first",
    "certificate_missing": "attach the certificate of origin, which releases it from the inspection",
    "file_in_use": "use another file",
    "inside_union": "it needs no customs, so go on without",
    "no_capacity": "take another departure, or release the space of some other shipment on this one",
    "no_damage": "claim only for packages that were reported as damaged",
    "no_invoice": "attach a commercial invoice first",
    "no_route": "book a departure for it first",
    "not_booked": "look at the legs of the shipment",
    "not_cleared": "declare the goods, lodge the declaration with its documents and pay the duties first",
    "not_connected": "book the legs in order, beginning at our own hub; to change one, release it first",
    "not_failed": "choose a shipment that could not be delivered and is not going back",
    "not_found": "look up what there is first",
    "not_labelled": "print its labels first",
    "not_last": "release the later leg of its route first",
    "not_lodged": "lodge the declaration first",
    "not_served": "choose another city that has a hub",
    "nothing_packed": "pack something first",
    "place_taken": "choose another way, or another way for the shipment that has this place",
    "packing_list_missing": "attach the packing list, which releases it from the inspection",
    "route_complete": "release the last leg first, to go on another day",
    "route_incomplete": "book the next leg too",
    "too_early": "take a departure on a later day than the leg before",
    "too_late": "damage has to be claimed within two weeks",
    "wrong_way": "take a departure that leads to the city of the shipment, over the hub that serves it",
}
_ABROAD = ("Basel", "Belgrade", "Bergen", "Izmir", "Leeds", "Tirana")
_CONTENTS = (
    "alarm clocks", "bath towels", "bicycle bells", "candlesticks", "chess sets", "climbing ropes", "dried figs",
    "drill bits", "enamel mugs", "fountain pens", "guitar strings", "hiking boots", "jigsaw puzzles", "leather belts",
    "model trains", "picture frames", "pocket knives", "rain jackets", "silk scarves", "table lamps", "tea kettles",
)  # fmt: skip


@dataclass
class Recipient:
    """Somebody whom shipments can go to.

    Names:
        {name}
    """

    email: EmailAddress
    name: PersonName


@dataclass
class File:
    """A paper or a photo on the desk; once it is used for a declaration or a claim, it serves no other.

    Names:
        the file {name}
    """

    id: FileId
    name: str
    used: bool = False


@dataclass
class Hub:
    """A city that is served, over another hub if `via` names one."""

    city: City
    abroad: bool
    via: City | None


@dataclass
class Departure:
    """A vehicle that goes from one hub to another on one day, and how much it can still take.

    Names:
        the {vehicle} from {origin} to {target}
        + on {day}
    """

    id: DepartureId
    vehicle: Literal["van", "lorry"]
    origin: City
    target: City
    day: Date
    free_kg: int


@dataclass
class Leg:
    """A departure on which a shipment has its space."""

    departure: DepartureId
    vehicle: Literal["van", "lorry"]
    origin: City
    target: City
    day: Date


@dataclass
class Shipment:
    """All that goes to one recipient together; labels hold until something else is packed.

    Names:
        the shipment to {name}
        + in {city}
        + opened on {opened}
        + that is {status}
    """

    id: ShipmentId
    email: EmailAddress
    name: PersonName
    city: City
    abroad: bool
    opened: Date
    tracking: str
    status: Status = "being prepared"
    weight_kg: int = 0
    labelled: bool = False
    legs: list[Leg] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    way: Way | None = None
    arrived: Date | None = None


@dataclass
class Package:
    """One carton of a shipment, worth so many euros.

    Names:
        the package of {contents}
        + for {name}
        + in {city}
        + weighing {weight_kg} kg
        + worth {value} euros
    """

    id: PackageId
    contents: str
    weight_kg: int
    value: int
    shipment: ShipmentId
    name: PersonName
    city: City
    damaged: bool = False
    claimed: bool = False


@dataclass
class Declaration:
    """What customs are told about a shipment that leaves the union; on hold it waits for what is missing.

    Names:
        the customs declaration for {name}
        + in {city}
        + of {drawn}
    """

    id: DeclarationId
    shipment: ShipmentId
    name: PersonName
    city: City
    drawn: Date
    purpose: Purpose
    items: list[str]
    value: int
    duties: float
    state: Literal["draft", "lodged", "on hold", "cleared"] = "draft"
    papers: list[Paper] = field(default_factory=list)
    missing: list[Paper] = field(default_factory=list)


@dataclass
class ShipmentSheet(Shipment):
    """A shipment with its packages and its customs declaration."""

    packages: list[Package] = field(default_factory=list)
    declaration: Declaration | None = None


@dataclass
class Desk:
    """The cities that are served, the known recipients, and the files that lie on the desk."""

    hubs: list[Hub]
    recipients: list[Recipient]
    files: list[File]


def _refuse_if(blocked: object, code: str, message: str) -> None:
    if blocked:
        raise ToolError(message, code=code, hint=_HINTS[code])


def _find(table: dict[Key, Row], key: Key, noun: str) -> Row:
    _refuse_if(key not in table, "not_found", f"there is no {noun} {key}")
    return table[key]


@dataclass
class Logistics:
    """The dispatch desk of a parcel forwarder, with shipments, departures between hubs, and customs papers."""

    today: Date
    minted: int
    hubs: list[Hub] = field(default_factory=list)
    recipients: dict[EmailAddress, Recipient] = field(default_factory=dict)
    files: dict[FileId, File] = field(default_factory=dict)
    departures: dict[DepartureId, Departure] = field(default_factory=dict)
    shipments: dict[ShipmentId, Shipment] = field(default_factory=dict)
    packages: dict[PackageId, Package] = field(default_factory=dict)
    declarations: dict[DeclarationId, Declaration] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Logistics:
        """Draw a desk with a small network, shipments to prepare, and some that came to grief."""
        world = cls(draw_today(rng), int(rng.integers(10_000, 900_000)))
        _draw_network(world, rng)
        _draw_desk(world, rng)
        _draw_shipments(world, rng)
        return world

    def list_shipments(self, city: City | None = None) -> list[ShipmentSheet]:
        """List shipments with their packages, legs, tracking events and customs declarations.

        Args:
            city: The city they go to; all shipments if left out.

        Returns:
            The shipments, the oldest first.

        Asks:
            list our shipments[ to {city}]
            run through the shipments[ bound for {city}] with me
            What have we got on the books[ for {city}]?
        Says:
            Shipments on the books: {result#}[, namely to {result[].name}].
            I count {result#} shipments[. They go to {result[].name}].
        """
        rows = [one for one in self.shipments.values() if city in (None, one.city)]
        return [self._sheet(one) for one in sorted(rows, key=lambda one: (one.opened, one.id))]

    def search_departures(self, origin: City | None = None, target: City | None = None) -> list[Departure]:
        """Search the departures of the coming days, with the weight that each can still take.

        Args:
            origin: The city they leave from; any if left out.
            target: The city they go to; any if left out.

        Returns:
            The departures, the next first.

        Asks:
            find out what runs[ from {origin}][ to {target}] in the coming days
            look for departures[ out of {origin}][ to {target}]
            What could take goods along[ from {origin}][ to {target}] this week?
        Says:
            Departures that I found: {result#}[. They leave on {result[].day}].
            I see {result#} departures in the timetable[, bound for {result[].target}].
        """
        rows = [one for one in self.departures.values() if origin in (None, one.origin)]
        rows = [one for one in rows if target in (None, one.target)]
        return sorted(rows, key=lambda one: (one.day, one.id))

    def show_desk(self) -> Desk:
        """Show what the desk works with: the hubs, the known recipients, and the files to attach.

        Returns:
            The hubs with the hub that serves each, the recipients with their addresses, and the files.

        Asks:
            show me which cities we serve and what files lie on the desk
            give me the recipients, the hubs and the papers at hand
            Whom and where can we ship to, and which files are on the desk?
        Says:
            We serve {result.hubs[].city}[. Files on the desk: {result.files[].name}].
            You know {result.recipients#} recipients[: {result.recipients[].name}]. There are {result.files#} files.
        """
        return Desk(list(self.hubs), list(self.recipients.values()), list(self.files.values()))

    def open_shipment(self, recipient: EmailAddress, city: City) -> Shipment:
        """Open an empty shipment to somebody; until it is handed over, all for this person in this city goes with it.

        Args:
            recipient: Who gets it.
            city: Where to; a city with a hub, other than our own.

        Returns:
            The shipment, with its tracking number.

        Asks:
            open a shipment to {recipient} in {city}
            set up a new shipment that goes to {recipient}, who is in {city}
            Something is to go to {recipient} in {city}, so open a shipment for it.
        Says:
            The shipment to {result.name} in {result.city} is open, and its tracking number is {result.tracking}.
            I opened a shipment to {result.name} in {result.city}, and nothing is packed yet.
        """
        row = _find(self.recipients, recipient, "recipient")
        _refuse_if(all(hub.city != city for hub in self.hubs[1:]), "not_served", f"there is no other hub in {city}")
        there = {(one.email, one.city) for one in self.shipments.values() if one.status == "being prepared"}
        _refuse_if((recipient, city) in there, "already_open", f"one to {row.name} in {city} is being prepared")
        return self._open(row, self._hub(city), self.today)

    def pack_package(self, shipment: ShipmentId, contents: Contents, weight_kg: Kilos, value: Euros) -> Package:
        """Pack one more package into a shipment; labels that were printed become void.

        Args:
            shipment: The shipment that is being prepared; its goods must not be declared yet.
            contents: What is in it, such as "cast-iron pans", "garden hoses", "night lights", "oven gloves",
                "paper lanterns", "piano stools", "roller skates", "sleeping bags", "spice mills" or "yoga mats".
            weight_kg: What it weighs in whole kilograms, such as "2", "4", "7", "11", "16" or "24"; the departures
                that are booked must have room for it.
            value: What it is worth in whole euros, such as "35", "80", "140", "220", "390", "640" or "900".

        Returns:
            The package.

        Asks:
            pack {contents} for {shipment}, weighing {weight_kg} kg and worth {value} euros
            add a package of {contents} to {shipment}; it has {weight_kg} kg and a value of {value} euros
            For {shipment} there are {contents} worth {value} euros, {weight_kg} kg in all, so pack them.
        Says:
            The package of {result.contents} is in {shipment}, with {result.weight_kg} kg.
            I packed the {result.contents} for {result.name}. They are down as worth {result.value} euros.
        """
        row = self._prepared(shipment)
        _refuse_if(self._declaration(shipment), "already_declared", f"the goods of {shipment} are declared")
        for leg in row.legs:
            _need_room(self.departures[leg.departure], weight_kg)
        for leg in row.legs:
            self.departures[leg.departure].free_kg -= weight_kg
        row.labelled = False
        return self._pack(row, contents, weight_kg, value)

    def print_labels(self, shipment: ShipmentId) -> Shipment:
        """Print the labels for all packages of a shipment.

        Args:
            shipment: The shipment that is being prepared.

        Returns:
            The shipment, labelled.

        Asks:
            print the labels for {shipment}
            label {shipment}
            get {shipment} labelled
        Says:
            The labels for {shipment} are printed. The tracking number on them is {result.tracking}.
            I printed the labels of {shipment}, with the tracking number {result.tracking}.
        """
        row = self._prepared(shipment)
        _refuse_if(not row.weight_kg, "nothing_packed", f"{shipment} is empty")
        _refuse_if(row.labelled, "already_labelled", f"{shipment} has its labels")
        row.labelled = True
        return row

    def book_departure(self, shipment: ShipmentId, departure: DepartureId) -> Shipment:
        """Book space on a departure for a packed shipment, as the next leg of its route.

        A route begins at our own hub and leads to the city of the shipment, over the hub that serves it if there is
        one; each leg is on a later day than the one before.

        Args:
            shipment: The shipment that is being prepared.
            departure: The departure that takes it along.

        Returns:
            The shipment with its legs.

        Asks:
            book {shipment} on {departure}
            get space for {shipment} on {departure}
            have {departure} take {shipment} along
        Says:
            There is space for {shipment} on {departure}.
            I booked {departure} for {shipment}, whose route so far takes it to {result.legs[].target}.
        """
        row, one = self._prepared(shipment), _find(self.departures, departure, "departure")
        _refuse_if(not row.weight_kg, "nothing_packed", f"{shipment} is empty")
        self._need_next(row, one)
        _need_room(one, row.weight_kg)
        one.free_kg -= row.weight_kg
        row.legs.append(Leg(one.id, one.vehicle, one.origin, one.target, one.day))
        return row

    def release_space(self, shipment: ShipmentId, departure: DepartureId) -> Shipment:
        """Release the space that a shipment has on a departure, so that others can have it; the last leg goes first.

        Args:
            shipment: The shipment that is being prepared.
            departure: The departure of its last leg.

        Returns:
            The shipment with the legs that remain.

        Asks:
            take {shipment} off {departure}
            give up the space of {shipment} on {departure}
            free the room that {shipment} takes up on {departure}
        Says:
            The space of {shipment} on {departure} is free for others.
            I took {shipment} off {departure}[, so that its route now ends in {result.legs[].target}].
        """
        row, one = self._prepared(shipment), _find(self.departures, departure, "departure")
        booked = [leg.departure for leg in row.legs]
        _refuse_if(departure not in booked, "not_booked", f"{shipment} is not on {departure}")
        _refuse_if(departure != booked[-1], "not_last", f"{shipment} goes on from {one.target}")
        row.legs.pop()
        one.free_kg += row.weight_kg
        return row

    def declare_goods(self, shipment: ShipmentId, purpose: Purpose) -> Declaration:
        """Draw up the customs declaration of a shipment that leaves the union, with all that is packed.

        Args:
            shipment: The labelled shipment; nothing can be packed into it afterwards.
            purpose: Why the goods go abroad.

        Returns:
            The declaration, a draft without documents, and the duties it will cost.

        Asks:
            declare the goods in {shipment}, which go abroad as a {purpose}
            draw up a customs declaration for {shipment} with the purpose "{purpose}"
            Customs will ask about {shipment}, so declare it as a {purpose}.
        Says:
            The declaration covers {result.items[]}, and the duties will be {result.duties} euros.
            I declared goods worth {result.value} euros as a {result.purpose}. Customs will want {result.duties} euros.
        """
        row = _find(self.shipments, shipment, "shipment")
        _refuse_if(not row.abroad, "inside_union", f"{row.city} is in the union")
        _refuse_if(self._declaration(shipment), "already_declared", f"the goods of {shipment} are declared")
        _refuse_if(not row.labelled, "not_labelled", f"{shipment} has no labels that hold")
        goods = [one for one in self.packages.values() if one.shipment == shipment]
        key, value = DeclarationId(self._mint("DEC")), sum(one.value for one in goods)
        what = purpose, [one.contents for one in goods], value, round(value * _RATES[purpose], 2)
        self.declarations[key] = Declaration(key, shipment, row.name, row.city, self.today, *what)
        return self.declarations[key]

    def attach_document(self, declaration: DeclarationId, file: FileId, paper: Paper) -> Declaration:
        """Attach a file to a customs declaration; what an inspection waits for can be attached after it was lodged.

        Args:
            declaration: The declaration that is not cleared yet.
            file: The file, which is not in use elsewhere.
            paper: Which paper it is.

        Returns:
            The declaration, with what is still missing if it is on hold.

        Asks:
            attach {file} to {declaration} as the {paper}
            use {file} as the {paper} for {declaration}
            The {paper} for {declaration} is {file}, so put it with the rest.
        Says:
            {file} is now the {paper} of {declaration}[, which still lacks the {result.missing[]}].
            The {paper} is attached to {declaration}[. Customs still want the {result.missing[]}].
        """
        row, one = _find(self.declarations, declaration, "declaration"), _find(self.files, file, "file")
        _refuse_if(row.state == "cleared", "already_cleared", f"{declaration} is cleared")
        _refuse_if(paper in row.papers, "already_attached", f"{declaration} has a {paper}")
        _refuse_if(one.used, "file_in_use", f"{one.name} is attached elsewhere")
        row.papers, one.used = [*row.papers, paper], True
        row.missing = [wanted for wanted in row.missing if wanted != paper]
        row.state = "lodged" if row.state == "on hold" and not row.missing else row.state
        return row

    def lodge_declaration(self, declaration: DeclarationId) -> Declaration:
        """Lodge a declaration with customs; it needs a commercial invoice.

        Without a certificate of origin for goods worth over 300 euros, or a packing list for more than one package,
        customs hold the shipment for inspection until that is attached.

        Args:
            declaration: The declaration to lodge.

        Returns:
            The declaration, which is on hold if something is missing.

        Asks:
            lodge {declaration} with customs
            file {declaration}
            send {declaration} to customs
        Says:
            Customs have {declaration}[ but hold it until they get the {result.missing[]}].
            I lodged {declaration}[. It is on hold for want of the {result.missing[]}].
        """
        row = _find(self.declarations, declaration, "declaration")
        _refuse_if(row.state != "draft", "already_lodged", f"{declaration} is {row.state}")
        _refuse_if("commercial invoice" not in row.papers, "no_invoice", f"{declaration} has no commercial invoice")
        wanted = row.value > WITHOUT_CERTIFICATE, len(row.items) > 1
        row.missing = [one for one, needed in zip(_MISSING, wanted, strict=True) if needed and one not in row.papers]
        row.state = "on hold" if row.missing else "lodged"
        return row

    def pay_duties(self, declaration: DeclarationId) -> Declaration:
        """Pay the duties on a declaration that is lodged and not on hold, which clears the shipment.

        Args:
            declaration: The lodged declaration.

        Returns:
            The declaration, cleared.

        Asks:
            pay the duties on {declaration}
            settle what customs charge for {declaration}
            get {declaration} cleared by paying what is due
        Says:
            The {result.duties} euros of duties are paid, and {declaration} is cleared.
            Cleared: customs have their {result.duties} euros for the goods to {result.city}.

        Consent:
            Duties that are paid do not come back.
        """
        row = _find(self.declarations, declaration, "declaration")
        _refuse_if(row.state == "cleared", "already_cleared", f"{declaration} is cleared")
        _refuse_if(row.state == "draft", "not_lodged", f"{declaration} is a draft")
        for paper, code in _MISSING.items():
            _refuse_if(paper in row.missing, code, f"{declaration} is on hold for want of a {paper}")
        row.state = "cleared"
        return row

    def hand_over(self, shipment: ShipmentId) -> Shipment:
        """Hand a shipment over to the driver: labelled, booked as far as its city, and cleared if it goes abroad.

        Args:
            shipment: The shipment that is ready to go.

        Returns:
            The shipment, on its way.

        Asks:
            hand {shipment} over to the driver
            send {shipment} on its way
            let {shipment} go out
        Says:
            The driver has {shipment}. It can be followed under {result.tracking}.
            It is out of the house: {shipment} travels under the tracking number {result.tracking}.

        Consent:
            What the driver has cannot be called back.
        """
        row = self._prepared(shipment)
        _refuse_if(not row.labelled, "not_labelled", f"{shipment} has no labels that hold")
        _refuse_if(not row.legs, "no_route", f"{shipment} is on no departure")
        end, customs = row.legs[-1].target, self._declaration(shipment)
        _refuse_if(end != row.city, "route_incomplete", f"the route of {shipment} ends in {end}")
        cleared = customs is not None and customs.state == "cleared"
        _refuse_if(row.abroad and not cleared, "not_cleared", f"customs have not cleared {shipment}")
        row.status = "on its way"
        row.events.append(f"{self.today} handed over in {self.hubs[0].city}")
        return row

    def redirect_shipment(self, shipment: ShipmentId, way: Way) -> Shipment:
        """Arrange where a shipment goes tomorrow after its delivery has failed; this can be changed until then.

        A city has place for one such delivery by noon, one by evening, and one shipment at the pick-up point. What goes
        back to the sender goes back for good.

        Args:
            shipment: The undelivered shipment.
            way: Where it should go.

        Returns:
            The shipment and what is arranged for it.

        Asks:
            send {shipment} {way}
            have {shipment} go {way} tomorrow
            Nobody was in for {shipment}, so it should go {way}.
        Says:
            It is arranged that {shipment} goes {way}.
            From tomorrow, {shipment} goes {way}.
        """
        row = _find(self.shipments, shipment, "shipment")
        _refuse_if(row.status != "undelivered", "not_failed", f"{shipment} is {row.status}")
        _refuse_if(row.way == way, "already_arranged", f"{shipment} goes {way}")
        taken = [one.way for one in self.shipments.values() if (one.city, one.status) == (row.city, row.status)]
        _refuse_if(way != BACK and way in taken, "place_taken", f"another shipment in {row.city} goes {way}")
        row.way, row.status = way, "going back" if way == BACK else "undelivered"
        row.events.append(f"{self.today} to go {way} in {row.city}")
        return row

    def file_claim(self, package: PackageId, file: FileId) -> Package:
        """Claim the value of a package that arrived damaged, within two weeks of its delivery.

        Args:
            package: The package that was reported as damaged.
            file: The photo of the damage, which is not in use elsewhere.

        Returns:
            The package, for which there is a claim now.

        Asks:
            claim the damage to {package}, with {file} as the photo
            put in a damage claim for {package} and use {file} to prove it
            The carrier owes us for {package}, so claim it with {file} as the photo.
        Says:
            The claim over {result.value} euros is in, with {file} as the photo.
            I claimed {result.value} euros for the damaged {result.contents}.

        Consent:
            A claim accuses the carrier, so only the desk's people may decide on it.
        """
        row, photo = _find(self.packages, package, "package"), _find(self.files, file, "file")
        arrived = self.shipments[row.shipment].arrived or Date("")
        _refuse_if(not row.damaged, "no_damage", f"no damage to {package} was reported")
        _refuse_if(add_days(arrived, CLAIM_DAYS) < self.today, "too_late", f"{package} arrived on {arrived}")
        _refuse_if(row.claimed, "already_claimed", f"there is a claim for {package}")
        _refuse_if(photo.used, "file_in_use", f"{photo.name} is attached elsewhere")
        row.claimed = photo.used = True
        return row

    def _mint(self, prefix: str) -> str:
        self.minted += 1
        return mint(prefix, self.minted - 1)

    def _sheet(self, row: Shipment) -> ShipmentSheet:
        values = {one.name: getattr(row, one.name) for one in fields(Shipment)}
        packages = [one for one in self.packages.values() if one.shipment == row.id]
        return ShipmentSheet(**values, packages=packages, declaration=self._declaration(row.id))

    def _prepared(self, shipment: ShipmentId) -> Shipment:
        row = _find(self.shipments, shipment, "shipment")
        _refuse_if(row.status != "being prepared", "already_handed_over", f"{shipment} is {row.status}")
        return row

    def _declaration(self, shipment: ShipmentId) -> Declaration | None:
        return next((one for one in self.declarations.values() if one.shipment == shipment), None)

    def _need_next(self, row: Shipment, one: Departure) -> None:
        """Refuse a departure that is not the next leg of a shipment's route."""
        home, via = self.hubs[0].city, self._hub(row.city).via
        steps = [(home, via), (via, row.city)] if via else [(home, row.city)]
        _refuse_if((one.origin, one.target) not in steps, "wrong_way", f"{one.id} does not lead to {row.city}")
        end, last = (row.legs[-1].target, row.legs[-1].day) if row.legs else (home, self.today)
        _refuse_if(end == row.city, "route_complete", f"the route of {row.id} ends in {row.city} as it should")
        _refuse_if(end != one.origin, "not_connected", f"the route of {row.id} ends in {end}, not in {one.origin}")
        _refuse_if(last >= one.day, "too_early", f"{row.id} gets to {end} on {last}, {one.id} leaves on {one.day}")

    def _hub(self, city: City) -> Hub:
        return next(one for one in self.hubs if one.city == city)

    def _open(self, to: Recipient, hub: Hub, day: Date) -> Shipment:
        key, tracking = ShipmentId(self._mint("SHP")), self._mint("TRK")
        self.shipments[key] = Shipment(key, to.email, to.name, hub.city, hub.abroad, day, tracking)
        return self.shipments[key]

    def _pack(self, row: Shipment, contents: str, weight_kg: int, value: int) -> Package:
        key = PackageId(self._mint("PKG"))
        self.packages[key] = Package(key, contents, weight_kg, value, row.id, row.name, row.city)
        row.weight_kg += weight_kg
        return self.packages[key]


def _need_room(one: Departure, weight_kg: int) -> None:
    _refuse_if(one.free_kg < weight_kg, "no_capacity", f"{one.id} has room for only {one.free_kg} kg")


def _pick(rng: np.random.Generator, values: list[Row] | tuple[Row, ...], count: int) -> list[Row]:
    return [values[int(at)] for at in rng.permutation(len(values))[:count]]


def _draw_network(world: Logistics, rng: np.random.Generator) -> None:
    """Draw our own hub first, then two that serve a few cities each, one of them abroad."""
    inside = _pick(rng, [City(one) for one in CITIES if one not in _ABROAD], 12)
    abroad = _pick(rng, [City(one) for one in _ABROAD], 4)
    home = inside.pop()
    world.hubs.append(Hub(home, False, None))
    for count in (2, int(rng.integers(1, 3))):
        middle = inside.pop()
        world.hubs.append(Hub(middle, False, None))
        _draw_departures(world, home, middle, 1, rng)
        for city in (*(inside.pop() for _ in range(count)), abroad.pop()):
            world.hubs.append(Hub(city, city in _ABROAD, middle))
            _draw_departures(world, middle, city, 2, rng)


def _draw_departures(world: Logistics, origin: City, target: City, first: int, rng: np.random.Generator) -> None:
    for count in [first, first + 3] if first == 1 or rng.random() < 0.6 else [first + 2]:
        key, large = DepartureId(world._mint("DEP")), bool(rng.random() < 0.5)
        free = int(rng.integers(12, 26) if large else rng.integers(6, 14))
        day = add_days(world.today, count)
        world.departures[key] = Departure(key, "lorry" if large else "van", origin, target, day, free)


def _draw_desk(world: Logistics, rng: np.random.Generator) -> None:
    count = int(rng.integers(6, 10))  # more than the shipments that may go to one city
    for first, last in zip(_pick(rng, FIRST_NAMES, count), _pick(rng, LAST_NAMES, count), strict=True):
        email = EmailAddress(f"{first}.{last}@example.org".lower())
        world.recipients[email] = Recipient(email, PersonName(f"{first} {last}"))
    for number in sorted(int(one) for one in rng.permutation(9000)[: int(rng.integers(6, 9))]):
        key = FileId(world._mint("SCN"))
        world.files[key] = File(key, f"scan-{number + 1000}.jpg")


def _draw_shipments(world: Logistics, rng: np.random.Generator) -> None:
    """Draw what is being prepared, on its way, undelivered and delivered; nobody has two shipments in one city."""
    goods = _pick(rng, _CONTENTS, len(_CONTENTS))
    near, far = ([one for one in world.hubs if one.via and one.abroad is away] for away in (False, True))
    for hub in (*near[:2], *far[: int(rng.integers(1, 3))], world.hubs[1]):  # most of them over the same hub
        count = rng.choice([0, 1, 2] if hub in near else [1, 2])  # so that there is something for customs
        row = _draw_one(world, hub, 0, goods[: int(count)], rng)
        row.labelled, goods = hub in near and row.weight_kg > 0 and bool(rng.random() < 0.6), goods[2:]
        _draw_legs(world, row, hub, int(rng.choice([0, 1, 2, 2, 2] if hub.abroad else [0, 0, 1])), rng)
    _draw_sent(world, goods, rng)


def _draw_one(world: Logistics, hub: Hub, age: int, goods: list[str], rng: np.random.Generator) -> Shipment:
    """Draw a shipment to somebody who has none in this city."""
    there = {one.email for one in world.shipments.values() if one.city == hub.city}
    to = _pick(rng, [one for one in world.recipients.values() if one.email not in there], 1)[0]
    row = world._open(to, hub, add_days(world.today, -age - int(rng.integers(0, 3))))
    for what in goods:
        world._pack(row, what, int(rng.integers(1, 9)), int(rng.integers(2, 60)) * 10)
    return row


def _draw_legs(world: Logistics, row: Shipment, hub: Hub, count: int, rng: np.random.Generator) -> None:
    """Put a shipment on departures, as many legs as are wanted and can be had."""
    for target in (hub.via, hub.city)[: count if hub.via and row.weight_kg else 0]:
        end, last = (row.legs[-1].target, row.legs[-1].day) if row.legs else (world.hubs[0].city, world.today)
        found = [one for one in world.departures.values() if (one.origin, one.target) == (end, target)]
        found = [one for one in found if one.day > last and one.free_kg >= row.weight_kg]
        for one in _pick(rng, found, 1):
            one.free_kg -= row.weight_kg
            row.legs.append(Leg(one.id, one.vehicle, one.origin, one.target, one.day))


def _draw_sent(world: Logistics, goods: list[str], rng: np.random.Generator) -> None:
    """Draw shipments that have left the desk; those that failed are often in the same city."""
    hubs = [one for one in world.hubs[1:] if not one.abroad]
    place = hubs[int(rng.integers(len(hubs)))]
    courses: list[Status] = ["undelivered", "undelivered", "delivered"]
    for status in (*courses, *_pick(rng, [*courses[1:], "on its way"], 1)):
        here = status == "undelivered" and rng.random() < 0.9
        hub, age = place if here else _pick(rng, hubs, 1)[0], 22 if rng.random() < 0.15 else 8
        row = _draw_one(world, hub, age, goods[: int(rng.choice([1, 2, 2]))], rng)
        row.status, row.labelled, goods = status, True, goods[2:]
        _draw_course(world, row, rng)


def _draw_course(world: Logistics, row: Shipment, rng: np.random.Generator) -> None:
    row.events.append(f"{add_days(row.opened, 1)} handed over in {world.hubs[0].city}")
    if row.status == "undelivered":
        row.events.append(f"{world.today} nobody was at home in {row.city}")
    if row.status == "delivered":
        row.arrived = add_days(row.opened, int(rng.integers(3, 8)))
        row.events.append(f"{row.arrived} delivered in {row.city}")
        for one in world.packages.values():
            one.damaged = one.damaged or (one.shipment == row.id and bool(rng.random() < 0.8))
