"""Dialogues: verified turns, and what is proved of them."""

from __future__ import annotations

from dataclasses import dataclass

from fc_agents.trace import Trace

from fc_synth.advanced import AdvancedTool
from fc_synth.answer import Answer
from fc_synth.certify import Certificate
from fc_synth.query import Query
from fc_synth.thought import Chain

__all__ = ["Dialogue", "SynthTurn"]


@dataclass(frozen=True)
class SynthTurn:
    """One verified turn."""

    target: str
    query: Query
    advanced: AdvancedTool
    layers: tuple[Trace, ...]
    chains: tuple[Chain, ...]
    answer: Answer
    closing: str
    """The reasoning in front of the answer."""

    @property
    def steps(self) -> Trace:
        """All calls of the turn, in order."""
        return tuple(step for layer in self.layers for step in layer)


@dataclass(frozen=True)
class Dialogue:
    """Verified turns with their certificate."""

    domain: str
    seed: int
    today: str
    turns: tuple[SynthTurn, ...]
    certificate: Certificate
    persona: str = ""
    """Who the user is."""
    style: str = ""
    """How the user talks."""
    distractors: tuple[str, ...] = ()
    """Tools on offer that belong to worlds beside."""
