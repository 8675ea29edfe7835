"""A session: one episode in one world, without Gymnasium around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from fc_gym.domain import Domain, World, unknown_tool
from fc_gym.errors import CallError, TaskError
from fc_gym.known import Known, spoken_values
from fc_gym.reward import RewardParts, answer_share, share_found
from fc_gym.state import State
from fc_gym.task import Task, Turn
from fc_gym.types import Refusal, ToolCall, ToolResult, canonical

__all__ = ["Reference", "Session", "Verified"]


@dataclass(frozen=True)
class Verified:
    """What the verified calls of one turn lead to."""

    results: tuple[ToolResult, ...]
    state_hash: str


class Reference:
    """The verified course of a task, run once.

    Args:
        domain: The domain.
        task: The task; its calls are executed.

    Raises:
        TaskError: If a verified call is refused, or a turn offers a tool that there is not.
    """

    def __init__(self, domain: Domain, task: Task) -> None:
        self.domain, self.task = domain, task
        self.turns: list[Verified] = []
        self.start = domain.start(task.seed, task.start)
        state = self.start.fork()
        for turn in task.turns:
            for name in turn.tools or ():
                if name not in domain.tools:
                    raise TaskError(
                        f"task {task.id}: a turn offers {name!r}; {unknown_tool(name, list(domain.tools)).hint}"
                    )
            results = tuple(self._run(state, call) for layer in turn.gold for call in layer)
            self.turns.append(Verified(results, state.hash()))

    def world_after(self, turn: int) -> dict[str, str]:
        """Return each field of the world after a turn, as canonical JSON."""
        state = self.start.fork()
        for one in self.task.turns[: turn + 1]:
            for call in (call for layer in one.gold for call in layer):
                self._run(state, call)
        return _fields(state.world)

    def _run(self, state: State[World], call: ToolCall) -> ToolResult:
        result = self.domain.execute(state.world, call)
        if result.refusal:
            raise TaskError(f"task {self.task.id}: the verified call {call} is refused: {result.refusal.message}")
        return result


@dataclass
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
    count: _Count = field(default_factory=_Count)
    seen: Counter[str] = field(default_factory=Counter)
    """Result texts so far."""
    legal_then: tuple[tuple[str, ...], int, tuple[str, ...]] | None = None
    """What was legal when last asked, with the tools on offer and the number of known keys then."""

    @classmethod
    def start(
        cls, domain: Domain, seed: int, task: Task | None = None, reference: Reference | None = None, *,
        terse: bool = False,
    ) -> Session:  # fmt: skip
        """Begin an episode.

        Args:
            domain: Where to play.
            seed: Seed of the start state, if there is no task.
            task: What to play; None: free play, in which the agent also speaks for the user.
            reference: The task's verified course, if it was run before.
            terse: Leave hints out of refusals.

        Raises:
            TaskError: If the task is for another domain or cannot be played.
        """
        if task is not None and task.domain != domain.name:
            raise TaskError(f"task {task.id} is for the domain {task.domain}, not {domain.name}")
        if task is not None and reference is None:
            reference = Reference(domain, task)
        state = reference.start.fork() if reference else domain.sample(seed)
        session = cls(domain, task, reference, state, Known(domain), terse)
        session._hear()
        return session

    def fork(self) -> Session:
        """Return an independent continuation that shares the world until one of them writes."""
        count = _Count(self.count.calls, self.count.malformed, self.count.refused, self.count.steps)
        return Session(
            self.domain, self.task, self.reference, self.state.fork(), self.known.copy(), self.terse,
            self.turn, self.steps, self.calls, self.passed, count, self.seen.copy(), self.legal_then,
        )  # fmt: skip

    @property
    def user(self) -> str:
        """What the user says in the current turn; empty in free play."""
        return self._turn.user if self._turn else ""

    @property
    def over(self) -> bool:
        """True after the last reply."""
        return self.turn >= max(1, len(self.task.turns) if self.task else 1)

    def offered(self) -> tuple[str, ...]:
        """Return the names of the tools on offer now."""
        allowed = self._turn.tools if self._turn else None
        return self.domain.names if allowed is None else allowed

    def legal(self) -> tuple[str, ...]:
        """Return the tools on offer whose needed rows are known; worked out anew only when that may have changed."""
        offered, breadth = self.offered(), len(self.known.keys)
        if self.legal_then is None or self.legal_then[:2] != (offered, breadth):
            known, requirements = self.known.keys, self.domain.requirements
            names = tuple(name for name in offered if requirements[name] <= known)
            self.legal_then = (offered, breadth, names)
        return self.legal_then[2]

    def run(self, calls: Sequence[object]) -> tuple[ToolResult, ...]:
        """Run the calls of one action in order.

        Args:
            calls: `ToolCall`s, or what `ToolCall.of` reads; anything else gives a refusal.
        """
        limit = self.task.limits.calls_per_step if self.task else 16
        return tuple(self._one(call, position >= limit, limit) for position, call in enumerate(calls))

    def reply(self, text: str) -> RewardParts:
        """End the turn with a reply to the user and grade it."""
        parts = self.grade(text)
        self.turn += 1
        self.count = _Count()
        if not self.over:
            self._hear()
        return parts

    def grade(self, reply: str | None) -> RewardParts:
        """Grade the turn as it stands; without a reply it is not passed."""
        share = 1.0 / max(1, len(self.task.turns) if self.task else 1)
        made = self.count.calls
        form = 1.0 - self.count.malformed / made if made else 1.0
        ran = 1.0 - self.count.refused / made if made else 1.0
        if self._turn is None or self.reference is None:
            return RewardParts(share * form, share * ran)
        state, response = self._state_match(), self._response_match(reply)
        ok = reply is not None and state == 1.0 and response == 1.0 and (bool(self._turn.gold) or made == 0)
        self.passed += ok
        outcome = 1.0 if self.passed == len(self.reference.turns) else 0.0
        return RewardParts(share * form, share * ran, share * state, share * response, share * ok, outcome)

    @property
    def _turn(self) -> Turn | None:
        return self.task.turns[self.turn] if self.task and self.turn < len(self.task.turns) else None

    def _hear(self) -> None:
        told = self._turn.told if self._turn else spoken_values(self.domain, self.state.world)
        for key, values in told.items():
            self.known.tell(key, values, self.turn)

    def _one(self, raw: object, beyond: bool, limit: int) -> ToolResult:
        try:
            call = ToolCall.of(raw)
            if beyond:
                raise CallError(f"more than {limit} calls in one action", code="too_many_calls", hint="send fewer")
            if call.name not in self.offered():
                raise unknown_tool(call.name, list(self.offered()))
            result = self.domain.execute(self.state.world, call, terse=self.terse)
        except CallError as error:
            call = raw if isinstance(raw, ToolCall) else ToolCall("", {})
            refusal = Refusal(error.code, error.message, "" if self.terse else error.hint)
            result = ToolResult(call, refusal.text(), refusal)
        self._note(result)
        return result

    def _note(self, result: ToolResult) -> None:
        self.known.show(result, self.turn, self.calls)
        self.calls += 1
        self.count.calls += 1
        self.seen[result.text] += 1
        if result.refusal:
            self.count.refused += 1
            self.count.malformed += not result.refusal.by_tool

    def _state_match(self) -> float:
        assert self.reference is not None
        if self.state.hash() == self.reference.turns[self.turn].state_hash:
            return 1.0
        wanted, have = self.reference.world_after(self.turn), _fields(self.state.world)
        same = sum(have.get(name) == value for name, value in wanted.items()) / len(wanted)
        return min(same, 1.0 - 1e-6)

    def _response_match(self, reply: str | None) -> float:
        assert self.reference is not None
        assert self._turn is not None
        results, answer = self.reference.turns[self.turn].results, self._turn.answer
        if not results and not answer:
            return 1.0
        said = answer_share(answer, reply or "") if answer else 0.0
        found = share_found(results, self.seen) if results else 0.0
        return (found * len(results) + said * len(answer)) / (len(results) + len(answer))


def _fields(world: World) -> dict[str, str]:
    return {name: canonical(value) for name, value in vars(world).items() if not name.startswith("_")}
