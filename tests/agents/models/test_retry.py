"""Pauses between tries grow, end, and differ by the seed alone."""

from __future__ import annotations

import pytest
from fc_agents.models.retry import Pauses, asked_pause
from hypothesis import given
from hypothesis import strategies as st

TRIES, REQUESTS = st.integers(1, 5000), st.integers(0, 10**6)


@given(TRIES, REQUESTS, st.integers(0, 9))
def test_a_pause_keeps_to_its_bounds(tries: int, request: int, seed: int) -> None:
    pauses = Pauses(first=0.5, longest=8.0, chance=0.25, seed=seed)
    whole = min(8.0, 0.5 * 2.0 ** min(tries - 1, 10))
    assert 0.75 * whole <= pauses.seconds(tries, request) <= whole
    assert pauses.seconds(tries, request) == Pauses(0.5, 8.0, 0.25, seed).seconds(tries, request)


@given(TRIES, REQUESTS, st.floats(0, 100))
def test_a_pause_that_was_asked_for_is_not_shortened(tries: int, request: int, asked: float) -> None:
    assert asked <= Pauses(first=0.5).seconds(tries, request, asked) <= asked + 0.5


def test_requests_that_failed_together_are_spread() -> None:
    assert len({Pauses().seconds(1, request) for request in range(100)}) == 100
    assert Pauses(seed=1).seconds(1, 0) != Pauses(seed=2).seconds(1, 0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "-7"}, 0.0),
        ({"retry-after-ms": "250", "Retry-After": "7"}, 0.25),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
    ],
)
def test_what_a_server_asks_for_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(headers) == seconds
