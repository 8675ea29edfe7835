"""Records: what became of one claim about one row, for machines to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fc_gym.types import JsonValue

__all__ = ["Record", "Verdict", "settled"]

Verdict = Literal["proved", "refuted", "unknown"]


@dataclass(frozen=True, slots=True)
class Record:
    """One certificate of one row."""

    name: str
    """What is claimed, such as `replay`."""
    verdict: Verdict
    detail: str = ""
    """One sentence on what speaks against it or why it is not known; empty if it is proved."""
    place: str = ""
    """Where that is, such as `turn 2, call 3`; empty if it is about the row."""
    tally: Mapping[str, int] = field(default_factory=dict)
    """What was counted, such as calls by why they are needed."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "detail": self.detail,
            "place": self.place,
            "tally": dict(sorted(self.tally.items())),
        }


def settled(
    name: str, against: list[tuple[str, str]], open_: list[tuple[str, str]], tally: Mapping[str, int]
) -> Record:
    """Return the record of a certificate: refuted if anything speaks against it, unknown if something is open.

    Args:
        name: The certificate.
        against: What speaks against it, as place and sentence; the first is kept, the others are counted.
        open_: What could not be decided, as place and sentence.
        tally: What was counted.
    """
    found = against or open_
    if not found:
        return Record(name, "proved", tally=tally)
    place, detail = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Record(name, "refuted" if against else "unknown", f"{detail}{more}", place, tally)
