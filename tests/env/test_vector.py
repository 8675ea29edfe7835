"""Promises of the vector environment: it is SyncVectorEnv, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.catalogue import register_envs
from fc_gym.env import ToolEnv
from fc_gym.registration import make_env
from fc_gym.task import Limits, Task, Turn
from fc_gym.types import ToolCall
from fc_gym.vector import ToolVectorEnv
from fc_gym.wrappers import DiscreteCalls, MessagesObservation, TextActions

Env = gym.Env[Any, Any]

DOMAINS = ("shop", "calendar", "mail")
MODES = tuple(AutoresetMode)
COUNT = 2
BROKEN: tuple[object, ...] = ([{"name": "nope"}], [17, "x"], [], [{"name": "add_to_cart", "arguments": 3}])


@pytest.fixture(scope="session", autouse=True)
def registered() -> None:
    register_envs()


class Untimed(gym.Wrapper[Any, Any, Any, Any]):
    """Leave out the seconds that an episode took, the one thing that differs between equal courses."""

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Take a step."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if "episode" in info:
            info = {**info, "episode": {**info["episode"], "t": 0.0}}
        return observation, reward, terminated, truncated, info


def short_tasks(domain: str) -> list[Task]:
    """Return tasks that are soon over or truncated."""
    turns = (Turn("Hello."), Turn("Is it done?"))
    return [Task(f"t{seed}", domain, seed, turns, limits=Limits(steps=seed + 2)) for seed in range(4)]


def pair(make: Callable[[], Env], mode: AutoresetMode, count: int = COUNT) -> tuple[ToolVectorEnv, Any]:
    """Return our vector environment and Gymnasium's over equal environments."""
    ours = ToolVectorEnv([make] * count, autoreset_mode=mode)
    return ours, SyncVectorEnv([make] * count, autoreset_mode=mode)


def response(known: Sequence[ToolCall], rng: np.random.Generator) -> object:
    """Draw a call that would be accepted, a reply, or something broken."""
    kind = rng.random()
    if kind < 0.25 or not known:
        return "done"
    if kind < 0.4:
        return BROKEN[int(rng.integers(len(BROKEN)))]
    return [known[int(rng.integers(len(known)))]]


def number(known: Sequence[ToolCall], rng: np.random.Generator) -> object:
    """Draw a number, some of which stand for nothing."""
    return int(rng.integers(12))


def text(known: Sequence[ToolCall], rng: np.random.Generator) -> object:
    """Draw the text of a model, some of it broken."""
    made = response(known, rng)
    if not isinstance(made, list):
        return "done"
    return "".join(f"<tool_call>{one.json() if isinstance(one, ToolCall) else one}</tool_call>" for one in made)


def same_course(ours: ToolVectorEnv, theirs: Any, seed: int, draw: Callable[..., object] = response) -> int:
    """Check that both say the same for a random policy; return how many episodes ended."""
    rng, ended, over = np.random.default_rng(seed), 0, np.zeros(ours.num_envs, dtype=np.bool_)
    known: list[Sequence[ToolCall]] = [()] * ours.num_envs
    here: Any = ours.reset(seed=seed)
    there: Any = theirs.reset(seed=seed)
    for _ in range(16):
        assert isinstance(here[-1], dict) and data_equivalence((*here[:-1], dict(here[-1])), there, exact=True)
        for position in np.flatnonzero(here[-1]["_grounded_calls"]):
            known[position] = here[-1]["grounded_calls"][position]
        if ours.autoreset_mode is AutoresetMode.DISABLED and over.any():
            here, there = (one.reset(options={"reset_mask": over}) for one in (ours, theirs))
            over = np.zeros(ours.num_envs, dtype=np.bool_)
            continue
        actions = [draw(one, rng) for one in known]
        here, there = ours.step(actions), theirs.step(tuple(actions))
        over = here[2] | here[3]
        ended += int(over.sum())
    return ended


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("mode", MODES)
@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=2)
def test_it_is_sync_vector_env_in_free_play(domain: str, mode: AutoresetMode, seed: int) -> None:
    ours, theirs = pair(lambda: make_env(domain), mode)
    assert same_course(ours, theirs, seed) > 0


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("mode", MODES)
def test_it_is_sync_vector_env_over_tasks_that_end_and_are_truncated(domain: str, mode: AutoresetMode) -> None:
    tasks = short_tasks(domain)
    ours, theirs = pair(lambda: make_env(domain, tasks), mode)
    assert same_course(ours, theirs, 5) > 2


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("wrap", "draw"),
    [
        (MessagesObservation, response),
        (TextActions, text),
        (lambda env: MessagesObservation(TextActions(env)), text),
        (DiscreteCalls, number),
        (lambda env: DiscreteCalls(env, 8, features=True), number),
        (gym.wrappers.RecordEpisodeStatistics, response),
    ],
)
def test_it_is_sync_vector_env_over_wrapped_environments(
    wrap: Callable[[Env], Env], draw: Callable[..., object], mode: AutoresetMode
) -> None:
    ours, theirs = pair(lambda: Untimed(wrap(make_env("shop", short_tasks("shop")))), mode)
    assert same_course(ours, theirs, 3, draw) > 2


def test_infos_that_only_some_environments_have_are_masked_as_in_sync_vector_env() -> None:
    class Odd(gym.Wrapper[Any, Any, Any, Any]):
        def reset(self, **settings: Any) -> tuple[Any, dict[str, Any]]:
            observation, info = self.env.reset(**settings)
            rows: tuple[dict[str, Any], ...] = (
                {},
                {"a": 1, "b": {"c": 2.5}, "n": None},
                {"a": 2, "b": {"d": np.ones(2)}, "t": (1, 2), "s": np.int8(3)},
                {"b": {}, "flag": True, "t": [3, 4], "final_obs": {"x": 1}},
            )
            return observation, {**info, **rows[int(info["state_hash"], 16) % len(rows)]}

    ours, theirs = pair(lambda: Odd(make_env("shop")), AutoresetMode.NEXT_STEP, 8)
    for seed in range(10):
        assert data_equivalence(ours.reset(seed=seed), theirs.reset(seed=seed), exact=True)


