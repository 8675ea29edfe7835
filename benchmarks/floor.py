"""The FLOOR: one tool step written by hand on the standard library, the unit in which our speeds are stated.

It decodes a call of 216 bytes, looks the tool up, checks the arguments, changes a dict and encodes a result of 331
bytes. Times on different machines compare only as multiples of it, measured in the same process at the same moment.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

__all__ = ["CALLS", "answer", "floor"]

NOTE = "left over from the spring sale, please count the pieces again on Friday before the opening"
CALLS = tuple(
    json.dumps(
        {
            "name": "place_stock",
            "arguments": {"item": "ITM-10004", "shelf": "north aisle, bay 12, row 4", "quantity": count, "note": NOTE},
        }
    )
    for count in (31, 47)
)
"""Two calls of 216 bytes that take turns, so that each of them changes something."""

Row = dict[str, Any]

_world: dict[str, Row] = {
    f"ITM-{10_000 + position}": {
        "name": f"Halden storage box {position}",
        "category": "garden and balcony",
        "supplier": "Mirren, Bristol",
        "price": 24.5,
        "shelves": {"south aisle, bay 3, row 1": 12},
        "note": "",
    }
    for position in range(20)
}
_turns = itertools.cycle(CALLS)


def floor() -> str:
    """Do one step: JSON text in, JSON text out."""
    return answer(next(_turns))


def answer(text: str) -> str:
    """Answer one call."""
    call = json.loads(text)
    arguments = call["arguments"]
    _check(arguments)
    return json.dumps(_TOOLS[call["name"]](_world, **arguments))


def _check(arguments: Row) -> None:
    for name in ("item", "shelf", "note"):
        if not isinstance(arguments[name], str):
            raise TypeError(name)
    if not isinstance(arguments["quantity"], int) or not 0 <= arguments["quantity"] <= 500:
        raise ValueError("quantity")


def _place_stock(world: dict[str, Row], item: str, shelf: str, quantity: int, note: str) -> Row:
    row = world[item]
    row["shelves"][shelf] = quantity
    row["note"] = note
    total = sum(row["shelves"].values())
    return {
        "item": item,
        "name": row["name"],
        "category": row["category"],
        "supplier": row["supplier"],
        "price": row["price"],
        "shelf": shelf,
        "quantity": quantity,
        "total": total,
        "shelves": len(row["shelves"]),
        "note": row["note"],
        "low": total < 10,
    }


_TOOLS: dict[str, Callable[..., Row]] = {"place_stock": _place_stock}
