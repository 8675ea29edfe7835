"""The keys of the BFCL tools: values that one tool gives and another takes."""

from __future__ import annotations

from typing import NewType

__all__ = [
    "AccessToken",
    "AirportCode",
    "BookingId",
    "CardId",
    "CompanyName",
    "ContactName",
    "EntryName",
    "InsuranceId",
    "OrderId",
    "Sector",
    "StockSymbol",
    "TicketId",
    "TweetId",
    "TwitterName",
    "UserId",
    "ZipCode",
]

AccessToken = NewType("AccessToken", str)
"""Token that the travel tools ask for."""
AirportCode = NewType("AirportCode", str)
"""IATA code of an airport."""
BookingId = NewType("BookingId", str)
"""Id of a flight that was booked."""
CardId = NewType("CardId", str)
"""Id under which a credit card is registered."""
CompanyName = NewType("CompanyName", str)
"""Name of a company at the stock exchange."""
ContactName = NewType("ContactName", str)
"""Name of a user of the workspace in which messages are sent."""
EntryName = NewType("EntryName", str)
"""Name of a file or a directory, without the path to it."""
InsuranceId = NewType("InsuranceId", str)
"""Id of an insurance for a flight."""
OrderId = NewType("OrderId", int)
"""Id of an order for stocks."""
Sector = NewType("Sector", str)
"""Branch of industry that stocks belong to."""
StockSymbol = NewType("StockSymbol", str)
"""Symbol under which a stock is traded."""
TicketId = NewType("TicketId", int)
"""Id of a ticket in the queue."""
TweetId = NewType("TweetId", int)
"""Id of a tweet."""
TwitterName = NewType("TwitterName", str)
"""Name of a user of the network in which tweets are posted."""
UserId = NewType("UserId", str)
"""Id of a user of the workspace, such as USR001."""
ZipCode = NewType("ZipCode", str)
"""Zip code of a city, as ways are estimated by."""
