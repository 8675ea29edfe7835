"""Search: whether any plan of known values reaches what a user wants, within a bound."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fc_gym.known import grounded_calls
from fc_gym.session import Session
from fc_gym.types import ToolCall

__all__ = ["Found", "plan_to"]


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    plan: tuple[ToolCall, ...] | None
    """The calls that reach the goal; None if none was found."""
    states: int
    """States that were looked at."""
    writes: int
    """Up to how many changes in a plan every one was tried."""
    complete: bool
    """True if the search came to its end, not to its bound."""

    @property
    def words(self) -> str:
        """The outcome in words."""
        if self.plan is not None:
            return "reached by " + ", ".join(map(str, self.plan))
        most = f"{self.writes} change{'s' * (self.writes != 1)}" if self.writes else "look-ups alone"
        return f"no plan of look-ups and at most {most} reaches it, among {self.states} states"


Goal = Callable[[Session], bool]


def plan_to(
    start: Session, goal: Goal, tools: Collection[str], *, writes: int = 2, tries: int = 1500, calls: int = 24
) -> Found:
    """Look for a plan.

    Everything that can be looked up is looked up first, in every state; then each change is tried that known values
    allow. States that were seen are not tried again.

    Args:
        start: The session from where to search; not changed.
        goal: What to reach.
        tools: The tools that may be called.
        writes: Most changes in a plan.
        tries: Most changes to try in all.
        calls: Most calls of one tool in one state.
    """
    level: list[tuple[Session, tuple[ToolCall, ...]]] = [(start.fork(), ())]
    seen = {start.state.hash()}
    for depth in range(writes + 1):
        ready = [(session, (*plan, *_look(session, tools, calls))) for session, plan in level]
        for session, plan in ready:
            if goal(session):
                return Found(plan, len(seen), depth, complete=False)
        if depth == writes:
            break
        level = []
        for session, plan in ready:
            for call in _changes(session, tools, calls):
                tries -= 1
                if tries < 0:
                    return Found(None, len(seen), depth, complete=False)
                other = session.fork()
                if other.run([call])[0].refusal is None and (mark := other.state.hash()) not in seen:
                    seen.add(mark)
                    level.append((other, (*plan, call)))
    return Found(None, len(seen), writes, complete=True)


def _look(session: Session, tools: Collection[str], calls: int) -> tuple[ToolCall, ...]:
    """Look up all there is, until nothing new is shown."""
    done: dict[str, ToolCall] = {}
    size = -1
    while session.known.size > size:
        size = session.known.size
        for name in session.domain.names:
            tool = session.domain.tools[name]
            if name not in tools or not tool.reads_only:
                continue
            for call in grounded_calls(tool, session.known, calls):
                if call.key() not in done:
                    done[call.key()] = call
                    session.run([call])
    return tuple(done.values())


def _changes(session: Session, tools: Collection[str], calls: int) -> list[ToolCall]:
    return [
        call
        for name in session.domain.names
        if name in tools and not session.domain.tools[name].reads_only
        for call in grounded_calls(session.domain.tools[name], session.known, calls)
    ]
