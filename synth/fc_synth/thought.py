"""Guided iterative chain (phase 3; FunReason-MT section 4.4, with truth split at data frontiers).

A reasoner proposes calls with its reasoning; they are compared with the verified layer; a critic names the kind and the
place of the first error, never a value; the reasoner tries again, at most `attempts` times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from fc_agents.trace import argument_leaves

from fc_gym.domain import Domain
from fc_gym.known import Known
from fc_gym.types import ToolCall, ToolResult
from fc_synth.answer import Answer

__all__ = ["Attempt", "Chain", "Critic", "Hint", "Proposer", "Reasoner", "TypedCritic", "Unsolved", "guided"]


@dataclass(frozen=True)
class Hint:
    """What a critic says: kind and place of an error, no value of the truth."""

    kind: Literal["missing_call", "extra_call", "other_tool", "argument", "too_early", "no_calls", "ungrounded"]
    position: int
    """The call it is about, from 0."""
    parameter: str = ""
    words: str = ""
    """The hint as a model put it; empty: by rule."""

    def text(self) -> str:
        """Return the hint as a sentence."""
        if self.words:
            return self.words
        place = f"call {self.position + 1}"
        return {
            "missing_call": f"Something is missing after call {self.position}.",
            "extra_call": f"At this point {place} is not needed.",
            "other_tool": f"Something else is needed where {place} stands.",
            "argument": f"In {place}, {self.parameter} is not what was asked for.",
            "too_early": f"In {place}, {self.parameter} uses something that no result has shown yet.",
            "no_calls": "This cannot be answered yet without a call.",
            "ungrounded": "The thoughts name something that no result has shown yet.",
        }[self.kind]


@dataclass(frozen=True)
class Attempt:
    """One proposal of a reasoner."""

    reasoning: str
    calls: tuple[ToolCall, ...]
    hint: Hint | None = None
    """What was wrong with it; None if accepted."""


@dataclass(frozen=True)
class Chain:
    """The attempts at one layer; the last one is accepted."""

    attempts: tuple[Attempt, ...]

    @property
    def accepted(self) -> Attempt:
        """The attempt that is kept."""
        return self.attempts[-1]


class Unsolved(Exception):
    """The reasoner did not find the verified calls; the message is the last hint's kind, for counting."""


class Proposer(Protocol):
    """Proposes calls."""

    def propose(self, hints: Sequence[Hint]) -> Attempt:
        """Propose the next calls; `hints` are about the proposals at this layer so far."""


class Reasoner(Proposer, Protocol):
    """Solves a query with the primitive tools, seeing only what an agent sees."""

    def begin(self, query: str, plain: str = "", about: str = "") -> None:
        """Take in the user's message of a new turn.

        Args:
            query: The message.
            plain: The same in so many words, a hint for who reads by grammar.
            about: The description of the advanced tool, the first hint for who does not.
        """

    def observe(self, results: Sequence[ToolResult]) -> None:
        """Take in what came of the accepted calls."""

    def closing(self, target: str, told: Answer) -> tuple[str, Answer]:
        """Return the reasoning in front of the reply to the user, and the reply.

        Args:
            target: The tool that the turn was about.
            told: What came of it in plain words, with what every good reply has to contain.
        """

    def mark(self) -> object:
        """Return where it stands before a turn."""

    def back(self, mark: Any) -> None:
        """Forget a turn that was not solved."""


class Critic(Protocol):
    """Finds what is wrong with a proposal."""

    def judge(self, calls: Sequence[ToolCall], gold: Sequence[ToolCall], known: Known) -> Hint | None:
        """Return the first error; None if the calls equal the verified ones.

        Args:
            calls: What was proposed.
            gold: The verified layer.
            known: What has been shown and told so far.
        """


class TypedCritic:
    """Compares calls by rule: same tools, same arguments with defaults filled in; reads in any order.

    Args:
        domain: Fills in defaults.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def judge(self, calls: Sequence[ToolCall], gold: Sequence[ToolCall], known: Known) -> Hint | None:
        """Return the first error; None if the calls equal the verified ones."""
        if not calls:
            return Hint("no_calls", 0) if gold else None
        mine, right = [self._plain(call) for call in calls], [self._plain(call) for call in gold]
        if self._same(mine, right):
            return None
        for position, call in enumerate(calls):
            early = self._early(call, known)
            if early:
                return Hint("too_early", position, early)
            if position >= len(gold) or (len(calls) > len(gold) and call.name not in {one.name for one in gold}):
                return Hint("extra_call", position)
            if call.name != gold[position].name:
                return Hint("other_tool", position)
            wrong = _differing(mine[position], right[position])
            if wrong:
                return Hint("argument", position, wrong)
        return Hint("missing_call", len(calls))

    def _plain(self, call: ToolCall) -> ToolCall:
        tool = self.domain.tools.get(call.name)
        return ToolCall(call.name, {**call.arguments, **tool.with_defaults(call.arguments)}) if tool else call

    def _same(self, mine: Sequence[ToolCall], right: Sequence[ToolCall]) -> bool:
        def reads(calls: Sequence[ToolCall]) -> list[str]:
            return sorted(call.key() for call in calls if self._reads(call))

        def writes(calls: Sequence[ToolCall]) -> list[str]:
            return [call.key() for call in calls if not self._reads(call)]

        return reads(mine) == reads(right) and writes(mine) == writes(right)

    def _reads(self, call: ToolCall) -> bool:
        return call.name in self.domain.tools and self.domain.tools[call.name].reads_only

    def _early(self, call: ToolCall, known: Known) -> str:
        if call.name not in self.domain.tools:
            return ""
        given = {
            name: value for name, value in call.arguments.items() if name in self.domain.tools[call.name].parameters
        }
        for leaf in argument_leaves(self.domain, ToolCall(call.name, given)):
            if leaf.key in self.domain.entities and known.source(leaf.key, leaf.value) is None:
                return leaf.parameter
        return ""


def _differing(mine: ToolCall, right: ToolCall) -> str:
    names = {**mine.arguments, **right.arguments}
    return next((name for name in names if mine.arguments.get(name) != right.arguments.get(name)), "")


def guided(
    reasoner: Proposer, critic: Critic, gold: Sequence[ToolCall], known: Known, attempts: int = 5,
    unseen: Callable[[str], str] | None = None,
) -> Chain:  # fmt: skip
    """Let a reasoner try until its calls equal the verified layer.

    Args:
        reasoner: Proposes.
        critic: Judges.
        gold: The verified calls of the layer.
        known: What has been shown and told so far.
        attempts: Most tries.
        unseen: Returns what a text names though nothing has shown it; None: the thoughts are not looked at.

    Raises:
        Unsolved: If none of them was right.
    """
    made: list[Attempt] = []
    hints: list[Hint] = []
    for _ in range(attempts):
        attempt = reasoner.propose(hints)
        hint = critic.judge(attempt.calls, gold, known)
        if hint is None and unseen is not None and unseen(attempt.reasoning):
            hint = Hint("ungrounded", 0)
        made.append(Attempt(attempt.reasoning, attempt.calls, hint))
        if hint is None:
            return Chain(tuple(made))
        hints.append(hint)
    raise Unsolved(hints[-1].kind)
