"""The cast: which roles of the synthesis a model plays, and how each dialogue finds its writers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from fc_agents.models.model import Model
from fc_agents.models.request import Sampling

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.graph import ApiGraph
from fc_gym.types import JsonValue
from fc_synth.roles.asking import Asker
from fc_synth.roles.critique import ModelCritic
from fc_synth.roles.ledger import Ledger, Price
from fc_synth.roles.querying import ModelQuerying
from fc_synth.roles.reasoning import ModelReasoner
from fc_synth.roles.tooling import ModelTooling
from fc_synth.roles.voice import Voice
from fc_synth.sample import system_text
from fc_synth.writers import Hire, Writers, offline_writers

__all__ = ["ROLES", "Cast", "roles_named"]

ROLES = ("tooling", "querying", "reasoning", "critic")
"""What a model can write."""


@dataclass(frozen=True)
class Cast:
    """Who plays; the roles that are not named are written offline."""

    roles: tuple[str, ...]
    """Some of `ROLES`."""
    model: Callable[[], Model]
    sampling: Sampling = field(default_factory=Sampling)
    fallback: bool = False
    """Take the offline tool or query where nothing that the model wrote passes."""
    concurrency: int = 16
    """Dialogues that are made at once."""
    patience: int = 8
    """Refused turns after which a dialogue is given up."""
    starts: int = 2
    """Start states that are tried for one dialogue."""
    price: Price = field(default_factory=Price)

    def json(self, model: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return what decides how dialogues come out, with what the model says of itself, as plain JSON values."""
        return {
            "roles": list(self.roles), "model": dict(model), "sampling": self.sampling.json(),
            "fallback": self.fallback, "patience": self.patience, "starts": self.starts,
        }  # fmt: skip

    def hire(self, asker: Asker, place: str, ledger: Ledger) -> Hire:
        """Return what finds the writers of one dialogue.

        Args:
            asker: Asks the model.
            place: Where in the run the dialogue stands, such as `0/17/0`.
            ledger: Takes down what is asked.
        """

        def find(domain: Domain, graph: ApiGraph, today: str, rng: np.random.Generator) -> Writers:
            voices = {role: Voice(role, asker, ledger, place, self.sampling) for role in self.roles}
            found = replace(offline_writers(domain, graph, today, rng), fallback=self.fallback, patience=self.patience)
            if "reasoning" in voices:
                found.reasoner = ModelReasoner(domain, system_text(domain, today), voices["reasoning"])
                found.grounded = False
            if "critic" in voices:
                found.critic = ModelCritic(found.critic, voices["critic"])
            if "tooling" in voices:
                found.tooling = ModelTooling(domain, voices["tooling"])
            if "querying" in voices:
                found.querying = ModelQuerying(voices["querying"])
            return found

        return find


def roles_named(text: str) -> tuple[str, ...]:
    """Return the roles in a text with commas; `all` are all of them.

    Raises:
        TaskError: If one is unknown.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    names = list(ROLES) if names == ["all"] else names
    for name in names:
        if name not in ROLES:
            raise TaskError(f"unknown role {name!r}; have {', '.join(ROLES)}, or all")
    return tuple(role for role in ROLES if role in names)
