"""Promises of policies: what acts in an environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fc_agents.policy import Policy, RandomPolicy
from fc_agents.rollout import RolloutSummary, rollout, rollouts
from fc_agents.script import GoldPolicy, ScriptPolicy
from fc_agents.trace import minimised
from fc_agents.walk import DeadEnd, walk
from fc_agents.walking import WalkPolicy
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.errors import TaskError
from fc_gym.graph import ApiGraph
from fc_gym.record import Trajectory
from fc_gym.registration import load_domain, make_env
from fc_gym.session import Session
from fc_gym.task import Task, Turn
from fc_gym.types import Action, ToolCall

DOMAINS = ("shop", "calendar", "mail")
seeds = st.integers(0, 2**31 - 1)


def names(trajectory: Trajectory) -> list[str]:
    """Return the tools that were called, in order."""
    return [call["name"] for step in trajectory.steps if not isinstance(step.action, str) for call in step.action]


@settings(max_examples=12)
@given(st.sampled_from(DOMAINS), seeds)
def test_the_random_policy_makes_no_refused_call_and_comes_to_an_end(name: str, seed: int) -> None:
    summary = RolloutSummary()
    trajectory = rollout(make_env(name), RandomPolicy(calls=5.0), seed)
    summary.add(trajectory)
    assert not summary.refused
    assert trajectory.steps[-1].terminated or trajectory.steps[-1].truncated
    assert not any(step.terminated or step.truncated for step in trajectory.steps[:-1])


def test_the_random_policy_replies_after_as_many_calls_as_wanted_on_average() -> None:
    summary = RolloutSummary()
    for trajectory in rollouts(make_env("mail"), RandomPolicy(calls=4.0), range(60)):
        summary.add(trajectory)
        assert isinstance(trajectory.steps[-1].action, str) or trajectory.steps[-1].truncated
    assert 2.0 < summary.calls / summary.episodes < 5.0
    assert len(summary.tools) > len(load_domain("mail").tools) / 2


def test_the_random_policy_draws_the_tool_before_the_call() -> None:
    """A tool with many grounded calls is as likely as one with a single call."""
    many, few = [ToolCall("many", {"number": number}) for number in range(97)], [ToolCall("one"), ToolCall("two")]
    policy, drawn = RandomPolicy(calls=10_000.0), Counter[str]()
    for _ in range(300):
        action = policy.act({"user": "", "results": ()}, {"grounded_calls": [*many, *few]})
        assert isinstance(action, list)
        drawn[action[0].name] += 1
    assert all(60 < drawn[name] < 140 for name in ("many", "one", "two")), drawn


def test_the_random_policy_replies_where_nothing_can_be_called() -> None:
    action = RandomPolicy(calls=1000.0).act({"user": "", "results": ()}, {"grounded_calls": ()})
    assert isinstance(action, str)


@pytest.mark.parametrize("policy", [RandomPolicy(), WalkPolicy()], ids=["random", "walk"])
def test_the_same_seed_gives_the_same_episode_even_after_others(policy: Policy) -> None:
    env = make_env("mail")
    one = [trajectory.line() for trajectory in rollouts(env, policy, [5, 6, 7])]
    other = [trajectory.line() for trajectory in rollouts(make_env("mail"), policy, [7, 5, 6])]
    assert [one[2], one[0], one[1]] == other
    assert len(set(one)) == 3


@pytest.mark.parametrize(("name", "tool"), [(name, tool) for name in DOMAINS for tool in load_domain(name).tools])
def test_the_walk_policy_reaches_every_tool(name: str, tool: str) -> None:
    env, policy = make_env(name), WalkPolicy(targets=[tool])
    for seed in range(25):
        trajectory = rollout(env, policy, seed)
        if policy.reached:
            break
    assert policy.reached == tool
    assert names(trajectory)[-1] == tool
    assert not any('"error"' in text[:10] for step in trajectory.steps for text in step.results)
    assert trajectory.steps[-1].terminated
    assert trajectory.steps[-1].action == "Done."


def test_the_walk_policy_takes_every_tool_in_its_turn() -> None:
    env, policy = make_env("mail"), WalkPolicy()
    reached: list[str] = []
    for seed in range(len(env.domain.tools)):
        rollout(env, policy, seed)
        reached.append(policy.reached)
    assert sum(tool == own for tool, own in zip(reached, env.domain.tools, strict=True)) > len(reached) / 2
    assert "" not in reached, "where one is a dead end, another is reached instead"


def test_the_walk_policy_makes_no_detour_that_it_could_drop(graph: Callable[[str], ApiGraph]) -> None:
    shorter = 0
    for seed in range(12):
        env, policy = make_env("mail"), WalkPolicy(targets=["reply_to_conversation"])
        made = names(rollout(env, policy, seed))
        session = Session.start(env.domain, seed)
        try:
            raw = walk(session, graph("mail"), "reply_to_conversation", np.random.default_rng([seed, 2]))
        except DeadEnd:
            continue
        assert made == [one.call.name for one in minimised(session, raw)]
        shorter += len(made) < len(raw)
    assert shorter > 0


def test_the_walk_policy_says_so_where_it_gets_nowhere() -> None:
    env = make_env("mail")
    env.reset(seed=0)
    env.session.state.world.conversations.clear()
    policy = WalkPolicy(targets=["unlock_conversation", "delete_conversation"])
    policy.begin(env, 0)
    assert policy.reached == ""
    assert policy.act({"user": "", "results": ()}, {}) == "I could not get there."
    assert policy.act({"user": "", "results": ()}, {}) == "Done."


@pytest.mark.parametrize("name", DOMAINS)
def test_the_gold_policy_gets_all_of_the_reward(name: str, tasks: Callable[[str], list[Task]]) -> None:
    found = tasks(name)
    assert len(found) == 8
    for trajectory in rollouts(make_env(name, found), GoldPolicy(), range(len(found))):
        assert trajectory.total == pytest.approx(1.0)
        assert trajectory.steps[-1].parts["outcome"] == 1.0
        assert trajectory.steps[-1].terminated


def test_the_gold_policy_plays_layer_by_layer_and_tells_what_has_to_be_told(
    tasks: Callable[[str], list[Task]],
) -> None:
    task = tasks("mail")[0]
    trajectory = rollout(make_env("mail", [task]), GoldPolicy(), 0, task)
    layers = [[call.name for call in layer] for layer in task.turns[0].gold]
    actions = [step.action for step in trajectory.steps]
    assert [[call["name"] for call in action] for action in actions[: len(layers)]] == layers
    assert actions[len(layers) :] == ["fine", "Done."]


def test_the_gold_policy_does_not_play_without_a_task() -> None:
    env = make_env("mail")
    env.reset(seed=0)
    with pytest.raises(TaskError, match=r"the gold policy plays tasks; give a file of them \(--tasks\)"):
        GoldPolicy().begin(env, 0)


actions = st.lists(
    st.sampled_from(sorted(load_domain("mail").tools)).map(lambda name: [ToolCall(name)]) | st.text(max_size=5),
    max_size=6,
)


@given(actions)
def test_the_script_policy_says_its_lines_in_every_episode_and_then_falls_silent(given: list[Any]) -> None:
    env, policy = make_env("mail"), ScriptPolicy(given)
    for _ in range(2):
        policy.begin(env, 0)
        said: list[Action] = [policy.act({}, {}) for _ in range(len(given) + 2)]
        assert said == [*given, "", ""]


def test_a_script_can_play_a_whole_task() -> None:
    look = ToolCall("list_files")
    task = Task("t", "mail", 1, (Turn("Show me my files.", ((look,),)), Turn("Thanks.")))
    trajectory = rollout(make_env("mail", [task]), ScriptPolicy([[look], "Here.", "Bye."]), 0, task)
    assert trajectory.total == pytest.approx(1.0)
    assert trajectory.header.policy == "script"
