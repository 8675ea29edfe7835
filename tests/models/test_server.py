"""The client against vLLM's own server: what it says is what the engine in this process says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.openai import OpenAiModel
from fc_agents.models.request import Completion, Constraint, Request
from fc_agents.models.vllm import VllmModel
from fc_agents.models.wire import Dialect

from fc_gym.types import ToolCall
from tests.models.asking import FINDING, TOOLS, answers, ask

pytest.importorskip("aiohttp", reason="the client needs aiohttp")
pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]

SCHEMA = FINDING["function"]["parameters"]


def test_the_server_has_the_model_and_no_other(address: str) -> None:
    asyncio.run(_with(address, lambda one: one.check()))
    with pytest.raises(ModelError, match="has no model 'tinny'; did you mean 'tiny'"):
        asyncio.run(_with(address, lambda one: one.check(), name="tinny"))


def test_server_and_engine_write_the_same(address: str, model: VllmModel) -> None:
    greedy = [
        ask(f"{number}: find a chair", TOOLS[: number % 3], temperature=0.0, token_ids=True, logprobs=True)
        for number in range(6)
    ]
    here, there = answers(model, greedy), _asked(address, greedy)
    assert [one.prompt_ids for one in here] == [one.prompt_ids for one in there]
    assert [one.token_ids for one in here] == [one.token_ids for one in there]
    for one, other in zip(here, there, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-3)


@pytest.mark.parametrize("stream", [False, True])
def test_required_calls_are_valid_64_times(address: str, stream: bool) -> None:
    request = replace(ask("find a room", [FINDING], max_tokens=200), tool_choice="required")
    for one in _asked(address, [request] * 64, stream=stream, dialect=Dialect(parallel=False)):
        (call,) = one.calls
        assert isinstance(call, ToolCall) and sorted(call.arguments) == ["beds", "code", "floor"]


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("json_schema", SCHEMA, "json", "schema"),
        Constraint("grammar", 'root ::= "{\\"floor\\": " [0-9] "}"', "json", "grammar"),
    ],
)
def test_constraints_hold_at_the_server_too(address: str, constraint: Constraint) -> None:
    requests = [ask("find a room", [FINDING], constraint, max_tokens=200)] * 32
    assert {one.finish for one in _asked(address, requests)} == {"stop"}
    assert all(one.raw.startswith("{") and one.raw.endswith("}") for one in _asked(address, requests))


def test_the_server_tells_of_its_cache(address: str) -> None:
    request = ask("find a chair for the kitchen", TOOLS)
    _asked(address, [request])
    assert _asked(address, [request])[0].usage.cached > 1000


def test_a_prompt_that_is_too_long_is_refused_in_one_sentence(address: str) -> None:
    with pytest.raises(ModelError, match=r"16384|maximum context") as one:
        _asked(address, [ask("word " * 20_000)])
    assert not one.value.fatal and "\n" not in str(one.value)


def _asked(address: str, requests: list[Request], **settings: Any) -> list[Completion]:
    async def all_at_once(model: OpenAiModel) -> list[Completion]:
        return list(await asyncio.gather(*(model.complete(one) for one in requests)))

    whole: list[Completion] = asyncio.run(_with(address, all_at_once, **settings))
    return whole


async def _with(
    address: str, do: Callable[[OpenAiModel], Coroutine[Any, Any, Any]], name: str = "tiny", **settings: Any
) -> Any:
    model = OpenAiModel(name, address, **settings)
    try:
        return await do(model)
    finally:
        await model.close()
