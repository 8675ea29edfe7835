"""One row of a run: a dialogue from the seed of the run and the position of the row, which depends on no other row."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field

import numpy as np

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.graph import ApiGraph
from fc_gym.kept import graph_of
from fc_gym.types import JsonValue
from fc_synth.beside import joined_with
from fc_synth.compose import compose
from fc_synth.plan import Plan
from fc_synth.sample import FORMAT, sample_of
from fc_synth.writers import Hire, offline_writers

__all__ = ["Order", "composed_row", "ground", "made_row"]

GIVE_UP = 40
"""Start states of one row that may give no dialogue before the run is stopped."""


@dataclass(frozen=True)
class Order:
    """What to make."""

    domains: tuple[str, ...]
    dialogues: int
    seed: int = 0
    plan: Plan = field(default_factory=Plan)

    def json(self) -> dict[str, JsonValue]:
        """Return the order as plain JSON values, without the number of dialogues, which may grow."""
        return {"format": FORMAT, "domains": list(self.domains), "seed": self.seed, "plan": asdict(self.plan)}


def composed_row(
    order: Order, domain: Domain, number: int, tried: int, hire: Hire, refused: Counter[str]
) -> dict[str, JsonValue] | None:
    """Try to make one row from one start state.

    Args:
        order: What to make.
        domain: Where it takes place.
        number: The position of the row in the file, from 0.
        tried: How many start states were tried before.
        hire: Finds the writers.
        refused: Counts the reasons for whatever is thrown away.

    Returns:
        The row; None if nothing came about.
    """
    there, graph, home = ground(order, domain, number)
    rng = np.random.default_rng([order.seed, number, tried])
    start = int(rng.integers(2**31))
    dialogue = compose(there, graph, start, rng, order.plan, refused, home=home, hire=hire)
    if dialogue is None:
        return None
    row = sample_of(there, dialogue, f"{domain.name}-{order.seed}-{number:06d}")
    row["meta"] = {"index": number, **row["meta"]}
    return row


def made_row(order: Order, domain: Domain, number: int) -> dict[str, JsonValue]:
    """Make one row of an order, which depends on no other.

    Args:
        order: What to make.
        domain: Where it takes place.
        number: The position of the row in the file, from 0.

    Raises:
        RecordError: If the domain gives no dialogue.
    """
    refused: Counter[str] = Counter()
    for tried in range(GIVE_UP):
        row = composed_row(order, domain, number, tried, offline_writers, refused)
        if row is not None:
            row["meta"]["refused"] = dict(sorted(refused.items()))
            return row
    reasons = ", ".join(f"{reason} ({count})" for reason, count in refused.most_common(3))
    raise RecordError(f"{domain.name}: {GIVE_UP} starts gave no dialogue; most often: {reasons}")


def ground(order: Order, domain: Domain, number: int) -> tuple[Domain, ApiGraph, tuple[str, ...]]:
    """Return where a dialogue takes place, its graph, and the tools it is to be about if there are others beside.

    Args:
        order: What is made.
        domain: The domain of the row.
        number: The position of the row.
    """
    if not order.plan.distractors:
        return domain, graph_of(domain), ()
    reference = order.domains[number % len(order.domains)]
    there, graph = joined_with(reference, order.plan.distractors, order.domains)
    return there, graph, domain.names