@pytest.mark.parametrize("mode", MODES)
def test_spaces_metadata_and_attributes_are_those_of_sync_vector_env(mode: AutoresetMode) -> None:
    ours, theirs = pair(lambda: make_env("mail"), mode)
    for name in (
        "single_observation_space",
        "observation_space",
        "single_action_space",
        "action_space",
        "metadata",
    ):
        assert getattr(ours, name) == getattr(theirs, name)
    ours.reset(seed=4)
    theirs.reset(seed=4)
    assert ours.np_random_seed == theirs.np_random_seed == (4, 5)
    assert [one.random() for one in ours.np_random] == [one.random() for one in theirs.np_random]
    assert ours.call("state_hash") == theirs.call("state_hash")
    assert ours.get_attr("legality") == ("keys",) * COUNT


def test_seeds_are_one_each_or_count_up() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 3)
    counted = ours.reset(seed=7)[1]["state_hash"].tolist()
    assert counted == ours.reset(seed=[7, 8, 9])[1]["state_hash"].tolist()
    assert len(set(counted)) == 3
    with pytest.raises(ValueError, match="2 seeds for 3 environments; give one each"):
        ours.reset(seed=[1, 2])


def test_same_seed_gives_the_same_stream_when_reset_goes_on_unseeded() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2)
    courses = []
    for _ in range(2):
        ours.reset(seed=3)
        courses.append([ours.reset()[1]["state_hash"].tolist() for _ in range(3)])
    assert courses[0] == courses[1]


def test_what_was_returned_does_not_change_later() -> None:
    ours = ToolVectorEnv([lambda: DiscreteCalls(make_env("shop"), features=True)] * 2)
    observation, _ = ours.reset(seed=1)
    before = observation.copy()
    first = ours.step([1, 2])
    kept = [np.copy(one) for one in first[:4]]
    ours.step([0, 0])
    assert np.array_equal(observation, before)
    assert all(np.array_equal(one, copy) for one, copy in zip(first[:4], kept, strict=True))


def test_the_callers_options_are_left_as_they_are() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2, autoreset_mode="Disabled")
    options = {"reset_mask": np.array([True, False]), "seed": 3}
    ours.reset(seed=1)
    ours.reset(options=options)
    assert set(options) == {"reset_mask", "seed"}


def test_a_faulty_reset_mask_is_named() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2, autoreset_mode="Disabled")
    for mask in ([True, False], np.array([1, 0])):
        with pytest.raises(TypeError, match=r"reset_mask must be a numpy array of bool, not (list|int64)"):
            ours.reset(options={"reset_mask": mask})
    for mask in (np.array([True]), np.array([False, False])):
        with pytest.raises(ValueError, match=r"reset_mask must have 2 entries and a True in it"):
            ours.reset(options={"reset_mask": mask})


def test_an_episode_that_is_over_must_be_reset_when_that_is_left_to_the_caller() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2, autoreset_mode="Disabled")
    ours.reset(seed=1)
    ours.step([[], "done"])
    with pytest.raises(gym.error.ResetNeeded, match="the episodes of 1 are over; reset them with a reset_mask"):
        ours.step([[], []])


def test_actions_are_one_each() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2)
    ours.reset(seed=1)
    with pytest.raises(ValueError, match="1 actions for 2 environments; give a list with one action each"):
        ours.step(["done"])
    with pytest.raises(ValueError, match="one text for 2 environments"):
        ours.step("ok")
    assert ours.action_space.contains(ours.action_space.sample())


def test_attributes_are_set_for_all_or_one_each() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop")] * 2)
    ours.set_attr("terse", True)
    ours.set_attr("legality", ["off", "state"])
    assert ours.get_attr("terse") == (True, True) and ours.get_attr("legality") == ("off", "state")
    with pytest.raises(ValueError, match="1 values for 2 environments; give one each"):
        ours.set_attr("terse", [False])


def test_environments_must_exist_and_fit_together() -> None:
    with pytest.raises(ValueError, match="env_fns is empty"):
        ToolVectorEnv([])
    with pytest.raises(ValueError, match=r"environment 1 has the action_space ToolCallSpace\(mail"):
        ToolVectorEnv([lambda: make_env("shop"), lambda: make_env("mail")])
    with pytest.raises(ValueError, match="'Never' is not a valid AutoresetMode"):
        ToolVectorEnv([lambda: make_env("shop")], autoreset_mode="Never")


def test_rendering_gives_one_text_each_and_closing_twice_is_allowed() -> None:
    ours = ToolVectorEnv([lambda: make_env("shop", render_mode="ansi")] * 2)
    ours.reset(seed=1)
    assert ours.render_mode == "ansi"
    assert [type(one) for one in ours.render()] == [str, str]
    ours.close()
    ours.close()
    assert ours.closed


@pytest.mark.parametrize("mode", MODES)
def test_make_vec_makes_it(mode: AutoresetMode) -> None:
    made = gym.make_vec("fc_gym/Shop-v0", num_envs=3, autoreset_mode=mode)
    assert isinstance(made, ToolVectorEnv)
    assert made.num_envs == 3 and made.metadata["autoreset_mode"] is mode
    assert made.spec is not None and made.spec.id == "fc_gym/Shop-v0"
    assert isinstance(made.envs[0], ToolEnv)
