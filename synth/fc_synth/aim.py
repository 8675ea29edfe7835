"""What a turn aims at: a tool, often with a row of an earlier turn, that does not go against what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from fc_agents.trace import Executed, argument_leaves

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.session import Session
from fc_gym.types import JsonValue, general_path, leaves
from fc_synth.focus import Focus, made_path
from fc_synth.plan import Plan

__all__ = ["Aim", "Contradictions", "Target"]

TRIES = 8
"""Targets that are chosen in one manner."""
FAR = 3
"""From how many calls back on a row counts as shown some time ago."""
ENDS = 0.6
"""Share of the tools that take a row from which on a tool that spoils them is taken to end the row's use."""


@dataclass(frozen=True)
class Target:
    """A tool to reach."""

    tool: str
    bound: dict[str, JsonValue]
    """Arguments that are given."""


class Aim:
    """Chooses targets.

    Args:
        domain: The tools.
        home: The tools among which targets are chosen.
        plan: How often which.
        rng: The source of chance.
    """

    def __init__(self, domain: Domain, home: Sequence[str], plan: Plan, rng: np.random.Generator) -> None:
        self.domain, self.home, self.plan, self.rng = domain, tuple(home), plan, rng
        self.turn, self.tries, self.manner = -1, 0, (False, False)

    def first(self, session: Session, focus: Focus, done: Sequence[str]) -> Target:
        """Choose what a message is for.

        Args:
            session: The dialogue so far.
            focus: What was last spoken of.
            done: The tools that were aimed at before.
        """
        names = self._names(done)
        related, far = self._manner(focus.turn)
        if related:
            about = self._about(session, focus, names, far) or self._about(session, focus, self._left(done), far)
            if not about and far and self.rng.random() >= self.plan.distance:
                about = self._about(session, focus, names, far=False)
            if about:
                return self._drawn(about)
        return Target(names[int(self.rng.integers(len(names)))], {})

    def _manner(self, turn: int) -> tuple[bool, bool]:
        """Return whether a turn is about a row of an earlier one, and about one of long ago.

        It is drawn once for several tries, or else what is hard to reach would be asked for less often than wanted.
        """
        if self.turn != turn or self.tries >= TRIES:
            related, far = self.rng.random(2) < (self.plan.related, self.plan.distance)
            self.turn, self.tries, self.manner = turn, 0, (bool(related), bool(far))
        self.tries += 1
        return self.manner

    def _drawn(self, about: Sequence[tuple[Target, int]]) -> Target:
        """Draw a target, the rather the longer ago its row was shown."""
        weights = np.array([float(back) for _, back in about])
        return about[int(self.rng.choice(len(about), p=weights / weights.sum()))][0]

    def _names(self, done: Sequence[str]) -> list[str]:
        """Return tools to choose from: those that tell something, or those that do something."""
        names = self._left(done)
        reads = self.rng.random() < self.plan.answers
        kind = [name for name in names if self.domain.tools[name].reads_only == reads]
        return kind or names

    def _left(self, done: Sequence[str]) -> list[str]:
        """Return the tools that were not aimed at before; all, if none is left."""
        return [name for name in self.home if name not in done] or list(self.home)

    def _about(self, session: Session, focus: Focus, names: Sequence[str], far: bool) -> list[tuple[Target, int]]:
        """Return targets about rows that were shown, with how many calls ago, one for those just spoken of.

        Args:
            session: The dialogue so far.
            focus: What was last spoken of.
            names: The tools to choose from.
            far: Take rows of some time ago. If there are none yet, there are no targets; by chance something else then
                comes in between, so that there will be.
        """
        rows = self._rows(session, focus)
        near = {pair for pair in focus.last.items() if focus.near(*pair)} & set(rows)
        if far:
            then = {row: back for row, back in rows.items() if back >= FAR and row not in near}
            spoken = {*focus.last.items(), *focus.first.items()}
            usable = {row: back for row, back in then.items() if row in spoken} or then
        else:
            usable = dict.fromkeys(near or rows, 1)
        return [
            (Target(name, {one.name: value}), back)
            for name in names
            for one in self.domain.tools[name].parameters.values()
            if one.required and not one.many
            for (key, value), back in usable.items()
            if key == one.key
        ]

    def _rows(self, session: Session, focus: Focus) -> dict[tuple[str, JsonValue], int]:
        """Return the rows that a later turn can be about, with how many calls ago they were shown first."""
        spoken = {*focus.last.items(), *focus.first.items()}
        found: dict[tuple[str, JsonValue], int] = {}
        for key, entity in self.domain.entities.items():
            there = entity.rows(session.state.world)
            for seen in session.known.values(key):
                if seen.source.kind == "output" and seen.value in there:
                    back = session.calls - seen.source.call
                    if (key, seen.value) in spoken or back > FAR:
                        found[key, seen.value] = back
        return found


