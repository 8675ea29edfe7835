"""Varying: a folder of proved variants from a file of dialogues, as many of each kind as wanted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue, to_json
from fc_synth.sample import FORMAT
from fc_synth.variants.detect import detected
from fc_synth.variants.make import varied
from fc_synth.variants.registry import OPERATORS
from fc_synth.variants.script import Row, read_script, task_of

__all__ = ["Tally", "Varied", "vary_rows", "write_variants"]

PASSES = 6
"""How often each dialogue may be tried for one kind, with other chance."""


@dataclass
class Tally:
    """What came of one kind."""

    wanted: int = 0
    tried: int = 0
    made: int = 0
    proved: int = 0
    agreed: int = 0
    """Variants in which the phenomenon was detected from the messages alone."""
    seconds: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    """Why others were thrown away."""

    @property
    def met(self) -> bool:
        """True if as many were made as wanted."""
        return self.proved >= self.wanted

    def json(self) -> dict[str, JsonValue]:
        """Return the tally as plain JSON values; without times, so that the same seed gives the same bytes."""
        return {
            "wanted": self.wanted, "tried": self.tried, "made": self.made, "proved": self.proved,
            "detected": self.agreed, "thrown_away": dict(self.reasons.most_common()),
        }  # fmt: skip


@dataclass
class Varied:
    """All variants that were made."""

    rows: list[dict[str, JsonValue]] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By operator."""
    proofs: Counter[str] = field(default_factory=Counter)
    """How often each claim was proved."""


def vary_rows(
    rows: Sequence[Row], wanted: Mapping[tuple[str, str], int], seed: int, on_row: Callable[[], None] = lambda: None
) -> Varied:
    """Make variants.

    Args:
        rows: Verified dialogues; variants among them are passed over.
        wanted: How many of each operator and flavour.
        seed: The same seed gives the same variants.
        on_row: Told after each variant.

    Raises:
        RecordError: If what a row says of itself does not fit it.
    """
    found, clean = Varied(), [row for row in rows if "variant" not in row["meta"]]
    _check(clean)
    names = {name: load_domain(name) for name in dict.fromkeys(row["meta"]["domain"] for row in clean)}
    kinds = list(OPERATORS)
    for (kind, flavour), number in wanted.items():
        tally = found.tallies.setdefault(kind, Tally())
        tally.wanted += number
        before, begun = tally.proved, monotonic()
        seen: set[str] = set()
        for attempt, (row, rng) in enumerate(_chances(clean, [seed, kinds.index(kind), len(found.rows)])):
            if tally.proved - before == number:
                break
            name = f"{row['id']}~{kind}-{len(found.rows):05d}"
            if _add(found, tally, names[row["meta"]["domain"]], row, kind, flavour, rng, name, clean, seen):
                on_row()
            if attempt >= 2 * len(clean) and tally.proved == before:
                break
        tally.seconds += monotonic() - begun
    return found


def write_variants(found: Varied, out: Path, fill: Sequence[Row] = ()) -> None:
    """Write variants to a folder: `dialogues.jsonl`, `tasks.jsonl` and `summary.json`.

    Args:
        found: The variants.
        out: The folder; made if it is not there.
        fill: Clean dialogues that are put beside them.

    Raises:
        RecordError: If the folder cannot be written.
    """
    rows = [*found.rows, *fill]
    summary = {
        "format": FORMAT, "rows": len(rows), "variants": len(found.rows),
        "kinds": {kind: tally.json() for kind, tally in found.tallies.items()},
        "proofs": dict(sorted(found.proofs.items())),
    }  # fmt: skip
    texts = {
        "dialogues.jsonl": "".join(f"{to_json(row)}\n" for row in rows),
        "tasks.jsonl": "".join(f"{to_json(task_of(row).json())}\n" for row in rows),
        "summary.json": json.dumps(summary, indent=2) + "\n",
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{out}: cannot be written ({error.strerror})") from None


def _check(rows: Sequence[Row]) -> None:
    """Refuse a row whose messages and turns are none, or not each other's."""
    for number, row in enumerate(rows, start=1):
        try:
            calls = [call for scene in read_script(row).scenes for call in scene.calls]
            to_json(row)
            fits = all(isinstance(row["meta"][name], kind) for name, kind in (("domain", str), ("seed", int)))
            if not fits or row["meta"]["seed"] < 0 or not isinstance(row["id"], str):
                raise ValueError("its id, domain or seed is none")
            if not all(isinstance(call.arguments, dict) for call in calls):
                raise ValueError("the arguments of a call are no object")
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            name = row.get("id") or f"row {number}"
            raise RecordError(
                f"{name}: what the row says of itself does not fit it ({error!r}); give dialogues as `fc-gym synth` "
                "writes them"
            ) from None


def _chances(rows: Sequence[Row], seed: list[int]) -> Iterator[tuple[Row, np.random.Generator]]:
    """Give each dialogue in turn, the whole round again with other chance."""
    for turn in range(PASSES if rows else 0):
        order = np.random.default_rng([*seed, turn]).permutation(len(rows))
        for place in order:
            yield rows[int(place)], np.random.default_rng([*seed, turn, int(place)])


def _add(
    found: Varied, tally: Tally, domain: Domain, row: Row, kind: str, flavour: str, rng: np.random.Generator, name: str,
    pool: Sequence[Row], seen: set[str],
) -> bool:  # fmt: skip
    """Try to add a variant."""
    attempt = varied(domain, row, kind, rng, name=name, pool=pool, flavour=flavour)
    tally.tried += 1
    tally.made += attempt.made
    if attempt.row is None:
        tally.reasons[attempt.reason] += 1
        return False
    said = to_json(attempt.row["messages"])
    if said in seen:
        tally.reasons["made before"] += 1
        return False
    seen.add(said)
    tally.proved += 1
    found.proofs.update(proof.name for proof in attempt.proofs)
    wanted = OPERATORS[kind].phenomenon or kind
    where = domain if attempt.row["meta"]["domain"] == domain.name else load_domain(attempt.row["meta"]["domain"])
    tally.agreed += wanted in detected(where, attempt.row)
    found.rows.append(attempt.row)
    return True
