"""The test double does what a model does, and says what it was told."""

from __future__ import annotations

import asyncio

import pytest
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Constraint, Request
from fc_agents.models.scripted import Latency, ScriptedModel

from fc_gym.types import ToolCall
from tests.agents.models.drawn import spoken


def ask(model: Model, *requests: Request) -> list[Completion]:
    async def asked() -> list[Completion]:
        await model.check()
        try:
            return list(await asyncio.gather(*[model.complete(one) for one in requests]))
        finally:
            await model.close()

    return asyncio.run(asked())


def test_answers_come_in_order_and_then_no_more() -> None:
    given = Completion("raw", content="words", finish="length")
    model = ScriptedModel(["one", given])
    assert [one.content for one in ask(model, spoken("a"), spoken("b"))] == ["one", "words"] and model.asked == 2
    with pytest.raises(ModelError, match="was told 2 answers and is asked for one more") as caught:
        ask(model, spoken("c"))
    assert caught.value.kind == "no_answer"


def test_a_function_answers_each_request() -> None:
    model = ScriptedModel(lambda request: f"<think>Hm.</think>{request.messages[0]['content']}!", name="echo")
    (done,) = ask(model, spoken("a"))
    assert (done.content, done.reasoning, done.raw, done.model) == ("a!", "Hm.", "<think>Hm.</think>a!", "echo")
    assert done.finish == "stop" and done.usage.completion == 5 and done.usage.prompt > 0
    assert model.settings == {"kind": "scripted", "name": "echo"}


def test_texts_are_read_by_the_parser_of_the_constraint() -> None:
    text = '{"name": "f", "arguments": {}}'
    free, bound = ask(
        ScriptedModel(lambda request: text), spoken("a"),
        Request([], constraint=Constraint("json_schema", {}, "json", "k")),
    )  # fmt: skip
    assert free.calls == () and bound.calls == (ToolCall("f", {}),) and bound.finish == "tool_calls"


def test_times_vary_by_the_seed_alone() -> None:
    latency = Latency(0.002, spread=0.5, seed=3)
    drawn = [latency.seconds(number) for number in range(200)]
    assert drawn == [Latency(0.002, 0.5, 3).seconds(number) for number in range(200)]
    assert drawn != [Latency(0.002, 0.5, 4).seconds(number) for number in range(200)]
    assert 0.0015 < sorted(drawn)[100] < 0.0025 and min(drawn) > 0
    (done,) = ask(ScriptedModel(["one"], latency), spoken("a"))
    assert done.timing.whole >= drawn[0] * 0.9 and done.timing.tries == 1


def test_a_failure_of_the_function_is_a_failure_of_the_model() -> None:
    def answer(request: Request) -> str:
        raise ModelError("busy", kind="rate_limited")

    with pytest.raises(ModelError, match="busy"):
        ask(ScriptedModel(answer), spoken("a"))
