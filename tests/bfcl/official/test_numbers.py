"""Arithmetic on drawn numbers, on the official executor and on ours: equal to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from fc_gym.bfcl.classes import functions_of
from fc_gym.bfcl.decode import WrittenCall
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.suite import suite
from fc_gym.bfcl.tasks import BfclTask
from tests.bfcl.alone import alone
from tests.bfcl.drawn import SMALL
from tests.bfcl.official.package import OfficialSession
from tests.bfcl.official.sizes import CALLS, SEED, SESSIONS

pytestmark = pytest.mark.official

CLASSES = ("MathAPI", "VehicleControlAPI", "TravelAPI", "TradingBot")
TASK = BfclTask("multi_turn_base_0", CLASSES, {"VehicleControlAPI": {"fuelLevel": 3.3}}, (), ())
FUNCTIONS = (
    *functions_of("MathAPI"),
    *("liter_to_gallon", "gallon_to_liter", "adjustClimateControl", "fillFuelTank", "displayCarStatus"),
    *("estimate_drive_feasibility_by_mileage", "compute_exchange_rate", "trading_login", "fund_account", "place_order"),
)
METRIC = ("km", "m", "cm", "mm", "um", "nm")
IMPERIAL = (("km", "miles"), ("cm", "in"), ("m", "ft"), ("m", "yd"), ("kg", "lb"), ("celsius", "fahrenheit"))
CURRENCIES = ("USD", "RMB", "EUR", "JPY", "GBP", "CAD", "AUD", "INR", "RUB", "BRL", "MXN")
WORDS: Mapping[str, Sequence[str]] = {
    "unit": ("celsius", "fahrenheit"),
    "unit_in": METRIC,
    "unit_out": METRIC,
    "base_currency": CURRENCIES,
    "target_currency": CURRENCIES,
    "option": ("fuel", "climate"),
    "order_type": ("Buy", "Sell"),
    "symbol": ("AAPL", "GOOG", "TSLA"),
}


def number(chance: np.random.Generator) -> float:
    """Draw a number of few digits, of many, or one that is very large or small."""
    kind = int(chance.integers(4))
    if kind == 0:
        return int(chance.integers(-5, 200))
    if kind == 1:
        return float(10 ** chance.uniform(-8, 12))
    return round(float(chance.uniform(-20, 300)), int(chance.integers(1, 6)))


def argument(name: str, kind: str, chance: np.random.Generator) -> Any:
    if name in SMALL:
        whole = kind == "integer"
        return int(chance.integers(1, 30)) if whole else round(float(chance.uniform(-5, 20)), int(chance.integers(4)))
    if kind == "array":
        return [number(chance) for _ in range(int(chance.integers(1, 8)))]
    words = WORDS.get(name, ("auto",))
    return number(chance) if kind in ("number", "integer") else words[int(chance.integers(len(words)))]


def call(function: str, chance: np.random.Generator) -> str:
    parameters = suite().tools[function].parameters.values()
    given = {one.name: argument(one.name, str(one.schema.get("type")), chance) for one in parameters}
    if function == "imperial_si_conversion":
        pair = IMPERIAL[int(chance.integers(len(IMPERIAL)))]
        given["unit_in"], given["unit_out"] = pair if chance.random() < 0.5 else pair[::-1]
    return str(WrittenCall(function, (), given))


def differences(calls: Sequence[str]) -> list[str]:
    theirs, ours = OfficialSession(TASK), Session(TASK.classes, TASK.config)
    pairs = [(text, theirs.run(text), ours.run(text).text) for text in calls]
    return [f"{text}\n  official: {wanted}\n  ours: {have}" for text, wanted, have in pairs if wanted != have]


def test_drawn_numbers_have_the_official_digits(tasks: object) -> None:
    chance = np.random.default_rng(SEED)
    calls = [call(FUNCTIONS[at % len(FUNCTIONS)], chance) for at in range(SESSIONS * CALLS)]
    found = alone(partial(differences, calls))
    assert not found, "\n".join([f"{len(found)} of {len(calls)} calls differ", *found[:10]])


@pytest.mark.parametrize(
    "text",
    [
        "standard_deviation(numbers=[-3.7, 4.66, 26.31, 91.1])",
        "standard_deviation(numbers=[1j, 2])",
        "standard_deviation(numbers=[1e200, -1e200])",
        "mean(numbers=[1j, 2])",
        "power(base=-8, exponent=0.5)",
        "logarithm(value=-1, base=10, precision=5)",
        "round_number(number=2.675, decimal_places=2)",
    ],
)
def test_a_number_that_is_easy_to_get_wrong_has_the_official_digits(tasks: object, text: str) -> None:
    assert not alone(partial(differences, [text]))
