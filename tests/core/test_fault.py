from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.errors import TaskError
from fc_gym.fault import Fault
from fc_gym.faulty import Faults
from fc_gym.form import FORMS
from fc_gym.known import Known, draw_call, world_values
from fc_gym.record import Trajectory, replayed
from fc_gym.reference import Reference
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall, to_json

LIST, SHOW, ORDERS = ToolCall("search_products", {}), ToolCall("show_checkout", {}), ToolCall("list_orders", {})


@pytest.fixture(scope="module")
def shop() -> Domain:
    return load_domain("shop")


def runner(domain: Domain, *faults: Fault, seed: int = 0) -> Any:
    """Give what runs calls in a world with faults, and its state."""
    state, running = domain.sample(seed), Faults(faults)
    return (lambda call: running.execute(domain, state.world, call)), state, running


def drawn(domain: Domain, seed: int, count: int) -> list[ToolCall]:
    rng, known = np.random.default_rng(seed), Known(domain)
    for key, values in world_values(domain, domain.sample(seed).world).items():
        known.tell(key, values)
    names = [domain.names[int(one)] for one in rng.integers(len(domain.names), size=count)]
    return [call for name in names if (call := draw_call(domain.tools[name], known, rng))]


@given(seed=st.integers(0, 40))
def test_without_faults_every_call_comes_out_as_ever(seed: int) -> None:
    domain = load_domain("shop")
    run, state, _ = runner(domain, seed=seed)
    plain = domain.sample(seed)
    for call in drawn(domain, seed, 12):
        assert run(call) == domain.execute(plain.world, call)
    assert state.hash() == plain.hash()


@given(
    seed=st.integers(0, 40), kind=st.sampled_from(["transient", "permission", "rate_limit"]), tool=st.integers(0, 14)
)
def test_a_call_that_is_struck_changes_nothing(seed: int, kind: Any, tool: int) -> None:
    domain = load_domain("shop")
    name = domain.names[tool % len(domain.names)]
    run, state, faults = runner(domain, Fault(kind, name, 0, None), seed=seed)
    for call in drawn(domain, seed, 12):
        before = state.hash()
        result = run(call)
        assert faults.struck == (call.name == name)
        assert not faults.struck or (state.hash() == before and result.refusal.by_tool)


@given(after=st.integers(0, 4), times=st.integers(1, 4))
def test_a_transient_fault_strikes_as_often_as_it_says_and_always_excuses(after: int, times: int) -> None:
    run, _, faults = runner(load_domain("shop"), Fault("transient", "list_orders", after, times))
    struck = []
    for _ in range(12):
        run(ORDERS)
        struck.append(faults.struck)
        assert faults.excused == faults.struck
    assert struck == [after <= place < after + times for place in range(12)]


@given(others=st.integers(1, 4))
def test_a_rate_limit_is_lifted_by_as_many_other_calls_as_it_says(others: int) -> None:
    run, _, faults = runner(load_domain("shop"), Fault("rate_limit", "list_orders", 1, others))
    assert run(ORDERS).ok
    for left in range(others, 0, -1):
        assert f"after {left} other call" in run(ORDERS).refusal.hint
        assert run(SHOW).ok
    assert run(ORDERS).ok
    assert not faults.struck


def test_only_the_first_strike_of_a_lasting_fault_excuses_and_a_second_try_of_a_tool_that_is_down(shop: Domain) -> None:
    for kind, excused in (("permission", [True, False, False]), ("transient", [True, True, False])):
        run, _, faults = runner(shop, Fault(kind, "list_orders", 0, None))  # type: ignore[arg-type]
        assert [(run(ORDERS), faults.excused)[1] for _ in range(3)] == excused


def test_a_row_with_a_stale_key_is_found_and_used_under_its_new_one(shop: Domain) -> None:
    old = next(iter(shop.sample(0).world.orders))
    run, _, faults = runner(shop, Fault("stale_key", "", 1, None, value=old, to="ORD-NEW99"))
    assert f'"{old}"' in run(ORDERS).text
    assert "ORD-NEW99" in (shown := run(ORDERS).text)
    assert f'"{old}"' not in shown
    call = ToolCall("withdraw_order", {"order": old})
    assert run(call).refusal.code == "stale_key"
    fresh = run(ToolCall("withdraw_order", {"order": "ORD-NEW99"}))
    assert not faults.struck
    plain = shop.execute(shop.sample(0).world, call)
    assert fresh.text == plain.text.replace(f'"{old}"', '"ORD-NEW99"')


