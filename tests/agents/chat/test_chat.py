"""Promises of the chat policy: what a model writes is what is played, and whatever it writes has a declared outcome."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fc_agents.chat.forms import FORMS
from fc_agents.chat.policy import FREE_PLAY, SYSTEM, ChatPolicy
from fc_agents.chat.tokens import tokens_of
from fc_agents.collect.episode import play
from fc_agents.models.model import Model
from fc_agents.models.request import Completion, Request, Sampling
from fc_agents.models.scripted import ScriptedModel
from fc_agents.policy import Awaited, RandomPolicy
from fc_agents.rollout import rollout
from fc_agents.script import ScriptPolicy
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.env import ToolEnv
from fc_gym.errors import RecordError, TaskError
from fc_gym.record import Trajectory, read_trajectories, replayed
from fc_gym.registration import make_env
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall
from fc_gym.wrappers import MessagesObservation
from fc_gym.wrappers.messages_observation import Messages
from tests.agents.chat.speaking import Speaker, as_written, number_of, spoken

CALL = ToolCall("list_files", {})
PLAIN = as_written("hermes", [CALL])
UNTIL_GIVEN_UP = 3


class Asked:
    """A model that answers from a list and keeps what it was asked."""

    name = "asked"

    def __init__(self, *answers: str | Completion) -> None:
        self.answers, self.requests = answers, list[Request]()

    @property
    def settings(self) -> dict[str, Any]:
        return {"kind": "asked"}

    async def check(self) -> None:
        """Find nothing wrong."""

    async def close(self) -> None:
        """Hold nothing."""

    async def complete(self, request: Request) -> Completion:
        self.requests.append(request)
        answer = self.answers[len(self.requests) - 1]
        return answer if isinstance(answer, Completion) else Completion(answer, answer)


def played(
    model: Model, *, seed: int = 0, env: ToolEnv | None = None, task: Task | None = None, **how: Any
) -> Trajectory:
    """Play one episode with a model."""
    return asyncio.run(play(env or make_env("mail"), ChatPolicy(model, **how), seed, task))


def told(trajectory: Trajectory) -> list[tuple[Any, ...]]:
    """Return what an episode came to, whoever played it."""
    return [(one.action, one.results, one.state_hash, one.reward, one.sources) for one in trajectory.steps]


@settings(max_examples=24)
@given(st.sampled_from(["shop", "mail", "calendar"]), st.sampled_from(sorted(FORMS)), st.integers(0, 10_000))
def test_a_model_that_writes_what_a_policy_does_plays_as_the_policy_in_every_form(
    domain: str, form: str, seed: int
) -> None:
    env = make_env(domain)
    found = played(Speaker(domain, form), seed=seed, env=env, form=form)
    assert told(found) == told(rollout(env, RandomPolicy(3.0), seed))
    assert [one.raw for one in found.steps] == [spoken(form, one.action).raw for one in found.steps]
    assert len(found.completions) == len(found.steps)


@settings(max_examples=12)
@given(st.integers(0, 10_000))
def test_the_messages_are_those_of_the_chat(seed: int) -> None:
    env = make_env("mail")
    asked, speaker = list[Request](), Speaker(form="tools")
    answer = speaker.complete

    async def noted(request: Request) -> Completion:
        asked.append(request)
        return await answer(request)

    speaker.complete = noted  # type: ignore[method-assign]
    found = played(speaker, seed=seed, env=env)
    chat, _ = (view := MessagesObservation(env, SYSTEM)).reset(seed=seed)
    for request, step in zip(asked, found.steps, strict=True):
        head, user, *rest = request.messages
        assert [head, *rest] == list(chat) and user == {"role": "user", "content": FREE_PLAY}
        assert Messages().contains(tuple(request.messages))
        assert [one["function"]["name"] for one in request.tools] == list(env.domain.tools)
        calls = (
            step.action
            if isinstance(step.action, str)
            else [ToolCall(one["name"], one["arguments"]) for one in step.action]
        )
        chat, *_ = view.step(calls)


@pytest.mark.parametrize("form", FORMS)
def test_a_turn_offers_its_own_tools(form: str) -> None:
    offers = (("list_files", "list_drafts"), ("find_people",))
    task = Task("t", "mail", 0, tuple(Turn(f"Turn {at}.", tools=one) for at, one in enumerate(offers)))
    model = Asked("One.", "Two.")
    found = played(model, env=make_env("mail", [task]), task=task, form=form)
    for request, offer in zip(model.requests, offers, strict=True):
        system = request.messages[0]["content"]
        assert tuple(one["function"]["name"] for one in request.tools) == (() if FORMS[form].parser else offer)
        assert [f'"name":"{name}"' in system for name in (*offers[0], *offers[1])] == [
            bool(FORMS[form].parser) and name in offer for name in (*offers[0], *offers[1])
        ]
    assert [one["content"] for one in model.requests[1].messages[1:]] == ["Turn 0.", "One.", "Turn 1."]
    assert found.steps[-1].terminated


BROKEN: dict[str, Completion] = {
    "cut off": Completion(PLAIN, finish="length"),
    "cut off in a reply": Completion("It is", "It is", finish="length"),
    "empty": Completion(""),
    "white space": Completion(" \n"),
    "only a thought": Completion("<think>Hm.</think>"),
    "not JSON": Completion('<tool_call>{"name": </tool_call>'),
    "not closed": Completion('<tool_call>{"name": "list_files", "arguments": {}}'),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_action_is_told_and_after_some_in_a_row_the_episode_is_given_up(what: str) -> None:
    found = played(Asked(*[BROKEN[what]] * 9), form="hermes", patience=UNTIL_GIVEN_UP)
    assert len(found.steps) == UNTIL_GIVEN_UP and found.stopped == "malformed"
    assert all(json.loads(step.results[0])["error"]["code"] == "malformed" for step in found.steps)
    assert not found.steps[-1].terminated and not found.steps[-1].truncated
    assert played(Asked(*[BROKEN[what]] * 9), form="hermes", patience=1).stopped == "malformed"


@given(st.lists(st.sampled_from([*BROKEN, "call"]), max_size=8))
def test_only_broken_responses_in_a_row_count(order: list[str]) -> None:
    answers = [BROKEN.get(one, Completion(PLAIN)) for one in order]
    found = played(Asked(*answers, *["Done."] * 9), form="hermes", patience=UNTIL_GIVEN_UP)
    marks = "".join("c" if one == "call" else "b" for one in order)
    at = marks.find("b" * UNTIL_GIVEN_UP)
    assert found.stopped == ("malformed" if at >= 0 else "")
    assert len(found.steps) == (at + UNTIL_GIVEN_UP if at >= 0 else len(order) + 1)


@pytest.mark.parametrize("form", FORMS)
def test_a_model_is_told_what_was_wrong(form: str) -> None:
    model = Asked(Completion("", finish="length"), "Done.")
    played(model, form=form)
    assert "token limit" in model.requests[1].messages[-1]["content"]
    assert model.requests[1].messages[-1]["role"] == "user"


@given(st.text(), st.sampled_from(sorted(FORMS)))
def test_any_text_is_played_recorded_and_played_again_to_the_byte(text: str, form: str) -> None:
    env = make_env("mail")
    found = played(Asked(*[text] * 70), env=env, form=form)
    assert replayed(env, found).line() == found.line()


@pytest.mark.parametrize(
    "text", ["\ud800", '<tool_call>{"name": "find_people", "arguments": {"name": "\\ud800"}}</tool_call>']
)
def test_half_a_character_is_recorded_as_a_question_mark(text: str) -> None:
    step = json.loads(played(Asked(text, "Done."), form="hermes").line())["steps"][0]
    assert "?" in json.dumps(step["action"]) and step["raw"] == text.replace("\ud800", "?")


def test_the_rest_of_a_response_is_run_beside_a_malformed_call() -> None:
    found = played(Asked(f"{PLAIN}<tool_call>nothing</tool_call>", "Done."), form="hermes")
    assert [one.get("name", "malformed") for one in found.steps[0].action] == ["list_files", "malformed"]
    assert not found.stopped


@pytest.mark.parametrize(("thinking", "form"), [(one, other) for one in ("keep", "drop") for other in FORMS])
def test_thoughts_are_kept_or_dropped(thinking: str, form: str) -> None:
    calls = as_written("hermes" if form == "tools" else form, [CALL])
    said = Completion(f"<think>Secret.</think>{calls}", "", "Secret.", (CALL,) if form == "tools" else ())
    model = Asked(said, "Done.")
    found = played(model, form=form, thinking=thinking)
    assert ("Secret." in json.dumps(list(model.requests[1].messages))) == (thinking == "keep")
    assert found.completions[0] is not None and found.completions[0]["reasoning"] == "Secret."


def test_seeds_differ_between_requests_and_come_again() -> None:
    def seeds(seed: int | None, episode: int) -> list[int | None]:
        model = Asked(PLAIN, PLAIN, "Done.")
        played(model, seed=episode, form="hermes", sampling=Sampling(seed=seed))
        return [one.sampling.seed for one in model.requests]

    assert len({*seeds(1, 0), *seeds(1, 1), *seeds(2, 0)}) == 9
    assert seeds(1, 0) == seeds(1, 0)
    assert seeds(None, 0) == [None] * 3


@settings(max_examples=8)
@given(st.sampled_from(["schema", "tools", "grounded", "calls"]), st.sampled_from(["tools", "hermes", "json"]))
def test_a_level_constrains_every_response(level: str, form: str) -> None:
    written = as_written("hermes" if form == "tools" else form, [CALL])
    model = Asked(Completion(written), "Done.")
    found = played(model, form=form, level=level)
    assert [one.constraint is not None for one in model.requests] == [True, True]
    assert found.steps[0].action == [{"name": "list_files", "arguments": {}}]
    played(free := Asked("Done."), form=form)
    assert free.requests[0].constraint is None


def ids(prompt: tuple[int, ...], written: tuple[int, ...], raw: str) -> Completion:
    return Completion(raw, prompt_ids=prompt, token_ids=written, logprobs=(-0.5,) * len(written))


def test_tokens_are_kept_once_and_given_back_whole_with_the_break_between_turns(tmp_path: Path) -> None:
    turns = [((1, 2), (3,)), ((1, 2, 3, 4), (5, 6)), ((1, 2, 3, 9, 5), (7,)), ((1, 2, 3, 9, 5, 7), (8,))]
    answers = [ids(prompt, written, PLAIN if at < 3 else "Done.") for at, (prompt, written) in enumerate(turns)]
    found = played(Asked(*answers), form="hermes")
    kept = [one or {} for one in found.completions]
    assert [one["prompt_ids"] for one in kept] == [(1, 2), (4,), (9, 5), ()]
    assert [one.get("prefix_break", {}).get("position") for one in kept] == [None, None, 3, None]
    (tmp_path / "t.jsonl").write_text(found.line() + "\n")
    (read,) = read_trajectories(tmp_path / "t.jsonl")
    assert read.line() == found.line() == replayed(make_env("mail"), read).line()
    for again in (found, read):
        assert [(one.prompt, one.response) for one in tokens_of(again) if one] == turns


def test_completions_that_do_not_fit_the_steps_are_told(tmp_path: Path) -> None:
    body = json.loads(played(Asked("Done.")).line())
    (tmp_path / "t.jsonl").write_text(json.dumps({**body, "completions": body["completions"] * 2}) + "\n")
    with pytest.raises(
        RecordError, match=r"t\.jsonl:1: 2 completions for 1 steps; there is one for each step, or none"
    ):
        list(read_trajectories(tmp_path / "t.jsonl"))


def test_without_a_model_there_is_nothing_beside_the_steps() -> None:
    env = make_env("mail")
    line = rollout(env, RandomPolicy(3.0), 7).line()
    assert "completions" not in json.loads(line) and "stopped" not in json.loads(line)
    assert asyncio.run(play(env, Awaited(RandomPolicy(3.0)), 7)).line() == line
    assert list(tokens_of(rollout(env, ScriptPolicy(["Bye."]), 0))) == [None]


def test_the_header_says_how_was_played() -> None:
    found = played(Asked("Done."), sampling=Sampling(temperature=0.1), thinking="keep", system="Be brief.")
    chat = found.header.settings["chat"]
    assert (chat["model"], chat["thinking"], chat["system"]) == ({"kind": "asked"}, "keep", "Be brief.")
    assert chat["sampling"]["temperature"] == 0.1 and found.header.policy == "chat"


def test_another_policy_plays_the_same() -> None:
    policy = ChatPolicy(Speaker(form="json"), form="json", patience=2, thinking="keep", system="")
    one, other = (asyncio.run(play(make_env("mail"), who, 5)) for who in (policy, policy.another()))
    assert one.line() == other.line() and policy.settings == policy.another().settings


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"form": "xml"}, "unknown form 'xml'; have tools, hermes, json, python"),
        ({"level": "strict"}, "unknown level 'strict'; have free, schema, tools, grounded, calls"),
        ({"thinking": "hide"}, "unknown way with thinking 'hide'; have drop, keep"),
        ({"form": "python", "level": "tools"}, "calls in the form 'python' cannot be held to a level"),
        ({"patience": 0}, "patience is 0; it must be 1 or more"),
    ],
)
def test_what_is_wrong_with_the_settings_is_told(how: dict[str, Any], words: str) -> None:
    with pytest.raises(TaskError, match=words):
        ChatPolicy(Asked(), **how)


def test_the_public_double_plays() -> None:
    answer: Callable[[Request], str] = lambda request: PLAIN if number_of(request)[1] < 2 else "Done."  # noqa: E731
    found = played(cast(Model, ScriptedModel(answer)))
    assert [len(one.action) for one in found.steps[:2]] == [1, 1] and found.steps[2].action == "Done."
    assert replace(found.header, seed=1) != found.header
