"""Report: what was proved of a file, counted over its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fc_gym.errors import RecordError
from fc_gym.types import JsonValue, to_json
from fc_synth.verify.proofs import Proof
from fc_synth.verify.record import Record

__all__ = ["Report"]


@dataclass
class Report:
    """The proofs of one file."""

    file: str
    proofs: list[Proof] = field(default_factory=list)

    @property
    def refuted(self) -> int:
        """How many rows have a certificate that is refuted."""
        return sum(any(one.verdict == "refuted" for one in proof.records) for proof in self.proofs)

    def verdicts(self) -> dict[str, Counter[str]]:
        """Return for each certificate how many rows have which verdict."""
        found: dict[str, Counter[str]] = {}
        for _, record in self._records():
            found.setdefault(record.name, Counter())[record.verdict] += 1
        return found

    def tallies(self) -> dict[str, Counter[str]]:
        """Return for each certificate what was counted over all rows."""
        found: dict[str, Counter[str]] = {}
        for _, record in self._records():
            found.setdefault(record.name, Counter()).update(record.tally)
        return found

    def findings(self, most: int) -> Iterator[str]:
        """Return sentences on what is refuted, at most some of each certificate."""
        told: Counter[str] = Counter()
        for proof, record in self._records():
            if record.verdict == "refuted" and told[record.name] < most:
                told[record.name] += 1
                place = f", {record.place}" if record.place else ""
                yield f"{self.file}:{proof.line}: {proof.row}{place}: {record.name}: {record.detail}"

    def json(self) -> dict[str, JsonValue]:
        """Return the report as plain JSON values, with the records of every row."""
        return {
            "format": "fc_gym/verify/1",
            "file": self.file,
            "rows": len(self.proofs),
            "refuted": self.refuted,
            "certificates": {
                name: {"verdicts": dict(sorted(counts.items())), "tally": dict(sorted(self.tallies()[name].items()))}
                for name, counts in self.verdicts().items()
            },
            "proofs": [proof.json() for proof in self.proofs],
        }

    def write(self, out: Path) -> None:
        """Write the report to a file.

        Raises:
            RecordError: If it cannot be written.
        """
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(to_json(self.json()) + "\n", encoding="utf-8")
        except OSError as error:
            raise RecordError(f"{out}: cannot be written ({error.strerror})") from None

    def _records(self) -> Iterator[tuple[Proof, Record]]:
        return ((proof, record) for proof in self.proofs for record in proof.records)