def test_a_partial_result_shows_the_first_rows_and_says_how_many_are_left_out(shop: Domain) -> None:
    run, _, _ = runner(shop, Fault("partial", "search_products", 0, 1, keep=2))
    cut, whole = run(LIST), run(LIST)
    rows = whole.value
    assert cut.value == [*rows[:2], {"note": f"{len(rows) - 2} more could not be loaded; call again"}]
    known = Known(shop)
    known.show(cut, 0, 0)
    assert [seen.value for seen in known.values("ProductId")] == [row["id"] for row in rows[:2]]


def test_a_partial_result_with_several_lists_cuts_each(shop: Domain) -> None:
    run, _, _ = runner(shop, Fault("partial", "show_checkout", 0, 1))
    value = run(SHOW).value
    assert [
        len([row for row in inner if "id" in row]) for inner in value.values() if isinstance(inner, list) and inner
    ] == [1, 1]


def test_a_parameter_that_drifts_is_refused_under_its_old_name_and_taken_under_its_new(shop: Domain) -> None:
    order = next(iter(shop.sample(0).world.orders))
    run, _, _ = runner(shop, Fault("drift", "withdraw_order", 0, None, parameter="order", to="order_id"))
    assert run(ToolCall("withdraw_order", {"order": order})).refusal.hint == "it is called order_id now"
    plain = shop.execute(shop.sample(0).world, ToolCall("withdraw_order", {"order": order}))
    assert run(ToolCall("withdraw_order", {"order_id": order})).text == plain.text


@given(number=st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6).map(lambda one: round(one, 2)))
def test_numbers_come_back_from_text(number: float) -> None:
    assert FORMS["text"].read(FORMS["text"].write(number)) == number


@given(day=st.dates())
def test_days_come_back_from_the_dotted_form(day: Any) -> None:
    if day.year >= 1000:
        assert FORMS["dotted"].read(FORMS["dotted"].write(day.isoformat())) == day.isoformat()


@pytest.mark.parametrize(("form", "value"), [("dotted", "2026-03-05"), ("text", 12), ("capitals", "Friday")])
def test_a_value_in_its_old_form_is_not_read_in_the_new(form: str, value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        FORMS[form].read(value)
    assert FORMS[form].read(FORMS[form].write(value)) in (value, str(value).upper())


def test_a_choice_in_capitals_is_taken_as_the_choice(shop: Domain) -> None:
    orders = shop.sample(0).world.orders
    run, _, _ = runner(shop, Fault("drift", "reschedule_delivery", 0, None, parameter="day", form="capitals"))
    plain = shop.sample(0)
    for order in orders:
        said = run(ToolCall("reschedule_delivery", {"order": order, "day": "FRIDAY"}))
        assert (
            said.text
            == shop.execute(plain.world, ToolCall("reschedule_delivery", {"order": order, "day": "Friday"})).text
        )
    refusal = run(ToolCall("reschedule_delivery", {"order": "x", "day": "Friday"})).refusal
    assert refusal.hint == "write its choices in capital letters"


def test_terse_refusals_carry_no_hint(shop: Domain) -> None:
    faults = Faults([Fault("transient", "list_orders")])
    assert faults.execute(shop, shop.sample(0).world, ORDERS, terse=True).refusal.hint == ""  # type: ignore[union-attr]


def test_a_copy_goes_its_own_way(shop: Domain) -> None:
    run, state, faults = runner(shop, Fault("transient", "list_orders", 0, 1))
    other = faults.copy()
    assert not run(ORDERS).ok
    assert run(ORDERS).ok
    assert not other.execute(shop, state.world, ORDERS).ok


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("transient", "fly"), "task t: a fault strikes 'fly'; have"),
        (Fault("drift", "withdraw_order", parameter="cart", to="x"), "withdraw_order has no parameter 'cart'"),
        (Fault("drift", "withdraw_order", parameter="order"), "a drift needs a new name in `to`, or a form: dotted"),
        (Fault("drift", "withdraw_order", parameter="order", to="a", form="text"), "a drift needs a new name"),
        (Fault("drift", "withdraw_order", parameter="order", to="order"), "a drift needs a new name"),
        (
            Fault("stale_key", "withdraw_order", value="a", to="b"),
            "a stale_key fault needs `value` and `to`, and no tool",
        ),
        (Fault("stale_key", "", value="a"), "a stale_key fault needs"),
    ],
)
def test_a_fault_that_cannot_happen_is_refused(shop: Domain, fault: Fault, text: str) -> None:
    with pytest.raises(TaskError, match=text):
        Reference(shop, Task("t", "shop", faults=(fault,)))


