from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest
from fc_synth.variants.case import case_of
from fc_synth.variants.course import earned, gold, perfect, silent
from fc_synth.variants.detect import PHENOMENA, detected
from fc_synth.variants.evidence import evidence_of
from fc_synth.variants.faults import FAILURES
from fc_synth.variants.make import varied
from fc_synth.variants.proof import proofs_of
from fc_synth.variants.registry import ALIASES, OPERATORS
from fc_synth.variants.repairs import REPAIRS
from fc_synth.variants.script import read_script, task_of

from fc_gym.env import ToolEnv
from fc_gym.registration import load_domain
from fc_gym.task import Task
from fc_gym.types import to_json

Variants = Callable[..., list[dict[str, Any]]]
SORTS = [(kind, "") for kind in OPERATORS if kind not in ("exception", "failed")]
SORTS += [("exception", one) for one in REPAIRS] + [("failed", one) for one in FAILURES] + [("long_context", "turns")]


@pytest.mark.parametrize(("kind", "flavour"), SORTS)
def test_every_variant_is_proved_and_read_back_from_json_still_is(kind: str, flavour: str, variants: Variants) -> None:
    found = variants(kind, flavour)
    assert len(found) >= 1
    for row in found:
        again = json.loads(to_json(row))
        proofs = proofs_of(load_domain(again["meta"]["domain"]), again)
        assert [one.verdict for one in proofs] == ["proved"] * len(proofs), proofs
        assert [list(one) for one in proofs] == again["meta"]["certificate"]["proofs"]


@pytest.mark.parametrize(("kind", "flavour"), SORTS)
def test_in_the_environment_the_verified_course_earns_all_and_silence_not_one_turn_of_all(
    kind: str, flavour: str, variants: Variants
) -> None:
    for row in variants(kind, flavour):
        domain, task = load_domain(row["meta"]["domain"]), task_of(row)
        task = Task.of(orjson.loads(to_json(task.json())))
        env, script = ToolEnv(domain), read_script(row)
        env.reset(options={"task": task})
        total = 0.0
        for layers, reply in gold(script):
            total += sum(float(env.step(list(calls))[1]) for calls in layers)
            total += float(env.step(reply)[1])
        assert total == pytest.approx(1.0)
        assert earned(domain, task, silent(script)).outcome == 0.0


@pytest.mark.parametrize(("kind", "flavour"), SORTS)
def test_who_behaves_as_before_fails_unless_only_the_setting_is_harder(
    kind: str, flavour: str, variants: Variants
) -> None:
    for row in variants(kind, flavour):
        found = evidence_of(load_domain(row["meta"]["domain"]), row)
        assert not isinstance(found, str)
        preserves = OPERATORS[kind].preserves
        parts = earned(found.domain, found.course.task, found.unvaried(added=preserves))
        assert perfect(parts) == preserves


@pytest.mark.parametrize(("kind", "flavour"), SORTS)
def test_the_detector_agrees_with_the_operator_and_sees_nothing_else(
    kind: str, flavour: str, variants: Variants, pool: list[dict[str, Any]]
) -> None:
    before = {row["id"]: set(detected(load_domain(row["meta"]["domain"]), row)) for row in pool}
    for row in variants(kind, flavour):
        seen = set(detected(load_domain(row["meta"]["domain"]), row))
        wanted = {OPERATORS[kind].phenomenon or kind} & set(PHENOMENA)
        wanted |= {"no_target"} if row["meta"]["variant"].get("form") == "turns" else set()
        assert wanted <= seen
        assert seen - wanted <= before[row["meta"]["variant"]["of"]]


def test_clean_dialogues_show_no_phenomenon_but_several_requests_and_corrections(pool: list[dict[str, Any]]) -> None:
    seen = {one for row in pool for one in detected(load_domain(row["meta"]["domain"]), row)}
    assert seen <= {"stacking", "goal_correction"}


def test_all_thirteen_phenomena_have_an_operator() -> None:
    named = {one.phenomenon for one in OPERATORS.values() if one.phenomenon}
    assert named == set(PHENOMENA) - {"missing_function"}
    assert len(named) == 13
    assert all(kind in OPERATORS for kinds in ALIASES.values() for kind in kinds)


def test_the_same_chance_gives_the_same_variant(pool: list[dict[str, Any]]) -> None:
    for kind in OPERATORS:
        one, other = (
            varied(load_domain(pool[3]["meta"]["domain"]), pool[3], kind, np.random.default_rng(5), name="v", pool=pool)
            for _ in range(2)
        )
        assert to_json(one.row) == to_json(other.row)


def test_a_row_that_does_not_run_as_it_says_is_not_varied(pool: list[dict[str, Any]]) -> None:
    row = json.loads(json.dumps(pool[0]))
    told = next(message for message in row["messages"] if message["role"] == "tool")
    told["content"] += " "
    assert case_of(load_domain(row["meta"]["domain"]), row, np.random.default_rng(0)) is None
    attempt = varied(load_domain(row["meta"]["domain"]), row, "over_fill", np.random.default_rng(0), name="v")
    assert (attempt.row, attempt.reason) == (None, "no place for it")
