from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.decode import read_call
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.grade import STEP_LIMIT, Grader
from fc_gym.bfcl.suite import as_task, by_name, offered_at, said, suite
from fc_gym.bfcl.tasks import UPDATED
from fc_gym.errors import TaskError
from fc_gym.types import ToolCall
from fc_gym.wrappers import TextActions
from tests.bfcl.made_up import CLOSE, OPEN, SEE, task

PLAIN = task([OPEN, SEE], [CLOSE])
HANDED = task([OPEN], [], [CLOSE], number=1, category="miss_func", withheld={2: ("close_ticket",)})
BOGUS = "get_ticket(ticket_id=7)"


def play(env: BfclEnv, actions: Sequence[Any], which: object = 0) -> tuple[list[float], dict[str, Any], bool, bool]:
    env.reset(seed=0, options={"task": which})
    rewards: list[float] = []
    info: dict[str, Any] = {}
    over = cut = False
    for action in actions:
        _, reward, over, cut, info = env.step(action)
        rewards.append(float(reward))
    return rewards, info, over, cut


def test_the_ground_truth_earns_the_official_point_at_the_end() -> None:
    rewards, info, over, cut = play(BfclEnv([PLAIN]), [[OPEN, SEE], "Opened.", [CLOSE], "Closed."])
    assert rewards == [0.0, 0.0, 0.0, 1.0]
    assert over and not cut and info["verdict"]["valid"]


@pytest.mark.parametrize("form", [str, lambda text: by_name(read_call(text)), lambda text: vars_of(text)])
def test_calls_as_texts_objects_and_json_are_the_same(form: Any) -> None:
    rewards, *_ = play(BfclEnv([PLAIN]), [[form(OPEN), form(SEE)], "", [form(CLOSE)], ""])
    assert rewards[-1] == 1.0


def vars_of(text: str) -> dict[str, Any]:
    call = by_name(read_call(text))
    return {"name": call.name, "arguments": dict(call.arguments)}


def test_an_empty_list_of_calls_ends_the_turn_like_a_reply() -> None:
    rewards, _, over, _ = play(BfclEnv([PLAIN]), [[OPEN, SEE], [], [CLOSE], []])
    assert rewards[-1] == 1.0 and over


def test_signals_are_those_of_envtuning() -> None:
    env = BfclEnv([PLAIN], reward="signals")
    calls = [
        ["nothing_there()"],
        [BOGUS],
        [OPEN, SEE],
        "Opened.",
        [{"tool": 1}],
    ]
    assert play(env, calls)[0] == [-2.0, -1.0, -1.0, 1.0, -3.0]


def test_progress_is_the_share_of_turns_passed() -> None:
    rewards, info, _, _ = play(BfclEnv([PLAIN], reward="progress"), [[OPEN, SEE], "", [SEE], ""])
    assert rewards == [0.0, 0.5, 0.0, 0.0]
    assert info["credit"]["passed"] is False and info["verdict"]["error_type"] == "multi_turn:instance_state_mismatch"


def test_what_is_handed_over_late_is_on_offer_from_its_turn() -> None:
    env = BfclEnv([HANDED])
    _, info = env.reset(seed=0)
    assert "close_ticket" not in info["tools"] and "create_ticket" in info["tools"]
    env.step([OPEN])
    env.step("Opened.")
    observation, _, _, _, info = env.step("I cannot close it.")
    assert "close_ticket" in info["tools"] and observation["user"] == UPDATED


def test_excluded_functions_are_offered_unless_the_switch_is_set() -> None:
    assert "edit_ticket" in offered_at(PLAIN, 0)
    assert "edit_ticket" not in offered_at(PLAIN, 0, exclude=True)
    assert "edit_ticket" not in BfclEnv([PLAIN], exclude=True).reset(seed=0)[1]["tools"]


def test_officially_a_withheld_function_works_all_the_same() -> None:
    _, info, *_ = play(BfclEnv([HANDED]), [[OPEN], "", [CLOSE], "", [SEE], ""])
    assert info["verdict"]["valid"]


def test_in_strict_mode_a_withheld_function_does_not_run() -> None:
    env = BfclEnv([HANDED], mode="strict")
    env.reset(seed=0)
    env.step([OPEN])
    env.step("")
    observation, _, _, _, info = env.step([CLOSE])
    assert observation["results"] == ("Error during execution: name 'close_ticket' is not defined",)
    assert info["errors"] == ("exception",)
    env.step("")
    env.step([CLOSE])
    assert env.step("")[4]["verdict"]["valid"]


def test_a_malformed_call_ends_the_turn_officially_and_can_be_mended_in_strict_mode() -> None:
    bad = [{"tool": "create_ticket"}]
    env = BfclEnv([PLAIN])
    env.reset(seed=0)
    observation, _, _, _, info = env.step(bad)
    assert info["turn"] == 1 and observation["user"] == "Request 1." and info["errors"] == ("malformed",)
    strict = BfclEnv([PLAIN], mode="strict")
    rewards, info, *_ = play(strict, [bad, [OPEN, SEE], "", [CLOSE], ""])
    assert rewards[-1] == 1.0


@pytest.mark.parametrize("mode", ["official", "strict"])
def test_the_step_after_the_limit_ends_the_episode(mode: Any) -> None:
    env = BfclEnv([PLAIN], mode=mode)
    _, info, over, cut = play(env, [[SEE]] * (STEP_LIMIT + 1))
    assert cut and not over and info["truncated_by"] == "steps_per_turn"
    assert info["verdict"]["error_type"] == "multi_turn:force_terminated"