@pytest.fixture
def task() -> Task:
    """A task whose look-up fails once; the verified course calls it again."""
    turns = (Turn("What did I order?", ((ORDERS,), (ORDERS,))), Turn("And now?", ((SHOW,),), act="inform"))
    return Task("t", "shop", 0, turns, faults=(Fault("transient", "list_orders"),))


def played(shop: Domain, task: Task, moves: list[tuple[list[ToolCall], str]]) -> float:
    env = ToolEnv(shop)
    env.reset(options={"task": task})
    total = 0.0
    for calls, reply in moves:
        for action in ([calls] if calls else []) + [reply]:
            total += float(env.step(action)[1])
    return total


def test_the_verified_course_earns_all_and_one_that_gives_up_does_not(shop: Domain, task: Task) -> None:
    assert played(shop, task, [([ORDERS, ORDERS], ""), ([SHOW], "Here.")]) == pytest.approx(1.0)
    assert played(shop, task, [([ORDERS], ""), ([SHOW], "Here.")]) < 1.0
    assert played(shop, task, [([ORDERS, ORDERS], ""), ([SHOW], "")]) < 1.0


def test_a_verified_call_that_is_refused_by_the_tool_itself_is_still_no_task(shop: Domain, task: Task) -> None:
    wrong = replace(task, turns=(Turn("", ((ToolCall("withdraw_order", {"order": "x"}),),)),))
    with pytest.raises(TaskError, match="the verified call"):
        Reference(shop, wrong)


def test_the_task_comes_back_from_json_and_plays_the_same(shop: Domain, task: Task) -> None:
    again = Task.of(orjson.loads(to_json(task.json())))
    assert again == task
    assert played(shop, again, [([ORDERS, ORDERS], ""), ([SHOW], "Here.")]) == pytest.approx(1.0)


def test_a_task_without_faults_says_nothing_of_them() -> None:
    plain = Task("t", "shop", turns=(Turn("Hi."),))
    assert not {"faults", "names"} & plain.json().keys()
    assert "act" not in plain.json()["turns"][0]
    assert Session.start(load_domain("shop"), 0, plain).faults is None


def test_forks_and_marks_keep_their_own_count_of_strikes(shop: Domain, task: Task) -> None:
    env = ToolEnv(shop)
    env.reset(options={"task": task})
    mark = env.snapshot()
    fork = env.fork()
    assert "unavailable" in env.step([ORDERS])[0]["results"][0]
    assert "unavailable" not in env.step([ORDERS])[0]["results"][0]
    assert "unavailable" in fork.step([ORDERS])[0]["results"][0]
    env.restore(mark)
    assert "unavailable" in env.step([ORDERS])[0]["results"][0]


def test_a_record_of_an_episode_with_faults_is_replayed_to_the_byte(shop: Domain, task: Task) -> None:
    env = ToolEnv(shop)
    record, _, _ = Trajectory.begin(env, "shop", 5, task)
    for action in ([ORDERS], [ORDERS], "Done.", [SHOW], "Done."):
        record.step(env, action)
    assert record.total == pytest.approx(1.0)
    assert replayed(pickle.loads(pickle.dumps(ToolEnv(shop))), record).line() == record.line()
