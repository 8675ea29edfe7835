"""fc_gym.bfcl in the side-by-side run against the official BFCL code: call texts in, result texts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fc_gym.bfcl.classes import MODULES, tool_class
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.play import Session, make
from fc_gym.bfcl.tasks import BfclTask

__all__ = ["Adapter", "make"]


class Adapter:
    """What the driver asks of an implementation."""

    name = "fc_gym"
    version = "checkout"
    data_dir: str | None = None

    def __init__(self) -> None:
        for one in MODULES:  # import cost is no part of the timings
            tool_class(one)
        self._grader = Grader()
        self._tasks: dict[str, tuple[Mapping[str, Any], BfclTask]] = {}
        self._open = 0

    def check(
        self, entry: Mapping[str, Any], ground_truth: Sequence[Sequence[str]], decoded: Sequence[Any], uid: str
    ) -> dict[str, object]:
        """Grade calls per turn and step."""
        return self._grader.grade(self._task(entry, ground_truth), decoded).official()

    def open(self, entry: Mapping[str, Any], uid: str) -> Executor:
        """Open a fresh session for a task."""
        self._open += 1
        session = Session(entry["involved_classes"], entry["initial_config"], "long_context" in entry["id"])
        return Executor(session, f"{uid}_{entry['id']}")

    def run(self, handle: Executor, calls: Sequence[str]) -> list[str]:
        """Run calls and return their results."""
        return handle.run(calls)

    def instances(self, handle: Executor) -> Mapping[str, object]:
        """Return the live instances."""
        return handle.session.instances

    def close(self, handle: Executor) -> None:
        """Close a session."""
        self._open -= 1
        handle.session.close()

    def purge(self) -> None:
        """Do nothing: no session outlives its handle."""

    def live_instances(self) -> int:
        """Return how many sessions are open."""
        return self._open

    def _task(self, entry: Mapping[str, Any], ground_truth: Sequence[Sequence[str]]) -> BfclTask:
        known = self._tasks.get(entry["id"])
        if known is None or known[0] is not entry:
            task = BfclTask(
                id=entry["id"],
                classes=tuple(entry["involved_classes"]),
                config=entry["initial_config"],
                turns=tuple(tuple(turn) for turn in entry["question"]),
                truth=tuple(tuple(turn) for turn in ground_truth),
            )
            known = self._tasks[entry["id"]] = (entry, task)
        return known[1]
