"""Promises of the wrappers."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.catalogue import register_envs
from fc_gym.domain import Domain
from fc_gym.parsers import Reading
from fc_gym.registration import make_env
from fc_gym.spaces import Unicode
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall
from fc_gym.wrappers import DiscreteCalls, Messages, MessagesObservation, TextActions

Env = gym.Env[Any, Any]

WRAPPED: dict[str, Callable[[Env], Env]] = {
    "text": TextActions,
    "messages": MessagesObservation,
    "numbers": lambda env: DiscreteCalls(env, 16),
    "numbers, features": lambda env: DiscreteCalls(env, 16, features=True),
    "messages over text": lambda env: MessagesObservation(TextActions(env), system="Be kind."),
    "text over messages": lambda env: TextActions(MessagesObservation(env), parser="python"),
    "messages over numbers": lambda env: MessagesObservation(DiscreteCalls(env, 16)),
    "numbers over messages": lambda env: DiscreteCalls(MessagesObservation(env), 16),
    "features over messages": lambda env: DiscreteCalls(MessagesObservation(env), 16, features=True),
}

IDS = ("fc_gym/Shop-v0", "fc_gym/Calendar-v0", "fc_gym/Mail-v0")
TASK = Task("t", "shop", 3, (Turn("What can I buy?"), Turn("Thanks.")))
SEARCH = '<tool_call>{"name": "list_orders", "arguments": {}}</tool_call>'


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    register_envs()


def plain(data: Any) -> Any:
    """Return observations and infos in a form that can be compared after pickling."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    return tuple(data) if type(data).__name__ == "GroundedCalls" else data


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_gymnasium_checks_every_combination_without_a_warning(env_id: str, wrap: Callable[[Env], Env]) -> None:
    with warnings.catch_warnings():
        # The checker warns of any wrapper at all.
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
        check_env(wrap(gym.make(env_id)))


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_copies_and_pickles_go_on_alike(wrap: Callable[[Env], Env]) -> None:
    env = wrap(gym.make("fc_gym/Shop-v0", tasks=[TASK]))
    env.reset(seed=1)
    env.action_space.seed(0)
    env.step(env.action_space.sample())
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    for _ in range(6):
        action = env.action_space.sample()
        over: tuple[Any, ...] = env.step(action)
        assert all(data_equivalence(plain_step(over), plain_step(twin.step(action))) for twin in twins)
        if over[2] or over[3]:
            over = env.reset()
            assert all(data_equivalence(plain_step(over), plain_step(twin.reset())) for twin in twins)


