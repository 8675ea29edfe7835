from __future__ import annotations

import asyncio
import builtins
from collections.abc import Callable
from typing import Any

import pytest
from fc_agents.legal import LEVELS, VERDICTS, Legality
from fc_agents.legal.blind import BlindModel
from fc_agents.legal.table import Row, legality_table, situations
from fc_agents.models.model import ModelError
from fc_agents.models.request import Constraint, Request, Sampling
from fc_agents.models.scripted import ScriptedModel

from fc_gym import domain_names, load_domain
from fc_gym.errors import TaskError


def _blind(**settings: Any) -> BlindModel:
    pytest.importorskip("llguidance", reason="pip install llguidance")
    return BlindModel(**settings)


def _rows(name: str, model: Any, **settings: Any) -> list[Row]:
    return asyncio.run(legality_table(model, load_domain(name), sampling=Sampling(max_tokens=16_000), **settings))


@pytest.mark.parametrize("name", domain_names())
def test_a_model_that_knows_nothing_breaks_no_promise(name: str) -> None:
    rows = _rows(name, _blind(), responses=20, seeds=2)
    assert [(row.level, row.broken, row.cut) for row in rows] == [(level, 0, 0) for level in LEVELS]
    free, schema, tools, grounded, calls = rows
    assert all(row.calls == row.responses == 20 for row in (schema, tools, grounded, calls))
    assert free.verdicts["malformed"] == free.calls and free.constraints == 0
    assert schema.verdicts["not legal"] + schema.verdicts["not grounded"] > 0
    assert calls.verdicts["accepted"] == 20
    assert set(grounded.verdicts) <= {"refused", "accepted"}


def test_a_promise_that_is_broken_is_counted() -> None:
    told = ScriptedModel(lambda request: '<tool_call>{"name": "fly", "arguments": {}}</tool_call>')
    rows = _rows("shop", told, responses=5, seeds=1)
    assert [row.broken for row in rows] == [0, 5, 5, 5, 5]
    assert {row.verdicts["unknown tool"] for row in rows} == {5}


def test_replies_and_what_is_cut_off_are_counted() -> None:
    rows = asyncio.run(
        legality_table(_blind(), load_domain("shop"), responses=8, levels=["schema"], seeds=1,
                       sampling=Sampling(max_tokens=3), at_once=4)
    )  # fmt: skip
    assert (rows[0].cut, rows[0].responses, rows[0].tokens) == (8, 8, 24)
    said = _rows("shop", ScriptedModel(lambda request: "Hello."), responses=5, seeds=1, levels=["tools"])
    assert (said[0].replies, said[0].calls, said[0].broken) == (5, 0, 0)


def test_the_figures_of_domains_add_up() -> None:
    one, other = (_rows(name, _blind(), responses=6, seeds=1, levels=["schema"])[0] for name in ("shop", "mail"))
    both = one + other
    assert (both.calls, both.tokens) == (12, one.tokens + other.tokens)
    assert sum(both.json()[name] for name in VERDICTS) == 12
    assert len(both.made) == 12 and len(both.first) + len(both.later) == 12 and len(both.first) == both.constraints == 2


def test_a_seed_gives_the_same_table_again() -> None:
    twice = [_rows("mail", _blind(seed=4), responses=20, seeds=2, at_once=at_once) for at_once in (1, 1)]
    first, second = ([(row.verdicts, row.tokens, row.constraints) for row in rows] for rows in twice)
    assert first == second


def test_the_requests_name_what_is_on_offer_and_count_the_seed_up() -> None:
    asked: list[Request] = []
    model = ScriptedModel(lambda request: asked.append(request) or "No.")  # type: ignore[func-returns-value]
    domain = load_domain("shop")
    asyncio.run(legality_table(model, domain, responses=3, levels=["free", "tools"], sampling=Sampling(seed=7)))
    assert [one.sampling.seed for one in asked] == [7, 8, 9] * 2
    assert [one["function"]["name"] for one in asked[0].tools] == list(domain.names)
    assert [(one.constraint is None, one.tool_choice) for one in asked] == [(True, "auto")] * 3 + [(False, "none")] * 3


@pytest.mark.parametrize("wrong", [{"responses": 0}, {"seeds": 0}, {"at_once": 0}])
def test_a_table_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(TaskError, match="show nothing; give at least 1 of each"):
        _rows("shop", ScriptedModel([]), **wrong)


def test_a_table_of_an_unknown_level_is_refused() -> None:
    with pytest.raises(TaskError, match="there is no level 'best' of legality"):
        _rows("shop", ScriptedModel([]), responses=1, levels=["best"])


def test_situations_differ_and_stay_as_they_are() -> None:
    found = list(situations(load_domain("shop"), 2))
    assert len(found) == 40 and len({one.known.size for one in found}) > 5
    assert [one.state.hash() for one in found] == [one.state.hash() for one in situations(load_domain("shop"), 2)]


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        (
            Constraint("structural_tag", {}, "hermes", "a"),
            "llguidance reads no structural tags; ask for kind='grammar'",
        ),
        (Constraint("grammar", "root ::= [a-z", "json", "b"), "llguidance cannot read the constraint: "),
        (Constraint("grammar", 'root ::= "a" gone', "json", "c"), "llguidance cannot read the constraint: "),
        (Constraint("json_schema", {"type": "unheard"}, "json", "d"), "llguidance cannot read the constraint: "),
    ],
)
def test_what_llguidance_cannot_read_is_said(constraint: Constraint, said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        asyncio.run(_blind().complete(Request([], constraint=constraint)))
    assert caught.value.kind == "no_constraint"


def test_a_missing_llguidance_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "llguidance":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match="the blind model needs llguidance: pip install llguidance") as caught:
        BlindModel()
    assert caught.value.kind == "not_installed"


def test_the_blind_model_tells_what_it_is() -> None:
    model = _blind(seed=3)
    asyncio.run(model.check())
    assert (model.name, model.settings) == ("blind", {"kind": "blind", "seed": 3})
    legality = Legality(load_domain("shop"), reply=False)
    constraint = legality.constraint(next(iter(situations(legality.domain, 1))), "schema")
    done = asyncio.run(model.complete(Request([], constraint=constraint)))
    assert done.token_ids is not None and done.usage.completion == len(done.token_ids) > 0
    asyncio.run(model.close())
