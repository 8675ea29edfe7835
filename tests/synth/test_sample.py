"""Promises of samples: rows that trainers read, tasks that play to the full reward, pairs that differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fc_agents.rollout import rollout
from fc_agents.script import GoldPolicy, ScriptPolicy
from fc_synth.sample import FORMAT, preference_pairs, system_text, task_of
from fc_synth.spoken import said_today

from fc_gym.registration import load_domain, make_env
from fc_gym.session import Session
from fc_gym.task import Task

DOMAINS = ("shop", "calendar", "mail")
Rows = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize("name", DOMAINS)
def test_messages_have_the_shape_that_chat_templates_take(name: str, rows: Rows) -> None:
    for row in rows(name):
        assert set(row) == {"id", "messages", "tools", "meta"}
        roles = [message["role"] for message in row["messages"]]
        assert roles[:2] == ["system", "user"]
        assert roles[-1] == "assistant"
        assert "tool_calls" not in row["messages"][-1]
        for before, message in zip(row["messages"], row["messages"][1:], strict=False):
            allowed = {"user": ["system", "assistant"], "assistant": ["user", "tool"], "tool": ["assistant", "tool"]}
            assert before["role"] in allowed[message["role"]]
            if message["role"] == "user":
                assert before["role"] == "system" or before["content"]
        assert roles.count("user") == len(row["meta"]["turns"])


@pytest.mark.parametrize("name", DOMAINS)
def test_every_call_has_its_answer_and_every_answer_its_call(name: str, rows: Rows) -> None:
    for row in rows(name):
        open_calls: list[tuple[str, str]] = []
        seen: list[str] = []
        for message in row["messages"]:
            if message["role"] == "tool":
                assert (message["tool_call_id"], message["name"]) == open_calls.pop(0)
                json.loads(message["content"])
                continue
            assert not open_calls
            for call in message.get("tool_calls", ()):
                assert call["type"] == "function"
                assert isinstance(call["function"]["arguments"], dict)
                open_calls.append((call["id"], call["function"]["name"]))
                seen.append(call["id"])
        assert not open_calls
        assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("name", DOMAINS)
def test_reasoning_is_apart_from_what_is_said_and_never_missing(name: str, rows: Rows) -> None:
    for row in rows(name):
        for message in row["messages"]:
            if message["role"] == "assistant":
                assert message["reasoning_content"].strip()
                assert message["reasoning_content"] not in message["content"]
                assert bool(message["content"]) != bool(message.get("tool_calls"))
            else:
                assert "reasoning_content" not in message


@pytest.mark.parametrize("name", DOMAINS)
def test_no_hint_enters_a_message(name: str, rows: Rows) -> None:
    for row in rows(name):
        text = json.dumps(row["messages"])
        assert not [one["hint"] for one in row["meta"]["rejected"] if one["hint"] in text]


@pytest.mark.parametrize("name", DOMAINS)
def test_the_tools_are_those_of_the_domain(name: str, rows: Rows) -> None:
    domain = load_domain(name)
    for row in rows(name):
        assert [tool["function"]["name"] for tool in row["tools"]] == list(domain.tools)
        assert row["meta"]["format"] == FORMAT
        assert row["meta"]["fingerprint"] == domain.fingerprint


@pytest.mark.parametrize("name", DOMAINS)
def test_the_system_message_says_what_day_it_is(name: str, rows: Rows) -> None:
    for row in rows(name):
        today = Session.start(load_domain(name), row["meta"]["seed"]).state.world.today
        assert f"Today is {said_today(today)}." in row["messages"][0]["content"]
    assert "Today" not in system_text(load_domain(name), "")


@pytest.mark.parametrize("name", DOMAINS)
def test_the_messages_are_what_the_calls_gave(name: str, rows: Rows) -> None:
    for row in rows(name):
        session = Session.start(load_domain(name), row["meta"]["seed"])
        calls = [call for turn in row["meta"]["turns"] for layer in turn["layers"] for call in layer]
        told = [message["content"] for message in row["messages"] if message["role"] == "tool"]
        assert [session.run([call])[0].text for call in calls] == told
        assert session.state.hash() == row["meta"]["certificate"]["state_hash"]
        made = [
            call["function"] for message in row["messages"] for call in message.get("tool_calls", ())
        ]  # fmt: skip
        assert made == [{"name": call["name"], "arguments": call["arguments"]} for call in calls]
        assert all(set(call["sources"]) for call in calls if call["arguments"])


@pytest.mark.parametrize("name", DOMAINS)
def test_every_row_is_a_task_that_plays_to_the_full_reward(name: str, rows: Rows) -> None:
    tasks = [task_of(row) for row in rows(name)]
    assert [Task.of(json.loads(json.dumps(task.json()))).json() for task in tasks] == [task.json() for task in tasks]
    env = make_env(name, tasks)
    for task in tasks:
        trajectory = rollout(env, GoldPolicy(), 0, task)
        assert trajectory.total == pytest.approx(1.0), task.id
        assert trajectory.steps[-1].parts["outcome"] == 1.0


@pytest.mark.parametrize("name", DOMAINS)
def test_the_answers_of_the_row_play_to_the_full_reward_as_well(name: str, rows: Rows) -> None:
    for row in rows(name)[:10]:
        task = task_of(row)
        said = [
            message["content"] for message in row["messages"] if message["role"] == "assistant" and message["content"]
        ]
        script: list[Any] = []
        for turn, text in zip(task.turns, said, strict=True):
            script += [*(list(layer) for layer in turn.gold), text]
        assert rollout(make_env(name, [task]), ScriptPolicy(script), 0, task).total == pytest.approx(1.0)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_task_whose_last_change_is_left_out_pays_less(name: str, rows: Rows) -> None:
    tools = load_domain(name).tools
    for row in rows(name)[:10]:
        task = task_of(row)
        script: list[Any] = []
        for turn in task.turns:
            script += [*(list(layer) for layer in turn.gold), " ".join(turn.answer) or "Done."]
        layers = [(at, action) for at, action in enumerate(script) if isinstance(action, list)]
        changing = [at for at, layer in layers if not all(tools[call.name].reads_only for call in layer)]
        if not changing:
            continue
        script.pop(changing[-1])
        trajectory = rollout(make_env(name, [task]), ScriptPolicy(script), 0, task)
        assert trajectory.total < 1.0 - 1e-9
        assert all(step.parts["outcome"] == 0.0 for step in trajectory.steps)


def test_pairs_put_what_was_accepted_beside_what_was_turned_down(rows: Rows) -> None:
    pairs = [(row, pair) for name in DOMAINS for row in rows(name) for pair in preference_pairs(row)]
    assert len(pairs) > 5
    assert len({pair["id"] for _, pair in pairs}) == len(pairs)
    for row, pair in pairs:
        (chosen,), (rejected,) = pair["chosen"], pair["rejected"]
        assert chosen != rejected
        assert calls_in(chosen) != calls_in(rejected)
        assert chosen["role"] == rejected["role"] == "assistant"
        assert rejected["reasoning_content"]
        assert rejected["tool_calls"]
        assert pair["hint"].endswith(".")
        assert pair["prompt"] == row["messages"][: len(pair["prompt"])]
        assert row["messages"][len(pair["prompt"])] == chosen
        assert pair["prompt"][-1]["role"] in ("user", "tool")
        assert pair["tools"] == row["tools"]


def calls_in(message: dict[str, Any]) -> list[Any]:
    return [call["function"] for call in message["tool_calls"]]


def test_a_row_without_turned_down_proposals_has_no_pairs(rows: Rows) -> None:
    for name in DOMAINS:
        for row in rows(name):
            assert len(list(preference_pairs(row))) == len(row["meta"]["rejected"])
