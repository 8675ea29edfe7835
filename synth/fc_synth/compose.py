"""Composition: verified turns joined into a dialogue whose later turns build on earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from fc_agents.trace import Executed, Trace, argument_leaves, execute, hoisted, layers, minimised
from fc_agents.walk import DeadEnd, Settings, walk

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.session import Session
from fc_gym.types import JsonValue
from fc_synth.advanced import AdvancedTool, fold
from fc_synth.answer import Answer, answer
from fc_synth.certify import Certificate, certify, leaks
from fc_synth.focus import Focus
from fc_synth.offline import OfflineReasoner
from fc_synth.query import Query, Unsayable, today_of, write_query
from fc_synth.thought import Chain, TypedCritic, Unsolved, guided

__all__ = ["Dialogue", "Plan", "SynthTurn", "compose"]


@dataclass(frozen=True)
class Plan:
    """What kind of dialogues to make."""

    turns: tuple[int, int] = (2, 4)
    """Fewest and most turns."""
    tries: int = 12
    """Most walks for one turn."""
    attempts: int = 5
    """Most tries of the reasoner at one layer."""
    deep: float = 0.6
    """Chance that a turn must take more calls than a look-up and an action, 0 to 1."""
    asks: int = 3
    """Most things asked for in one message."""
    related: float = 0.75
    """Chance that a later turn is about a row of an earlier one, 0 to 1."""
    implicit: bool = True
    """Leave harmless preparations unsaid."""
    walk: Settings = field(default_factory=Settings)


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


class _Rejected(Exception):
    """A turn was not good enough; the message is the reason."""


def compose(
    domain: Domain, graph: ApiGraph, seed: int, rng: np.random.Generator, plan: Plan, refused: Counter[str]
) -> Dialogue | None:
    """Make one dialogue.

    Args:
        domain: Where it takes place.
        graph: The measured graph of the domain.
        seed: Seed of the start state.
        rng: The source of chance.
        plan: What kind of dialogue.
        refused: Counts the reasons for whatever is thrown away.

    Returns:
        The dialogue; None if too few turns came about or its certificate does not hold.
    """
    maker = _Maker(domain, graph, seed, rng, plan)
    wanted = int(rng.integers(plan.turns[0], plan.turns[1] + 1))
    for _ in range(plan.tries * wanted):
        if len(maker.turns) == wanted:
            break
        try:
            maker.add()
        except (_Rejected, DeadEnd, Unsayable, Unsolved) as error:
            refused[f"{_PHASE[type(error)]}: {error}"] += 1
    if len(maker.turns) < plan.turns[0]:
        refused["dialogue: too few turns"] += 1
        return None
    done = maker.dialogue()
    if not done.certificate.ok:
        refused["dialogue: certificate does not hold"] += 1
        return None
    return done


_PHASE: Mapping[type[Exception], str] = {_Rejected: "turn", DeadEnd: "walk", Unsayable: "query", Unsolved: "thought"}


class _Maker:
    """Adds one turn after the other to a running session."""

    def __init__(self, domain: Domain, graph: ApiGraph, seed: int, rng: np.random.Generator, plan: Plan) -> None:
        self.domain, self.graph, self.seed, self.rng, self.plan = domain, graph, seed, rng, plan
        self.session = Session.start(domain, seed)
        self.focus = Focus(domain)
        self.today = today_of(self.session.state.world)
        self.reasoner = OfflineReasoner(domain, graph, self.today, rng)
        self.turns: list[SynthTurn] = []

    def add(self) -> None:
        """Try to add a turn; if it fails, all is as before."""
        target, bound = self._target()
        trace = minimised(self.session, walk(self.session, self.graph, target, self.rng, bound, self.plan.walk))
        trace = hoisted(self.session, trace)
        self._worthwhile(trace)
        first = self.session.calls
        advanced = fold(self.domain, self.graph, trace, first, implicit=self.plan.implicit)
        if len(advanced.goals) > self.plan.asks:
            raise _Rejected("too much for one message")
        self._equal(advanced, trace)
        query = write_query(
            self.domain, self.session.state.world, advanced, self.focus, len(self.turns), self.rng
        )  # fmt: skip
        if leaks(self.domain, self.seed, [turn.steps for turn in self.turns] + [trace], [query.text]):
            raise _Rejected("the query leaks a hidden value")
        self._finish(target, trace, advanced, query)

    def dialogue(self) -> Dialogue:
        """Return the dialogue so far, proved."""
        certificate = certify(
            self.domain,
            self.seed,
            [turn.steps for turn in self.turns],
            [turn.advanced.goals for turn in self.turns],
            [turn.query.text for turn in self.turns],
        )
        return Dialogue(self.domain.name, self.seed, self.today, tuple(self.turns), certificate)

    def _finish(self, target: str, trace: Trace, advanced: AdvancedTool, query: Query) -> None:
        """Have the query solved, and take the turn over if it is."""
        session, memory, reasoner = self.session.fork(), self.reasoner.memory.copy(), self.reasoner
        try:
            split = layers(self.domain, trace, session.calls)
            chains = self._solved(session, split, query)
        except Unsolved:
            reasoner.memory = memory
            raise
        goals = [trace[index] for index in advanced.goals]
        steps, words = self._tellable(trace, advanced, query)
        told = answer(self.domain, steps, words, self.today, self.rng)
        turn = SynthTurn(target, query, advanced, tuple(split), chains, told, reasoner.narrator.after(target))
        for goal in goals:
            self.focus.note(goal.call, goal.result)
        session.turn += 1
        self.session = session
        self.turns.append(turn)

    def _tellable(
        self, trace: Trace, advanced: AdvancedTool, query: Query
    ) -> tuple[list[Executed], list[Mapping[str, str]]]:
        """Return what the user is told of, in order: what was asked for, and what was done for it unasked."""
        asked = dict(zip(advanced.goals, query.slots, strict=True))
        steps: list[Executed] = []
        words: list[Mapping[str, str]] = []
        for index, step in enumerate(trace):
            if index in asked or not self.domain.tools[step.call.name].reads_only:
                steps.append(step)
                words.append(asked[index] if index in asked else self._borrowed(step, trace, asked))
        return steps, words

    def _borrowed(self, step: Executed, trace: Trace, asked: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
        """Return words for the rows of an unasked call: those used for the same rows where they were asked about."""
        spoken = {
            (leaf.key, str(leaf.value)): words[leaf.parameter]
            for index, words in reversed(list(asked.items()))
            for leaf in argument_leaves(self.domain, trace[index].call)
        }
        leaves = argument_leaves(self.domain, step.call)
        return {leaf.parameter: spoken.get((leaf.key, str(leaf.value)), "it") for leaf in leaves}

    def _solved(self, session: Session, split: Sequence[Trace], query: Query) -> tuple[Chain, ...]:
        critic = TypedCritic(self.domain)
        self.reasoner.begin(query.text)
        chains = []
        for layer in split:
            gold = [step.call for step in layer]
            chains.append(guided(self.reasoner, critic, gold, session.known, self.plan.attempts))
            for step in layer:
                execute(session, step.call)
            self.reasoner.observe([step.result for step in layer])
        return tuple(chains)

    def _target(self) -> tuple[str, dict[str, JsonValue]]:
        """Choose a target; often one that takes a row which was dealt with before."""
        done = {turn.target for turn in self.turns}
        names = [name for name in self.domain.tools if name not in done] or list(self.domain.tools)
        if self.turns and self.rng.random() < self.plan.related:
            pairs = [
                (name, one.name, self.focus.last[one.key])
                for name in names
                for one in self.domain.tools[name].parameters.values()
                if one.key in self.focus.last and one.required and not one.many
            ]
            spoiled = {name for turn in self.turns[-1:] for name in names if turn.target in self.graph.spoiled_by(name)}
            pairs = [pair for pair in pairs if pair[0] not in spoiled] or pairs
            if pairs:
                name, parameter, value = pairs[int(self.rng.integers(len(pairs)))]
                return name, {parameter: value}
        hard = [name for name in names if not self.domain.tools[name].reads_only]
        names = hard if hard and self.rng.random() < 0.85 else names
        return names[int(self.rng.integers(len(names)))], {}

    def _worthwhile(self, trace: Trace) -> None:
        """Refuse a trace that nobody would ask for."""
        if not self.turns and len(trace) < 2:
            raise _Rejected("a first turn of one call")
        if len(trace) < 3 - bool(self.turns) and self.rng.random() < self.plan.deep:
            raise _Rejected("fewer calls than wanted")
        for index, later in enumerate(trace):
            for earlier in trace[:index]:
                if self._circles(earlier, later):
                    raise _Rejected("it goes in a circle")

    def _circles(self, earlier: Executed, later: Executed) -> bool:
        one, other = self._rows(earlier), self._rows(later)
        return bool(one & other) and self.graph.recovers(later.call.name, earlier.call.name)

    def _rows(self, step: Executed) -> set[tuple[str, str]]:
        entities = self.domain.entities
        return {(leaf.key, str(leaf.value)) for leaf in argument_leaves(self.domain, step.call) if leaf.key in entities}

    def _equal(self, advanced: AdvancedTool, trace: Trace) -> None:
        """Prove that the advanced tool does what the trace did."""
        again = advanced.run(self.session.fork())
        if [step.result for step in again] != [step.result for step in trace]:
            raise _Rejected("the advanced tool is not equal to its trace")
