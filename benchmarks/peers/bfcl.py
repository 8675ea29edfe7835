"""The official BFCL executor, in the Python it is installed in: plays ground truths, and prints what a call takes.

Run as `python -m benchmarks.peers.bfcl TASKS`, a JSON list of `id`, `config`, `classes` and `truth`.
"""

from __future__ import annotations

import itertools
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.interleaved import FULL, interleaved

__all__ = ["main"]


def main(path: str) -> None:
    """Measure, and print JSON."""
    from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils import execute_multi_turn_func_call as execute

    tasks: list[dict[str, Any]] = json.loads(Path(path).read_text(encoding="utf-8"))
    fresh = itertools.count()

    def play() -> None:
        run = f"run{next(fresh)}"  # instances are kept by this name, so that a new one is a reset
        for task in tasks:
            for calls in task["truth"]:
                execute(calls, task["config"], task["classes"], run, task["id"], "long_context" in task["id"])

    spread, floor = interleaved(play, FULL)
    units = sum(len(calls) for task in tasks for calls in task["truth"])
    values = {name: value / units for name, value in spread.json().items() if value is not None}
    print(json.dumps({**values, "floor_us": floor * 1e6, "peer": f"bfcl-eval {version('bfcl-eval')}"}))


if __name__ == "__main__":
    main(sys.argv[1])
