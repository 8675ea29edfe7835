"""The bulk data that the long-context variant adds to the results of the trading tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fc_gym.bfcl.bulk import bulk

__all__ = ["TradingBulk", "trading_bulk"]


@dataclass(frozen=True)
class TradingBulk:
    """Filler as the official tools tell it; the numbers are drawn and mean nothing."""

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

    def about(self, symbol: object) -> dict[str, str]:
        """Return the texts on one company."""
        return {heading: text.replace("{symbol}", str(symbol)) for heading, text in self.metadata.items()}


@cache
def trading_bulk() -> TradingBulk:
    """Return the bulk data, read at the first use; callers copy what they give away."""
    read = bulk("trading_bulk.json")
    averages = {name: read[name] for name in ("MA(5)", "MA(20)")}
    return TradingBulk(averages, read["watch_list"], read["sectors"], read["transactions"], read["metadata"])
