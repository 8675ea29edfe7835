"""The verified courses of tasks, kept so that each is run once."""

from __future__ import annotations

from collections.abc import Sequence

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.reference import Reference
from fc_gym.task import Task

__all__ = ["References"]

MOST_OTHERS = 16
"""Tasks that are not the environment's own and of which the course is kept."""


class References:
    """Finds the verified course of a task.

    Args:
        domain: Where the tasks are played.
        tasks: The environment's own; their courses are kept for good.
    """

    def __init__(self, domain: Domain, tasks: Sequence[Task]) -> None:
        self.domain = domain
        self._tasks = tasks
        self._own: dict[int, Reference] = {}
        self._others: dict[int, Reference] = {}

    def of(self, task: Task) -> Reference:
        """Return the course of a task.

        Raises:
            TaskError: If the task is for another domain or cannot be played.
        """
        found = self._own.get(id(task)) or self._others.get(id(task))
        if found is not None and found.task is task:
            return found
        if task.domain != self.domain.name:
            raise TaskError(f"task {task.id} is for the domain {task.domain}, not {self.domain.name}")
        kept = self._own if any(task is one for one in self._tasks) else self._others
        made = kept[id(task)] = Reference(self.domain, task)
        if len(self._others) > MOST_OTHERS:
            del self._others[next(iter(self._others))]
        return made
