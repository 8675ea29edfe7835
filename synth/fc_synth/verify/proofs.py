"""Proofs: everything that is checked of one row, in one execution of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fc_gym.domain import Domain
from fc_gym.errors import DomainError, RecordError, TaskError
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue
from fc_synth.variants.proof import proofs_of
from fc_synth.verify.asking import solvable, unique
from fc_synth.verify.foreign import foreign_records
from fc_synth.verify.leak import no_leak
from fc_synth.verify.meaning import asked_of
from fc_synth.verify.messages import talk_of
from fc_synth.verify.minimal import BUDGET, minimal
from fc_synth.verify.necessity import necessary
from fc_synth.verify.offered import offered_of
from fc_synth.verify.play import played
from fc_synth.verify.provenance import invented, observable, sources
from fc_synth.verify.reasoning import grounded, told
from fc_synth.verify.record import Record, settled
from fc_synth.verify.replayed import form, replay

__all__ = ["Proof", "own_records", "prove", "seed_of"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked of one row."""

    row: str
    """Its id, or its line."""
    line: int
    domain: str
    """Where it was executed; empty if it was not."""
    records: tuple[Record, ...]

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return {
            "row": self.row,
            "line": self.line,
            "domain": self.domain,
            "records": [one.json() for one in self.records],
        }


def prove(value: Mapping[str, Any], place: str, line: int, domain: str = "", budget: int = BUDGET) -> Proof:
    """Check one row.

    Args:
        value: The row, decoded.
        place: File and line, for complaints.
        line: Its line, from 1.
        domain: The domain to execute it in, if not the one that it names.
        budget: Calls that may be tried for the minimality of one turn.

    Raises:
        RecordError: To whoever owns the file, if the row cannot be read or executed at all.
    """
    name = str(value.get("id") or f"line {line}")
    meta = value.get("meta")
    own = isinstance(meta, Mapping) and "domain" in meta and "seed" in meta and "messages" in value
    if not own and not (domain and "seed" in value and "messages" in value):
        return Proof(name, line, "", foreign_records(value, place))
    facts: Mapping[str, Any] = meta if own and isinstance(meta, Mapping) else value
    seed = seed_of(facts, place)
    try:
        found = load_domain(domain or str(facts["domain"]))
        records = own_records(found, value, facts, seed, budget)
    except (DomainError, TaskError) as error:
        raise RecordError(f"{place}: {error}") from None
    return Proof(name, line, found.name, records)


def seed_of(facts: Mapping[str, Any], place: str) -> int:
    """Return the seed that a row names.

    Args:
        facts: What the row says of itself.
        place: File and line, for complaints.

    Raises:
        RecordError: To whoever owns the file, if it is none.
    """
    seed = facts["seed"]
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise RecordError(f"{place}: the seed should be a whole number from 0 on, not {seed!r}")
    return seed


def own_records(
    domain: Domain, row: Mapping[str, Any], meta: Mapping[str, Any], seed: int, budget: int = BUDGET
) -> tuple[Record, ...]:
    """Check a row that can be executed; only its messages, seed and start are believed.

    Args:
        domain: Where it takes place.
        row: The row.
        meta: What it claims of itself, to be compared.
        seed: Of its start state.
        budget: Calls that may be tried for the minimality of one turn.
    """
    talk = talk_of(row)
    if "variant" in meta:
        return (settled("form", talk.faults, [], {}), *_variant(domain, row))
    domain = offered_of(domain, talk)
    first = form(domain, talk, meta)
    play = played(domain, talk, seed, meta.get("start"))
    asked = asked_of(play)
    claimed = meta.get("certificate")
    state_hash = str(claimed.get("state_hash", "")) if isinstance(claimed, Mapping) else ""
    return (
        first,
        replay(play, state_hash),
        observable(play),
        invented(play),
        sources(play, meta),
        solvable(play, asked),
        unique(play, asked),
        necessary(play, asked),
        minimal(play, asked, budget),
        no_leak(play),
        grounded(play),
        told(play),
    )


def _variant(domain: Domain, row: Mapping[str, Any]) -> tuple[Record, ...]:
    """Check a row of a variant by the proofs of its operator."""
    return tuple(
        Record(f"variant {one.name}", one.verdict, "" if one.verdict == "proved" else one.detail)
        for one in proofs_of(domain, dict(row))
    )
