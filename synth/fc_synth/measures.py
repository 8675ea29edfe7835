"""Measures of dialogues: how far calls depend on earlier ones, how much is unsaid, and how people talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_gym.types import JsonValue

__all__ = ["FAR", "Measures"]

FAR = 3
"""From how many calls back on an argument counts as far from its source."""


@dataclass
class Measures:
    """Counts over rows; shares follow from them."""

    rows: int = 0
    turns: int = 0
    calls: int = 0
    arguments: int = 0
    fed: int = 0
    """Rows in which at least one argument comes from a result."""
    crossing: Counter[int] = field(default_factory=Counter)
    """Arguments that come from a result of an earlier turn, by how many calls ago it was."""
    within: Counter[int] = field(default_factory=Counter)
    """Arguments that come from a result of the same turn, by how many calls ago it was."""
    necessary: Counter[str] = field(default_factory=Counter)
    layers: int = 0
    batched: int = 0
    """Layers of two calls or more."""
    lengths: Counter[int] = field(default_factory=Counter)
    """Turns by number of calls."""
    wishes: Counter[int] = field(default_factory=Counter)
    """Turns by number of things asked for."""
    answered: int = 0
    """Turns whose reply has to contain something that was asked."""
    references: int = 0
    """Rows named only as what was spoken of before, such as "that order"."""
    nested: int = 0
    """Turns whose advanced tool calls other advanced tools."""
    styles: Counter[str] = field(default_factory=Counter)
    noise: Counter[str] = field(default_factory=Counter)
    """Messages by form of noise."""

    def add(self, row: Mapping[str, JsonValue]) -> None:
        """Take in one row of `dialogues.jsonl`, decoded."""
        meta = row["meta"]
        self.rows += 1
        self.styles[meta.get("style") or "plain"] += 1
        self.necessary.update(why or "not shown" for why in meta["certificate"]["necessary"])
        position = 0
        before = self.crossing.total() + self.within.total()
        for number, turn in enumerate(meta["turns"]):
            self._add_turn(turn, number, position)
            position += sum(len(layer) for layer in turn["layers"])
        self.fed += self.crossing.total() + self.within.total() > before

    def json(self) -> dict[str, JsonValue]:
        """Return the shares, from 0 to 1, and the counts behind them, as plain JSON values."""
        far = sum(count for back, count in self.crossing.items() if back >= FAR)
        certified = self.calls - self.necessary["not shown"]
        return {
            "cross_turn_arguments": _share(self.crossing.total(), self.arguments),
            "of_them_far": _share(far, self.crossing.total()),
            "rows_with_output_derived_arguments": _share(self.fed, self.rows),
            "necessary_calls": _share(certified, self.calls),
            "unsaid_calls": _share(self.calls - sum(n * many for n, many in self.wishes.items()), self.calls),
            "layers_with_parallel_calls": _share(self.batched, self.layers),
            "turns_answered_with_asked_values": _share(self.answered, self.turns),
            "turns_of_several_wishes": _share(self.turns - self.wishes[1], self.turns),
            "turns_with_nested_tools": _share(self.nested, self.turns),
            "references": self.references,
            "calls_back_across_turns": _histogram(self.crossing),
            "calls_back_within_turns": _histogram(self.within),
            "calls_per_turn": _histogram(self.lengths),
            "styles": dict(sorted(self.styles.items())),
            "noise": dict(sorted(self.noise.items())),
        }

    def _add_turn(self, turn: Mapping[str, JsonValue], number: int, position: int) -> None:
        self.turns += 1
        self.answered += bool(turn["answer"])
        self.references += turn.get("references", 0)
        self.nested += bool(turn.get("parts"))
        self.noise.update(turn.get("noise", ()))
        self.wishes[len(turn["asked"])] += 1
        self.lengths[sum(len(layer) for layer in turn["layers"])] += 1
        for layer in turn["layers"]:
            self.layers += 1
            self.batched += len(layer) > 1
            for call in layer:
                self._add_call(call, number, position)
                position += 1

    def _add_call(self, call: Mapping[str, JsonValue], number: int, position: int) -> None:
        self.calls += 1
        for source in call["sources"].values():
            self.arguments += 1
            if source["kind"] == "output":
                kind = self.crossing if source["turn"] < number else self.within
                kind[position - source["call"]] += 1


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _histogram(counts: Counter[int]) -> dict[str, JsonValue]:
    return {str(size): count for size, count in sorted(counts.items())}
