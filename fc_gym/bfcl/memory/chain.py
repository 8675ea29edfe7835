"""Chains of conversations: each starts from the memory that the one before left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from fc_gym.bfcl.memory.embed import Embedder
from fc_gym.bfcl.memory.session import Memory, MemorySession
from fc_gym.bfcl.memory.tasks import MemoryTask
from fc_gym.errors import TaskError
from fc_gym.types import JsonValue

__all__ = ["Converse", "opened", "remember", "system_prompt"]

Converse = Callable[[MemoryTask, MemorySession], None]
"""An agent that goes through the turns of a conversation and calls the tools of the session as it likes."""


def opened(
    task: MemoryTask, snapshots: Mapping[str, JsonValue] | None = None, embedder: Embedder | None = None
) -> MemorySession:
    """Open the memory of a task.

    Args:
        task: A conversation or a question.
        snapshots: Scenario to the memory that was left, as `remember` gives it or as an official snapshot file
            (`memory_snapshot/<scenario>_final.json`) holds it; None under a scenario means an empty memory.
        embedder: For the vector memory.

    Returns:
        The session; the first conversation of a scenario always starts empty.

    Raises:
        TaskError: To whoever plays, if the task needs the memory of its scenario and it is not there.
    """
    if not task.depends_on:
        return MemorySession(task.backend, {"embedder": embedder})
    if snapshots is None or task.scenario not in snapshots:
        raise TaskError(
            f"{task.id} needs what the conversations of {task.scenario!r} left; play them first, or give None for it"
        )
    return MemorySession(task.backend, {"embedder": embedder, "snapshot": snapshots[task.scenario]})


def remember(
    tasks: Iterable[MemoryTask], converse: Converse, embedder: Embedder | None = None
) -> dict[str, dict[str, JsonValue]]:
    """Play conversations one after the other.

    Args:
        tasks: What `load_memory_tasks` gives, or some scenarios of it; questions are passed over.
        converse: Plays one conversation.
        embedder: For the vector memory.

    Returns:
        Scenario to the memory that its last conversation left; give it to `opened` for each question, which then has
        a memory of its own.

    Raises:
        TaskError: To whoever plays, if a conversation comes before one that it depends on.
    """
    left: dict[str, dict[str, JsonValue]] = {}
    played: set[str] = set()
    for task in tasks:
        if task.is_question:
            continue
        late = [one for one in task.depends_on if one not in played]
        if late:
            raise TaskError(f"{task.id} comes before {late[0]}, on which it depends")
        session = opened(task, left, embedder)
        converse(task, session)
        left[task.scenario] = session.memory.snapshot
        played.add(task.id)
    return left


def system_prompt(memory: Memory) -> str:
    """Tell an agent what it remembers; the wording is ours, not that of the benchmark.

    Args:
        memory: Its memory; of the key-value and the vector memory, the short-term part is told.

    >>> from fc_gym.bfcl.memory.key_value import MemoryAPI_kv
    >>> print(system_prompt(MemoryAPI_kv({"name": "Ann"})))
    You have a memory that outlasts this conversation. Keep in it what may be asked later, with the tools.
    Look there before you say that you do not know. This is in it now:
    {"name": "Ann"}
    """
    shown = memory.shown
    return (
        "You have a memory that outlasts this conversation. Keep in it what may be asked later, with the tools.\n"
        "Look there before you say that you do not know. This is in it now:\n"
        + (shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False))
    )
