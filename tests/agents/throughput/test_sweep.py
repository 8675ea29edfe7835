"""Promises of the sweep: what is counted is what was played, through the path of a rollout."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fc_agents.collect.collector import Run
from fc_agents.collect.job import ChatSpec, Job
from fc_agents.collect.loop import COLLECTED, HELD
from fc_agents.models.model import Model, ModelError
from fc_agents.models.named import ModelOptions
from fc_agents.models.request import Completion, Request, Usage
from fc_agents.models.scripted import ScriptedModel
from fc_agents.throughput.commands import _played
from fc_agents.throughput.judged import judged
from fc_agents.throughput.measure import Ideal, Measure, percentile
from fc_agents.throughput.setting import Setting, grid, levels_in, numbers_in, padding
from fc_agents.throughput.simulated import calls_for_all, simulated_model
from fc_agents.throughput.spread import Spread
from fc_agents.throughput.sweep import Plan, sweep
from hypothesis import given
from hypothesis import strategies as st

from fc_gym import domain_names, load_domain, make_env
from fc_gym.errors import TaskError
from fc_gym.record import Trajectory
from fc_gym.task import Task, Turn
from fc_gym.types import Malformed, ToolCall, to_json
from tests.agents.chat.speaking import Speaker

FREE = Setting(4, 0, "free")


@contextmanager
def untold(name: str, episodes: int) -> Iterator[Callable[[Run], None]]:
    """Show nothing."""
    yield lambda run: None


def measured(model: Model, settings: Sequence[Setting] = (FREE,), **plan: Any) -> list[Measure]:
    """Sweep in mail."""
    return list(sweep(Plan("mail", **plan), model, settings, untold))


def said(text: str) -> Callable[[Request], Completion]:
    """Return what always answers one text, of which the server had half of the prompt in its cache."""
    return lambda request: Completion(text, text, usage=Usage(100, 7, 50))


def call(name: str, **arguments: Any) -> str:
    """Write a call."""
    return f"<tool_call>{json.dumps({'name': name, 'arguments': arguments})}</tool_call>"


def test_what_is_played_is_counted_and_the_first_episode_is_not() -> None:
    model = simulated_model(load_domain("mail"), 0.0, calls=3)
    (one,) = measured(model, episodes=10, latency=0.0)
    assert (one.episodes, one.asked.responses, one.asked.tries, one.asked.constraints) == (10, 40, 40, 0)
    assert model.asked == 44
    assert (
        sum(one.judged.verdicts.values()) == one.judged.verdicts["accepted"] == 30
        and one.judged.broken == one.illegal == 0
    )
    assert len(one.asked.first) == len(one.asked.whole) == 40 and not one.asked.fresh
    shares = one.shares
    assert shares is not None
    assert shares.environment + shares.driver + shares.client + shares.model == pytest.approx(1.0)
    assert not one.failed and not one.stopped and one.ideal is None


def test_tokens_and_what_came_from_the_cache_are_counted() -> None:
    (one,) = measured(ScriptedModel(said("Done.")), episodes=6)
    assert (one.asked.prompted, one.asked.written, one.asked.cached, one.cached) == (600, 42, 300, 0.5)
    assert one.tokens_per_second == pytest.approx(42 / one.seconds)
    assert one.requests_per_second == one.episodes_per_second == pytest.approx(6 / one.seconds)


def test_each_setting_is_played_with_its_own_episodes_and_prompt() -> None:
    prompts: list[tuple[str, int]] = []

    def answer(request: Request) -> str:
        prompts.append((request.sample.partition("/")[0], len(str(request.messages[0]["content"]))))
        return "Done."

    settings = grid([1, 2], [0, 50], ["free"])
    found = measured(ScriptedModel(answer), settings, episodes=3)
    assert [one.setting for one in found] == settings
    seeds = [seed for seed, _ in prompts]
    assert len(seeds) == len(set(seeds)) == 14
    short, long = prompts[0][1], prompts[-1][1]
    assert [length for _, length in prompts] == [short] * 7 + [long] * 7
    assert 190 <= long - short <= 202


def test_constraints_that_are_new_are_counted_once_in_a_sweep() -> None:
    settings = [Setting(2, 0, level) for level in ("schema", "schema", "tools")]
    first, again, tools = measured(ScriptedModel(said("Done.")), settings, episodes=4)
    assert (first.asked.constraints, again.asked.constraints) == (1, 0)
    assert len(first.asked.fresh) == 1 and len(first.asked.whole) == 3 and len(again.asked.whole) == 4
    assert tools.asked.constraints >= 1 and first.constraining > 0.0


def test_every_call_is_judged_where_it_was_made() -> None:
    told = [call("fly"), "<tool_call>{</tool_call>", call("find_people", nobody=3), call("find_people"), "Done."]
    (one,) = measured(
        ScriptedModel(lambda request: told[int(request.sample.partition("/")[2])]), [Setting(2, 0, "schema")],
        episodes=5, form="hermes",
    )  # fmt: skip
    assert {name: count for name, count in one.judged.verdicts.items() if count} == {
        "unknown tool": 5, "malformed": 5, "bad arguments": 5, "accepted": 5
    }  # fmt: skip
    assert (one.judged.broken, one.illegal, one.episodes) == (15, 10, 5)


@pytest.mark.parametrize("level", ["free", "schema", "tools", "grounded", "calls"])
def test_judging_takes_each_call_as_the_next_of_its_episode(level: str) -> None:
    env = make_env("mail")
    trajectory, _, _ = Trajectory.begin(env, "mail", 3, None)
    for action in ([Malformed("m", "h"), ToolCall("fly", {})], [ToolCall("find_people", {})], "Done."):
        trajectory.step(env, action)  # type: ignore[arg-type]
    found = judged(make_env("mail"), [trajectory], level)
    assert found.verdicts == {"malformed": 1, "unknown tool": 1, "accepted": 1}
    assert (found.broken, found.cut) == (0 if level == "free" else 2, 0)


def test_responses_that_were_cut_off_are_no_calls() -> None:
    cut = Completion("<tool_call>", finish="length", usage=Usage(5, 5))
    (one,) = measured(ScriptedModel(lambda request: cut), [Setting(2, 0, "tools")], episodes=4, form="hermes")
    assert (one.judged.cut, one.judged.broken, one.judged.verdicts.total()) == (12, 0, 0)


def test_episodes_that_fail_cost_only_themselves_and_are_told() -> None:
    model = Speaker(fails={3: 1, 5: 1})
    (one,) = measured(model, episodes=10, form="hermes")
    assert (one.episodes, dict(one.failed), dict(one.asked.failed)) == (8, {"stalled": 2}, {"stalled": 2})
    assert model.closed


def test_a_setting_at_which_all_fails_ends_and_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fc_agents.collect.collector.FAILED_IN_A_ROW", 3)
    model = Speaker(fails=dict.fromkeys(range(1, 21), 1))
    first, second = measured(model, [FREE, FREE], episodes=20, form="hermes")
    assert first.episodes == 0 and "failed one after the other" in first.stopped
    assert second.episodes == 20 and not second.stopped


def test_a_model_that_cannot_be_used_ends_the_sweep_and_is_closed() -> None:
    model = Speaker(fatal=4)
    found = sweep(Plan("mail", episodes=2, form="hermes"), model, [FREE, FREE, FREE], untold)
    assert next(found).episodes == 2
    with pytest.raises(ModelError, match="the model is gone"):
        next(found)
    assert model.closed


def test_time_that_is_up_leaves_a_measure() -> None:
    model = simulated_model(load_domain("mail"), 0.01)
    (one,) = measured(model, episodes=10_000, latency=0.01, seconds=0.2)
    assert one.stopped == "the time is up" and one.episodes < 10_000 and one.asked.responses > 0


def test_the_ideal_is_what_latency_alone_allows() -> None:
    model = simulated_model(load_domain("mail"), 0.05, calls=1)
    (one,) = measured(model, [Setting(2, 0, "free")], episodes=4, latency=0.05)
    assert one.ideal is not None and one.ideal.rate == 40.0
    assert one.ideal.reached == pytest.approx(8 / one.seconds) and 0.0 < one.ideal.share <= 1.0
    assert [Ideal(0.3, 100.0, reached).verdict for reached in (95.0, 94.9)] == ["kept", "MISSED"]


@pytest.mark.parametrize("name", domain_names())
def test_a_simulated_model_is_refused_nothing_in_any_domain(name: str) -> None:
    model = simulated_model(load_domain(name), 0.0, calls=4)
    (one,) = sweep(Plan(name, episodes=6), model, [FREE], untold)
    assert dict(one.judged.verdicts) == {"accepted": 24}


def test_the_calls_of_a_simulated_model_differ() -> None:
    calls = calls_for_all(load_domain("mail"))
    assert 2 <= len(calls) <= 4 and len({one.json() for one in calls}) == len(calls)


@pytest.mark.parametrize("latency", [-0.1, float("nan"), float("inf")])
def test_a_latency_that_is_none_is_refused(latency: float) -> None:
    with pytest.raises(TaskError, match=r"--latency is .*; it must be 0 seconds or more"):
        simulated_model(load_domain("mail"), latency)


def test_a_domain_in_which_nothing_can_be_called_at_first_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fc_agents.throughput.simulated.draw_call", lambda *given: None)
    with pytest.raises(TaskError, match="no tool of mail takes the same call in every episode"):
        calls_for_all(load_domain("mail"))


def test_over_several_processes_the_same_is_counted_and_no_time_is_divided_up() -> None:
    make = partial(_played, ModelOptions(), "mail", None, 0.01, 2)
    settings = [Setting(1, 0, "tools"), Setting(4, 0, "tools")]
    alone, spread = measured(make(), settings, episodes=6, latency=0.01, workers=2, make=make)
    for one in (alone, spread):
        assert (one.episodes, one.asked.responses, one.asked.tries, one.judged.verdicts) == (
            6,
            18,
            18,
            {"accepted": 12},
        )
    assert alone.asked.written == spread.asked.written > 0
    assert alone.shares is not None and spread.shares is None and spread.driver_us is None
    assert spread.json()["share_driver"] is None and spread.seconds > 0.0
    assert len(spread.asked.first) == 6 and all(seconds >= 0.01 for seconds in spread.asked.first)
    assert spread.ideal is not None and spread.ideal.reached == pytest.approx(18 / spread.seconds)


def test_over_several_processes_a_run_of_failures_has_no_time() -> None:
    spread = Spread(2, 4)
    with pytest.raises(TaskError, match="unknown form"):
        spread.play(
            Job("mail", "chat", range(2), None, ChatSpec(partial(ScriptedModel, []), form="verse")), [0, 1], print
        )
    assert spread.seconds == 0.0


def test_with_tasks_a_simulated_model_says_their_verified_calls(tmp_path: Path) -> None:
    look = ToolCall("find_people", {})
    tasks = [
        Task("one", "mail", 4, (Turn("Look.", ((look,),)),)),
        Task("two", "mail", 5, (Turn("Look.", ((look,), (look, look))), Turn("Again?", ((look,),), ("Yes.",)))),
    ]
    path = tmp_path / "tasks.jsonl"
    path.write_text("".join(f"{to_json(task.json())}\n" for task in tasks))
    model = simulated_model(load_domain("mail"), 0.0, tasks=tasks)
    for one in measured(model, [FREE, FREE], tasks=str(path), episodes=3):
        assert (one.episodes, one.asked.responses) == (3, 2 + 5 + 2)
        assert one.judged.verdicts == {"accepted": 1 + 4 + 1}


def test_the_length_of_a_reply_is_left_to_its_tokens() -> None:
    asked: list[Request] = []
    model = ScriptedModel(lambda request: asked.append(request) or "Done.")  # type: ignore[func-returns-value]
    measured(model, [Setting(1, 0, level) for level in ("schema", "tools", "grounded", "calls")], episodes=1)
    bodies = [one.constraint.body for one in asked if one.constraint is not None]
    assert len(bodies) == 4 and all("words ::= opening say*\n" in body for body in bodies)


def test_garbage_is_looked_for_the_later_the_more_episodes_there_are() -> None:
    seen: list[int] = []
    model = ScriptedModel(lambda request: seen.append(gc.get_threshold()[0]) or "Done.")  # type: ignore[func-returns-value]
    before = gc.get_threshold()
    measured(model, [Setting(50, 0, "free")], episodes=50)
    assert seen[1:] == [COLLECTED + 50 * HELD] * 50 and gc.get_threshold() == before


def test_episodes_grow_with_how_many_are_played_at_once() -> None:
    assert [Plan("mail").episodes_at(Setting(many, 0, "free")) for many in (1, 8, 100)] == [16, 16, 200]
    assert Plan("mail", episodes=5).episodes_at(Setting(100, 0, "free")) == 5


def test_figures_are_plain_json() -> None:
    (one,) = measured(simulated_model(load_domain("mail"), 0.001, calls=1), episodes=2, latency=0.001)
    body = json.loads(json.dumps(one.json()))
    assert (body["level"], body["concurrency"], body["episodes"], body["responses"]) == ("free", 4, 2, 4)
    assert body["verdicts"] == {"accepted": 2} and body["ideal"]["latency"] == 0.001
    assert body["fresh_median"] is None and body["first_median"] > 0.0


@given(st.lists(st.floats(0, 10), min_size=1), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_is_not_exceeded_by_more(found: list[float], share: float) -> None:
    value = percentile(found, share)
    assert value is not None
    assert sum(one <= value for one in found) >= share * len(found) - 1e-9
    assert sum(one < value for one in found) <= share * len(found)


def test_a_percentile_of_nothing_is_none() -> None:
    assert percentile([], 0.5) is None


@given(st.integers(0, 500))
def test_padding_has_about_so_many_tokens(tokens: int) -> None:
    assert 4 * tokens - 1 <= len(padding(tokens)) <= 4 * tokens


@given(st.lists(st.integers(1, 99), min_size=1, unique=True))
def test_lists_of_numbers_are_read_as_they_are_written(numbers: list[int]) -> None:
    assert numbers_in(" , ".join(map(str, numbers)) + ",", "--concurrency", 1) == numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,many", "--concurrency is '1,many', which is no list of whole numbers; write it like 1,16,64"),
        ("1.5", "--concurrency is '1.5', which is no list of whole numbers; write it like 1,16,64"),
        (" , ", "--concurrency is empty; write it like 1,16,64"),
        ("4,0", "--concurrency has 0; each number must be 1 or more"),
    ],
)
def test_what_is_no_list_of_numbers_is_refused(text: str, words: str) -> None:
    with pytest.raises(TaskError, match=f"^{words}$"):
        numbers_in(text, "--concurrency", 1)


def test_levels_are_read_and_unknown_ones_refused() -> None:
    assert levels_in("tools,free,tools") == ["tools", "free"]
    with pytest.raises(
        TaskError, match=r"^unknown level 'best' in --level; have free, schema, tools, grounded, calls$"
    ):
        levels_in("free,best")
    with pytest.raises(TaskError, match=r"^--level is empty; write it like free,tools$"):
        levels_in("")


def test_the_grid_has_every_combination_once(tmp_path: Path) -> None:
    found = grid([1, 2], [0, 9], ["free", "tools"])
    assert len(set(found)) == 8 and [one.concurrency for one in found[:4]] == [1, 2, 1, 2]
    assert str(found[3]) == "tools, 2 at once, prompt +0"
