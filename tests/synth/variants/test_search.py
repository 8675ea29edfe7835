from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from fc_synth.variants.case import case_of
from fc_synth.variants.goals import unreachable, wanted_after
from fc_synth.variants.search import plan_to

from fc_gym.registration import load_domain

Rows = Callable[[str], list[dict[str, Any]]]


def cases(pool: list[dict[str, Any]]) -> Any:
    for row in pool[::7]:
        case = case_of(load_domain(row["meta"]["domain"]), row, np.random.default_rng(0))
        assert case is not None
        yield case


def test_what_one_change_brings_about_is_found_and_the_plan_runs(pool: list[dict[str, Any]]) -> None:
    found = 0
    for case in cases(pool):
        for number in range(len(case.scenes)):
            wanted = wanted_after(case.course, number)
            optional = any(
                not case.domain.tools[call.name].parameters[name].required
                for call in case.scenes[number].calls for name in call.arguments
            )  # fmt: skip
            if wanted.changes != 1 or optional:
                continue
            plan = plan_to(case.before(number), wanted.reached, case.domain.names, writes=1).plan
            if plan is not None:
                session = case.before(number)
                for call in plan:
                    session.run([call])
                assert wanted.reached(session)
                found += 1
    assert found > 3


def test_without_any_tool_nothing_is_reached_and_with_the_goal_met_it_is_refuted(pool: list[dict[str, Any]]) -> None:
    for case in cases(pool):
        wanted = wanted_after(case.course, 0)
        assert unreachable(case.before(0), wanted, ()).verdict in ("proved", "unknown")
        if wanted.changes and len(case.scenes) > 1:
            assert unreachable(case.before(1), wanted, ()).verdict == "refuted"


def test_a_search_that_runs_into_its_bound_says_so(pool: list[dict[str, Any]]) -> None:
    case = next(cases(pool))
    found = plan_to(case.before(0), lambda session: False, case.domain.names, writes=3, tries=10)
    assert (found.plan, found.complete, found.writes) == (None, False, 0)
    assert "look-ups alone" in found.words
