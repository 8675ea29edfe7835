"""A role's voice: how it asks its model, with requests that no other place of the run repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fc_agents.models.request import Completion, Request, Sampling

from fc_gym.types import JsonValue
from fc_synth.roles.asking import Asker
from fc_synth.roles.ledger import Ledger

__all__ = ["Voice"]


@dataclass
class Voice:
    """One role in one dialogue.

    Every request is marked with the place where it is asked, so a recorded run finds its answers again, whatever else
    was asked at the same time; a seed, if there is one, is mixed with that mark.
    """

    role: str
    asker: Asker
    ledger: Ledger
    place: str
    """The run and the dialogue, such as `0/17`."""
    sampling: Sampling = field(default_factory=Sampling)
    tries: int = 3
    """Most texts asked for before the role gives up."""
    asked: int = 0

    def ask(
        self, messages: Sequence[Mapping[str, JsonValue]], tools: Sequence[Mapping[str, JsonValue]] = ()
    ) -> Completion:
        """Ask once."""
        self.asked += 1
        mark = f"{self.place}/{self.role}/{self.asked}"
        request = Request(list(messages), list(tools), _seeded(self.sampling, mark), sample=mark)
        completion = self.asker.ask(request)
        self.ledger.asked(self.role, completion)
        return completion

    def accept(self) -> None:
        """Note that what was written passes."""
        self.ledger.accepted(self.role)

    def refuse(self, reason: str) -> None:
        """Note that it does not."""
        self.ledger.refused(self.role, reason)


def _seeded(sampling: Sampling, mark: str) -> Sampling:
    if sampling.seed is None:
        return sampling
    digest = hashlib.sha256(f"{sampling.seed}/{mark}".encode()).digest()
    return replace(sampling, seed=int.from_bytes(digest[:4], "big") >> 1)
