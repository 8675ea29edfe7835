"""The writers of a dialogue: who fills the four roles of the synthesis, offline or with a model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.known import Known, world_values
from fc_gym.session import Session
from fc_gym.types import JsonValue
from fc_synth.advanced import AdvancedTool
from fc_synth.offline import OfflineReasoner
from fc_synth.query import Query
from fc_synth.thought import Critic, Reasoner, TypedCritic

__all__ = ["Hire", "Querying", "Tooling", "Unwritten", "Writers", "hidden_values", "offline_writers", "ungrounded"]


class Unwritten(Exception):
    """A model wrote nothing that passes; the message is the role and the last reason, for counting."""


class Tooling(Protocol):
    """Names and describes advanced tools."""

    def named(self, advanced: AdvancedTool, hidden: Collection[str]) -> AdvancedTool:
        """Return the tool under another name and description.

        Args:
            advanced: The tool as folded.
            hidden: Identifiers that the description must not contain.

        Raises:
            Unwritten: If nothing that was written passes.
        """


class Querying(Protocol):
    """Words queries."""

    def reworded(
        self, query: Query, advanced: AdvancedTool, dialogue: Sequence[Mapping[str, JsonValue]], hidden: Collection[str]
    ) -> Query:
        """Return the query in other words.

        Args:
            query: What was written by grammar: its phrases single out what they mean.
            advanced: What is asked for.
            dialogue: The messages so far, for the tone.
            hidden: Identifiers and tool names that the message must not contain.

        Raises:
            Unwritten: If nothing that was written passes.
        """


@dataclass
class Writers:
    """Who writes one dialogue; tools and queries are taken as folded and written by grammar if nobody is named."""

    reasoner: Reasoner
    critic: Critic
    tooling: Tooling | None = None
    querying: Querying | None = None
    grounded: bool = True
    """The reasoner's words cannot name what nothing has shown, so that they need not be looked at."""
    fallback: bool = False
    """Take what was folded or written by grammar where nothing that a model wrote passes."""
    patience: int | None = None
    """Refused turns after which a dialogue is given up; None: as many as the plan allows."""

    def named(self, advanced: AdvancedTool, session: Session) -> AdvancedTool:
        """Return the tool under the name that the tooling role gives it."""
        if self.tooling is None:
            return advanced
        try:
            return self.tooling.named(advanced, hidden_values(session))
        except Unwritten:
            if not self.fallback:
                raise
            return advanced

    def reworded(
        self, query: Query, advanced: AdvancedTool, dialogue: Sequence[Mapping[str, JsonValue]], session: Session
    ) -> Query:
        """Return the query in the words of the querying role."""
        if self.querying is None:
            return query
        names = [name for name in session.domain.tools if "_" in name]
        try:
            made = self.querying.reworded(query, advanced, dialogue, [*hidden_values(session), *names])
        except Unwritten:
            if not self.fallback:
                raise
            return query
        return replace(made, plain=query.plain or query.text)


Hire = Callable[[Domain, ApiGraph, str, np.random.Generator], Writers]
"""Finds the writers of a dialogue: for a domain, its graph, the current day, and the source of chance."""


def offline_writers(domain: Domain, graph: ApiGraph, today: str, rng: np.random.Generator) -> Writers:
    """Return the writers that need no model."""
    return Writers(OfflineReasoner(domain, graph, today, rng), TypedCritic(domain))


def hidden_values(session: Session) -> list[str]:
    """Return the identifiers of all rows of the world as it is."""
    values = world_values(session.domain, session.state.world)
    return [str(value) for key in session.domain.entities for value in values.get(key, ())]


def ungrounded(session: Session, known: Known, text: str) -> str:
    """Return an identifier in a text that no result has shown; empty if there is none."""
    values = world_values(session.domain, session.state.world)
    for key in session.domain.entities:
        for value in values.get(key, ()):
            if str(value) in text and known.source(key, value) is None:
                return str(value)
    return ""
