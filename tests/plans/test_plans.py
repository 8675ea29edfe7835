from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.domain import Domain, World
from fc_gym.errors import RecordError
from fc_gym.graph import ApiGraph
from fc_gym.kept import graph_of
from fc_gym.known import Known
from fc_gym.plans import Plan, Span, bound, bounds, keep_plans, kept_plans, plans_path, played, spans
from fc_gym.plans.alphabet import Alphabet, Values
from fc_gym.plans.influence import Influence
from fc_gym.plans.search import Search, Spent
from fc_gym.plans.tries import shortened, tried
from fc_gym.registration import load_domain
from fc_gym.state import State
from fc_gym.types import ToolCall

VAULT = {
    "list_rooms": 1, "list_boxes": 2, "show_contents": 5, "take_card": 1, "borrow_card": 1, "return_card": 2,
    "unlock_box": 4, "lock_box": 5,
}  # fmt: skip
SUITE = ("shop", "calendar", "mail", "bank", "drive")


@pytest.fixture(scope="module", params=SUITE)
def some_plans(request: pytest.FixtureRequest) -> tuple[ApiGraph, tuple[Plan, ...]]:
    graph = graph_of(load_domain(request.param))
    return graph, bounds(graph, starts=1, budget=4_000)


def test_the_shortest_plans_of_the_vault_are_those_counted_by_hand(vault: ApiGraph) -> None:
    plans = bounds(vault)
    assert {plan.tool: (plan.lower, plan.upper) for plan in plans} == {tool: (n, n) for tool, n in VAULT.items()}
    assert len(plans) == 3 * len(VAULT)


def test_the_shortest_plan_depends_on_the_start_state(lab: ApiGraph) -> None:
    for plan in bounds(lab):
        if plan.tool == "analyse_probe":
            shut = not lab.domain.sample(plan.seed).world.door_open
            assert (plan.lower, plan.upper) == ((3, 3) if shut else (4, 4))


def test_the_same_arguments_give_the_same_plans(vault: ApiGraph) -> None:
    assert bounds(vault, starts=2) == bounds(vault, starts=2)


def test_every_plan_executes_and_no_call_of_it_is_needless(some_plans: tuple[ApiGraph, tuple[Plan, ...]]) -> None:
    graph, plans = some_plans
    for plan in plans:
        start = graph.domain.sample(plan.seed)
        assert plan.lower <= plan.upper
        assert plan.calls[-1].name == plan.tool
        assert played(graph.domain, start, plan.calls) is not None
        assert shortened(graph.domain, start, plan.calls) == list(plan.calls)


def test_no_lower_bound_is_above_what_trying_everything_finds(some_plans: tuple[ApiGraph, tuple[Plan, ...]]) -> None:
    graph, plans = some_plans
    found = {seed: _everything(graph.domain, seed) for seed in {plan.seed for plan in plans}}
    for plan in plans:
        shortest = found[plan.seed].get(plan.tool)
        assert shortest is None or plan.lower <= shortest
        assert shortest is None or not plan.exact or plan.upper == shortest
        assert plan.upper > 2 or shortest == plan.upper


def _everything(domain: Domain, seed: int, longest: int = 3, most: int = 30_000) -> dict[str, int]:
    """Return the tools that are accepted after a few calls of whatever kind, with how many."""
    start = domain.sample(seed)
    alphabet, found = Alphabet(domain, start.world), dict[str, int]()
    level: dict[tuple[str, Values], State[World]] = {(start.hash(), frozenset()): start.fork()}
    for length in range(1, longest + 1):
        after: dict[tuple[str, Values], State[World]] = {}
        for (_, known), state in level.items():
            for number in (one for tool in domain.tools for one in alphabet.of(tool, known)):
                most -= 1
                if most < 0:
                    return found
                mark, call = state.snapshot(), alphabet.calls[number]
                result = domain.execute(state.world, call)
                if result.ok:
                    found.setdefault(call.name, length)
                    shown = Known(domain)
                    shown.show(result, 0, 0)
                    more = {(key, one.value) for key in domain.entities for one in shown.values(key)}
                    if length < longest:
                        after.setdefault((state.hash(), known | more), state.fork())
                state.restore(mark)
        level = after
    return found


def test_a_spent_budget_leaves_the_bound_open(vault: ApiGraph) -> None:
    start = vault.domain.sample(0)
    search = Search(Influence(vault), start, 20)
    with pytest.raises(Spent):
        [search.plan("show_contents", length) for length in range(1, 6)]
    plan = bound(vault, "show_contents", 0, Search(Influence(vault), start, 20))
    assert plan is not None
    assert plan.lower < plan.upper == 5
    assert not plan.exact


