"""What the travel tools tell."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from fc_gym.bfcl.keys import AccessToken, AirportCode, BookingId, CardId, InsuranceId

__all__ = [
    "Authentication",
    "Booked",
    "Cancellation",
    "CardBalance",
    "Cards",
    "Denied",
    "FlightCosts",
    "History",
    "Insured",
    "Invoice",
    "NearestAirport",
    "NotBooked",
    "NotInsured",
    "RegisteredCard",
    "Verification",
]


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class Authentication(TypedDict):
    """A token and what it is good for."""

    expires_in: int
    access_token: AccessToken
    token_type: str
    scope: str


class RegisteredCard(TypedDict):
    """A card that can be paid with from now on."""

    card_id: CardId


class Cards(TypedDict):
    """All registered cards."""

    credit_card_list: dict[CardId, Any]


class CardBalance(TypedDict):
    """What is left on a card, in dollars."""

    card_balance: float


class FlightCosts(TypedDict):
    """Costs of flights in dollars."""

    travel_cost_list: list[float]


class NearestAirport(TypedDict):
    """The airport that serves a city, or Unknown."""

    nearest_airport: AirportCode


class Booked(TypedDict):
    """A flight that was booked."""

    booking_id: BookingId
    transaction_id: str
    booking_status: bool
    booking_history: dict[BookingId, Any]


class NotBooked(TypedDict):
    """Why a flight was not booked."""

    booking_status: bool
    error: str


class Cancellation(TypedDict):
    """Whether a booking was cancelled, and if not, why."""

    cancel_status: bool
    error: NotRequired[str]


class Insured(TypedDict):
    """An insurance that was bought."""

    insurance_id: InsuranceId
    insurance_status: bool


class NotInsured(TypedDict):
    """Why no insurance was bought."""

    insurance_status: bool
    error: str


class Invoice(TypedDict):
    """What was booked and paid."""

    invoice: dict[str, Any]


class History(TypedDict):
    """All bookings."""

    booking_history: dict[BookingId, Any]


class Verification(TypedDict):
    """Whether a traveler may travel, and if not, why."""

    verification_status: bool
    verification_failure: NotRequired[str]
