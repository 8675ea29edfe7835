"""The official memory tasks, read from the data folder: conversations that fill a memory, and questions on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fc_gym.bfcl.lines import json_lines
from fc_gym.bfcl.memory.session import backend as known_backend
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue

__all__ = ["SCENARIOS", "MemoryTask", "load_memory_docs", "load_memory_tasks"]

SCENARIOS = ("customer", "finance", "healthcare", "notetaker", "student")
"""What the conversations are about; each scenario has a memory of its own."""

_HINT = "give the folder `bfcl_eval/data` of the package bfcl-eval, or of a checkout of ShishirPatil/gorilla"


@dataclass(frozen=True)
class MemoryTask:
    """One conversation that fills a memory, or one question on what was said."""

    id: str
    """Such as `memory_kv_prereq_0-customer-0` or, for a question, `memory_kv_0-customer-0`."""
    backend: str
    """Kind of memory: `kv`, `vector` or `rec_sum`."""
    scenario: str
    """One of `SCENARIOS`."""
    turns: tuple[tuple[Mapping[str, str], ...], ...]
    """Messages of the user per turn, `role` and `content`; a question has one turn."""
    depends_on: tuple[str, ...]
    """Ids of the conversations that come before, in order."""
    answers: tuple[str, ...] = ()
    """Any of these is right; none for a conversation."""
    source: str = ""
    """Where in the conversations the answer was said."""
    topic: str = ""
    """What a conversation is about."""

    @property
    def is_question(self) -> bool:
        """True if it has answers and is scored."""
        return bool(self.answers)


def load_memory_tasks(folder: str | Path, backend: str) -> list[MemoryTask]:
    """Read all tasks for one kind of memory.

    Args:
        folder: The official data folder.
        backend: Kind of memory: `kv`, `vector` or `rec_sum`.

    Returns:
        The conversations, scenario by scenario in the order in which they are played, and then the questions; ids have
        the kind of memory in them, as officially.

    Raises:
        RecordError: To whoever owns the folder, naming file and line.
        TaskError: To whoever calls, if there is no such memory.
    """
    known_backend(backend)
    base = Path(folder)
    chains = {scenario: _chain(base, backend, scenario) for scenario in SCENARIOS}
    name = "BFCL_v4_memory.json"
    truths = {str(entry.get("id")): entry for _, entry in json_lines(base / "possible_answer" / name, _HINT)}
    tasks = [task for chain in chains.values() for task in chain]
    for where, entry in json_lines(base / name, _HINT):
        with _complaining(where):
            tasks.append(_question(entry, backend, chains, truths))
    return tasks


def load_memory_docs(folder: str | Path, backend: str) -> list[dict[str, JsonValue]]:
    """Read the official function descriptions of one kind of memory.

    Args:
        folder: The official data folder.
        backend: Kind of memory: `kv`, `vector` or `rec_sum`.

    Returns:
        The descriptions, in the official order.

    Raises:
        RecordError: To whoever owns the folder, naming file and line.
        TaskError: To whoever calls, if there is no such memory.
    """
    known_backend(backend)
    path = Path(folder) / "multi_turn_func_doc" / f"memory_{backend}.json"
    return [entry for _, entry in json_lines(path, _HINT)]


def _chain(base: Path, backend: str, scenario: str) -> list[MemoryTask]:
    tasks: list[MemoryTask] = []
    for where, entry in json_lines(base / "memory_prereq_conversation" / f"memory_{scenario}.json", _HINT):
        with _complaining(where):
            tasks.append(_task(entry, backend, tuple(task.id for task in tasks)))
    return tasks


def _question(
    entry: Mapping[str, Any], backend: str, chains: Mapping[str, list[MemoryTask]], truths: Mapping[str, Any]
) -> MemoryTask:
    before = tuple(task.id for task in chains[entry["scenario"]])
    truth = truths[entry["id"]]
    return _task(entry, backend, before, answers=tuple(truth["ground_truth"]), source=str(truth["source"]))


def _task(entry: Mapping[str, Any], backend: str, before: tuple[str, ...], **more: Any) -> MemoryTask:
    return MemoryTask(
        id=f"memory_{backend}_{entry['id'].removeprefix('memory_')}",
        backend=backend,
        scenario=entry["scenario"],
        turns=tuple(tuple(turn) for turn in entry["question"]),
        depends_on=before,
        topic=entry.get("topic", ""),
        **more,
    )


@contextmanager
def _complaining(where: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise RecordError(f"{where}: {error} is missing, or nothing stands under it in the folder") from None
    except (TypeError, AttributeError) as error:
        raise RecordError(f"{where}: a field has another form than the official one ({error})") from None
