"""The bulk data that the long-context variant adds to the results of the vehicle tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fc_gym.bfcl.bulk import bulk

__all__ = ["VehicleBulk", "vehicle_bulk"]


@dataclass(frozen=True)
class VehicleBulk:
    """Filler as the official tools tell it; it does not depend on the state of the vehicle."""

    car: str
    """Some hundred properties of a car in one line."""
    parking_brake: str
    """A guide to the use of a parking brake."""
    weather: Mapping[str, Mapping[str, float]]
    """Each of the 15 days before today, such as `-1_day`, to what was measured on it."""
    cities: tuple[str, ...]
    """826 names of cities on the way, the same for every way."""

    def past_weather(self) -> dict[str, dict[str, float]]:
        """Return the weather in dicts that the caller may change."""
        return {day: dict(measured) for day, measured in self.weather.items()}


@cache
def vehicle_bulk() -> VehicleBulk:
    """Return the bulk data, read at the first use; callers copy what they give away."""
    read = bulk("vehicle_bulk.json")
    return VehicleBulk(read["car"], read["parking_brake"], read["weather"], tuple(read["cities"]))
