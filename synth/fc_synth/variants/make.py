"""Making: one variant of one dialogue, kept only if all of its proofs hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fc_gym.domain import Domain
from fc_gym.types import JsonValue
from fc_synth.variants.case import case_of
from fc_synth.variants.course import course_of
from fc_synth.variants.goals import Proof
from fc_synth.variants.proof import proofs_of
from fc_synth.variants.registry import OPERATORS
from fc_synth.variants.script import Row
from fc_synth.variants.written import written

__all__ = ["Attempt", "varied"]


@dataclass(frozen=True)
class Attempt:
    """What came of one try to make a variant."""

    row: dict[str, JsonValue] | None
    """The variant, if one was made and proved."""
    made: bool
    proofs: tuple[Proof, ...] = ()

    @property
    def reason(self) -> str:
        """Why there is no row; empty if there is one."""
        if self.row is not None:
            return ""
        wrong = [f"{one.name} {one.verdict}" for one in self.proofs if one.verdict != "proved"]
        return ", ".join(wrong) if self.made else "no place for it"


def varied(
    domain: Domain,
    row: Row,
    kind: str,
    rng: np.random.Generator,
    *,
    name: str,
    pool: Sequence[Row] = (),
    flavour: str = "",
) -> Attempt:
    """Try to make a variant of a dialogue.

    Args:
        domain: The row's domain.
        row: A verified dialogue.
        kind: The name of an operator.
        rng: The source of chance.
        name: The id of the variant.
        pool: Other rows to borrow from.
        flavour: Which sort of the variant is wanted.
    """
    case = case_of(domain, row, rng, pool, flavour)
    made = OPERATORS[kind].make(case) if case is not None else None
    if case is None or made is None:
        return Attempt(None, made=False)
    course = course_of(made.domain, made.script, name)
    if course is None:
        return Attempt(None, made=True, proofs=(Proof("replay", "refuted", "a call is refused"),))
    fresh = written(case, made, course, kind, name)
    proofs = tuple(proofs_of(made.domain, fresh))
    if any(one.verdict != "proved" for one in proofs):
        return Attempt(None, made=True, proofs=proofs)
    fresh["meta"]["certificate"]["proofs"] = [list(one) for one in proofs]
    return Attempt(fresh, made=True, proofs=proofs)
