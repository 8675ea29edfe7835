"""Runs of written models in the made-up tasks, in this process or one that is to be killed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fc_agents.bfcl.crowd import Outcome
from fc_agents.bfcl.jobs import Rules, multi_turn
from fc_agents.bfcl.modelrun import ModelRun
from fc_agents.models.model import Model
from fc_agents.models.scripted import Latency

from fc_gym.bfcl.tasks import BfclTask
from tests.agents.bfcl.written import Step, docs_of, plan_of, writer
from tests.bfcl.made_up import CLOSE, OPEN, SEE, task

TASKS = [
    task([OPEN, SEE], [CLOSE], number=0),
    task([OPEN], [], [CLOSE, SEE], number=1),
    task([SEE], number=2),
    task([OPEN], [], [CLOSE], number=0, category="miss_func", withheld={2: ("close_ticket",)}),
    task([OPEN], [SEE], number=10),
]
DOCS = docs_of("TicketAPI")


def plans_of(tasks: Sequence[BfclTask], policy: str = "gold") -> dict[str, list[Step]]:
    return {one.id: plan_of(one, policy) for one in tasks}


def played(
    out: Path,
    model: Model | None = None,
    tasks: Sequence[BfclTask] = TASKS,
    *,
    docs: Mapping[str, Sequence[Mapping[str, Any]]] = DOCS,
    rules: Rules | None = None,
    **how: Any,
) -> Outcome:
    """Play tasks; without a model, as one that writes the ground truth does."""
    run, rules = ModelRun(**how), rules or Rules()
    player = writer(plans_of(tasks), run.format) if model is None else model
    return run.play(player, multi_turn(tasks, docs, rules), rules, out)


def files(out: Path) -> dict[str, bytes]:
    """Return all that has to be equal between runs: everything but times."""
    return {
        str(one.relative_to(out)): one.read_bytes()
        for one in sorted(out.rglob("*"))
        if one.is_file() and one.name not in ("timings.jsonl", "failures.jsonl")
    }


if __name__ == "__main__":
    model = writer(plans_of(TASKS), "prompt", Latency(0.04, seed=int(sys.argv[2])))
    played(Path(sys.argv[1]), model, concurrency=2)
