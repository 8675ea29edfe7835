"""A wheel of the official layout, with values that are made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

CONSTANTS = """
import random

LATER = random.random()
WATCH_LIST_EXTENSION = ["AAA", "BBB", ...]
TRANSACTION_HISTORY_EXTENSION = [{"type": "deposit", "amount": 1.5, "timestamp": "2024-01-01 00:00:00.000001"}]
MA_5_EXTENSION = [1.25, 2.5]
MA_20_EXTENSION = [3.75]
TECHNOLOGY_EXTENSION = ["TTT"]
AUTOMOBILE_EXTENSION = ["CCC"]
ORDER_DETAIL_EXTENSION = {"overview": "{symbol} is {symbol}, {curly}"}
FILE_CONTENT_EXTENSION = " and more"
POPULATE_FILE_EXTENSION = ["one.jpg", "two.jpg"]
CAR_STATUS_METADATA_EXTENSION = "Colour: plaid"
LONG_WEATHER_EXTENSION = {"-1_day": {"windSpeed": -0.5, "uvIndex": 6}}
PARKING_BRAKE_INSTRUCTION = "Pull."
INTERMEDIARY_CITIES = ["Here", "There"]
CREDIT_CARD_EXTENSION = {"77": {"card_number": "77", "balance": 10.0}, "88": {"card_number": "88", "balance": 20.0}}
BOOKING_RECORD_EXTENSION = {"booking_1": {"card_id": "77", "travel_cost": 4.0}}
FILES_TAIL_USED = ["plain.txt"]
"""
CODE = "bfcl_eval/eval_checker/multi_turn_eval/func_source_code/long_context.py"
TASKS = [f"BFCL_v4_multi_turn_{name}.json" for name in ("base", "long_context", "miss_func", "miss_param")]
MEMBERS: dict[str, str] = {
    **{f"bfcl_eval/data/{name}": f"{name} asks" for name in TASKS},
    **{f"bfcl_eval/data/possible_answer/{name}": f"{name} answers" for name in TASKS},
    "bfcl_eval/data/BFCL_v4_memory.json": "memory",
    "bfcl_eval/data/memory_prereq_conversation/memory_customer.json": "conversation",
    "bfcl_eval/data/multi_turn_func_doc/math_api.json": "docs",
    "bfcl_eval/data/BFCL_v4_live_simple.json": "not read",
    "bfcl_eval/data/unused_datasets/possible_answer/BFCL_v4_memory.json": "not read",
    "bfcl_eval/data/multi_turn_func_doc/../../../escaped.json": "not read",
    "bfcl_eval/data//escaped.json": "not read",
    "bfcl_eval/__init__.py": "raise SystemExit('imported')",
    "bfcl_eval-1.2.dist-info/METADATA": "Name: bfcl-eval",
    "bfcl_eval-1.2.dist-info/licenses/LICENSE": "a licence",
    CODE: CONSTANTS,
}

WheelOf = Callable[..., Path]


@pytest.fixture
def constants() -> str:
    """The module that holds the long-context values."""
    return CONSTANTS


@pytest.fixture
def wheel_of(tmp_path: Path) -> WheelOf:
    """Write a wheel whose members are changed as told; None takes one away."""

    def write(changes: Mapping[str, str | None] | None = None) -> Path:
        path = tmp_path / "bfcl_eval-1.2-py3-none-any.whl"
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, text in {**MEMBERS, **(changes or {})}.items():
                if text is not None:
                    archive.writestr(name, text)
        return path

    return write