def test_who_is_stopped_in_the_last_turn_can_still_pass_officially_only() -> None:
    last = [[OPEN, SEE], "", [CLOSE], *[[SEE]] * STEP_LIMIT]
    assert play(BfclEnv([PLAIN]), last)[1]["verdict"]["valid"]
    assert not play(BfclEnv([PLAIN], mode="strict"), last)[1]["verdict"]["valid"]


_RESPONSES = st.one_of(
    st.just("Done."), st.lists(st.sampled_from([OPEN, SEE, CLOSE, BOGUS, "no_such(a=1)", "broken("]), max_size=3)
)


@given(st.lists(_RESPONSES, min_size=1, max_size=12))
def test_the_verdict_is_the_graders_and_gold_alone_is_worth_most(actions: list[Any]) -> None:
    env = BfclEnv([PLAIN], reward="dense")
    env.reset(seed=0)
    total, over = 0.0, False
    for action in [*actions, *["Done."] * 2]:
        if not over:
            _, reward, ended, cut, info = env.step(action)
            total, over = total + float(reward), ended or cut
    assert over
    verdict = Grader().grade(PLAIN, env.episode.turns)
    assert info["verdict"]["valid"] == verdict.valid and info["verdict"]["error_type"] == verdict.error_type
    assert total <= 1.0 + 1e-9
    if not verdict.valid:
        assert total < 1.0 - 1e-9


@given(st.lists(_RESPONSES, max_size=6), st.lists(_RESPONSES, max_size=6))
def test_a_fork_and_a_restored_mark_go_on_as_the_original(first: list[Any], then: list[Any]) -> None:
    env = BfclEnv([PLAIN])
    env.reset(seed=0)
    for action in first:
        if env.episode.verdict is None:
            env.step(action)
    mark, other = env.snapshot(), env.fork()
    before = copy.deepcopy(env.episode.session.state())
    seen = [_went(other, action) for action in then]
    assert env.episode.session.state() == before
    assert [_went(env, action) for action in then] == seen
    env.restore(mark)
    assert [_went(env, action) for action in then] == seen


def _went(env: BfclEnv, action: Any) -> object:
    if env.episode.verdict is not None:
        return None
    observation, reward, over, cut, info = env.step(action)
    return observation, reward, over, cut, info["verdict"], info["credit"], env.episode.session.state()


def test_gymnasiums_own_checker_has_no_complaint() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*not within the observation space.*|.*spec.*|.*render.*")
        check_env(BfclEnv([PLAIN, HANDED]), skip_render_check=True)


def test_it_can_be_pickled_and_wrapped_for_model_text() -> None:
    env = pickle.loads(pickle.dumps(BfclEnv([PLAIN])))
    wrapped = TextActions(env, parser="python")
    wrapped.reset(seed=0)
    observation, *_ = wrapped.step("[create_ticket(title='Leak'), get_ticket(ticket_id=1)]")
    assert len(observation["results"]) == 2


def test_our_own_tasks_have_the_same_turns_calls_and_tools() -> None:
    ours = as_task(HANDED)
    assert [turn.user for turn in ours.turns] == [said(HANDED, turn) for turn in range(3)]
    assert ours.turns[0].gold == ((ToolCall("create_ticket", {"title": "Leak"}),),)
    assert ours.turns[2].tools == offered_at(HANDED, 2)


def test_the_suite_has_128_tools_and_their_edges() -> None:
    assert len(suite().tools) == 128
    assert "TicketId" in suite().tools["get_ticket"].needs and "TicketId" in suite().tools["create_ticket"].gives


def test_positional_arguments_are_named() -> None:
    assert by_name(read_call("get_ticket(1)")) == ToolCall("get_ticket", {"ticket_id": 1})


def test_a_seed_for_the_tools_changes_their_chance_and_only_that() -> None:
    config = {"MessageAPI": {"current_user": "USR001"}}
    call = "send_message(receiver_id='USR002', message='Hello')"
    one = task([call])
    mailing = type(one)(one.id, ("MessageAPI",), config, one.turns, one.truth)
    env, seen = BfclEnv([mailing]), []
    for options in ({}, {"random_seed": 1}, {"random_seed": 1}, {"random_seed": 2}):
        env.reset(seed=0, options=options)
        seen.append(env.step([call])[0]["results"])
        assert env.step("")[1] == 1.0
    assert seen[1] == seen[2] and len(set(seen)) == 3


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        (lambda: BfclEnv([]), TaskError, "there are no tasks"),
        (lambda: BfclEnv([PLAIN], mode="lax"), ValueError, "official, strict"),  # type: ignore[arg-type]
        (lambda: BfclEnv([PLAIN], reward="big"), ValueError, "big"),
        (
            lambda: BfclEnv([PLAIN]).reset(options={"task": "multi_turn_base_9"}),
            TaskError,
            "no task 'multi_turn_base_9'",
        ),
        (lambda: BfclEnv([PLAIN]).reset(options={"seed": 1}), ValueError, "unknown option 'seed'"),
        (lambda: BfclEnv([PLAIN]).step("x"), gym.error.ResetNeeded, "reset"),
        (lambda: play(BfclEnv([PLAIN]), ["", "", ""]), gym.error.ResetNeeded, "over"),
        (lambda: play(BfclEnv([PLAIN]), [3]), TypeError, "not int"),
    ],
)
def test_what_is_wrong_is_said(wrong: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        wrong()
