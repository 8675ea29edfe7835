"""Where sessions of the official package change each other: what one does, and what another then sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fc_gym.bfcl.tasks import BfclTask


@dataclass(frozen=True)
class Leak:
    """Two sessions with the same start state."""

    name: str
    task: BfclTask
    before: tuple[str, ...]
    """Calls of the session that goes before."""
    after: tuple[str, ...]
    """Calls of the session that sees what is left."""
    seen: bool
    """True if the later session of the official package has other results than in a process of its own."""


def _task(name: str, category: str, config: dict[str, Any]) -> BfclTask:
    return BfclTask(f"multi_turn_{category}_0", (name,), {name: config}, (), ())


_POSTER = {"username": "ann", "password": "x", "authenticated": True, "tweets": {}, "tweet_counter": 0}
_TRAVELER = {"access_token": "t", "token_expires_in": 99, "token_type": "Bearer", "token_scope": "all"}
_FLIGHT = "travel_date='2026-11-12', travel_from='SFO', travel_to='LAX', travel_class='economy'"
_SUMS = ("logarithm(value=5, base=7, precision={digits})", "square_root(number=5, precision={digits})")


def leaks(card: str) -> tuple[Leak, ...]:
    """Return the known leaks.

    Args:
        card: One of the cards that the long-context variant gives to every traveler.
    """
    at = {digits: tuple(one.format(digits=digits) for one in _SUMS) for digits in (3, 9, 40)}
    return (
        Leak(
            "default lists of post_tweet",
            _task("TwitterAPI", "base", _POSTER),
            ("post_tweet(content='a')", "mention(tweet_id=0, mentioned_usernames=['@bob'])", "post_tweet(content='b')"),
            ("post_tweet(content='c')", "get_user_tweets(username='ann')"),
            seen=True,
        ),
        Leak(
            "cards and bookings of long context",
            _task("TravelAPI", "long_context", _TRAVELER),
            (f"book_flight(access_token='t', card_id={card!r}, {_FLIGHT})",),
            (f"get_credit_card_balance(access_token='t', card_id={card!r})", "get_all_credit_cards()"),
            seen=True,
        ),
        Leak(
            "past weather of long context",
            _task("VehicleControlAPI", "long_context", {}),
            ("get_outside_temperature_from_google()",) * 3,
            ("get_outside_temperature_from_google()",) * 2,
            seen=False,
        ),
        Leak(
            "precision of the arithmetic",
            _task("MathAPI", "base", {}),
            (*at[40], *at[3]),
            (
                "standard_deviation(numbers=[1, 2, 4])",
                *at[9],
                "power(base=2, exponent=0.5)",
                "square_root(number=2, precision=9)",
            ),
            seen=False,
        ),
    )
