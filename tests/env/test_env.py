"""Promises of the environment."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from gymnasium.wrappers import RecordEpisodeStatistics, TimeLimit
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.catalogue import register_envs
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.errors import TaskError
from fc_gym.moment import GroundedCalls
from fc_gym.registration import load_domain, make_env
from fc_gym.reward import RewardParts
from fc_gym.session import Session
from fc_gym.spaces import ToolCallSpace, Unicode
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import Malformed, ToolCall, canonical

DOMAINS = ("shop", "calendar", "mail")
IDS = tuple(f"fc_gym/{name.title()}-v0" for name in DOMAINS)
LOOK = [ToolCall("list_orders")]
TASK = Task("t", "shop", 3, (Turn("What did I order?", ((LOOK[0],),)), Turn("Thanks.")))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
tool_names = st.sampled_from(tuple(load_domain("shop").tools)) | st.text(st.characters(), max_size=9)
broken_calls = (
    st.builds(
        ToolCall,
        tool_names,
        st.dictionaries(st.sampled_from(["product", "order", "x", "\ud800"]), json_values),
    )
    | st.fixed_dictionaries({"name": tool_names, "arguments": json_values})
    | st.builds(Malformed, st.text(max_size=5))
    | json_values
)


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    register_envs()


def as_bytes(observation: dict[str, Any], info: dict[str, Any]) -> bytes:
    """Return all that was shown as canonical JSON."""
    shown = {
        **info,
        "action_mask": info["action_mask"].tolist(),
        "grounded_calls": info["grounded_calls"].json(),
    }
    return canonical([observation, shown]).encode()


def play(env: ToolEnv, steps: int = 8, seed: int = 0) -> list[bytes]:
    """Go on with random calls that would be accepted; return all that was shown."""
    rng, shown = np.random.default_rng(seed), []
    for _ in range(steps):
        calls = env.grounded_calls()
        observation, reward, terminated, truncated, info = env.step([calls[int(rng.integers(len(calls)))]])
        shown.append(as_bytes(observation, {**info, "reward": reward, "over": [terminated, truncated]}))
    return shown


def error(env: ToolEnv, call: object) -> dict[str, str]:
    """Return the refusal of a call as the agent reads it."""
    observation, *_ = env.step([call])  # type: ignore[list-item]
    body = json.loads(observation["results"][0])["error"]
    assert all(isinstance(text, str) and text for text in body.values())
    return dict(body)


def fresh(**settings: Any) -> ToolEnv:
    """Return an environment of the shop, reset."""
    env = make_env("shop", **settings)
    env.reset(seed=1)
    return env


# ---------------------------------------------------------------- Gymnasium


@pytest.mark.parametrize("env_id", IDS)
@pytest.mark.parametrize("render_mode", [None, "ansi", "human"])
def test_gymnasium_checks_it_without_a_warning(env_id: str, render_mode: str | None) -> None:
    check_env(gym.make(env_id, render_mode=render_mode).unwrapped)


@pytest.mark.parametrize("legality", ["off", "keys", "state"])
def test_gymnasium_checks_it_with_tasks_and_any_legality(legality: str) -> None:
    check_env(gym.make("fc_gym/Shop-v0", tasks=[TASK], legality=legality).unwrapped)


@pytest.mark.parametrize("env_id", IDS)
def test_gymnasiums_wrappers_work(env_id: str) -> None:
    env: gym.Env[Any, Any] = RecordEpisodeStatistics(TimeLimit(gym.make(env_id), 3))
    env.reset(seed=1)
    steps = [env.step([]) for _ in range(3)]
    assert [one[3] for one in steps] == [False, False, True]
    assert steps[-1][4]["episode"]["l"] == 3


@pytest.mark.parametrize("env_id", IDS)
def test_sync_and_async_vector_environments_agree(env_id: str) -> None:
    makers = [lambda: gym.make(env_id)] * 2
    sync, parallel = SyncVectorEnv(makers), AsyncVectorEnv(makers, shared_memory=False)
    try:
        assert data_equivalence(listed(sync.reset(seed=3)), listed(parallel.reset(seed=3)))
        batches: tuple[tuple[Any, Any], ...] = (
            ([ToolCall("nope")], "done"),
            ([], []),
            ("done", [{"name": "x"}]),
        )
        for actions in batches:
            assert data_equivalence(listed(sync.step(actions)), listed(parallel.step(actions)))
    finally:
        parallel.close()


def listed(step: tuple[Any, ...]) -> tuple[Any, ...]:
    """Write out the grounded calls of a batch, which a pipe writes out too."""
    info = {**step[-1], "grounded_calls": [tuple(one) for one in step[-1]["grounded_calls"]]}
    return (*step[:-1], info)


@pytest.mark.parametrize("env_id", IDS)
def test_the_spec_is_json_and_makes_the_same_again(env_id: str) -> None:
    env = gym.make(env_id, errors="terse")
    assert env.spec is not None
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.spec == env.spec
    one, other = env.reset(seed=4), again.reset(seed=4)
    assert as_bytes(*one) == as_bytes(*other)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("twin", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env)), ToolEnv.fork])
def test_a_copy_goes_on_alike_and_apart(domain: str, twin: Callable[[ToolEnv], ToolEnv]) -> None:
    env = make_env(domain)
    env.reset(seed=1)
    play(env, 2)
    other = twin(env)
    before = env.state_hash(), env.session.calls, len(env.grounded_calls())
    shown = play(other, 5)
    assert (env.state_hash(), env.session.calls, len(env.grounded_calls())) == before
    assert play(env, 5) == shown
    assert as_bytes(*env.reset()) == as_bytes(*other.reset())


def test_an_environment_can_be_pickled_before_its_first_reset() -> None:
    env = pickle.loads(pickle.dumps(make_env("shop", [TASK])))
    assert as_bytes(*env.reset(seed=2)) == as_bytes(*make_env("shop", [TASK]).reset(seed=2))


def test_pickled_environments_share_what_is_derived_from_the_class() -> None:
    one, other = (pickle.loads(pickle.dumps(make_env("shop"))) for _ in range(2))
    assert one.domain is other.domain and isinstance(one.domain, Domain)
    assert one.action_space == make_env("shop").action_space
    assert copy.deepcopy(one.domain) is one.domain


def test_using_it_before_reset_is_named() -> None:
    with pytest.raises(gym.error.ResetNeeded, match="call reset"):
        make_env("shop").step([])


# ---------------------------------------------------------------- chance


@pytest.mark.parametrize("domain", DOMAINS)
@given(seed=st.integers(0, 2**31))
@settings(deadline=None, max_examples=5)
def test_the_same_seed_gives_the_same_bytes(domain: str, seed: int) -> None:
    courses = []
    for _ in range(2):
        env = make_env(domain)
        courses.append([as_bytes(*env.reset(seed=seed)), *play(env, 4), as_bytes(*env.reset()), *play(env, 2)])
    assert courses[0] == courses[1]


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "from fc_gym.registration import make_env; env = make_env('shop'); _, info = env.reset(seed=9); "
        "print(info['state_hash'], [str(one) for one in info['grounded_calls']])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1] != ""


def test_a_reset_without_a_seed_goes_on_with_the_stream() -> None:
    env = make_env("shop")
    courses = []
    for _ in range(2):
        first = env.reset(seed=5)[1]["state_hash"]
        courses.append([first, *(env.reset()[1]["state_hash"] for _ in range(4))])
    assert courses[0] == courses[1] and len(set(courses[0])) == 5


def test_tasks_are_drawn_from_the_stream() -> None:
    tasks = [Task(f"t{number}", "shop", number, (Turn("Hi"),)) for number in range(5)]
    env = make_env("shop", tasks)
    drawn = [[env.reset(seed=8)[1]["task"], *(env.reset()[1]["task"] for _ in range(9))] for _ in range(2)]
    assert drawn[0] == drawn[1] and len(set(drawn[0])) > 1


# ---------------------------------------------------------------- options


def test_an_unknown_option_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="unknown option 'sead'; reset takes task, seed"):
        make_env("shop").reset(options={"sead": 1})


def test_a_task_is_chosen_by_value_json_or_position() -> None:
    env = make_env("shop", [TASK, Task("u", "shop", 1, (Turn("Hi"),))])
    for option in (TASK, TASK.json(), 0):
        observation, info = env.reset(options={"task": option})
        assert info["task"] == "t" and observation["user"] == "What did I order?"
    assert make_env("shop").reset(options={"task": TASK})[1]["task"] == "t"


def test_a_task_that_cannot_be_played_is_named() -> None:
    env = make_env("shop", [TASK])
    with pytest.raises(TaskError, match="there is no task 1; the environment has 1, counted from 0"):
        env.reset(options={"task": 1})
    with pytest.raises(TaskError, match="task m is for the domain mail, not shop"):
        env.reset(options={"task": Task("m", "mail", 0, (Turn("Hi"),))})
    with pytest.raises(TaskError, match="turns"):
        env.reset(options={"task": {"id": "x", "domain": "shop", "turns": 3}})
    with pytest.raises(TaskError, match="tasks is empty"):
        make_env("shop", [])


def test_the_start_state_follows_the_option_or_else_the_seed() -> None:
    env = make_env("shop")
    by_seed = env.reset(seed=7)[1]["state_hash"]
    assert env.reset(options={"seed": 7})[1]["state_hash"] == by_seed
    assert env.reset(seed=1, options={"seed": 7})[1]["state_hash"] == by_seed


@pytest.mark.parametrize("setting", ["errors", "legality", "render_mode"])
def test_a_setting_that_does_not_exist_is_named(setting: str) -> None:
    with pytest.raises(ValueError, match=f"{setting} is 'loud'; it must be one of"):
        make_env("shop", **{setting: "loud"})


def test_a_total_is_chosen_by_name_or_is_a_function() -> None:
    with pytest.raises(ValueError, match="reward 'sparse' is no total"):
        make_env("shop", reward="sparse")
    env = fresh(reward=lambda parts: 7.0 * parts.format)
    assert env.step("done")[1] == 7.0
    assert env.total(RewardParts(format=2.0)) == 14.0


# ---------------------------------------------------------------- bad calls


@given(st.lists(broken_calls, max_size=4))
@settings(deadline=None)
def test_a_bad_call_is_an_observation_and_changes_nothing(calls: list[Any]) -> None:
    env = fresh()
    before = env.state_hash()
    observation, _, terminated, truncated, info = env.step(calls)
    assert observation in env.observation_space and not terminated and not truncated
    assert len(observation["results"]) == len(info["errors"]) == len(calls)
    for text, code in zip(observation["results"], info["errors"], strict=True):
        assert bool(code) == (list(json.loads(text)) == ["error"] if isinstance(json.loads(text), dict) else False)
    assert env.state_hash() == before or not all(info["errors"])


@pytest.mark.parametrize(
    ("call", "code", "message", "hint"),
    [
        (ToolCall("list_order"), "unknown_tool", "unknown tool 'list_order'", "did you mean list_orders?"),
        (
            ToolCall("add_to_cart"),
            "missing_argument",
            "add_to_cart: product is missing",
            "give product (string)",
        ),
        (ToolCall("list_orders", {"x": 1}), "unexpected_argument", "no parameter x", "it takes status"),
        (
            ToolCall("withdraw_order", {"order": 5}),
            "bad_argument",
            "withdraw_order: order",
            "give order (string)",
        ),
        (17, "malformed", "not a call: 17", 'write {"name"'),
        ({"name": "f", "arguments": "x"}, "malformed", "the arguments of 'f' are str", 'write "arguments"'),
        (Malformed("not at all", "do this"), "malformed", "not at all", "do this"),
    ],
)
def test_a_refusal_has_a_code_a_sentence_and_a_hint(call: object, code: str, message: str, hint: str) -> None:
    said = error(fresh(), call)
    assert said["code"] == code and message in said["message"] and hint in said["hint"]
    assert set(error(fresh(errors="terse"), call)) == {"code", "message"}


def test_calls_are_read_from_decoded_json() -> None:
    assert fresh().step([{"name": "list_orders"}])[0] == fresh().step(LOOK)[0]  # type: ignore[list-item]


def test_a_megabyte_is_refused() -> None:
    said = error(fresh(), ToolCall("withdraw_order", {"order": "x" * 1_000_000}))
    assert said["code"] == "too_large" and len(said["message"]) < 200
    said = error(fresh(), ToolCall("x" * 1_000_000))
    assert said["code"] == "unknown_tool" and len(said["message"]) < 200
    assert len(error(fresh(), "x" * 1_000_000)["message"]) < 200


def test_what_is_nested_ten_thousand_deep_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert error(fresh(), ToolCall("withdraw_order", {"order": deep}))["code"] == "bad_argument"
    assert error(fresh(), deep)["code"] == "malformed"


def test_calls_beyond_the_limit_of_a_step_are_refused() -> None:
    task = Task("t", "shop", 0, (Turn("Hi"),), limits=Limits(calls_per_step=2))
    env = fresh(tasks=[task])
    assert env.step(LOOK * 4)[-1]["errors"] == ("", "", "too_many_calls", "too_many_calls")


def test_a_tool_that_is_not_on_offer_is_unknown() -> None:
    env = fresh(tasks=[Task("t", "shop", 0, (Turn("Hi", tools=("show_checkout",)),))])
    assert error(env, LOOK[0])["code"] == "unknown_tool"


def test_an_action_that_is_neither_calls_nor_a_text_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="an action is a list of calls or a text, not int"):
        fresh().step(3)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the end


def test_a_reply_ends_the_turn_and_the_last_one_the_episode() -> None:
    env = make_env("shop", [TASK])
    first, _ = env.reset(seed=1)
    second, _, terminated, truncated, info = env.step("These.")
    assert (first["user"], second["user"]) == ("What did I order?", "Thanks.")
    assert (terminated, truncated, info["turn"]) == (False, False, 1)
    last, _, terminated, truncated, info = env.step("Welcome.")
    assert (last["user"], terminated, truncated, info["truncated_by"]) == ("", True, False, "")


@pytest.mark.parametrize(
    ("limits", "by", "after"),
    [(Limits(steps=3), "steps", 3), (Limits(steps_per_turn=2), "steps_per_turn", 2)],
)
def test_a_budget_truncates_and_says_which(limits: Limits, by: str, after: int) -> None:
    env = fresh(tasks=[Task("t", "shop", 3, TASK.turns, limits=limits)])
    steps = [env.step(LOOK) for _ in range(after)]
    assert [one[2] for one in steps] == [False] * after
    assert [one[3] for one in steps] == [False] * (after - 1) + [True]
    assert [one[4]["truncated_by"] for one in steps] == [""] * (after - 1) + [by]


def test_the_last_reply_at_the_last_step_terminates_and_does_not_truncate() -> None:
    env = fresh(tasks=[Task("t", "shop", 3, (Turn("Hi"),), limits=Limits(steps=1))])
    assert env.step("Hi.")[2:4] == (True, False)


def test_a_perfect_episode_earns_exactly_one_and_any_other_less() -> None:
    courses: tuple[tuple[list[Any], bool], ...] = (
        ([LOOK, "ok", "ok"], True), (["ok", "ok"], False), ([[], LOOK, "ok", LOOK, "ok"], False),
    )  # fmt: skip
    for actions, perfect in courses:
        env = fresh(tasks=[TASK])
        total = sum(float(env.step(action)[1]) for action in actions)
        assert (abs(total - 1.0) < 1e-9) is perfect and total < 1.0 + 1e-9


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize("domain", DOMAINS)
@given(seed=st.integers(0, 1000), before=st.integers(0, 3), between=st.integers(0, 4))
@settings(deadline=None, max_examples=4)
def test_a_mark_can_be_gone_back_to_again_and_again(domain: str, seed: int, before: int, between: int) -> None:
    env = make_env(domain)
    env.reset(seed=seed)
    play(env, before)
    mark, state = env.snapshot(), env.state_hash()
    played = play(env, between, seed)
    for _ in range(2):
        env.restore(mark)
        assert env.state_hash() == state
        assert play(env, between, seed) == played
    env.restore(mark)
    one = env.reset()[1]["state_hash"]
    env.restore(mark)
    assert env.reset()[1]["state_hash"] == one


def test_forks_of_forks_go_their_own_ways() -> None:
    env = fresh()
    forks = [env.fork(), env.fork().fork()]
    start, shown = env.state_hash(), [play(fork, 6, seed) for seed, fork in enumerate(forks)]
    assert env.state_hash() == start and env.session.calls == 0
    assert play(env.fork(), 6, 0) == shown[0] and play(env, 6, 1) == shown[1]


def test_environments_that_take_turns_can_have_worlds_of_their_own() -> None:
    env = ToolEnv(load_domain("shop"), tasks=[TASK])
    env.reset(seed=0)
    plain, own = [env.fork() for _ in range(3)], [env.fork(apart=True) for _ in range(3)]
    assert len({id(one.session.state.world) for one in plain}) == 1
    assert len({id(one.session.state.world) for one in (env, *own)}) == 4
    for group in (plain, own):
        for one in group:
            one.reset(seed=1)
    assert len({id(one.session.state.world) for one in plain}) == 1
    assert len({id(one.session.state.world) for one in (env, *own, own[0].fork())}) == 4
    shown = [[play(one, 4, 2) for one in group] for group in (plain, own)]
    assert shown[0] == shown[1] and own[0].state_hash() == plain[0].state_hash()


def test_large_worlds_are_shared_even_by_those_that_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fc_gym.reference.LIGHT", 3)
    env = ToolEnv(load_domain("shop"), tasks=[TASK]).fork(apart=True)
    other = env.fork(apart=True)
    env.reset(seed=0)
    other.reset(seed=0)
    assert env.session.state.world is other.session.state.world


def test_an_environment_can_be_forked_before_its_first_reset() -> None:
    other = make_env("shop").fork()
    assert as_bytes(*other.reset(seed=1)) == as_bytes(*make_env("shop").reset(seed=1))


# ---------------------------------------------------------------- info


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("legality", ["off", "keys", "state"])
def test_the_mask_is_the_legal_tools(domain: str, legality: str) -> None:
    env = make_env(domain, legality=legality)
    _, info = env.reset(seed=2)
    for number in range(4):
        names = [name for name, one in zip(env.domain.tools, info["action_mask"], strict=True) if one]
        assert names == list(info["legal_tools"])
        assert info["action_mask"].dtype == np.int8
        calls = info["grounded_calls"]
        assert {call.name for call in calls} <= set(names)
        *_, info = env.step([calls[number % len(calls)]])


def test_legal_by_state_are_the_tools_of_the_grounded_calls() -> None:
    env = fresh(legality="state")
    info = env.step(LOOK)[-1]
    assert set(info["legal_tools"]) == {call.name for call in info["grounded_calls"]}
    assert set(info["legal_tools"]) <= set(fresh(legality="keys").step(LOOK)[-1]["legal_tools"])


@pytest.mark.parametrize("domain", DOMAINS)
@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=3)
def test_every_grounded_call_is_accepted_and_fits_its_schema(domain: str, seed: int) -> None:
    env = make_env(domain)
    env.reset(seed=seed)
    play(env, 3, seed)
    calls = env.grounded_calls()
    assert len(calls) and all([call] in env.action_space for call in calls)
    for call in calls:
        assert env.fork().step([call])[-1]["errors"] == ("",)


def test_grounded_calls_are_those_of_their_moment_whenever_they_are_looked_at() -> None:
    env = fresh()
    late = env.grounded_calls()
    now = tuple(env.grounded_calls())
    play(env, 5)
    assert tuple(late) == now != tuple(env.grounded_calls())


def test_grounded_calls_are_a_sequence() -> None:
    env = fresh()
    calls = env.grounded_calls()
    assert repr(calls) == "GroundedCalls(not looked at)"
    assert isinstance(calls, GroundedCalls) and calls[0] in calls and calls[:2] == tuple(calls)[:2]
    assert repr(calls) == f"GroundedCalls({len(calls)})"
    assert calls == env.grounded_calls() and calls == tuple(calls) and calls != 3
    assert calls.json()[0] == {"name": calls[0].name, "arguments": dict(calls[0].arguments)}
    assert pickle.loads(pickle.dumps(calls)) == tuple(calls)


def test_info_has_the_state_the_parts_and_the_codes() -> None:
    env = fresh(tasks=[TASK])
    info = env.step([*LOOK, ToolCall("nope")])[-1]
    assert info["state_hash"] == env.state_hash() and len(info["state_hash"]) == 32
    assert info["errors"] == ("", "unknown_tool") and info["task"] == "t" and info["total"] == 0.0
    assert info["reward_parts"] == RewardParts().json()
    assert info["tools"] == tuple(env.domain.tools)


# ---------------------------------------------------------------- rendering


def test_human_rendering_prints_every_event(capsys: pytest.CaptureFixture[str]) -> None:
    env = fresh(tasks=[TASK], render_mode="human")
    env.step([*LOOK, ToolCall("nope")])
    env.step("These.")
    said = capsys.readouterr().out
    assert "user: What did I order?" in said and "unknown_tool" in said and "user: Thanks." in said
    assert env.render() is None


def test_ansi_rendering_gives_the_event_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    env = fresh(tasks=[TASK], render_mode="ansi")
    text = env.render()
    assert isinstance(text, str) and text.startswith("[shop") and "What did I order?" in text
    assert capsys.readouterr().out == ""
    assert fresh().render() is None


# ---------------------------------------------------------------- spaces


@pytest.mark.parametrize("domain", DOMAINS)
@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=20)
def test_a_sampled_action_is_valid_and_survives_json(domain: str, seed: int) -> None:
    space = ToolCallSpace(load_domain(domain), seed)
    actions = [space.sample() for _ in range(10)]
    assert all(one in space for one in actions)
    assert space.from_jsonable(json.loads(json.dumps(space.to_jsonable(actions)))) == actions


def test_sampling_keeps_to_a_mask() -> None:
    env = fresh()
    _, info = env.reset(seed=1)
    space = env.action_space
    assert isinstance(space, ToolCallSpace)
    space.seed(3)
    for _ in range(30):
        by_tool, by_call = space.sample(info["action_mask"]), space.sample(info["grounded_calls"])
        assert isinstance(by_tool, str) or by_tool[0].name in info["legal_tools"]
        assert isinstance(by_call, list) and by_call[0] in info["grounded_calls"]
    assert space.sample([]) == "done" and space.sample(np.zeros(len(space.tools), dtype=np.int8)) == "done"


def test_an_action_space_knows_what_fits() -> None:
    space = fresh().action_space
    assert "any text" in space and LOOK in space and [ToolCall("nope")] not in space
    assert [] not in space and [ToolCall("list_orders", {"x": 1})] not in space and 3 not in space
    assert space == ToolCallSpace(load_domain("shop")) != ToolCallSpace(load_domain("mail"))
    space.seed(7)
    assert copy.deepcopy(space).sample() == space.sample()
    assert Unicode() == Unicode() and "\n" in Unicode() and 3 not in Unicode()


def test_a_session_plays_without_gymnasium() -> None:
    session = Session.start(load_domain("shop"), 3, TASK)
    assert [one.ok for one in session.run(LOOK)] == [True]
    assert session.reply("ok").progress == 0.5
