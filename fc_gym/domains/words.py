"""Names of people and places that the worlds draw from."""

from __future__ import annotations

__all__ = ["CITIES", "FIRST_NAMES", "LAST_NAMES"]

FIRST_NAMES = (
    "Amara", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kavya", "Leon",
    "Mina", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tessa", "Ulla", "Viktor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbasi", "Bergman", "Castellano", "Dvorak", "Eriksen", "Fontaine", "Gruber", "Hoang", "Ivanova", "Jansen",
    "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Pereira", "Rossi", "Sharma", "Tanaka", "Vasquez",
)  # fmt: skip
CITIES = (
    "Antwerp", "Bergen", "Bologna", "Cork", "Dresden", "Gdansk", "Ghent", "Graz", "Lyon", "Malmo", "Porto", "Tampere",
    "Turin", "Utrecht", "Valencia", "Zagreb",
)  # fmt: skip
