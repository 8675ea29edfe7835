"""Tasks of our own in the official form, for tests that need no official data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fc_gym.bfcl.tasks import BfclTask

OPEN, SEE, CLOSE = "create_ticket(title='Leak')", "get_ticket(ticket_id=1)", "close_ticket(ticket_id=1)"
CONFIG: dict[str, Any] = {"TicketAPI": {"ticket_queue": [], "ticket_counter": 1, "current_user": "Ann"}}


def task(
    *truth: Sequence[str],
    number: int = 0,
    category: str = "base",
    withheld: Mapping[int, tuple[str, ...]] | None = None,
) -> BfclTask:
    """Make a task in the ticket queue; where functions are handed over the user says nothing."""
    late = withheld or {}
    turns = tuple(
        () if turn in late else ({"role": "user", "content": f"Request {turn}."},) for turn in range(len(truth))
    )
    name = f"multi_turn_{category}_{number}"
    return BfclTask(name, ("TicketAPI",), CONFIG, turns, tuple(tuple(turn) for turn in truth), late, ("edit_ticket",))


def folder(path: Path, tasks: Mapping[str, Sequence[BfclTask]]) -> Path:
    """Write tasks as a folder in the official layout."""
    (path / "possible_answer").mkdir(parents=True)
    for category, some in tasks.items():
        name = f"BFCL_v4_multi_turn_{category}.json"
        (path / name).write_text("\n".join(json.dumps(_question(one)) for one in some))
        answers = [{"id": one.id, "ground_truth": [list(turn) for turn in one.truth]} for one in some]
        (path / "possible_answer" / name).write_text("\n".join(map(json.dumps, answers)))
    return path


def _question(task: BfclTask) -> dict[str, Any]:
    late = {"missed_function": {str(turn): list(names) for turn, names in task.withheld.items()}}
    return {
        "id": task.id,
        "question": [list(turn) for turn in task.turns],
        "initial_config": task.config,
        "path": list(task.path),
        "involved_classes": list(task.classes),
        "excluded_function": list(task.excluded),
        **(late if task.withheld else {}),
    }
