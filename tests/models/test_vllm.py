"""A real engine in this process answers many coroutines at once, and says all it knows of an answer."""

from __future__ import annotations

import asyncio
import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.request import Constraint, Request
from fc_agents.models.vllm import VllmModel

from fc_gym.types import ToolCall
from tests.models.asking import FINDING, TOOLS, answer, answers, ask

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]

GRAMMAR = 'root ::= "I took " ("the stairs" | "lift " [0-9]) "."'


def test_64_coroutines_are_answered_together(model: VllmModel) -> None:
    whole = answers(model, [ask(f"{number}: find a chair", TOOLS, max_tokens=20 + number % 5) for number in range(64)])
    assert [one.usage.completion for one in whole if one.finish == "length"] == [
        20 + number % 5 for number, one in enumerate(whole) if one.finish == "length"
    ]
    assert len({one.raw for one in whole}) == 64
    assert all(one.usage.prompt > 1000 and 0 < one.timing.first <= one.timing.whole for one in whole)


def test_each_request_has_its_own_tools(model: VllmModel, tiny: Path) -> None:
    offers = [TOOLS[:1], TOOLS[1:3], (), [FINDING]]
    whole = answers(model, [ask("find a chair", tools, token_ids=True) for tools in offers])
    tokenizer = importlib.import_module("transformers").AutoTokenizer.from_pretrained(tiny)
    for tools, one in zip(offers, whole, strict=True):
        told = tokenizer.decode(one.prompt_ids)
        assert all((tool["function"]["name"] in told) == (tool in tools) for tool in (*TOOLS[:3], FINDING))


def test_a_seed_gives_the_same_text_again_even_for_64_long_prompts(model: VllmModel) -> None:
    requests = [ask(f"{number}: find a chair", TOOLS, seed=number) for number in range(64)]
    assert [one.raw for one in answers(model, requests)] == [one.raw for one in answers(model, requests)]


def test_token_ids_are_those_of_the_text(model: VllmModel, tiny: Path) -> None:
    one = answer(model, ask("find a chair", token_ids=True, logprobs=True, seed=4))
    tokenizer = importlib.import_module("transformers").AutoTokenizer.from_pretrained(tiny)
    assert one.token_ids is not None and one.logprobs is not None and one.prompt_ids is not None
    assert tokenizer.decode(one.token_ids, skip_special_tokens=True) == one.raw
    assert len(one.token_ids) == len(one.logprobs) == one.usage.completion
    assert len(one.prompt_ids) == one.usage.prompt
    prompt = tokenizer.decode(one.prompt_ids)
    assert prompt == "<|im_start|>user\nfind a chair<|im_end|>\n<|im_start|>assistant\n"


def test_logprobs_are_those_that_transformers_computes(model: VllmModel, tiny: Path) -> None:
    whole = answers(model, [ask(f"find {number}", TOOLS[:2], token_ids=True, logprobs=True) for number in range(4)])
    torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    judge = transformers.Qwen3ForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    for one in whole:
        assert one.prompt_ids and one.token_ids and one.logprobs
        with torch.no_grad():
            logits = judge(torch.tensor([one.prompt_ids + one.token_ids])).logits[0]
        at = torch.arange(len(one.prompt_ids) - 1, len(one.prompt_ids) + len(one.token_ids) - 1)
        right = torch.log_softmax(logits[at], -1).gather(1, torch.tensor(one.token_ids)[:, None])[:, 0]
        assert (right - torch.tensor(one.logprobs)).abs().max() < 1e-3


def test_a_second_turn_finds_the_first_in_the_cache(model: VllmModel) -> None:
    first = ask("a chair for the garden, please", TOOLS[:6])
    said = answer(model, first)
    more = ({"role": "assistant", "content": said.content}, {"role": "user", "content": "and a table"})
    second = answer(model, replace(first, messages=(*first.messages, *more)))
    assert second.usage.prompt > second.usage.cached > said.usage.prompt // 2


def test_a_forgotten_cache_is_empty(model: VllmModel) -> None:
    request = ask("a lamp for the office, please", TOOLS[:6])
    answer(model, request)
    assert answer(model, request).usage.cached > 0
    asyncio.run(model.forget())
    assert answer(model, request).usage.cached == 0


