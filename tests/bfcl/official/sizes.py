"""How much is compared with the official package; set the variables for more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SESSIONS = int(os.environ.get("FC_GYM_OFFICIAL_SESSIONS", "60"))
"""Sessions of drawn calls, and tasks that each agent plays; 800 or more: all of them."""

CALLS = int(os.environ.get("FC_GYM_OFFICIAL_CALLS", "30"))
"""Calls in a session."""

SEED = int(os.environ.get("FC_GYM_OFFICIAL_SEED", "0"))
"""Seeds all that is drawn."""

KIND = os.environ.get("FC_GYM_OFFICIAL_COMPARE", "exact") == "kind"
"""Compare only that a call raised, not in which words; `exact` leaves out the words on too deep a recursion alone."""


def spread(among: Sequence[T]) -> list[T]:
    """Take as many as there are sessions, at equal distances."""
    wanted = min(SESSIONS, len(among))
    return [among[place * len(among) // wanted] for place in range(wanted)]
