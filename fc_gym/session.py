"""A session: one episode in one world, without Gymnasium around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from fc_gym.act import does
from fc_gym.domain import Domain, World, refused, unknown_tool
from fc_gym.errors import CallError, TaskError
from fc_gym.faulty import Faults
from fc_gym.known import Known, spoken_values
from fc_gym.reference import Reference, fields_of
from fc_gym.reward import RewardParts, answer_share, share_found
from fc_gym.state import State
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import Refusal, ToolCall, ToolResult

__all__ = ["Session"]


@dataclass(slots=True)
class _Count:
    """Calls of the current turn."""

    calls: int = 0
    malformed: int = 0
    refused: int = 0
    steps: int = 0


@dataclass
class Session:
    """The running state of one episode.

    Made by `Session.start`; `fork` gives an independent continuation.
    """

    domain: Domain
    task: Task | None
    reference: Reference | None
    state: State[World]
    known: Known
    terse: bool = False
    turn: int = 0
    """The current turn, from 0."""
    steps: int = 0
    calls: int = 0
    """Calls made in the episode, including refused ones."""
    passed: int = 0
    """Turns passed."""
    over: bool = False
    """True after the last reply."""
    here: Turn | None = None
    """The current turn; None in free play and when all is over."""
    limits: Limits = field(default_factory=Limits)
    count: _Count = field(default_factory=_Count)
    seen: dict[str, int] = field(default_factory=dict)
    """Result texts so far, and how often each."""
    legal_then: tuple[tuple[str, ...], int, tuple[str, ...]] | None = None
    """What was legal when last asked, with the tools on offer and the number of known keys then."""
    faults: Faults | None = None
    """How tools go wrong; None if none does."""

    @classmethod
    def start(
        cls, domain: Domain, seed: int, task: Task | None = None, reference: Reference | None = None, *,
        terse: bool = False, apart: bool = False,
    ) -> Session:  # fmt: skip
        """Begin an episode.

        Args:
            domain: Where to play.
            seed: Seed of the start state, if there is no task.
            task: What to play; None: free play, in which the agent also speaks for the user.
            reference: The task's verified course, if it was run before.
            terse: Leave hints out of refusals.
            apart: It takes turns with other episodes of the task, so give it a world of its own unless that is large.

        Raises:
            TaskError: If the task is for another domain or cannot be played.
        """
        if task is None:
            return cls._opening(domain, domain.sample(seed), terse=terse)
        if task.domain != domain.name:
            raise TaskError(f"task {task.id} is for the domain {task.domain}, not {domain.name}")
        reference = reference or Reference(domain, task)
        if reference.opening is None:
            reference.opening = cls._opening(reference.domain, reference.start.fork(), task, reference)
        session = reference.opening.fork(apart=apart and reference.light)
        session.terse = terse
        return session

    @classmethod
    def _opening(
        cls, domain: Domain, state: State[World], task: Task | None = None, reference: Reference | None = None, *,
        terse: bool = False,
    ) -> Session:  # fmt: skip
        session = cls(domain, task, reference, state, Known(domain), terse)
        if task is not None:
            session.here, session.limits = (task.turns or (None,))[0], task.limits
            session.faults = Faults(task.faults) if task.faults else None
        session._hear()
        if task is not None:
            session.legal()  # so that it is not worked out again in every episode
        return session

    def fork(self, *, apart: bool = False) -> Session:
        """Return an independent continuation.

        Args:
            apart: Copy the world at once, instead of sharing it until one of them writes.
        """
        other: Session = object.__new__(Session)
        count, state = self.count, self.state.apart() if apart else self.state.fork()
        other.__dict__.update(
            self.__dict__, state=state, known=self.known.copy(), seen=self.seen.copy(),
            count=_Count(count.calls, count.malformed, count.refused, count.steps),
        )  # fmt: skip
        if self.faults is not None:
            other.faults = self.faults.copy()
        return other

    @property
    def user(self) -> str:
        """What the user says in the current turn; empty in free play."""
        return self.here.user if self.here else ""

    def offered(self) -> tuple[str, ...]:
        """Return the names of the tools on offer now."""
        allowed = self.here.tools if self.here else None
        return self.domain.names if allowed is None else allowed

    def legal(self) -> tuple[str, ...]:
        """Return the tools on offer whose needed rows are known."""
        return self.legal_at(self.offered(), self.known.breadth)

    def legal_at(self, offered: tuple[str, ...], breadth: int) -> tuple[str, ...]:
        """Return which tools were legal at a moment; worked out anew only if it may be others than last time.

        Args:
            offered: The tools that were on offer.
            breadth: Of how many keys a value was known.
        """
        then = self.legal_then
        if then is None or then[1] != breadth or (then[0] is not offered and then[0] != offered):
            keys = frozenset(islice(self.known.keys, breadth))
            then = self.legal_then = (offered, breadth, self.domain.callable_with(keys, offered))
        return then[2]

    def run(self, calls: Sequence[object]) -> tuple[ToolResult, ...]:
        """Run the calls of one action in order.

        Args:
            calls: `ToolCall`s, or what `ToolCall.of` reads; anything else gives a refusal.
        """
        limit = self.limits.calls_per_step
        if len(calls) <= limit:
            return (self._one(calls[0]),) if len(calls) == 1 else tuple(map(self._one, calls))
        return (*map(self._one, calls[:limit]), *map(self._beyond, calls[limit:]))

    def reply(self, text: str) -> RewardParts:
        """End the turn with a reply to the user and grade it."""
        parts = self.grade(text)
        turns = self.task.turns if self.task else ()
        self.turn += 1
        self.count = _Count()
        self.over = self.turn >= max(1, len(turns))
        self.here = None if self.over else turns[self.turn]
        if not self.over:
            self._hear()
        return parts

    def grade(self, reply: str | None) -> RewardParts:
        """Grade the turn as it stands; without a reply it is not passed."""
        share = 1.0 / max(1, len(self.task.turns) if self.task else 1)
        made = self.count.calls
        form = 1.0 - self.count.malformed / made if made else 1.0
        ran = 1.0 - self.count.refused / made if made else 1.0
        if self.here is None or self.reference is None:
            return RewardParts(share * form, share * ran)
        state, response = self._state_match(), self._response_match(reply)
        ok = reply is not None and state == 1.0 and response == 1.0 and (bool(self.here.gold) or made == 0)
        self.passed += ok
        outcome = 1.0 if self.passed == len(self.reference.turns) else 0.0
        return RewardParts(share * form, share * ran, share * state, share * response, share * ok, outcome)

    def _hear(self) -> None:
        told = self.here.told if self.here else spoken_values(self.domain, self.state.world)
        for key, values in told.items():
            self.known.tell(key, values, self.turn)

    def _one(self, raw: object) -> ToolResult:
        try:
            call = raw if type(raw) is ToolCall else ToolCall.of(raw)
        except CallError as error:
            return self._turned_down(raw, error)
        domain, here, count = self.domain, self.here, self.count
        if call.name not in (domain.tools if here is None or here.tools is None else here.tools):
            return self._turned_down(raw, unknown_tool(call.name, self.offered()))
        if (faults := self.faults) is None:
            result = domain.execute(self.state.world, call, terse=self.terse)
        else:
            result = faults.execute(domain, self.state.world, call, self.terse)
        if result.refusal is not None:
            if faults is None or not faults.excused:
                count.refused += 1
                count.malformed += not result.refusal.by_tool
        elif result.shown != []:
            self.known.show(result, self.turn, self.calls)
        self.calls += 1
        count.calls += 1
        text, seen = result.text, self.seen
        seen[text] = seen.get(text, 0) + 1
        return result

    def _beyond(self, raw: object) -> ToolResult:
        """Refuse a call that is one too many, if it is a call."""
        message = f"more than {self.limits.calls_per_step} calls in one action"
        try:
            ToolCall.of(raw)
        except CallError as error:
            return self._turned_down(raw, error)
        return self._turned_down(raw, CallError(message, code="too_many_calls", hint="send fewer"))

    def _turned_down(self, raw: object, error: CallError) -> ToolResult:
        """Refuse what does not get as far as a tool."""
        call = raw if isinstance(raw, ToolCall) else ToolCall("", {})
        result = refused(call, Refusal(error.code, error.message, "" if self.terse else error.hint))
        self.calls += 1
        self.count.calls += 1
        self.count.refused += 1
        self.count.malformed += 1
        self.seen[result.text] = self.seen.get(result.text, 0) + 1
        return result

    def _state_match(self) -> float:
        assert self.reference is not None
        if self.state.hash() == self.reference.turns[self.turn].state_hash:
            return 1.0
        wanted, have = self.reference.world_after(self.turn), fields_of(self.state.world)
        same = sum(have.get(name) == value for name, value in wanted.items()) / len(wanted)
        return min(same, 1.0 - 1e-6)

    def _response_match(self, reply: str | None) -> float:
        assert self.reference is not None
        assert self.here is not None
        results, answer, act = self.reference.turns[self.turn].results, self.here.answer, self.here.act
        if not results and not answer and not act:
            return 1.0
        said = answer_share(answer, reply or "") if answer else 0.0
        found = share_found(results, self.seen) if results else 0.0
        done = does(reply or "", act) if act else 0
        wanted = len(results) + len(answer) + (act != "")
        return (found * len(results) + said * len(answer) + done) / wanted