def test_an_answer_that_is_cut_off_says_so(model: VllmModel) -> None:
    one = answer(model, ask("find a chair", max_tokens=3))
    assert (one.finish, one.usage.completion) == ("length", 3)


def test_a_stop_text_ends_an_answer(model: VllmModel) -> None:
    request = ask("find a chair", constraint=Constraint("grammar", 'root ::= "one two three"', "json", "stop"))
    one = answer(model, replace(request, sampling=replace(request.sampling, stop=("two",))))
    assert (one.raw, one.finish) == ("one ", "stop")


def test_an_answer_goes_on_from_its_beginning(model: VllmModel) -> None:
    plain, begun = (answer(model, replace(ask("hm", token_ids=True), prefill=text)) for text in ("", "<think>"))
    assert plain.prompt_ids and begun.prompt_ids and begun.prompt_ids[:-1] == plain.prompt_ids


def test_a_cancelled_request_leaves_the_engine(model: VllmModel) -> None:
    async def cancel_most() -> tuple[int, bool]:
        requests = [ask(f"{number}", max_tokens=8000 if number else 5) for number in range(8)]
        tasks = [asyncio.create_task(model.complete(one)) for one in requests]
        await tasks[0]
        for task in tasks[1:]:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await model.complete(ask("still there?"))
        engine = model._engine
        assert engine is not None
        busy = await engine.between(lambda llm: llm.llm_engine.has_unfinished_requests())
        return sum(isinstance(one, asyncio.CancelledError) for one in ended), busy

    assert asyncio.run(cancel_most()) == (7, False)


def test_json_of_a_schema_is_valid_64_times(model: VllmModel) -> None:
    schema = FINDING["function"]["parameters"]
    constraint = Constraint("json_schema", schema, "json", "schema")
    for one in answers(model, [ask("find a room", constraint=constraint, max_tokens=200)] * 64):
        read = json.loads(one.raw)
        assert sorted(read) == ["beds", "code", "floor"] and 1 <= read["beds"] <= 4


def test_text_of_a_grammar_is_valid_64_times(model: VllmModel) -> None:
    constraint = Constraint("grammar", GRAMMAR, "python", "grammar")
    whole = answers(model, [ask("which way?", constraint=constraint)] * 64)
    possible = {f"I took {way}." for way in ("the stairs", *(f"lift {floor}" for floor in range(10)))}
    assert {one.raw for one in whole} <= possible and {one.finish for one in whole} == {"stop"}


def test_a_required_call_is_valid_64_times(model: VllmModel) -> None:
    request = replace(ask("find a room", [FINDING], max_tokens=200), tool_choice="required")
    for one in answers(model, [request] * 64):
        (call,) = one.calls
        assert isinstance(call, ToolCall) and call.name == "find_room" and one.finish == "tool_calls"
        assert sorted(call.arguments) == ["beds", "code", "floor"]


def test_requests_under_different_constraints_run_together(model: VllmModel) -> None:
    kinds = [Constraint("grammar", f'root ::= "only {number}"', "json", str(number)) for number in range(16)]
    whole = answers(model, [ask("say it", constraint=one) for one in kinds])
    assert [one.raw for one in whole] == [f"only {number}" for number in range(16)]


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (ask("word " * 20_000), "the engine of tiny refuses the request: .*16384"),
        (
            ask("x", constraint=Constraint("grammar", "root ::= (", "json", "x")),
            "the engine of tiny refuses the request",
        ),
        (ask("x", temperature=-1.0), "vLLM does not take the sampling .*temperature"),
        (Request(({"role": "user", "content": 3},)), "the chat template of tiny cannot render the messages: "),
    ],
)
def test_a_request_that_cannot_be_is_refused_alone(model: VllmModel, request_: Request, complaint: str) -> None:
    async def beside_a_good_one() -> tuple[Any, Any]:
        both = (model.complete(request_), model.complete(ask("find a chair")))
        return await asyncio.wait_for(asyncio.gather(*both, return_exceptions=True), 60)

    refused, good = asyncio.run(beside_a_good_one())
    with pytest.raises(ModelError, match=complaint):
        raise refused
    assert refused.kind == "bad_request" and good.raw
