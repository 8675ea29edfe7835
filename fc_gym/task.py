"""Tasks: a start state and what a user asks of it, turn by turn, with the verified calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from fc_gym.act import Act
from fc_gym.errors import RecordError, TaskError
from fc_gym.fault import Fault
from fc_gym.renamed import Alias
from fc_gym.types import JsonValue, ToolCall

__all__ = ["Limits", "Task", "Turn", "read_tasks"]


@dataclass(frozen=True)
class Limits:
    """Budgets of an episode; past them it is truncated."""

    steps: int = 60
    """Steps in the episode."""
    steps_per_turn: int = 20
    """Steps between a user's message and the reply."""
    calls_per_step: int = 16
    """Calls in one action; those beyond are refused."""


@dataclass(frozen=True)
class Turn:
    """One message of the user and what should come of it."""

    user: str
    gold: tuple[tuple[ToolCall, ...], ...] = ()
    """Verified calls in layers: the calls of a layer need nothing of one another. Empty: no call is right."""
    answer: tuple[str, ...] = ()
    """Texts that the reply must contain."""
    told: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict)
    """Values that the user's words mean, by key or by `tool.parameter`."""
    tools: tuple[str, ...] | None = None
    """Tools offered from this turn on; None: all."""
    act: Act = ""
    """What the reply must do besides; empty: nothing."""


@dataclass(frozen=True)
class Task:
    """An episode to play."""

    id: str
    domain: str
    seed: int = 0
    """Seed of the start state, unless `start` is given."""
    turns: tuple[Turn, ...] = ()
    start: Mapping[str, JsonValue] | None = None
    """The start state as plain fields; None: drawn from the seed."""
    limits: Limits = field(default_factory=Limits)
    faults: tuple[Fault, ...] = ()
    """How tools go wrong in it."""
    names: Mapping[str, Alias] = field(default_factory=dict)
    """Other names under which its tools are offered: each with what it stands for. All else in it uses them too."""

    def json(self) -> dict[str, JsonValue]:
        """Return the task as plain JSON values, without what few tasks have and this one has not."""
        body = asdict(self)
        for name in ("faults", "names"):
            if not body[name]:
                del body[name]
        for turn in body["turns"]:
            if not turn["act"]:
                del turn["act"]
        return body

    @classmethod
    def of(cls, value: object, where: str = "task") -> Task:
        """Read a task from decoded JSON.

        Args:
            value: What `json` returned.
            where: What to call it in a complaint.

        Raises:
            TaskError: To whoever wrote it, naming the field.
        """
        if isinstance(value, Task):
            return value
        try:
            return _ADAPTER.validate_python(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise TaskError(f"{where}: {place or 'task'}: {first['msg']}") from None


def read_tasks(path: Path) -> list[Task]:
    """Read tasks from JSON lines.

    Raises:
        RecordError: If the file cannot be read or a line is no task; it names the line.
    """
    tasks = []
    for number, line in enumerate(_lines(path), start=1):
        try:
            tasks.append(Task.of(orjson.loads(line), f"{path}:{number}"))
        except orjson.JSONDecodeError as error:
            raise RecordError(f"{path}:{number}: not JSON ({error}); every line must be one task") from None
        except TaskError as error:
            raise RecordError(str(error)) from None
    if not tasks:
        raise RecordError(f"{path}: no tasks in it; every line must be one task")
    return tasks


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None


_ADAPTER: TypeAdapter[Task] = TypeAdapter[Any](Task)
