"""Results of the long-context variant, whose texts are put together from parts that are known beforehand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fc_gym.bfcl.fetch import fetch
from fc_gym.bfcl.play import make

STOCKS = {"AAA": {"price": 1.0, "note": "é"}, "BBB": {}}
ORDERS = {"1": {"id": 1, "symbol": "AAA"}, "2": {"id": 2, "symbol": 'Zoë "\\{symbol}'}}
CONFIG: dict[str, Any] = {"TradingBot": {"authenticated": True, "stocks": STOCKS, "orders": ORDERS}}
CLASSES = ["TradingBot", "TravelAPI", "VehicleControlAPI"]


@pytest.fixture(autouse=True)
def fetched(tmp_path: Path, wheel_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC_GYM_BFCL_DATA", str(tmp_path / "home"))
    fetch(tmp_path / "home", wheel_of())


@pytest.mark.parametrize(
    "call",
    [
        "get_stock_info('AAA')",
        "get_stock_info('BBB')",
        "get_order_details(1)",
        "get_order_details(2)",
        "get_available_stocks('Technology')",
        "get_available_stocks('Automobile')",
        "get_available_stocks('Zoology')",
        "get_flight_cost('SFO', 'LAX', '2024-11-12', 'first')",
        "get_flight_cost('SFO', 'LAX', '2024-11-13', 'economy')",
        "estimate_distance('83214', '74532')",
        "estimate_distance('1', '2')",
    ],
)
def test_a_long_result_is_told_as_any_other(call: str) -> None:
    played = make(CLASSES, CONFIG, long_context=True).run(call)
    assert isinstance(played.value, dict) and played.text == json.dumps(played.value)


@pytest.mark.parametrize("watched", [[], ["A'B", "Zoë"]])
def test_a_long_watchlist_is_told_as_python_prints_it(watched: list[str]) -> None:
    config = {"TradingBot": {"authenticated": True, "watch_list": watched}}
    played = make(CLASSES, config, long_context=True).run("get_watchlist()")
    assert isinstance(played.value, list) and played.text == repr([*played.value])
    assert played.value[-1] is ... and played.value[: len(watched)] == watched
