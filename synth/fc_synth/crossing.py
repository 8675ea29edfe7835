"""Crossings: arguments in one part of a joined world that a result of another part has given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fc_gym.domain import Domain
from fc_gym.joined import JoinedDomain
from fc_gym.types import JsonValue

__all__ = ["Crossing", "crossings"]


@dataclass(frozen=True, order=True, slots=True)
class Crossing:
    """One way from world to world."""

    giver: str
    """The tool whose result held the value."""
    taker: str
    """The tool that was called with it."""
    parameter: str

    def __str__(self) -> str:
        return f"{self.giver} gives {self.taker} its {self.parameter}"


def crossings(row: Mapping[str, JsonValue], domain: Domain) -> Counter[Crossing]:
    """Count the crossings of one dialogue; there are none in a world that was not joined.

    Args:
        row: A line of `dialogues.jsonl`, decoded.
        domain: The domain that it was made in.
    """
    if not isinstance(domain, JoinedDomain):
        return Counter()
    calls = [call for turn in row["meta"]["turns"] for layer in turn["layers"] for call in layer]
    found: Counter[Crossing] = Counter()
    for call in calls:
        for path, source in call["sources"].items():
            if source["kind"] == "output" and source["call"] < len(calls):
                giver = calls[source["call"]]["name"]
                if domain.part_of(giver) is not domain.part_of(call["name"]):
                    found[Crossing(giver, call["name"], path.partition("[")[0])] += 1
    return found
