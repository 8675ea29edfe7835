"""Result files that we wrote, evaluated by the official evaluator: equal verdicts, equal kinds of error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from fc_agents.bfcl.collect import Collector
from fc_agents.bfcl.policies import BfclPolicy, PlannedPolicy, bfcl_policy

from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.grade import Verdict
from fc_gym.bfcl.results import official_path
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask
from tests.bfcl.alone import alone
from tests.bfcl.official.package import NEEDED, Evaluator
from tests.bfcl.official.sizes import SEED, spread

missing = [name for name in NEEDED if find_spec(name) is None]
pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(bool(missing), reason=f"the official evaluator needs {', '.join(missing)}; see `.ci/official`"),
]


def restless(truth: Sequence[Sequence[str]]) -> list[list[list[str]]]:
    """Go on in every third turn until the step limit ends the episode."""
    return [[list(calls), *[["bogus()"]] * 25 * (turn % 3 == 2)] for turn, calls in enumerate(truth)]


POLICIES = [
    *map(bfcl_policy, ("gold", "gold-stepwise", "forgetful", "busy", "silent", "random")),
    PlannedPolicy("restless", restless),
]


@pytest.fixture(scope="module")
def evaluator(tasks: object) -> Evaluator:
    return Evaluator()


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_the_official_evaluator_agrees_on_the_files_that_we_write(
    tasks: Mapping[str, Sequence[BfclTask]], evaluator: Evaluator, tmp_path: Path, policy: BfclPolicy
) -> None:
    chosen = spread([task for some in tasks.values() for task in some])
    plays = Collector(tmp_path, policy, BfclEnv(chosen), SEED).run(chosen)
    ours = {play.id: Verdict(**play.verdict).official() for play in plays}
    theirs = {
        told["id"]: evaluated(evaluator, told["id"], told["result"])
        for category in CATEGORIES
        for told in lines(official_path(tmp_path / "result", policy.name, category))
    }
    assert len(ours) == len(chosen) and theirs == ours


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def evaluated(evaluator: Evaluator, name: str, result: object) -> dict[str, object]:
    """Return the official verdict on one line of a result file."""
    entry, truth = evaluator.entry(name)
    return alone(partial(evaluator.verdict, name, result, entry, truth))
