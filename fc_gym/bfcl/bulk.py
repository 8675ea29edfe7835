"""The bulk values that the long-context variant adds to results and start states.

They are the benchmark's and not part of fc_gym: they are read, once, from where the user has them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fc_gym.bfcl.constants import COPY, SOURCE, read_copy, read_source
from fc_gym.bfcl.home import CACHE, DATA, FETCH, data_home
from fc_gym.bfcl.texts import json_text
from fc_gym.errors import RecordError, TaskError

__all__ = ["Bulk", "FileBulk", "TradingBulk", "TravelBulk", "VehicleBulk", "bulk"]


@dataclass(frozen=True)
class FileBulk:
    """What is added to the files of a task."""

    report: str
    """3,251 characters in one line, which follow the content of a file."""
    images: tuple[str, ...]
    """Names of 30 empty files, which follow the entries of a directory that has no directories."""
    spared: frozenset[str]
    """Names of the files whose content stays as it is."""


@dataclass(frozen=True)
class TradingBulk:
    """What is added to the results of the trading tools; the numbers are drawn and mean nothing."""

    averages: Mapping[str, list[float]]
    """`MA(5)` and `MA(20)`: 2,000 numbers each, the same for every stock."""
    watched: list[str]
    """1,000 symbols, which follow those on the watchlist."""
    sectors: Mapping[str, list[str]]
    """Sector to 1,000 symbols, which follow those in it."""
    transactions: list[Mapping[str, Any]]
    """1,000 entries, which follow those of the account whatever the dates asked for."""
    metadata: Mapping[str, str]
    """Heading to a text on a company, with `{symbol}` where its symbol belongs."""

    @cached_property
    def averages_json(self) -> Mapping[str, str]:
        """The averages as JSON, which takes a hundred times as long to write as all else in a result."""
        return {name: json_text(values) for name, values in self.averages.items()}

    @cached_property
    def watched_told(self) -> str:
        """The symbols as Python prints them, without brackets."""
        return str(self.watched)[1:-1]

    @cached_property
    def sectors_json(self) -> Mapping[str, str]:
        """Sector to its symbols as JSON."""
        return {sector: json_text(symbols) for sector, symbols in self.sectors.items()}

    @cached_property
    def metadata_json(self) -> str:
        """The texts as JSON, with `{symbol}` in them."""
        return json_text(self.metadata)

    def about(self, symbol: object) -> dict[str, str]:
        """Return the texts on one company."""
        return {heading: text.replace("{symbol}", str(symbol)) for heading, text in self.metadata.items()}

    def about_json(self, symbol: object) -> str:
        """Return the texts on one company as JSON."""
        return self.metadata_json.replace("{symbol}", json_text(str(symbol))[1:-1])


@dataclass(frozen=True)
class TravelBulk:
    """What is added to the account of a traveler."""

    cards: Mapping[str, Mapping[str, Any]]
    """Card id to one of 22 cards."""
    bookings: Mapping[str, Mapping[str, Any]]
    """Booking id to one of 16 bookings."""


@dataclass(frozen=True)
class VehicleBulk:
    """What is added to the results of the vehicle tools, whatever the state of the vehicle."""

    car: str
    """Some hundred properties of a car in one line."""
    parking_brake: str
    """A guide to the use of a parking brake."""
    weather: Mapping[str, Mapping[str, float]]
    """Each of the 15 days before today, such as `-1_day`, to what was measured on it."""
    cities: tuple[str, ...]
    """826 names of cities on the way, the same for every way."""

    @cached_property
    def cities_json(self) -> str:
        """The cities as JSON."""
        return json_text(self.cities)

    def past_weather(self) -> dict[str, dict[str, float]]:
        """Return the weather in dicts that the caller may change."""
        return {day: dict(measured) for day, measured in self.weather.items()}


@dataclass(frozen=True)
class Bulk:
    """The values of all classes; every session shares them, so callers copy what they give away."""

    files: FileBulk
    trading: TradingBulk
    travel: TravelBulk
    vehicle: VehicleBulk


def bulk() -> Bulk:
    """Return the values, read at the first use.

    They are taken from the folder of the official data, else from an installed `bfcl_eval`, which is not imported.

    Raises:
        TaskError: If they are in neither place, or damaged.
    """
    return _found(os.environ.get(DATA), os.environ.get(CACHE))


@cache
def _found(*_named: str | None) -> Bulk:
    """Look for the values once per setting of the variables that say where the data lies."""
    try:
        place = _place()
        raw = place.read_bytes()
        values = read_copy(raw, place) if place.name == COPY else read_source(raw, place)
    except OSError as error:
        raise TaskError(f"{place}: {error.strerror or error}; {FETCH}") from None
    except RecordError as error:
        raise TaskError(f"{error}; {FETCH}") from None
    return _made(values)


def _place() -> Path:
    home = data_home()
    # a home that is `bfcl_eval/data` of a checkout has the official source beside it
    for place in (home / COPY, home.parent / SOURCE, *_installed()):
        if place.is_file():
            return place
    raise TaskError(
        f"the long-context values of BFCL are not part of fc_gym, and neither {home} nor an installed bfcl_eval has "
        f"them; {FETCH}"
    )


def _installed() -> list[Path]:
    try:
        spec = find_spec("bfcl_eval")
    except ValueError:  # a stand-in of that name is loaded
        return []
    return [Path(folder) / SOURCE for folder in (spec and spec.submodule_search_locations) or ()]


def _made(values: Mapping[str, Any]) -> Bulk:
    return Bulk(
        files=FileBulk(
            report=values["FILE_CONTENT_EXTENSION"],
            images=tuple(values["POPULATE_FILE_EXTENSION"]),
            spared=frozenset(values["FILES_TAIL_USED"]),
        ),
        trading=TradingBulk(
            averages={"MA(5)": values["MA_5_EXTENSION"], "MA(20)": values["MA_20_EXTENSION"]},
            watched=values["WATCH_LIST_EXTENSION"],
            sectors={"Technology": values["TECHNOLOGY_EXTENSION"], "Automobile": values["AUTOMOBILE_EXTENSION"]},
            transactions=values["TRANSACTION_HISTORY_EXTENSION"],
            metadata=values["ORDER_DETAIL_EXTENSION"],
        ),
        travel=TravelBulk(cards=values["CREDIT_CARD_EXTENSION"], bookings=values["BOOKING_RECORD_EXTENSION"]),
        vehicle=VehicleBulk(
            car=values["CAR_STATUS_METADATA_EXTENSION"],
            parking_brake=values["PARKING_BRAKE_INSTRUCTION"],
            weather=values["LONG_WEATHER_EXTENSION"],
            cities=tuple(values["INTERMEDIARY_CITIES"]),
        ),
    )
