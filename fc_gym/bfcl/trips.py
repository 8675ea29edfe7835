"""The credit cards and bookings that the long-context variant adds to those of a traveler."""

from __future__ import annotations

from typing import Any

__all__ = ["added_bookings", "added_cards"]

_CARD_FIELDS = ("card_number", "expiration_date", "cardholder_name", "card_verification_number", "balance")
_CARDS = (  # the id, and the number where it is another
    ("1234567812345678", "12/25", "John Doe", 123, 5000.0),
    ("2345678923456789", "11/24", "Jane Smith", 456, 7500.0),
    ("3456789034567890", "10/23", "Robert Johnson", 789, 6200.0),
    ("4567890145678901", "09/26", "Emily Davis", 321, 8200.0),
    ("9978997699789976", "01/30", "Cardholder 97", 697, 5850.0),
    ("9989997799899989", "02/30", "Cardholder 98", 698, 5900.0),
    ("9999997899999999", "03/30", "Cardholder 99", 699, 5950.0),
    ("1000000790000000", "04/30", "Cardholder 100", 700, 6000.0),
    ("1234567812345674", "12/25", "Johnyy Doe Stacks", 132, 5000.0),
    ("2345678923456784", "11/24", "Jane Hudson", 465, 7500.0),
    ("3456789034567894", "10/23", "Mitchell Johnson", 798, 6200.0),
    ("4567890145678904", "09/26", "Emilio Berkeley", 312, 8200.0),
    ("9978997699789974", "01/30", "Cardholder 397", 679, 5850.0),
    ("9989997799899984", "02/30", "Cardholder 098", 689, 5900.0),
    ("9999997899999994", "03/30", "Cardholder 499", 696, 5950.0),
    ("1000000790000004", "04/30", "Cardholder 4100", 712, 6000.0),
    ("1456789034567891", "10/23", "Roberto Johnson", 798, 6200.0),
    ("1567890145678901", "09/26", "Emily Daviston", 312, 8200.0),
    ("1978997699789971", "01/30", "Cardholder 697", 679, 5850.0),
    ("1989997799899981", "02/30", "Cardholder 598", 689, 5900.0),
    ("1999997899999991", "03/30", "Cardholder 499", 696, 5950.0),
    ("1000000790000001", "04/30", "Cardholder 2100", 712, 6000.0),
)
_OTHER_NUMBERS = {"1000000790000001": "1000000790000004"}

_BOOKING_FIELDS = (
    "card_id", "travel_date", "travel_from", "travel_to", "travel_class", "travel_cost", "transaction_id",
)  # fmt: skip
_BOOKINGS = (
    ("booking_901", "1234567812345678", "2024-05-21", "SFO", "JFK", "economy", 400.0, "trans_001"),
    ("booking_902", "2345678923456789", "2024-06-15", "LAX", "ORD", "business", 900.0, "trans_002"),
    ("booking_903", "3456789034567890", "2024-07-01", "BOS", "RMS", "first", 1500.0, "trans_003"),
    ("booking_904", "4567890145678901", "2024-08-21", "SFO", "ORD", "economy", 380.0, "trans_004"),
    ("booking_997", "9978997699789976", "2024-03-15", "MPC", "WLB", "business", 900.0, "trans_097"),
    ("booking_998", "9989997799899989", "2024-02-11", "SHD", "SVP", "economy", 450.0, "trans_098"),
    ("booking_999", "9999997899999999", "2024-01-23", "RMS", "SBK", "first", 2200.0, "trans_099"),
    ("booking_900", "1000000790000000", "2024-12-05", "SFO", "JFK", "business", 1300.0, "trans_100"),
    ("booking_401", "1234567812345678", "2024-05-21", "SFO", "JFK", "economy", 400.0, "trans_401"),
    ("booking_402", "2345678923456789", "2024-06-15", "LAX", "ORD", "business", 900.0, "trans_002"),
    ("booking_403", "3456789034567890", "2024-07-01", "BOS", "RMS", "first", 1500.0, "trans_403"),
    ("booking_404", "4567890145678901", "2024-08-21", "SFO", "ORD", "economy", 380.0, "trans_404"),
    ("booking_497", "9978997699789976", "2024-03-15", "MPC", "WLB", "business", 900.0, "trans_497"),
    ("booking_498", "9989997799899989", "2024-02-11", "SHD", "SVP", "economy", 450.0, "trans_498"),
    ("booking_499", "9999997899999999", "2024-01-23", "RMS", "SBK", "first", 2200.0, "trans_499"),
    ("booking_400", "1000000790000000", "2024-12-05", "SFO", "JFK", "business", 1300.0, "trans_400"),
)


def added_cards() -> dict[str, dict[str, Any]]:
    """Return the 22 cards by id, made anew so that each traveler has their own."""
    numbered = ((card, (_OTHER_NUMBERS.get(card, card), *rest)) for card, *rest in _CARDS)
    return {str(card): dict(zip(_CARD_FIELDS, values, strict=True)) for card, values in numbered}


def added_bookings() -> dict[str, dict[str, Any]]:
    """Return the 16 bookings by id, made anew so that each traveler has their own."""
    return {str(booking): dict(zip(_BOOKING_FIELDS, values, strict=True)) for booking, *values in _BOOKINGS}
