"""The cities that the vehicle tools know, and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping

from fc_gym.bfcl.keys import ZipCode

__all__ = ["kilometers", "zip_code"]

_ZIP_CODES: Mapping[str, str] = {
    "Rivermist": "83214", "Stonebrook": "74532", "Maplecrest": "56108", "Silverpine": "62947", "Shadowridge": "71354",
    "Sunset Valley": "83462", "Oakendale": "47329", "Willowbend": "52013", "Crescent Hollow": "69238",
    "Autumnville": "51479", "San Francisco": "94016",
}  # fmt: skip
_WAYS = (
    ("83214", "74532", 750.0), ("56108", "62947", 320.0), ("71354", "83462", 450.0), ("47329", "52013", 290.0),
    ("69238", "51479", 630.0), ("94016", "83214", 980.0), ("94016", "74532", 880.0), ("94016", "62947", 780.0),
    ("94016", "94704", 600.0), ("08540", "94704", 2550.0), ("08540", "94016", 1950.0), ("62947", "47329", 1053.0),
)  # fmt: skip
_KILOMETERS: Mapping[frozenset[str], float] = {frozenset((one, other)): length for one, other, length in _WAYS}


def zip_code(city: str) -> ZipCode:
    """Return the zip code of a city; 00000 if it is not known."""
    return ZipCode(_ZIP_CODES.get(city, "00000") if isinstance(city, str) else "00000")


def kilometers(one: ZipCode, other: ZipCode) -> float | None:
    """Return the length of the way between two cities, in either direction; None if it is not known."""
    known = isinstance(one, str) and isinstance(other, str)
    return _KILOMETERS.get(frozenset((one, other))) if known else None
