"""Composition: verified turns joined into a dialogue whose later turns build on earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from fc_agents.shorten import shortened
from fc_agents.trace import Executed, Trace, execute, hoisted, layers, minimised
from fc_agents.walk import DeadEnd, walk

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall
from fc_synth.advanced import AdvancedTool, fold, nested
from fc_synth.aim import Aim, Contradictions, Target
from fc_synth.answer import answer
from fc_synth.certify import certify, leaks
from fc_synth.dialogue import Dialogue, SynthTurn
from fc_synth.focus import Focus
from fc_synth.plan import Plan
from fc_synth.query import Query, Unsayable, today_of, write_query
from fc_synth.style import persona_drawn
from fc_synth.telling import tellable
from fc_synth.thought import Chain, Unsolved, guided
from fc_synth.wording import Wording
from fc_synth.writers import Hire, Unwritten, offline_writers, ungrounded

__all__ = ["compose"]


SPAN = 2
"""How many calls more than wanted a turn may take."""
DETOUR = 5
"""How many calls longer than wanted a walk may be before needless calls are dropped."""
HIDDEN, SPELLED = 0.75, 0.4
"""Chance of a target that is refused at first, in turns that leave preparations unsaid and in those that do not."""
PATIENCE = 3
"""Tries that miss the wanted depth after which it is moved by one."""
BARE = 1.6
"""Chance at full depth that a turn is refused whose calls take nothing from a result; in hard ones it always is."""
SHORT = 0.6
"""Chance of another wish for each call that a turn is short of."""


class _Rejected(Exception):
    """A turn was not good enough; the message is the reason."""


def compose(
    domain: Domain, graph: ApiGraph, seed: int, rng: np.random.Generator, plan: Plan, refused: Counter[str],
    *, home: Sequence[str] = (), hire: Hire = offline_writers,
) -> Dialogue | None:  # fmt: skip
    """Make one dialogue.

    Args:
        domain: Where it takes place.
        graph: The measured graph of the domain.
        seed: Seed of the start state.
        rng: The source of chance.
        plan: What kind of dialogue.
        refused: Counts the reasons for whatever is thrown away.
        home: The tools that turns aim at; all, if empty.
        hire: Finds the writers.

    Returns:
        The dialogue; None if too few turns came about or its certificate does not hold.
    """
    maker = _Maker(domain, graph, seed, rng, plan, home or domain.names, hire)
    patience = maker.writers.patience
    wanted = int(rng.integers(plan.turns[0], plan.turns[1] + 1))
    failed = 0
    for _ in range(plan.tries * wanted):
        if len(maker.turns) == wanted:
            break
        try:
            maker.add()
        except (_Rejected, DeadEnd, Unsayable, Unsolved, Unwritten) as error:
            refused[f"{_PHASE[type(error)]}: {error}"] += 1
            failed += isinstance(error, Unsolved | Unwritten)
        if patience is not None and failed >= patience:
            refused["dialogue: given up"] += 1
            return None
    if len(maker.turns) < plan.turns[0]:
        refused["dialogue: too few turns"] += 1
        return None
    done = maker.dialogue()
    if not done.certificate.ok:
        refused["dialogue: certificate does not hold"] += 1
        return None
    return done


_PHASE: Mapping[type[Exception], str] = {
    _Rejected: "turn", DeadEnd: "walk", Unsayable: "query", Unsolved: "thought", Unwritten: "role",
}  # fmt: skip


class _Maker:
    """Adds one turn after the other to a running session."""

    def __init__(
        self, domain: Domain, graph: ApiGraph, seed: int, rng: np.random.Generator, plan: Plan, home: Sequence[str],
        hire: Hire,
    ) -> None:  # fmt: skip
        self.domain, self.graph, self.seed, self.rng, self.plan = domain, graph, seed, rng, plan
        self.home = home
        self.session = Session.start(domain, seed)
        self.focus = Focus(domain)
        self.today = today_of(self.session.state.world)
        self.writers = hire(domain, graph, self.today, rng)
        self.persona = persona_drawn(rng)
        self.wording = Wording(rng, self.persona)
        self.aim = Aim(domain, home, plan, rng)
        self.contradictions = Contradictions(domain, graph)
        self.turns: list[SynthTurn] = []
        self.waiting: list[Target] = []
        """What was too much for the last message."""
        self.missed = 0
        """Tries for the turn that were not as deep as wanted."""
        self.stuck: list[str] = []
        """Tools that could not be reached in this turn; they are not tried again."""

    def add(self) -> None:
        """Try to add a turn; if it fails, all is as before, but that what waited for it is given up."""
        implicit = self.rng.random() < self.plan.implicit
        depth = self._depth()
        done = self._done()
        aims, self.waiting = [one for one in self.waiting if one.tool not in done] or [self._first()], []
        trace, wanted = self._walked(aims, depth, HIDDEN if implicit else SPELLED)
        first = self.session.calls
        advanced = fold(self.domain, self.graph, trace, first, implicit=implicit, wanted=wanted)
        left: list[Target] = []
        if len(advanced.goals) > self.plan.asks:
            trace, wanted, left = self._split(advanced)
            advanced = fold(self.domain, self.graph, trace, first, implicit=implicit, wanted=wanted)
        self._worthwhile(trace, advanced, 1 if left else depth)
        advanced = nested(self.domain, self.graph, advanced)
        self._equal(advanced, trace)
        advanced = self.writers.named(advanced, self.session)
        wording = self.wording.copy()
        query = write_query(
            self.domain, self.session.state.world, advanced, self.focus, len(self.turns), self.rng,
            wording=wording, noise=0.0 if self.writers.querying else self.plan.noise,
        )  # fmt: skip
        query = self.writers.reworded(query, advanced, self._talk(), self.session)
        if leaks(self.domain, self.seed, [turn.steps for turn in self.turns] + [trace], [query.text]):
            raise _Rejected("the query leaks a hidden value")
        self._finish(trace[-1].call.name, trace, advanced, query)
        self.wording, self.waiting = wording, left

    def _talk(self) -> list[Mapping[str, JsonValue]]:
        """Return what was said so far."""
        pairs = [(("user", turn.query.text), ("assistant", turn.answer.text)) for turn in self.turns]
        return [{"role": role, "content": text} for pair in pairs for role, text in pair]

    def _depth(self) -> int:
        """Draw how many calls the turn is to take; the more tries have missed it, the nearer to two."""
        wanted = 1 + int(self.rng.binomial(3, self.plan.depth))
        nearer = self.missed // PATIENCE
        return max(wanted - nearer, 2) if wanted > 2 else wanted

    def _first(self, session: Session | None = None, besides: Sequence[str] = ()) -> Target:
        return self.aim.first(session or self.session, self.focus, [*self._done(), *self.stuck, *besides])

    def _done(self) -> list[str]:
        """Return the tools that were asked for in earlier turns."""
        return [turn.advanced.steps[goal].call.name for turn in self.turns for goal in turn.advanced.goals]

    def _walked(self, aims: Sequence[Target], depth: int, hardness: float) -> tuple[Trace, tuple[int, ...]]:
        """Walk to one target after the other, by chance to a second, independent one, the rather if it is not deep.

        Returns:
            The minimised calls, and the positions of those that are asked for besides the last.
        """
        settings = replace(self.plan.walk, hardness=hardness, calls=min(self.plan.walk.calls, depth + DETOUR))
        session = self.session.fork()
        steps: list[Executed] = []
        goals: list[ToolCall] = []
        waiting = list(aims)
        while waiting:
            one = waiting.pop(0)
            try:
                found = walk(session, self.graph, one.tool, self.rng, one.bound, settings)
            except DeadEnd:
                self.stuck += [one.tool] if self.missed or one.tool in self.stuck or not one.bound else []
                raise
            for step in found:
                execute(session, step.call)
            steps.extend(found)
            goals.append(found[-1].call)
            if (
                len(aims) == 1
                and len(goals) < self.plan.asks
                and self.rng.random() < self._more(len(goals), depth - len(steps))
            ):
                waiting.append(self._first(session, [call.name for call in goals]))
        if len(steps) < depth:
            self.missed += 1
            raise _Rejected("fewer calls than wanted")
        if len(set(goals)) < len(goals):
            raise _Rejected("the same wish twice")
        trace = minimised(self.session, tuple(steps), goals[:-1])
        trace = shortened(self.session, trace, goals[:-1]) if len(trace) > len(goals) + 1 else trace
        trace = hoisted(self.session, trace)
        return trace, tuple(at for at, step in enumerate(trace[:-1]) if step.call in goals[:-1])

    def _more(self, goals: int, short: int) -> float:
        """Return the chance of another wish in the message: the higher, the more it is short of calls."""
        if short > 0:
            return min(1.0, SHORT * short)
        return self.plan.merged if goals == 1 and short == 0 else 0.0

    def _split(self, advanced: AdvancedTool) -> tuple[Trace, tuple[int, ...], list[Target]]:
        """Keep as many wishes as a message holds; the rest waits for the next one."""
        now, later = advanced.goals[: self.plan.asks], advanced.goals[self.plan.asks :]
        calls = [advanced.steps[goal].call for goal in now]
        part = minimised(self.session, advanced.steps[: now[-1] + 1], calls[:-1])
        wanted = tuple(at for at, step in enumerate(part[:-1]) if step.call in calls)
        last = advanced.steps[later[-1]].call
        return part, wanted, [Target(last.name, dict(last.arguments))]

    def dialogue(self) -> Dialogue:
        """Return the dialogue so far, proved."""
        certificate = certify(
            self.domain,
            self.seed,
            [turn.steps for turn in self.turns],
            [turn.advanced.goals for turn in self.turns],
            [turn.query.text for turn in self.turns],
        )
        return Dialogue(
            self.domain.name, self.seed, self.today, tuple(self.turns), certificate,
            self.persona.name, self.persona.style.name,
            tuple(name for name in self.domain.tools if name not in self.home),
        )  # fmt: skip

    def _finish(self, target: str, trace: Trace, advanced: AdvancedTool, query: Query) -> None:
        """Have the query solved, and take the turn over if it is."""
        session, reasoner = self.session.fork(), self.writers.reasoner
        before = reasoner.mark()
        try:
            split = layers(self.domain, trace, session.calls)
            chains = self._solved(session, split, query, advanced)
        except Unsolved:
            reasoner.back(before)
            raise
        goals = [trace[index] for index in advanced.goals]
        steps, words = tellable(self.domain, trace, advanced, query)
        told = answer(self.domain, steps, words, self.today, self.rng)
        closing, told = reasoner.closing(target, told)
        turn = SynthTurn(target, query, advanced, tuple(split), chains, told, closing)
        for goal in goals:
            self.focus.note(goal.call, goal.result)
        session.turn += 1
        self.focus.turn += 1
        self.session = session
        self.turns.append(turn)
        self.missed, self.stuck = 0, []

    def _solved(
        self, session: Session, split: Sequence[Trace], query: Query, advanced: AdvancedTool
    ) -> tuple[Chain, ...]:
        reasoner, critic, known = self.writers.reasoner, self.writers.critic, session.known
        unseen = None if self.writers.grounded else partial(ungrounded, session, known)
        reasoner.begin(query.text, query.plain, advanced.description)
        chains = []
        for layer in split:
            gold = [step.call for step in layer]
            chains.append(guided(reasoner, critic, gold, known, self.plan.attempts, unseen))
            for step in layer:
                execute(session, step.call)
            reasoner.observe([step.result for step in layer])
        return tuple(chains)

    def _worthwhile(self, trace: Trace, advanced: AdvancedTool, depth: int) -> None:
        """Refuse a trace that nobody would ask for, or that is not as deep as wanted."""
        if not self.turns and len(trace) < 2:
            raise _Rejected("a first turn of one call")
        if not depth <= len(trace) <= depth + SPAN + self.missed // PATIENCE:
            self.missed += 1
            raise _Rejected("fewer calls than wanted" if len(trace) < depth else "more calls than wanted")
        found = any(source.kind == "output" for step in trace for source in step.sources.values())
        if not found and self.rng.random() < BARE * self.plan.depth:
            raise _Rejected("nothing has to be found out")
        if trace[-1].call.name in self._done():
            raise _Rejected("it asks for the same again")
        before = [turn.advanced.steps[goal] for turn in self.turns for goal in turn.advanced.goals]
        if fault := self.contradictions.fault(before, trace, [trace[goal] for goal in advanced.goals]):
            raise _Rejected(fault)

    def _equal(self, advanced: AdvancedTool, trace: Trace) -> None:
        """Prove that the advanced tool does what the trace did."""
        again = advanced.run(self.session.fork())
        if [step.result for step in again] != [step.result for step in trace]:
            raise _Rejected("the advanced tool is not equal to its trace")
