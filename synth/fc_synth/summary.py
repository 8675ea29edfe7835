"""The summary of a run: what was made, what was proved, and what was thrown away for which reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_gym.types import JsonValue
from fc_synth.measures import Measures
from fc_synth.roles.ledger import Ledger

__all__ = ["Summary"]


@dataclass
class Summary:
    """What a run came to."""

    dialogues: Counter[str] = field(default_factory=Counter)
    """Dialogues per domain."""
    turns: int = 0
    calls: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    """How many tries the reasoner needed: tries to number of layers."""
    leaves: Counter[str] = field(default_factory=Counter)
    """Argument leaves by kind of source, `earlier` for results of earlier turns."""
    necessary: Counter[str] = field(default_factory=Counter)
    """Calls by why they cannot be dropped."""
    refused: Counter[str] = field(default_factory=Counter)
    """Whatever was thrown away, by reason."""
    proved: int = 0
    """Dialogues that, read from the file and played again, came to the same results and final state."""
    crossings: Counter[str] = field(default_factory=Counter)
    """Arguments that a result of another part of a joined world has given, by the tools and the parameter."""
    pairs: int = 0
    """Proposals that the critic turned down, each a preference pair."""
    measures: Measures = field(default_factory=Measures)
    """How far calls depend on earlier ones, and how people talk."""

    ledger: Ledger = field(default_factory=Ledger)
    """What models were asked, by role."""
    unmade: int = 0
    """Rows of which nothing that a model wrote passed."""
    failed: Counter[str] = field(default_factory=Counter)
    """Rows for which a model gave no answer in this run, by kind."""

    def add_unmade(self, line: Mapping[str, JsonValue]) -> None:
        """Take in a row that came to nothing."""
        self.unmade += 1
        self.refused.update(line["refused"])
        self.ledger.merge(Ledger.of(line["ledger"]))

    def add(self, row: Mapping[str, JsonValue]) -> None:
        """Take in one row."""
        meta = row["meta"]
        self.measures.add(row)
        self.dialogues[meta["domain"]] += 1
        self.turns += len(meta["turns"])
        self.pairs += len(meta["rejected"])
        self.necessary.update(meta["certificate"]["necessary"])
        self.refused.update(meta["refused"])
        self.ledger.merge(Ledger.of(meta.get("ledger", {})))
        for number, turn in enumerate(meta["turns"]):
            self.attempts.update(turn["attempts"])
            for call in (call for layer in turn["layers"] for call in layer):
                self.calls += 1
                self.leaves.update(_kind(source, number) for source in call["sources"].values())

    def json(self) -> dict[str, JsonValue]:
        """Return the summary as plain JSON values."""
        return {
            "dialogues": sum(self.dialogues.values()),
            "by_domain": dict(sorted(self.dialogues.items())),
            "turns": self.turns,
            "calls": self.calls,
            "attempts": {str(tries): count for tries, count in sorted(self.attempts.items())},
            "argument_sources": dict(sorted(self.leaves.items())),
            "necessary_because": dict(sorted(self.necessary.items())),
            "proved_again": self.proved,
            "crossings": dict(sorted(self.crossings.items())),
            "preference_pairs": self.pairs,
            "measures": self.measures.json(),
            "refused": dict(self.refused.most_common()),
            **({"unmade": self.unmade, "roles": self.ledger.json()} if self.ledger.accounts else {}),
        }


def _kind(source: Mapping[str, JsonValue], turn: int) -> str:
    return "earlier" if source["kind"] == "output" and source["turn"] < turn else str(source["kind"])
