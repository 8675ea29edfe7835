"""The official multi-turn tasks, read from the data folder that a user names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from fc_gym.bfcl.classes import MODULES
from fc_gym.bfcl.home import FETCH
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue

__all__ = ["CATEGORIES", "UPDATED", "BfclTask", "load_docs", "load_tasks", "tools_at"]

CATEGORIES = ("base", "miss_func", "miss_param", "long_context")
"""The four multi-turn categories, 200 tasks each."""

UPDATED = "I have updated some more functions you can choose from. What about now?"
"""What the user says, officially, in the turn in which withheld functions are handed over."""

_DOCS: Mapping[str, str] = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
_NAMED = f"{FETCH}; a folder `bfcl_eval/data` of the package bfcl-eval does as well"


@dataclass(frozen=True)
class BfclTask:
    """One official task with its ground truth."""

    id: str
    """Such as `multi_turn_base_0`."""
    classes: tuple[str, ...]
    """Official names of the classes that it plays in, in order."""
    config: Mapping[str, Any]
    """Class name to the start state of its instance."""
    turns: tuple[tuple[Mapping[str, str], ...], ...]
    """Messages of the user per turn, `role` and `content`; a turn in which functions are handed over has none."""
    truth: tuple[tuple[str, ...], ...]
    """Ground-truth calls per turn, as texts."""
    withheld: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Turn to the functions that the agent does not have before it."""
    excluded: tuple[str, ...] = ()
    """Functions whose use would open a second way; officially they are offered all the same."""
    path: tuple[str, ...] = ()
    """The `Class.function` walk that the task was written from."""

    @property
    def category(self) -> str:
        """One of `CATEGORIES`."""
        return self.id.rsplit("_", 1)[0].removeprefix("multi_turn_")

    @property
    def long_context(self) -> bool:
        """True if the classes add their bulk data."""
        return "long_context" in self.id

    @property
    def unanswerable(self) -> tuple[int, ...]:
        """Turns in which nothing should be called, as a function or a parameter is missing or nothing is to do."""
        return tuple(turn for turn, calls in enumerate(self.truth) if not calls)


def load_tasks(folder: str | Path, category: str) -> list[BfclTask]:
    """Read the tasks of one category.

    Args:
        folder: The official data folder.
        category: One of `CATEGORIES`.

    Returns:
        The tasks in the official order.

    Raises:
        RecordError: To whoever owns the folder, naming file and line.
    """
    if category not in CATEGORIES:
        raise RecordError(f"no category {category!r}; have {', '.join(CATEGORIES)}")
    name = f"BFCL_v4_multi_turn_{category}.json"
    questions = list(_lines(Path(folder) / name))
    answers = {answer.get("id"): answer for _, answer in _lines(Path(folder) / "possible_answer" / name)}
    return [_task(entry, answers.get(entry.get("id")), where) for where, entry in questions]


def load_docs(folder: str | Path) -> dict[str, list[dict[str, JsonValue]]]:
    """Read the official function descriptions.

    Args:
        folder: The official data folder.

    Returns:
        Class name to the descriptions of its functions, in the official order.

    Raises:
        RecordError: To whoever owns the folder, naming file and line.
    """
    docs = Path(folder) / "multi_turn_func_doc"
    return {name: [doc for _, doc in _lines(docs / f"{module}.json")] for name, module in _DOCS.items()}


def tools_at(
    task: BfclTask, turn: int, docs: Mapping[str, Sequence[Mapping[str, JsonValue]]], *, exclude: bool = False
) -> list[Mapping[str, JsonValue]]:
    """Return the function descriptions that the agent has in a turn.

    Args:
        task: The task.
        turn: The turn, from 0.
        docs: What `load_docs` gives.
        exclude: Take out the task's excluded functions, which officially nobody does.

    Returns:
        Descriptions in the order of the task's classes; those handed over late come last.
    """
    late = {name for names in task.withheld.values() for name in names}
    gone = set(task.excluded) if exclude else set()
    found = {str(doc["name"]): doc for name in task.classes for doc in docs[name] if doc["name"] not in gone}
    have = [doc for name, doc in found.items() if name not in late]
    given = [name for at, names in sorted(task.withheld.items()) if at <= turn for name in names]
    return have + [found[name] for name in given if name in found]


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror or error}; {_NAMED}") from None
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            entry = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise RecordError(f"{where}: {error}; {_NAMED}") from None
        if not isinstance(entry, dict):
            raise RecordError(f"{where}: a JSON object should stand here, not {type(entry).__name__}")
        yield where, entry


def _task(entry: Mapping[str, Any], answer: Mapping[str, Any] | None, where: str) -> BfclTask:
    if answer is None:
        raise RecordError(f"{where}: possible_answer has no ground truth for {entry.get('id')!r}")
    try:
        task = BfclTask(
            id=entry["id"],
            classes=tuple(entry["involved_classes"]),
            config=entry["initial_config"],
            turns=tuple(tuple(turn) for turn in entry["question"]),
            truth=tuple(tuple(turn) for turn in answer["ground_truth"]),
            withheld={int(turn): tuple(names) for turn, names in entry.get("missed_function", {}).items()},
            excluded=tuple(entry.get("excluded_function", ())),
            path=tuple(entry.get("path", ())),
        )
    except KeyError as error:
        raise RecordError(f"{where}: the field {error} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise RecordError(f"{where}: a field has another form than the official one ({error})") from None
    _check(task, where)
    return task


def _check(task: BfclTask, where: str) -> None:
    if len(task.truth) != len(task.turns):
        raise RecordError(f"{where}: {len(task.turns)} turns, but ground truth for {len(task.truth)}")
    strange = [name for name in task.classes if name not in MODULES]
    if strange:
        raise RecordError(f"{where}: unknown classes {', '.join(map(str, strange))}; have {', '.join(MODULES)}")
    if not isinstance(task.id, str) or not isinstance(task.config, Mapping):
        raise RecordError(f"{where}: `id` should be a text and `initial_config` an object")
