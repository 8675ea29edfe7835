"""The travel tools of BFCL: flights, the cards that pay for them, and the traveler's budget."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self, cast

from fc_gym.bfcl.bulk import TravelBulk, bulk
from fc_gym.bfcl.draws import Draws
from fc_gym.bfcl.keys import AccessToken, AirportCode, BookingId, CardId, InsuranceId
from fc_gym.bfcl.routes import AIRPORTS, CLASS_FACTORS, airport_near, all_costs, base_cost
from fc_gym.bfcl.texts import Spelled
from fc_gym.bfcl.travel_results import (
    Authentication,
    Booked,
    Cancellation,
    CardBalance,
    Cards,
    Denied,
    FlightCosts,
    History,
    Insured,
    Invoice,
    NearestAirport,
    NotBooked,
    NotInsured,
    RegisteredCard,
    Verification,
)

__all__ = ["TravelAPI"]

_SEED = 141053
_TOKEN_USES = 2
_ADULT_YEARS = 18
_DATE = "%Y-%m-%d"
_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PASSPORT_PREFIX = "US"
_NO_ROUTE = "No available route for the given airports."
_WRONG_CLASS = "Invalid travel class. Must be one of {'first', 'business', 'economy'}"  # a set, under PYTHONHASHSEED=0
_NOT_BOOKED = "Booking not found"
_PER_DOLLAR: Mapping[str, float] = {
    "RMB": 7, "EUR": 0.8, "JPY": 110, "GBP": 0.7, "CAD": 1.3, "AUD": 1.4, "INR": 70, "RUB": 60, "BRL": 3.8, "MXN": 20,
}  # fmt: skip
_INVOICED = ("travel_date", "travel_from", "travel_to", "travel_class", "travel_cost", "transaction_id")
_LOADED = frozenset({
    "credit_card_list", "booking_record", "access_token", "token_type", "token_expires_in", "token_scope",
    "user_first_name", "user_last_name", "budget_limit",
})  # fmt: skip


@dataclass
class TravelAPI:
    """The account of one traveler."""

    credit_card_list: dict[CardId, Any] = field(default_factory=dict)
    """Card id to the card, whose `balance` is in dollars."""
    booking_record: dict[BookingId, Any] = field(default_factory=dict)
    """Booking id to the flight and its cost in dollars."""
    access_token: AccessToken | None = None
    """The token that the tools ask for."""
    token_type: str | None = None
    """Always Bearer once there is a token."""
    token_expires_in: int | None = None
    """Uses that are left; 0 locks the tools, but nothing counts down."""
    token_scope: str | None = None
    """Grant type of the authentication."""
    user_first_name: str | None = None
    """First name of the traveler."""
    user_last_name: str | None = None
    """Last name of the traveler."""
    budget_limit: float | None = None
    """Dollars; None means no limit."""
    long_context: bool = False
    """Whether results are long."""
    _random: Draws = field(default_factory=lambda: Draws(_SEED), repr=False, compare=False)

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Field to value, and `random_seed`; its lists and dicts become the account's own.
            long_context: Add 22 cards and 16 bookings, where the config has none of the same id, and tell more.

        Returns:
            The account; what the config leaves out has its default.

        Raises:
            TaskError: If the long-context values are asked for and not to be had.
        """
        given = {name: value for name, value in config.items() if name in _LOADED}
        account = cls(**given, long_context=long_context, _random=Draws.configured(config, _SEED))
        if long_context:
            account._add(bulk().travel)
        return account

    def authenticate_travel(
        self,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        grant_type: str,
        user_first_name: str,
        user_last_name: str,
    ) -> Authentication:
        """Log a traveler in with a new token; any credentials do.

        Args:
            client_id: Id of the client application.
            client_secret: Secret of the client application.
            refresh_token: Token of an earlier authentication.
            grant_type: read_write, read or write; anything is taken.
            user_first_name: First name of the traveler.
            user_last_name: Last name of the traveler.

        Returns:
            The token and what it is good for.
        """
        self.token_expires_in = _TOKEN_USES
        self.access_token = AccessToken(str(self._random.randint(100_000, 999_999)))
        self.token_type, self.token_scope = "Bearer", grant_type
        self.user_first_name, self.user_last_name = user_first_name, user_last_name
        return {
            "expires_in": _TOKEN_USES,
            "access_token": self.access_token,
            "token_type": self.token_type,
            "scope": self.token_scope,
        }

    def travel_get_login_status(self) -> dict[str, bool]:
        """Tell whether someone is logged in.

        Returns:
            `status`: True while the token has uses left.
        """
        return {"status": self.token_expires_in is not None and self.token_expires_in != 0}

    def get_budget_fiscal_year(
        self, lastModifiedAfter: str | None = None, includeRemoved: str | None = None
    ) -> dict[str, str]:
        """Tell the fiscal year of the budget, which is always 2018.

        Args:
            lastModifiedAfter: A time after which the year was changed; changes nothing.
            includeRemoved: Whether to count removed years; changes nothing.

        Returns:
            `budget_fiscal_year`.
        """
        return {"budget_fiscal_year": "2018"}

    def register_credit_card(
        self,
        access_token: AccessToken,
        card_number: str,
        expiration_date: str,
        cardholder_name: str,
        card_verification_number: int,
    ) -> RegisteredCard | Denied:
        """Register a card, with a balance that is drawn.

        Args:
            access_token: The traveler's token.
            card_number: Number of the card.
            expiration_date: Such as 12/2030.
            cardholder_name: Name on the card.
            card_verification_number: Number on the back.

        Returns:
            The id of the card, or an error about the token or if the number is the id of a card.
        """
        if self.token_expires_in is None:
            return {"error": "Token not initialized"}
        if problem := self._token_problem(access_token):
            return {"error": problem}
        if card_number in self.credit_card_list:
            return {"error": "Card already registered"}
        card = CardId(str(self._random.randint(100_000_000_000, 999_999_999_999)))
        self.credit_card_list[card] = {
            "card_number": card_number,
            "expiration_date": expiration_date,
            "cardholder_name": cardholder_name,
            "card_verification_number": card_verification_number,
            "balance": self._random.randint(10_000, 99_999),
        }
        return {"card_id": card}

    def get_all_credit_cards(self) -> Cards:
        """List the registered cards.

        Returns:
            Card id to card.
        """
        return {"credit_card_list": self.credit_card_list}

    def get_credit_card_balance(self, access_token: AccessToken, card_id: CardId) -> CardBalance | Denied:
        """Tell what is left on a card.

        Args:
            access_token: The traveler's token.
            card_id: Id of the card.

        Returns:
            The balance in dollars, or an error about the token or that lists the cards there are.
        """
        if problem := self._token_problem(access_token):
            return {"error": problem}
        if card_id not in self.credit_card_list:
            return {"error": f"Card not registered. Here are a list of card_id's: {list(self.credit_card_list)}"}
        return {"card_balance": self.credit_card_list[card_id]["balance"]}

    def set_budget_limit(self, access_token: AccessToken, budget_limit: float) -> dict[str, float] | Denied:
        """Set how much may be spent.

        Args:
            access_token: The traveler's token.
            budget_limit: Dollars.

        Returns:
            `budget_limit`, or an error about the token.
        """
        if problem := self._token_problem(access_token):
            return {"error": problem}
        self.budget_limit = float(budget_limit)
        return {"budget_limit": self.budget_limit}

    def list_all_airports(self) -> list[AirportCode]:
        """List the airports that flights can be booked between.

        Returns:
            Their codes.
        """
        return list(AIRPORTS)

    def get_nearest_airport_by_city(self, location: str) -> NearestAirport:
        """Find the airport that serves a city.

        Args:
            location: Name of the city.

        Returns:
            Its code, or Unknown.
        """
        return {"nearest_airport": AirportCode(airport_near(location))}

    def get_flight_cost(
        self, travel_from: AirportCode, travel_to: AirportCode, travel_date: str, travel_class: str
    ) -> FlightCosts:
        """Tell what a flight costs; in the long-context variant, what all flights cost on that date in that class.

        Args:
            travel_from: Airport it starts at.
            travel_to: Airport it goes to.
            travel_date: Such as 2024-11-12; costs double if the sum of its digits is even.
            travel_class: economy, business or first.

        Returns:
            Costs in dollars.

        Raises:
            ValueError: If there is no such flight or class.
        """
        cost, factor = self._priced(travel_from, travel_to, travel_date, travel_class)
        if not self.long_context:
            return {"travel_cost_list": [cost]}
        costs, told = all_costs(factor)
        return cast(FlightCosts, Spelled({"travel_cost_list": list(costs)}, {"travel_cost_list": told}))

    def book_flight(
        self,
        access_token: AccessToken,
        card_id: CardId,
        travel_date: str,
        travel_from: AirportCode,
        travel_to: AirportCode,
        travel_class: str,
    ) -> Booked | NotBooked:
        """Book a flight and pay for it.

        Args:
            access_token: The traveler's token.
            card_id: Id of the card that pays; it must hold the cost and at least the budget limit.
            travel_date: Such as 2024-11-12.
            travel_from: Airport it starts at.
            travel_to: Airport it goes to.
            travel_class: economy, business or first.

        Returns:
            The booking, with all bookings in the long-context variant; or the first thing that is in the way.
        """
        problem = self._token_problem(access_token) or self._card_problem(card_id)
        problem = problem or _flight_problem(travel_from, travel_to, travel_date, travel_class)
        if problem:
            return {"booking_status": False, "error": problem}
        try:
            cost = self._priced(travel_from, travel_to, travel_date, travel_class)[0]
        except ValueError as error:
            return {"booking_status": False, "error": str(error)}
        card = self.credit_card_list[card_id]
        if problem := self._funds_problem(card["balance"], cost):
            return {"booking_status": False, "error": problem}
        card["balance"] -= cost
        flight = (card_id, travel_date, travel_from, travel_to, travel_class, cost)
        booking, transaction = self._record(flight)
        return {
            "booking_id": booking,
            "transaction_id": transaction,
            "booking_status": True,
            "booking_history": self.booking_record if self.long_context else {},
        }

    def retrieve_invoice(
        self, access_token: AccessToken, booking_id: BookingId | None = None, insurance_id: InsuranceId | None = None
    ) -> Invoice | Denied:
        """Tell what was booked and paid.

        Args:
            access_token: The traveler's token.
            booking_id: Id of the booking.
            insurance_id: Id of an insurance; changes nothing.

        Returns:
            The invoice, or an error about the token or the booking.
        """
        if problem := self._token_problem(access_token):
            return {"error": problem}
        if booking_id is None or booking_id not in self.booking_record:
            return {"error": _NOT_BOOKED}
        booked = self.booking_record[booking_id]
        return {"invoice": {"booking_id": booking_id, **{name: booked[name] for name in _INVOICED}}}

    def get_booking_history(self, access_token: AccessToken) -> History | Denied:
        """List all bookings.

        Args:
            access_token: The traveler's token.

        Returns:
            Booking id to booking, or an error about the token.
        """
        if problem := self._token_problem(access_token):
            return {"error": problem}
        return {"booking_history": self.booking_record}

    def cancel_booking(self, access_token: AccessToken, booking_id: BookingId) -> Cancellation:
        """Cancel a booking and pay its cost back to the card.

        Args:
            access_token: The traveler's token.
            booking_id: Id of the booking.

        Returns:
            Whether it was cancelled, with an error about the token or the booking if not.
        """
        if problem := self._token_problem(access_token):
            return {"cancel_status": False, "error": problem}
        if booking_id not in self.booking_record:
            return {"cancel_status": False, "error": _NOT_BOOKED}
        booked = self.booking_record[booking_id]
        card, cost = booked["card_id"], booked["travel_cost"]
        self.credit_card_list[card]["balance"] += cost
        del self.booking_record[booking_id]
        return {"cancel_status": True}

    def compute_exchange_rate(self, base_currency: str, target_currency: str, value: float) -> dict[str, float]:
        """Exchange dollars for another currency, or the other way round.

        Args:
            base_currency: Currency of the value, such as USD.
            target_currency: Currency that is wanted.
            value: How much.

        Returns:
            `exchanged_value`, in dollars rounded to cents.

        Raises:
            ValueError: If there is no rate.
        """
        if base_currency == "USD" and isinstance(target_currency, str) and target_currency in _PER_DOLLAR:
            return {"exchanged_value": float(value * _PER_DOLLAR[target_currency])}
        if target_currency == "USD" and isinstance(base_currency, str) and base_currency in _PER_DOLLAR:
            return {"exchanged_value": round(value / _PER_DOLLAR[base_currency], 2)}
        raise ValueError("No available exchange rate for the given currencies.")

    def verify_traveler_information(
        self, first_name: str, last_name: str, date_of_birth: str, passport_number: str
    ) -> Verification:
        """Check that someone is the traveler, an adult today, and has a passport of the United States.

        Args:
            first_name: First name.
            last_name: Last name.
            date_of_birth: Such as 1990-01-31.
            passport_number: Begins with US.

        Returns:
            Whether all holds, and the first thing that does not.
        """
        problem = self._name_problem(first_name, last_name) or _age_problem(date_of_birth)
        if not problem and not passport_number.startswith(_PASSPORT_PREFIX):
            problem = "Passport must be issued by the United States."
        if problem:
            return {"verification_status": False, "verification_failure": problem}
        return {"verification_status": True}

    def purchase_insurance(
        self,
        access_token: AccessToken,
        insurance_type: str,
        booking_id: BookingId,
        insurance_cost: float,
        card_id: CardId,
    ) -> Insured | NotInsured:
        """Buy an insurance for a booking, whatever the balance of the card.

        Args:
            access_token: The traveler's token.
            insurance_type: Kind of insurance; anything is taken.
            booking_id: Id of the booking.
            insurance_cost: Dollars, up to the budget limit.
            card_id: Id of the card that pays.

        Returns:
            The id of the insurance, or what is in the way.
        """
        problem = self._token_problem(access_token) or self._insurance_problem(insurance_cost, booking_id, card_id)
        if problem:
            return {"insurance_status": False, "error": problem}
        self.credit_card_list[card_id]["balance"] -= insurance_cost
        insurance = InsuranceId(str(self._random.randint(100_000_000, 999_999_999)))
        return {"insurance_id": insurance, "insurance_status": True}

    def contact_customer_support(self, booking_id: BookingId, message: str) -> dict[str, str]:
        """Send a message about a booking; it changes nothing.

        Args:
            booking_id: Id of the booking.
            message: Any text.

        Returns:
            `customer_support_message`, or an error if there is no such booking.
        """
        if booking_id not in self.booking_record:
            return {"error": _NOT_BOOKED}
        thanks = "Thank you for contacting customer support."
        return {
            "customer_support_message": f"{thanks} Your message has been received and we will get back to you shortly."
        }

    def _token_problem(self, token: AccessToken) -> str:
        if self.token_expires_in == 0:
            return "Token expired"
        return "Invalid access token" if token != self.access_token else ""

    def _card_problem(self, card: CardId) -> str:
        if card not in self.credit_card_list:
            return "Card not registered"
        return "" if "balance" in self.credit_card_list[card] else "Balance not found"

    def _funds_problem(self, balance: float, cost: float) -> str:
        if balance < cost:
            return "Insufficient funds"
        if self.budget_limit is not None and balance < self.budget_limit:
            return "Balance is less than budget limit"
        return ""

    def _insurance_problem(self, cost: float, booking: BookingId, card: CardId) -> str:
        if self.budget_limit is not None and self.budget_limit < cost:
            return "Exceeded budget limit"
        if booking not in self.booking_record:
            return _NOT_BOOKED
        return "" if card in self.credit_card_list else "Credit card not registered"

    def _name_problem(self, first_name: str, last_name: str) -> str:
        if (self.user_first_name, self.user_last_name) == (first_name, last_name):
            return ""
        expected = f"Expected {self.user_first_name} {self.user_last_name}, got {first_name} {last_name}"
        return f"Cannot book flight information for another user.{expected}"

    def _add(self, more: TravelBulk) -> None:
        for card, about in more.cards.items():
            self.credit_card_list.setdefault(CardId(card), dict(about))
        for booking, about in more.bookings.items():
            self.booking_record.setdefault(BookingId(booking), dict(about))

    def _priced(self, start: str, end: str, day: str, travel_class: str) -> tuple[float, int]:
        base = base_cost(start, end)
        if base is None:
            raise ValueError(_NO_ROUTE)
        if not isinstance(travel_class, str) or travel_class not in CLASS_FACTORS:
            raise ValueError("Invalid travel class. Options are: economy, business, first.")
        digits = sum(int(one) for one in day if one.isdigit())
        factor = CLASS_FACTORS[travel_class] * (2 if digits % 2 == 0 else 1)
        return base * factor, factor

    def _record(self, flight: tuple[CardId, str, AirportCode, AirportCode, str, float]) -> tuple[BookingId, str]:
        booking = BookingId(str(self._random.randint(1_000_000, 9_999_999)))
        transaction = str(self._random.randint(10_000_000, 99_999_999))
        names = ("card_id", "travel_date", "travel_from", "travel_to", "travel_class", "travel_cost")
        self.booking_record[booking] = {**dict(zip(names, flight, strict=True)), "transaction_id": transaction}
        return booking, transaction


def _flight_problem(start: AirportCode, end: AirportCode, day: str, travel_class: str) -> str:
    if start not in AIRPORTS:
        return f"Invalid departure airport code: {start}"
    if end not in AIRPORTS:
        return f"Invalid destination airport code: {end}"
    try:
        _read_day(day)
    except ValueError:
        return "Invalid date format. Use YYYY-MM-DD."
    return "" if travel_class in CLASS_FACTORS else _WRONG_CLASS


def _read_day(written: str) -> date:
    """Read a date as `strptime` does, at a tenth of the time where the digits are all there."""
    if isinstance(written, str) and _ISO_DAY.fullmatch(written):
        return date.fromisoformat(written)
    return datetime.strptime(written, _DATE)


def _age_problem(written: str) -> str:
    try:
        born = _read_day(written)
    except ValueError:
        return "Invalid date of birth format. Please use YYYY-MM-DD."
    today = date.today()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return "" if years >= _ADULT_YEARS else f"Traveler must be at least {_ADULT_YEARS} years old."
