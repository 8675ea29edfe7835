"""The airports of the travel tools, the cities they serve, and what flights between them cost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from fc_gym.bfcl.keys import AirportCode
from fc_gym.bfcl.texts import json_text

__all__ = ["AIRPORTS", "CLASS_FACTORS", "airport_near", "all_costs", "base_cost"]

AIRPORTS: tuple[AirportCode, ...] = tuple(
    AirportCode(code)
    for code in (
        "RMS", "SBK", "MPC", "SVP", "SHD", "CDG", "LHR", "SSV", "OKD", "WLB", "PEK", "HND", "HKG", "CIA", "CRH", "ATV",
        "PHV", "GFD", "SFO", "LAX", "JFK", "ORD", "BOS",
    )
)  # fmt: skip
"""Codes of the airports that flights can be booked between, in the order they are listed in."""

CLASS_FACTORS: Mapping[str, int] = {"economy": 1, "business": 2, "first": 5}
"""Travel class to how many times the base cost it costs."""

_NEAREST: Mapping[str, str] = {
    "Rivermist": "RMS", "Stonebrook": "SBK", "Maplecrest": "MPC", "Silverpine": "SVP", "Shadowridge": "SHD",
    "London": "LHR", "Paris": "CDG", "Sunset Valley": "SSV", "Oakendale": "OKD", "Willowbend": "WLB",
    "Crescent Hollow": "CRH", "Autumnville": "ATV", "Pinehaven": "PHV", "Greenfield": "GFD", "San Francisco": "SFO",
    "Los Angeles": "LAX", "New York": "JFK", "Chicago": "ORD", "Boston": "BOS", "Beijing": "PEK", "Hong Kong": "HKG",
    "Rome": "CIA", "Tokyo": "HND",
}  # fmt: skip

# The order counts: the long-context variant lists all costs in it.
_ROUTES = (
    ("SFO", "LAX 200 JFK 500 ORD 400 BOS 450 RMS 300 SBK 350 MPC 370 SVP 320 SHD 330 SSV 340 OKD 360 WLB 310"),
    ("SFO", "CRH 380 ATV 390 PHV 420 GFD 430 CIA 700"),
    ("LAX", "SFO 100 JFK 600 ORD 500 BOS 550 RMS 310 SBK 320 MPC 330 SVP 340 SHD 350 SSV 360 OKD 370 WLB 380"),
    ("LAX", "CRH 390 ATV 400 PHV 410 GFD 420 HND 430"),
    ("JFK", "ORD 300 BOS 250 RMS 450 SBK 460 MPC 470 SVP 480 SHD 490 SSV 500 OKD 510 WLB 520 CRH 530 ATV 540"),
    ("JFK", "PHV 550 GFD 560 LAX 570 HND 800 PVG 950 PEK 1000"),
    ("ORD", "LAX 180 BOS 200 RMS 350 SBK 360 MPC 370 SVP 380 SHD 390 SSV 400 OKD 410 WLB 420 CRH 430 ATV 440"),
    ("ORD", "PHV 450 GFD 460"),
    ("BOS", "RMS 400 SBK 410 MPC 420 SVP 430 SHD 440 SSV 450 OKD 460 WLB 470 CRH 480 ATV 490 PHV 500 GFD 510"),
    ("RMS", "BOS 200 JFK 210 SBK 220 MPC 230 SVP 240 SHD 250 SSV 260 OKD 270 WLB 280 CRH 290 ATV 300 PHV 310"),
    ("RMS", "GFD 320 LAX 330"),
    ("SBK", "MPC 200 SVP 210 SHD 220 SSV 230 OKD 240 WLB 250 CRH 260 ATV 270 PHV 280 GFD 290"),
    ("MPC", "SVP 210 SHD 220 SSV 230 OKD 240 WLB 250 CRH 260 ATV 270 PHV 280 GFD 290"),
    ("SVP", "SHD 230 SSV 240 OKD 250 WLB 260 CRH 270 ATV 280 PHV 290 GFD 300"),
    ("SHD", "SSV 220 OKD 230 WLB 240 CRH 250 ATV 260 PHV 270 GFD 280"),
    ("SSV", "OKD 240 WLB 250 CRH 260 ATV 270 PHV 280 GFD 290"),
    ("OKD", "WLB 230 CRH 240 ATV 250 PHV 260 GFD 270"),
    ("WLB", "CRH 250 ATV 260 PHV 270 GFD 280"),
    ("CRH", "ATV 240 PHV 250 GFD 260 SFO 270 RMS 280 HKG 290 JFK 300"),
    ("ATV", "PHV 230 GFD 240"),
    ("PHV", "GFD 220"),
    ("LHR", "CDG 100"),
    ("OKD", "LAX 220"),
)


def _base_costs() -> dict[tuple[str, str], float]:
    costs: dict[tuple[str, str], float] = {}
    for start, ways in _ROUTES:
        words = ways.split()
        costs.update({(start, end): float(cost) for end, cost in zip(words[::2], words[1::2], strict=True)})
    return costs


_BASE_COSTS: Mapping[tuple[str, str], float] = _base_costs()


def airport_near(city: str) -> str:
    """Return the code of the airport nearest to a city; Unknown if the city is not known."""
    return _NEAREST.get(city, "Unknown")


def base_cost(start: str, end: str) -> float | None:
    """Return the cost in dollars of a flight in economy on a cheap date; None if there is no flight this way."""
    return _BASE_COSTS.get((start, end))


@cache
def all_costs(factor: int) -> tuple[tuple[float, ...], str]:
    """Return what all flights cost, and that as JSON.

    Args:
        factor: How many times the base cost; there are six.
    """
    costs = tuple([base * factor for base in _BASE_COSTS.values()])
    return costs, json_text(costs)
