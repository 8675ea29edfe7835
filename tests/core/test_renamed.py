from __future__ import annotations

import pickle

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.errors import TaskError
from fc_gym.registration import load_domain
from fc_gym.renamed import Alias, original, renamed
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall, to_json

NAMES = {
    "orders": Alias("list_orders"),
    "call_off": Alias("withdraw_order", {"which": "order"}),
}


@pytest.fixture(scope="module")
def shop() -> Domain:
    return load_domain("shop")


@given(seed=st.integers(0, 60))
def test_a_call_under_new_names_does_what_the_old_one_does(seed: int) -> None:
    shop = load_domain("shop")
    other, one, two = renamed(shop, NAMES), shop.sample(seed), shop.sample(seed)
    for order in list(one.world.orders):
        call = ToolCall("call_off", {"which": order})
        mine, theirs = other.execute(one.world, call), shop.execute(two.world, original(call, NAMES))
        assert (mine.text, mine.ok) == (theirs.text, theirs.ok)
    assert one.hash() == two.hash()


def test_the_descriptions_and_complaints_have_the_new_names(shop: Domain) -> None:
    other = renamed(shop, NAMES)
    spec = other.tools["call_off"].spec()["function"]
    assert spec["parameters"]["required"] == ["which"]
    assert spec["description"] == shop.tools["withdraw_order"].description
    text = other.execute(other.sample(0).world, ToolCall("call_off", {"order": "x"})).text
    assert "withdraw_order" not in text
    assert "call_off" in text
    assert "withdraw_order" not in other.names
    assert len(other.names) == len(shop.names)


def test_no_new_names_give_the_domain_itself_and_the_same_names_the_same_one(shop: Domain) -> None:
    assert renamed(shop, {}) is shop
    assert renamed(shop, NAMES) is renamed(shop, dict(NAMES))
    assert pickle.loads(pickle.dumps(renamed(shop, NAMES))).names == renamed(shop, NAMES).names


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ({"a": Alias("fly")}, "'a' stands for 'fly'; shop has"),
        ({"a": Alias("withdraw_order", {"b": "cart"})}, "'a' has a name for 'cart'; withdraw_order takes order"),
        ({"list_orders": Alias("withdraw_order")}, "two tools would have the same name"),
        ({"a": Alias("add_to_cart", {"quantity": "product"})}, "two parameters would have the same name"),
    ],
)
def test_names_that_stand_for_nothing_or_for_two_things_are_refused(
    shop: Domain, names: dict[str, Alias], text: str
) -> None:
    with pytest.raises(TaskError, match=text):
        renamed(shop, names)


def test_a_task_under_other_names_is_played_under_them(shop: Domain) -> None:
    task = Task("t", "shop", 0, (Turn("What did I order?", ((ToolCall("orders"),),)),), names=NAMES)
    task = Task.of(orjson.loads(to_json(task.json())))
    env = ToolEnv(shop)
    _, info = env.reset(options={"task": task})
    assert "orders" in info["tools"]
    assert "list_orders" not in info["tools"]
    assert info["action_mask"].sum() == len(info["legal_tools"]) > 0
    assert {call.name for call in info["grounded_calls"]} <= set(info["tools"])
    assert env.fork().step([ToolCall("list_orders")])[4]["errors"] == ("unknown_tool",)
    env.step([ToolCall("orders")])
    assert env.step("Here.")[4]["reward_parts"]["outcome"] == 1.0
