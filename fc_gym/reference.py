"""References: the verified course of a task, run once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from fc_gym.domain import Domain, World, unknown_tool
from fc_gym.errors import TaskError
from fc_gym.faulty import Faults
from fc_gym.renamed import renamed
from fc_gym.state import State
from fc_gym.task import Task, Turn
from fc_gym.types import ToolResult, canonical

if TYPE_CHECKING:
    from fc_gym.session import Session

__all__ = ["Reference", "Verified", "fields_of"]

LIGHT = 1000
"""Rows and containers up to which an episode's own copy of a world costs less than what its turns would undo."""


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
        domain = renamed(domain, task.names) if task.names else domain
        self.domain, self.task = domain, task
        for fault in task.faults:
            fault.check(domain, f"task {task.id}")
        self.turns: list[Verified] = []
        self.opening: Session | None = None
        """The first moment of an episode, of which every episode is a fork; made by the first one."""
        self.start = domain.start(task.seed, task.start)
        state, faults = self.start.fork(), Faults(task.faults) if task.faults else None
        for turn in task.turns:
            for name in turn.tools or ():
                if name not in domain.tools:
                    raise TaskError(f"task {task.id}: a turn offers {name!r}; {unknown_tool(name, domain.names).hint}")
            self.turns.append(Verified(self._results(state, turn, faults), state.hash()))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "opening": None}

    @cached_property
    def light(self) -> bool:
        """Whether episodes that take turns had better each have a copy of the start, which is hashed for them."""
        self.start.hash()
        return self.start.at_most(LIGHT)

    def world_after(self, turn: int) -> dict[str, str]:
        """Return each field of the world after a turn, as canonical JSON."""
        state, faults = self.start.fork(), Faults(self.task.faults) if self.task.faults else None
        for one in self.task.turns[: turn + 1]:
            self._results(state, one, faults)
        return fields_of(state.world)

    def _results(self, state: State[World], turn: Turn, faults: Faults | None) -> tuple[ToolResult, ...]:
        """Run a turn's verified calls; those that a fault turns down may be among them, but are not wanted."""
        results = []
        for call in (call for layer in turn.gold for call in layer):
            run = self.domain.execute if faults is None else partial(faults.execute, self.domain)
            result = run(state.world, call)
            if result.refusal is None:
                results.append(result)
            elif faults is None or not faults.struck:
                raise TaskError(f"task {self.task.id}: the verified call {call} is refused: {result.refusal.message}")
        return tuple(results)


def fields_of(world: World) -> dict[str, str]:
    """Return each field of a world as canonical JSON, but for those that begin with an underscore."""
    return {name: canonical(value) for name, value in vars(world).items() if not name.startswith("_")}