def plain_step(step: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what a step or reset gave in a form that can be compared after pickling."""
    return tuple(map(plain, step))


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_the_spec_is_json_and_makes_the_same_again(wrap: Callable[[Env], Env]) -> None:
    env = wrap(gym.make("fc_gym/Shop-v0"))
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.spec == env.spec
    assert again.observation_space == env.observation_space and again.action_space == env.action_space
    assert data_equivalence(plain_step(env.reset(seed=2)), plain_step(again.reset(seed=2)))


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_observations_are_in_their_space_and_keep_their_values(wrap: Callable[[Env], Env]) -> None:
    env = wrap(make_env("shop", [TASK]))
    env.action_space.seed(5)
    kept = [env.reset(seed=1)[0]]
    copies = copy.deepcopy(kept)
    for _ in range(12):
        observation, *_, terminated, truncated, _ = env.step(env.action_space.sample())
        kept.append(env.reset()[0] if terminated or truncated else observation)
        copies.append(copy.deepcopy(kept[-1]))
    assert all(one in env.observation_space for one in kept)
    assert data_equivalence(kept, copies, exact=True)


@given(st.text(st.characters() | st.sampled_from("<>[](){}\"'=,"), max_size=60))
@settings(deadline=None, max_examples=50)
def test_any_text_is_an_action(text: str) -> None:
    for parser in ("hermes", "qwen_xml", "python", "json"):
        env = MessagesObservation(TextActions(make_env("shop"), parser))
        env.reset(seed=1)
        observation, *_, info = env.step(text)
        assert observation in env.observation_space
        assert info["raw_text"] == text


def test_calls_in_a_text_are_run() -> None:
    plain_env, env = make_env("shop"), TextActions(make_env("shop"))
    plain_env.reset(seed=1)
    env.reset(seed=1)
    wanted = plain_env.step([ToolCall("list_orders")])
    observation, reward, *_, info = env.step(f"<think>Hm.</think>I look. {SEARCH}")
    assert (observation, reward) == wanted[:2]
    assert info["action"] == (ToolCall("list_orders"),)
    assert info["raw_text"].startswith("<think>")


def test_text_without_a_call_is_the_reply() -> None:
    env = TextActions(make_env("shop"))
    env.reset(seed=1)
    _, _, terminated, _, info = env.step("<think>It is over.</think>\n\nIt is done.")
    assert terminated and info["action"] == "It is done."


@pytest.mark.parametrize(
    ("parser", "text"),
    [
        ("hermes", f"{SEARCH}<tool_call>{{</tool_call>"),
        ("qwen_xml", "<tool_call><function=list_orders></function></tool_call><tool_call><function=f>"),
        ("python", "[list_orders(), list_orders(1)]"),
        ("json", '[{"name": "list_orders", "arguments": {}}, {"nome": "f"}]'),
    ],
)
def test_a_malformed_call_is_a_refusal_beside_the_good_ones(parser: str, text: str) -> None:
    env = TextActions(make_env("shop"), parser)
    env.reset(seed=1)
    observation, _, terminated, truncated, info = env.step(text)
    assert info["errors"] == ("", "malformed") and not terminated and not truncated
    error = json.loads(observation["results"][1])["error"]
    assert error["code"] == "malformed" and error["message"].startswith("tool call 2") and error["hint"]


def test_terse_errors_leave_out_the_hint_of_a_malformed_call() -> None:
    env = TextActions(make_env("shop", errors="terse"))
    env.reset(seed=1)
    assert set(json.loads(env.step("<tool_call>{")[0]["results"][0])["error"]) == {"code", "message"}


def test_a_parser_may_be_any_function() -> None:
    def shout(text: str, domain: Domain) -> Reading:
        return [ToolCall(text.lower())] if text.lower() in domain.tools else text

    env = TextActions(make_env("shop"), shout)
    env.reset(seed=1)
    assert env.step("LIST_ORDERS")[-1]["errors"] == ("",)
    assert env.action_space == Unicode()


def test_text_actions_say_what_they_need() -> None:
    with pytest.raises(ValueError, match="there is no parser 'xml'"):
        TextActions(make_env("shop"), "xml")
    with pytest.raises(TypeError, match=r"TextActions needs actions that are calls, not Unicode\(\)"):
        TextActions(TextActions(make_env("shop")))
    env = TextActions(make_env("shop"))
    env.reset(seed=1)
    with pytest.raises(TypeError, match="an action is a text, not list"):
        env.step([])


def test_the_chat_is_told_as_chat_apis_do() -> None:
    env = MessagesObservation(make_env("shop", [TASK]), system="Be kind.")
    first, _ = env.reset(seed=1)
    assert [one["role"] for one in first] == ["system", "user"]
    env.step([ToolCall("list_orders"), {"nome": "x"}])
    chat, *_ = env.step("Many things.")
    assert [one["role"] for one in chat] == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "user",
    ]
    calls = chat[2]["tool_calls"]
    assert calls[0] == {
        "id": "call_0",
        "type": "function",
        "function": {"name": "list_orders", "arguments": {}},
    }
    assert [one["tool_call_id"] for one in chat[3:5]] == ["call_0", "call_1"]
    assert [one["name"] for one in chat[3:5]] == ["list_orders", "malformed"]
    assert chat[5:] == (
        {"role": "assistant", "content": "Many things."},
        {"role": "user", "content": "Thanks."},
    )


def test_a_chat_begins_anew_at_reset() -> None:
    env = MessagesObservation(make_env("shop", [TASK]))
    first, _ = env.reset(seed=1)
    env.step([ToolCall("list_orders")])
    assert env.reset(seed=1)[0] == first == ({"role": "user", "content": "What can I buy?"},)


def test_the_tools_on_offer_are_told_with_every_step() -> None:
    few = Task("t", "shop", 3, (Turn("a"), Turn("b", tools=("list_orders",))))
    env = MessagesObservation(make_env("shop", [few]))
    _, info = env.reset(seed=1)
    assert [one["function"]["name"] for one in info["tool_specs"]] == list(info["tools"])
    *_, info = env.step("ok")
    assert [one["function"]["name"] for one in info["tool_specs"]] == ["list_orders"]


def test_changing_what_was_shown_changes_nothing() -> None:
    env = MessagesObservation(make_env("shop", [TASK]))
    first, info = env.reset(seed=1)
    first[0]["content"] = info["tool_specs"][0]["function"]["name"] = "spoiled"
    chat, *_, info = env.step([])
    assert chat[0]["content"] == "What can I buy?"
    assert info["tool_specs"][0]["function"]["name"] != "spoiled"


def test_what_json_cannot_hold_is_shown_without_an_error() -> None:
    env = MessagesObservation(make_env("shop"))
    env.reset(seed=1)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    made = [
        ToolCall("f\ud800", {"a": object()}),
        ToolCall("list_orders", {"a": deep}),
        ToolCall("f", {"a": "\ud800"}),
        deep,
    ]
    chat, *_, info = env.step(made)
    assert chat in env.observation_space
    assert info["errors"] == ("unknown_tool", "bad_argument", "unknown_tool", "malformed")
    assert env.step("\ud800")[0][-1]["content"] == "?"


def test_messages_need_the_observations_of_tool_env() -> None:
    with pytest.raises(TypeError, match=r"MessagesObservation needs ToolEnv's observations, not Box"):
        MessagesObservation(DiscreteCalls(make_env("shop"), features=True))
    with pytest.raises(TypeError, match=r"MessagesObservation needs ToolEnv's observations, not Messages\(\)"):
        MessagesObservation(MessagesObservation(make_env("shop")))


def test_the_space_of_messages_knows_a_message() -> None:
    space = Messages(seed=1)
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {}}}
    good: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "1", "tool_call_id": "c", "name": "f"},
    ]
    bad: list[Any] = [
        "x", {"role": "boss", "content": "x"}, {"role": "user"}, {"role": "tool", "content": "1"},
        {"role": "user", "content": "x", "tool_calls": [call]},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c"}]},
        {"role": "assistant", "content": "", "tool_calls": [{**call, "function": {"name": "f"}}]},
    ]  # fmt: skip
    assert good in space and tuple(good) in space
    assert not any([one] in space for one in bad) and "x" not in space
    samples = [space.sample() for _ in range(9)]
    assert all(one in space for one in samples) and len(set(map(len, samples))) > 1
    assert space.from_jsonable(json.loads(json.dumps(space.to_jsonable(samples)))) == samples
    assert space == Messages() and repr(space) == "Messages()" and not space.is_np_flattenable


@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=10)
def test_every_number_in_the_mask_is_accepted_and_the_others_are_refused(seed: int) -> None:
    env = DiscreteCalls(make_env("shop"), 24)
    _, info = env.reset(seed=seed)
    env.action_space.seed(seed)
    for _ in range(4):
        mask = info["action_mask"]
        assert mask.shape == (24,) and mask.dtype == np.int8 and mask[0] == 1
        assert mask.sum() == 1 + min(23, len(info["grounded_calls"]))
        masked = np.flatnonzero(mask == 0)
        if len(masked):
            observation, _, terminated, truncated, info = env.step(masked[0])
            assert info["errors"] == ("malformed",) and not terminated and not truncated
            assert "stands for no call now" in observation["results"][0]
        mask = info["action_mask"].copy()
        mask[0] = 0
        *_, info = env.step(env.action_space.sample(mask=mask))
        assert info["errors"] == ("",)


def test_number_0_is_the_reply() -> None:
    env = DiscreteCalls(make_env("shop"), reply="Farewell.")
    env.reset(seed=1)
    _, _, terminated, _, info = env.step(0)
    assert terminated and info["action"] == "Farewell."


@pytest.mark.parametrize("number", [-1, 64, 10**30, np.int64(63)])
def test_a_number_beyond_all_is_a_refusal(number: int) -> None:
    env = DiscreteCalls(make_env("shop"))
    env.reset(seed=1)
    assert env.step(number)[-1]["errors"] == ("malformed",)


def test_features_tell_the_last_call_what_is_known_and_how_far_it_is() -> None:
    env = DiscreteCalls(make_env("shop", [TASK]), features=True)
    first, info = env.reset(seed=1)
    tools = list(env.domain.tools)
    assert first in env.observation_space and first.dtype == np.float32
    wanted = 1 + info["grounded_calls"].index(ToolCall("list_orders"))
    after, *_ = env.step(wanted)
    assert after[: len(tools)].tolist() == [float(name == "list_orders") for name in tools]
    assert after[len(tools)] == 1.0
    assert after[len(tools) + 1 : -2].sum() > first[len(tools) + 1 : -2].sum()
    assert after[-1] == pytest.approx(1 / 60) and after[-2] == 0.0
    refused, *_ = env.step(63)
    assert not refused[: len(tools) + 1].any()
    assert env.step(0)[0][-2] == 0.5


def test_discrete_calls_say_what_they_need() -> None:
    with pytest.raises(ValueError, match="k is 0; it must be 1 or more"):
        DiscreteCalls(make_env("shop"), 0)
    with pytest.raises(TypeError, match=r"DiscreteCalls needs actions that are calls, not Discrete\(64\)"):
        DiscreteCalls(DiscreteCalls(make_env("shop")))


def test_a_learner_that_knows_only_boxes_and_numbers_can_play() -> None:
    env = gym.wrappers.RecordEpisodeStatistics(DiscreteCalls(gym.make("fc_gym/Shop-v0"), features=True))
    observation, info = env.reset(seed=1)
    env.action_space.seed(1)
    assert isinstance(env.observation_space, gym.spaces.Box) and isinstance(env.action_space, gym.spaces.Discrete)
    for _ in range(200):
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample(mask=info["action_mask"]))
        assert observation in env.observation_space and isinstance(reward, float)
        if terminated or truncated:
            break
    assert info["episode"]["l"] > 0