class Contradictions:
    """Finds what a person would not ask for, because it takes back what was asked for before.

    Args:
        domain: The tools.
        graph: Their measured graph.
    """

    def __init__(self, domain: Domain, graph: ApiGraph) -> None:
        self.domain, self.graph = domain, graph

    def fault(self, before: Sequence[Executed], trace: Sequence[Executed], asked: Sequence[Executed]) -> str:
        """Return why nobody would ask for the calls of a turn; empty if there is no reason.

        Args:
            before: What was asked for in earlier turns.
            trace: The calls of the turn.
            asked: Those of them that are asked for.
        """
        looks = [step.call.name for step in asked if self.domain.tools[step.call.name].reads_only]
        if self.within(trace):
            return "it goes in a circle"
        if self.between(before, trace):
            return "it takes back what an earlier turn did"
        seen = [step.call for step in trace if self.domain.tools[step.call.name].reads_only]
        if len(set(looks)) < len(looks) or len(set(seen)) < len(seen):
            return "the same is looked up twice"
        if self.overwritten(asked):
            return "it changes what it has just set"
        if any(self.between(asked[:at], [step]) for at, step in enumerate(asked)):
            return "it takes back what it does"
        return ""

    def within(self, trace: Sequence[Executed]) -> bool:
        """Return True if a call of a trace gives back what an earlier one of it took away."""
        return any(
            self._shared(earlier, later) and self.graph.recovers(later.call.name, earlier.call.name)
            for index, later in enumerate(trace)
            for earlier in trace[:index]
        )

    def between(self, earlier: Sequence[Executed], later: Sequence[Executed]) -> bool:
        """Return True if a later turn takes back what was asked for in earlier ones."""
        return any(self._against(one, other) for one in earlier for other in later)

    def overwritten(self, asked: Sequence[Executed]) -> bool:
        """Return True if one wish says how something is to be made and a later one how it is to be otherwise."""
        return any(self._changed(one, other) for at, other in enumerate(asked) for one in asked[:at])

    def _changed(self, earlier: Executed, later: Executed) -> bool:
        made = {*self._made(earlier)} - {*self._named(earlier)}
        first, second = self._given(earlier), self._given(later)
        return bool(made & {*self._named(later)}) and any(first[key] != second[key] for key in first.keys() & second)

    def _given(self, step: Executed) -> dict[str, list[JsonValue]]:
        found: dict[str, list[JsonValue]] = {}
        for leaf in argument_leaves(self.domain, step.call):
            found.setdefault(leaf.key, []).append(leaf.value)
        return found

    def _against(self, earlier: Executed, later: Executed) -> bool:
        name = later.call.name
        if self.domain.tools[name].reads_only or not self._shared(earlier, later):
            return False
        if self.graph.recovers(name, earlier.call.name):
            return True
        spoiled = self.graph.spoiled_by(name)
        made = set(self._made(earlier))
        return earlier.call.name in spoiled - {name} or any(
            pair in made and self._ends(name, pair[0]) for pair in self._named(later)
        )

    def _ends(self, name: str, key: str) -> bool:
        takers = [
            tool.name
            for tool in self.domain.tools.values()
            if tool.name != name and any(one.key == key and one.required for one in tool.parameters.values())
        ]
        spoiled = self.graph.spoiled_by(name)
        return bool(takers) and sum(one in spoiled for one in takers) >= ENDS * len(takers)

    def _shared(self, earlier: Executed, later: Executed) -> bool:
        return bool({*self._named(earlier), *self._made(earlier)} & set(self._named(later)))

    def _named(self, step: Executed) -> Iterator[tuple[str, str]]:
        for leaf in argument_leaves(self.domain, step.call):
            if leaf.key in self.domain.entities:
                yield leaf.key, str(leaf.value)

    def _made(self, step: Executed) -> Iterator[tuple[str, str]]:
        """Yield the row that a call made or was about, as its result says."""
        tool = self.domain.tools[step.call.name]
        main = made_path(tool)
        if tool.reads_only or main is None or tool.returns[main] not in self.domain.entities:
            return
        for path, value, _ in leaves(step.result.value):
            if general_path(path) == main:
                yield tool.returns[main], str(value)
