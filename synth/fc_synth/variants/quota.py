"""Quotas: how many variants of which kind are wanted, as the user writes it."""

from __future__ import annotations

from collections.abc import Mapping

from fc_gym.errors import TaskError
from fc_synth.variants.faults import FAILURES
from fc_synth.variants.registry import ALIASES, OPERATORS
from fc_synth.variants.repairs import REPAIRS

__all__ = ["read_kinds", "read_quotas", "spread"]


def read_kinds(text: str) -> dict[str, int]:
    """Read `missing_function=50,fault=30`.

    Raises:
        TaskError: If a name or number is none; it says what would be right.
    """
    found: dict[str, int] = {}
    for name, amount in _pairs(text, "--kinds"):
        if not amount.isdecimal():
            raise TaskError(f"--kinds: {name}={amount} is no number; write {name}=50")
        found[name] = found.get(name, 0) + int(amount)
    return found


def read_quotas(text: str, rows: int) -> dict[str, int]:
    """Read `over_fill=5%,switching=2.5%` as numbers of rows.

    Args:
        text: What the user wrote.
        rows: All rows that there will be.

    Raises:
        TaskError: If a name or share is none, or the shares are more than all; it says what would be right.
    """
    found: dict[str, float] = {}
    for name, share in _pairs(text, "--quota"):
        number = share.removesuffix("%")
        if not share.endswith("%") or not number.replace(".", "", 1).isdecimal():
            raise TaskError(f"--quota: {name}={share} is no share; write {name}=5%")
        found[name] = found.get(name, 0.0) + float(number)
    if sum(found.values()) > 100:
        raise TaskError(f"--quota: the shares add up to {sum(found.values()):g} %; at most 100 % is possible")
    return {name: round(rows * share / 100) for name, share in found.items()}


def spread(wanted: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Return how many are wanted of each operator and flavour, faults spread evenly over their kinds.

    Args:
        wanted: Numbers by name, as `read_kinds` gives them.
    """
    found: dict[tuple[str, str], int] = {}
    for name, number in wanted.items():
        sorts = [(kind, flavour) for kind in ALIASES.get(name, (name,)) for flavour in _flavours(kind)]
        for place, sort in enumerate(sorts):
            found[sort] = found.get(sort, 0) + number // len(sorts) + (place < number % len(sorts))
    return {sort: number for sort, number in found.items() if number}


def _flavours(kind: str) -> tuple[str, ...]:
    return {"exception": tuple(REPAIRS), "failed": FAILURES}.get(kind, ("",))


def _pairs(text: str, option: str) -> list[tuple[str, str]]:
    pairs = []
    for piece in (piece.strip() for piece in text.split(",") if piece.strip()):
        name, _, value = piece.partition("=")
        if name not in OPERATORS and name not in ALIASES:
            raise TaskError(f"{option}: there is no kind {name!r}; have {', '.join([*OPERATORS, *ALIASES])}")
        pairs.append((name, value.strip()))
    return pairs