def test_a_longer_plan_is_shortened_by_the_search(vault: ApiGraph) -> None:
    search = Search(Influence(vault), vault.domain.sample(0), 50_000)
    found = [search.plan("lock_box", length) for length in range(1, 6)]
    assert found[:4] == [None] * 4
    assert found[4] is not None
    assert played(vault.domain, vault.domain.sample(0), found[4]) is not None


@given(st.integers(0, 30), st.sampled_from(sorted(VAULT)))
def test_what_trying_finds_is_a_plan(vault: ApiGraph, seed: int, tool: str) -> None:
    start = vault.domain.sample(seed)
    before = start.hash()
    calls = tried(vault, start, tool, np.random.default_rng(seed), 3)
    assert calls[-1].name == tool
    assert len(calls) >= VAULT[tool]
    assert played(vault.domain, start, calls) is not None
    assert start.hash() == before


def test_needless_calls_are_cut(vault: ApiGraph) -> None:
    calls = [ToolCall("list_rooms"), ToolCall("take_card"), ToolCall("return_card"), ToolCall("borrow_card")]
    assert shortened(vault.domain, vault.domain.sample(0), calls) == [ToolCall("borrow_card")]


def test_a_plan_may_use_only_rows_that_were_shown(vault: ApiGraph) -> None:
    start = vault.domain.sample(0)
    look = ToolCall("list_boxes", {"room": "R0"})
    assert played(vault.domain, start, [look]) is None
    assert played(vault.domain, start, [ToolCall("list_rooms"), look]) is not None
    assert played(vault.domain, start, [ToolCall("return_card")]) is None


def test_an_unreachable_tool_has_no_plan(vault: ApiGraph) -> None:
    blind = ApiGraph(vault.domain)
    assert all(plan.tool != "show_contents" for plan in bounds(blind, starts=1))


def test_known_rows_make_the_calls() -> None:
    domain = load_domain("shop")
    alphabet = Alphabet(domain, domain.sample(0).world)
    known: Values = frozenset({("OrderId", "ORD-1"), ("ProductId", "PRD-1")})
    assert alphabet.of("add_to_cart", frozenset()) == ()
    calls = [alphabet.calls[number] for number in alphabet.of("add_to_cart", known)]
    assert [dict(call.arguments) for call in calls][:2] == [{"product": "PRD-1"}, {"product": "PRD-1", "quantity": 1}]
    assert alphabet.rows[alphabet.of("withdraw_order", known)[0]] == {("OrderId", "ORD-1")}


def test_the_median_over_start_states_is_told() -> None:
    call = ToolCall("wait")
    plans = [Plan("wait", seed, low, (call,) * high) for seed, (low, high) in enumerate([(2, 2), (3, 5), (3, 4)])]
    assert spans(plans) == {"wait": Span(3, 4, 2, 5)}
    assert str(spans(plans)["wait"]) == "3 to 4"
    assert str(Span(2.5, 2.5, 2, 3)) == "2.5"


def test_kept_plans_are_read_again_until_the_source_changes(copied: Domain, vault: ApiGraph) -> None:
    plans = bounds(vault, starts=1)
    assert kept_plans(copied) is None
    path = keep_plans(copied, plans)
    assert path == plans_path(copied)
    assert kept_plans(copied) == plans
    source = path.parent.parent / "vault.py"
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert kept_plans(copied) is None


@pytest.mark.parametrize("change", [("[", "{"), ('"calls":[[', '"cells":[['), ('"tool":"list_rooms"', '"tool":"open"')])
def test_a_broken_record_of_plans_is_refused(copied: Domain, vault: ApiGraph, change: tuple[str, str]) -> None:
    path = keep_plans(copied, bounds(vault, starts=1))
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(RecordError, match=r"vault\.json: no record of plans .*; delete it or search again"):
        kept_plans(copied)


def test_plans_without_a_place_are_refused(copied: Domain) -> None:
    path = plans_path(copied)
    assert path is not None
    path.mkdir(parents=True)
    with pytest.raises(RecordError, match=r"vault\.json: cannot be written \(Is a directory\)"):
        keep_plans(copied, ())
    nowhere = Domain(type("Nowhere", (), {"__module__": "builtins", "wait": lambda self: 1}))
    assert plans_path(nowhere) is None
    assert kept_plans(nowhere) is None
    with pytest.raises(RecordError, match="nowhere: its class stands in no file, so its plans cannot be kept"):
        keep_plans(nowhere, ())
