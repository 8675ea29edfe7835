"""The client of OpenAI-compatible servers, against a server on a real socket."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import warnings
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import ClientConnectorError, web
from aiohttp.client_reqrep import ConnectionKey
from fc_agents.models.failure import from_address
from fc_agents.models.model import ModelError
from fc_agents.models.openai import OpenAiModel
from fc_agents.models.request import Completion, Constraint, Request, Sampling, Usage
from fc_agents.models.retry import Pauses
from fc_agents.models.wire import Dialect

from fc_gym.types import Malformed, ToolCall
from tests.agents.models.misbehaving import (
    ASK,
    LOOK,
    WITH_LOGPROBS,
    WITH_TOOLS,
    Respond,
    asking,
    broken_off,
    event,
    failing,
    saying,
    serving,
    silent,
    streaming,
    whole,
)

DONE = b"data: [DONE]\n\n"


def answered(*responses: Respond, request: Request = ASK, **options: Any) -> tuple[Completion, list[dict[str, Any]]]:
    """Ask a server once; return the answer, and what the server heard."""

    async def ask() -> tuple[Completion, list[dict[str, Any]]]:
        async with serving(*responses) as server, asking(server, **options) as model:
            return await model.complete(request), server.bodies

    return asyncio.run(ask())


def refused(*responses: Respond, request: Request = ASK, **options: Any) -> tuple[ModelError, int]:
    """Ask a server once; return the error, and how often the server was asked."""

    async def ask() -> tuple[ModelError, int]:
        async with serving(*responses) as server, asking(server, **options) as model:
            with pytest.raises(ModelError) as caught:
                await model.complete(request)
            return caught.value, len(server.bodies)

    return asyncio.run(ask())


def test_an_answer_is_read_with_its_usage_and_model() -> None:
    done, (body,) = answered(saying(whole()))
    assert (done.raw, done.content, done.finish, done.model) == ("Yes.", "Yes.", "stop", "tiny")
    assert done.usage == Usage(7, 2, 4) and done.calls == () and done.token_ids is None
    assert done.timing.tries == 1 and 0 < done.timing.first <= done.timing.whole
    assert body["model"] == "tiny" and body["messages"] == list(ASK.messages) and "tools" not in body


def test_all_that_is_asked_for_is_sent() -> None:
    sampling = Sampling(temperature=0.3, top_p=0.9, max_tokens=5, seed=8, stop=("#",), logprobs=True, token_ids=True)
    request = Request(ASK.messages, tools=[LOOK], sampling=sampling, tool_choice="required")
    _, (body,) = answered(saying(whole()), request=request, dialect=Dialect(parallel=False, extra={"top_k": 3}))
    assert {name: body[name] for name in ("temperature", "top_p", "max_tokens", "seed", "stop", "top_k")} == {
        "temperature": 0.3, "top_p": 0.9, "max_tokens": 5, "seed": 8, "stop": ["#"], "top_k": 3,
    }  # fmt: skip
    assert body["logprobs"] is True and body["return_token_ids"] is True and body["parallel_tool_calls"] is False
    assert body["tool_choice"] == "required" and body["tools"][0]["function"]["strict"] is True


def test_a_model_left_free_is_not_kept_to_schemas() -> None:
    _, (body,) = answered(saying(whole()), request=WITH_TOOLS)
    assert body["tool_choice"] == "auto" and "strict" not in body["tools"][0]["function"]
    assert "parallel_tool_calls" not in body
    _, (body,) = answered(saying(whole()), request=WITH_TOOLS, dialect=Dialect(strict=True))
    assert body["tools"][0]["function"]["strict"] is True
    assert "strict" not in LOOK["function"], "the tool that was given must stay as it is"


def test_arguments_are_text_on_the_wire_and_objects_in_the_request() -> None:
    call = {"id": "call_0", "type": "function", "function": {"name": "look", "arguments": {"at": "ä", "n": 2**70}}}
    told = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": "call_0", "content": "{}"}
    _, (body,) = answered(saying(whole()), request=Request([*ASK.messages, told, result]))
    sent = body["messages"][1]["tool_calls"][0]
    assert sent["function"]["arguments"] == '{"at":"\\u00e4","n":1180591620717411303424}' and sent["id"] == "call_0"
    assert call["function"]["arguments"] == {"at": "ä", "n": 2**70}  # type: ignore[index]
    assert body["messages"][2] == result


def test_a_prefill_is_a_message_to_go_on_with() -> None:
    done, (body,) = answered(saying(whole("Hm.</think>Yes.")), request=Request(ASK.messages, prefill="<think>"))
    assert body["messages"][-1] == {"role": "assistant", "content": "<think>"}
    assert body["continue_final_message"] is True and body["add_generation_prompt"] is False
    assert (done.raw, done.reasoning, done.content) == ("Hm.</think>Yes.", "Hm.", "Yes.")
    done, _ = answered(saying(whole("Hm.", "length")), request=Request(ASK.messages, prefill="<think>"))
    assert (done.reasoning, done.content) == ("Hm.", "")


@pytest.mark.parametrize(
    ("constraint", "sent"),
    [
        (
            Constraint("json_schema", {"type": "object"}, "json", "k"),
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "response", "schema": {"type": "object"}, "strict": True},
                }
            },
        ),
        (
            Constraint("grammar", 'root ::= "a"', "hermes", "k"),
            {"structured_outputs": {"grammar": 'root ::= "a"'}},
        ),
        (
            Constraint("structural_tag", {"type": "structural_tag"}, "hermes", "k"),
            {"structured_outputs": {"structural_tag": '{"type":"structural_tag"}'}},
        ),
    ],
)
def test_a_constraint_is_sent_as_vllm_takes_it(constraint: Constraint, sent: dict[str, Any]) -> None:
    request = Request(ASK.messages, tools=[LOOK], constraint=constraint)
    text = '{"name": "look", "arguments": {}}'
    written = text if constraint.parser == "json" else f"<tool_call>{text}</tool_call>"
    done, (body,) = answered(saying(whole(written)), request=request, dialect=Dialect(strict=True, parallel=False))
    assert {name: body[name] for name in sent} == sent
    assert body["tool_choice"] == "none" and "strict" not in body["tools"][0]["function"]
    assert "parallel_tool_calls" not in body
    assert done.calls == (ToolCall("look", {}),) and done.raw == written and done.content == ""


def test_a_server_that_keeps_back_what_a_constraint_made_is_no_use() -> None:
    request = Request(ASK.messages, tools=[LOOK], constraint=Constraint("grammar", "x", "hermes", "k"))
    error, asked = refused(saying(whole("")), request=request)
    assert (error.kind, error.fatal, asked) == ("no_constraint", True, 1)
    assert "keeps back the 2 tokens that the model wrote under a constraint; start it with a parser" in str(error)
    done, _ = answered(saying(whole("", "length")), request=request)
    assert done.content == "" and done.finish == "length"


def test_calls_of_the_server_are_read_and_written_down() -> None:
    called = [
        {"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"at": [1]}'}},
        {"id": "2", "type": "function", "function": {"name": "look", "arguments": ""}},
        {"id": "3", "type": "function", "function": {"name": "look", "arguments": {"at": 2}}},
        {"id": "4", "type": "function", "function": {"name": "look", "arguments": '{"at": 1'}},
        {"id": "5", "type": "function", "function": {"name": "look", "arguments": "[1]"}},
        "nothing",
    ]
    body = whole("Let me see.", "tool_calls", tool_calls=called, reasoning_content="Hm.")
    done, _ = answered(saying(body), request=WITH_TOOLS)
    assert done.calls[:3] == (ToolCall("look", {"at": [1]}), ToolCall("look", {}), ToolCall("look", {"at": 2}))
    assert [type(one) for one in done.calls[3:]] == [Malformed] * 3
    assert "the arguments of tool call 4 is not JSON" in done.calls[3].message  # type: ignore[union-attr]
    assert (done.content, done.reasoning, done.finish) == ("Let me see.", "Hm.", "tool_calls")
    assert done.raw.startswith("<think>\nHm.\n</think>\n\nLet me see.\n<tool_call>\n")
    assert '{"name": "look", "arguments": {"at": 1}' in done.raw, "broken arguments stay as they were written"


def test_a_call_cut_before_its_arguments_is_no_call_without_arguments() -> None:
    called = [{"id": "1", "type": "function", "function": {"name": "look", "arguments": ""}}] * 2
    cut, _ = answered(saying(whole("", "length", tool_calls=called)), request=WITH_TOOLS)
    assert cut.calls[0] == ToolCall("look", {})
    assert cut.calls[1] == Malformed("tool call 2 ends before its arguments", cut.calls[1].hint)  # type: ignore[union-attr]
    done, _ = answered(saying(whole("", "tool_calls", tool_calls=called)), request=WITH_TOOLS)
    assert done.calls == (ToolCall("look", {}),) * 2


def test_calls_that_the_server_left_in_the_text_are_read() -> None:
    text = '<think>Hm.</think>I look.<tool_call>{"name": "look", "arguments": {}}</tool_call><tool_call>{"na'
    done, _ = answered(saying(whole(text, "length")), request=WITH_TOOLS)
    assert done.calls[0] == ToolCall("look", {}) and isinstance(done.calls[1], Malformed)
    assert (done.raw, done.content, done.reasoning, done.finish) == (text, "I look.", "Hm.", "length")
    free, _ = answered(saying(whole(text)), request=ASK)
    assert free.calls == () and free.reasoning == "Hm.", "where no tools were offered, there are no calls"


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_thinking_is_apart_from_the_words(name: str) -> None:
    done, _ = answered(saying(whole(None, "length", **{name: " I wonder. "})), request=WITH_TOOLS)
    assert (done.reasoning, done.content, done.raw) == ("I wonder.", "", "<think>\nI wonder.\n</think>\n\n")


def test_token_ids_and_log_probabilities_are_read() -> None:
    body = whole() | {"prompt_token_ids": [1, 2, 3]}
    body["choices"][0] |= {"token_ids": [4, 5], "logprobs": {"content": [{"logprob": -0.5}, {"logprob": -1.25}]}}
    done, _ = answered(saying(body), request=WITH_LOGPROBS)
    assert (done.prompt_ids, done.token_ids, done.logprobs) == ((1, 2, 3), (4, 5), (-0.5, -1.25))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ([{"logprob": -0.5}], r"sent 2 token ids and 1 log-probabilities for one response"),
        ([{"token": "a"}, {"logprob": None}], r"log-probabilities that are no numbers"),
    ],
)
def test_log_probabilities_that_do_not_fit_are_an_error(given: Any, match: str) -> None:
    body = whole()
    body["choices"][0] |= {"token_ids": [4, 5], "logprobs": {"content": given}}
    error, _ = refused(saying(body), request=WITH_LOGPROBS)
    assert error.kind == "bad_response" and not error.fatal
    with pytest.raises(ModelError, match=match):
        raise error


def test_a_stream_gives_the_same_as_an_answer_in_one_piece() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": '{"at": "ä€"}'}}
    body = whole("Let me see.", "tool_calls", tool_calls=[call], reasoning="Hm.") | {"prompt_token_ids": [9]}
    body["choices"][0] |= {"token_ids": [4, 5], "logprobs": {"content": [{"logprob": -0.5}, {"logprob": -1.25}]}}
    events = [
        b": a comment\n\n",
        event({"role": "assistant", "content": ""}, prompt_token_ids=[9]),
        event({"reasoning": "H"}),
        event({"reasoning": "m."}, choice={"token_ids": [4], "logprobs": {"content": [{"logprob": -0.5}]}}),
        event({"content": "Let me "}),
        event({"content": "see."}),
        event({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "look", "arguments": ""}}]}),
        event({"tool_calls": [{"index": 0, "function": {"arguments": '{"at": '}}]}),
        event({"tool_calls": [{"index": 0, "function": {"arguments": '"ä€"}'}}]}),
        event({}, "tool_calls", choice={"token_ids": [5], "logprobs": {"content": [{"logprob": -1.25}]}}),
        b"data: " + b'{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2,'
        b' "prompt_tokens_details": {"cached_tokens": 4}}}\n\n',
        DONE,
    ]
    once, _ = answered(saying(body), request=WITH_TOOLS)
    joined = b"".join(events)
    for size in (1, 7, len(joined)):
        pieces = [joined[at : at + size] for at in range(0, len(joined), size)]
        streamed, (sent,) = answered(streaming(pieces), request=WITH_TOOLS, stream=True)
        assert streamed == once
        assert sent["stream"] is True and sent["stream_options"] == {"include_usage": True}


def test_the_time_to_the_first_token_is_told() -> None:
    events = [event({"content": ""}), event({"content": "Yes."}), event({}, "stop"), DONE]
    done, _ = answered(streaming(events, pause=0.05), stream=True)
    assert 0 < done.timing.first < done.timing.whole


@pytest.mark.parametrize(
    "response",
    [
        streaming([event({"content": "Ye"})]),
        streaming([event({"content": "Ye"})], after="break"),
        streaming([event({"content": "Ye"}), b'data: {"choices": [{"del']),
        streaming([]),
        streaming([DONE]),
    ],
)
def test_half_a_stream_is_an_error(response: Respond) -> None:
    error, asked = refused(response, stream=True)
    assert (error.kind, error.fatal, asked) == ("truncated", False, 3)
    assert "broke off before its answer was complete" in str(error) and str(error).endswith("(3 tries)")


def test_a_stream_that_fails_on_the_way_says_so() -> None:
    broken = b'data: {"error": {"message": "engine died", "code": 500}}\n\n' + DONE
    error, asked = refused(streaming([event({"content": "Ye"}), broken]), stream=True)
    assert (error.kind, asked) == ("server_error", 3)
    assert "failed with status 500: engine died (3 tries)" in str(error)


def test_a_stream_of_something_else_is_no_answer() -> None:
    error, asked = refused(streaming([b"data: nothing\n\n"]), stream=True)
    assert (error.kind, asked) == ("bad_response", 1) and "an event that is not JSON" in str(error)


@pytest.mark.parametrize(("stream", "events"), [(False, []), (True, [event({"content": "Ye"})])])
def test_an_answer_that_stalls_is_given_up(stream: bool, events: list[bytes]) -> None:
    response = streaming(events, after="silence") if stream else silent
    error, asked = refused(response, stream=stream, timeout=0.2, stall=0.1, tries=2)
    assert (error.kind, error.fatal, asked) == ("stalled", False, 2)
    assert f"sent nothing more within {0.1 if stream else 0.2} seconds (2 tries)" in str(error)


def test_a_body_that_breaks_off_is_asked_for_again() -> None:
    done, bodies = answered(broken_off, saying(whole()))
    assert done.content == "Yes." and done.timing.tries == 2 and bodies[0] == bodies[1]
    error, _ = refused(saying('{"choices": ['))
    assert error.kind == "truncated"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    done, _ = answered(failing(status, "busy"), failing(status, "busy"), saying(whole()))
    assert done.timing.tries == 3
    error, asked = refused(failing(status, "busy"))
    assert (error.kind, error.fatal, asked) == ("rate_limited" if status == 429 else "server_error", False, 3)
    assert f"failed with status {status}: busy (3 tries)" in str(error)


@pytest.mark.parametrize(
    ("response", "request_", "kind", "fatal", "match"),
    [
        (failing(400, "bad temperature"), ASK, "bad_request", False, r"turned the request down with status 400: bad"),
        (saying("", 400), ASK, "bad_request", False, r"status 400: no text"),
        (saying({"detail": [{"msg": "no"}]}, 422), ASK, "bad_request", False, r'422: {"detail":\[{"msg":"no"}\]}'),
        (failing(501, "no"), ASK, "server_error", False, r"failed with status 501: no"),
        (failing(401, "Incorrect key k3y"), ASK, "no_access", True, r"401: Incorrect key \*\*\*; .* \(--key-env\)"),
        (failing(403, "no"), ASK, "no_access", True, r"refused access with status 403"),
        (failing(429, "pay", code="insufficient_quota"), ASK, "no_access", True, r"has no credit left .*: pay"),
        (saying("", 302, Location="/x"), ASK, "wrong_address", True, r"status 302; give the address that answers"),
        (failing(405, "no"), ASK, "wrong_address", True, r"answered with status 405"),
        (saying({"detail": "Not Found"}, 404), ASK, "wrong_address", True, r"has no /chat/completions; .* ends in /v1"),
        (
            failing(400, "This model's maximum context length is 16384 tokens. However"),
            ASK, "too_long", False, r"the request is too long for http.*: This model's maximum",
        ),
        (failing(400, "no", code="context_length_exceeded"), ASK, "too_long", False, r"the request is too long"),
        (
            failing(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
            WITH_TOOLS, "no_tools", True, r"takes no tools: .* start it with tool calling \(vLLM: --enable",
        ),
        (failing(400, "tiny does not support tools"), WITH_TOOLS, "no_tools", True, r"takes no tools"),
        (failing(500, "tools param requires --jinja flag"), WITH_TOOLS, "no_tools", True, r"takes no tools"),
        (failing(400, "tool_call_id is missing"), WITH_TOOLS, "bad_request", False, r"tool_call_id is missing"),
        (
            failing(400, "logprobs is not supported"), WITH_LOGPROBS, "no_logprobs", True,
            r"gives no log-probabilities: logprobs is not supported; ask without them",
        ),
        (
            failing(400, "Grammar error: line 1"),
            Request((), constraint=Constraint("grammar", "x", "hermes", "k")), "no_constraint", False,
            r"does not take the constraint grammar: Grammar error",
        ),
        (saying({"error": {"message": "overheated", "code": 400}}), ASK, "bad_request", False, r"400: overheated"),
        (saying({"object": "list"}), ASK, "bad_response", False, r'without choices\[0\].message \({"object":"list"}\)'),
        (saying({"choices": []}), ASK, "bad_response", False, r"without choices"),
        (saying({"choices": [{"text": "a"}]}), ASK, "bad_response", False, r"without choices"),
        (saying("[]"), ASK, "bad_response", False, r"without choices"),
        (saying("<html>Hello</html>"), ASK, "bad_response", False, r"sent '<html>Hello</html>', which is not JSON"),
        (saying("[" * 100_000), ASK, "bad_response", False, r"which is not JSON"),
    ],
)  # fmt: skip
def test_what_will_not_pass_is_asked_once(
    response: Respond, request_: Request, kind: str, fatal: bool, match: str
) -> None:
    error, asked = refused(response, request=request_, key="k3y")
    assert (error.kind, error.fatal, asked) == (kind, fatal, 1)
    with pytest.raises(ModelError, match=match):
        raise error
    assert "k3y" not in str(error) and "\n" not in str(error)


def test_a_long_complaint_is_shortened() -> None:
    error, _ = refused(failing(400, "a b\n" * 1000))
    assert len(str(error)) < 400 and "\n" not in str(error) and str(error).endswith("...")


def test_a_pause_that_is_asked_for_is_kept() -> None:
    busy = saying({"error": {"message": "busy"}}, 429, Retry_After="0.3")
    done, _ = answered(busy, saying(whole()), pauses=Pauses(first=0.001, longest=1.0))
    assert done.timing.whole >= 0.3
    error, asked = refused(busy, pauses=Pauses(first=0.001, longest=0.1))
    assert asked == 1
    assert "busy; it asks to wait 0.3 seconds, and 0.1 are the most that is waited" in str(error)


def test_a_server_that_is_not_there_is_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}/v1"

    async def ask() -> tuple[ModelError, ModelError]:
        async with asking(url, tries=2) as model:
            with pytest.raises(ModelError, match="Connection refused; is the server running there") as one:
                await model.complete(ASK)
            with pytest.raises(ModelError, match="Connection refused") as other:
                await model.check()
            return one.value, other.value

    once, checked = asyncio.run(ask())
    assert once.kind == checked.kind == "refused_connection" and checked.fatal and not once.fatal
    assert "(2 tries)" in str(once) and "secret" not in str(once)


def test_a_host_that_is_not_there_is_a_sentence() -> None:
    async def ask() -> ModelError:
        async with asking("http://nowhere.invalid/v1", tries=1) as model:
            with pytest.raises(ModelError, match=r"nowhere\.invalid/v1 cannot be reached: there is no host") as caught:
                await model.complete(ASK)
            return caught.value

    assert asyncio.run(ask()).kind == "unknown_host"


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://a/v1", "http:///v1"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(ModelError, match=r"is no address of a server; write it like http://127\.0\.0\.1:8000/v1"):
        OpenAiModel("tiny", url)


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_an_address_may_be_written_in_any_usual_way(end: str) -> None:
    async def ask() -> str:
        async with serving(saying(whole())) as server, asking(server.url.removesuffix("/v1") + end) as model:
            await model.check()
            return (await model.complete(ASK)).content

    assert asyncio.run(ask()) == "Yes."


@pytest.mark.parametrize(
    ("name", "names", "match"),
    [
        ("tinny", ("tiny", "huge"), r"has no model 'tinny'; did you mean 'tiny'\?"),
        ("qwen", ("tiny",), r"has no model 'qwen'; did you mean 'tiny'\?"),
        ("qwen", ("tiny", "huge"), r"has no model 'qwen'; it has tiny, huge"),
        ("qwen", (), r"has no model 'qwen'; it has none"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(name: str, names: tuple[str, ...], match: str) -> None:
    async def ask() -> None:
        missing = failing(404, f"The model `{name}` does not exist.")
        async with serving(missing, names=names) as server, asking(server, name) as model:
            for question in (model.check, lambda: model.complete(ASK)):
                with pytest.raises(ModelError, match=match) as caught:
                    await question()
                assert caught.value.kind == "wrong_model" and caught.value.fatal

    asyncio.run(ask())


def test_a_page_is_no_list_of_models() -> None:
    async def ask() -> None:
        async with serving(saying(whole())) as server, asking(server) as model:
            server.page = "<html>Welcome</html>"
            with pytest.raises(ModelError, match=r"sent '<html>Welcome</html>', which is not JSON; is it an OpenAI"):
                await model.check()

    asyncio.run(ask())


def test_a_server_that_speaks_no_tls_is_not_asked_again() -> None:
    async def ask() -> None:
        async with serving(saying(whole())) as server, asking(server.url.replace("http:", "https:")) as model:
            with pytest.raises(ModelError, match=r"cannot be trusted: Cannot connect to host 127") as caught:
                await model.complete(ASK)
            assert caught.value.kind == "refused_connection" and caught.value.fatal

    asyncio.run(ask())


def test_too_many_open_files_are_named() -> None:
    error = ClientConnectorError(ConnectionKey("a", 1, False, False, None, None, None), OSError(errno.EMFILE, "no"))
    failure = from_address(error, "http://a/v1", 1.0)
    assert "too many open files; ask less at once, or raise `ulimit -n`" in failure.message and failure.passes


def test_a_server_that_is_still_loading_is_waited_for() -> None:
    async def ask() -> None:
        async with serving(saying(whole())) as server, asking(server, tries=3) as model:
            server.refusals = 2
            await model.check()
            server.refusals = 3
            with pytest.raises(ModelError, match="failed with status 503") as caught:
                await model.check()
            assert caught.value.kind == "server_error" and caught.value.fatal

    asyncio.run(ask())


def test_a_server_that_lists_no_models_passes_the_check() -> None:
    async def ask() -> None:
        missing = failing(404, "The model `any` does not exist.")
        async with serving(missing, names=None) as server, asking(server, "any") as model:
            await model.check()
            with pytest.raises(ModelError, match=r"has no model 'any'$"):
                await model.complete(ASK)

    asyncio.run(ask())


def test_the_key_is_sent_and_nothing_tells_it() -> None:
    async def ask() -> None:
        async with serving(saying(whole())) as server, asking(server, key="k3y") as model:
            await model.complete(ASK)
            assert server.keys == ["Bearer k3y"]
            assert model.settings == {
                "kind": "openai", "name": "tiny", "strict": None, "parallel": True, "parser": "hermes", "extra": {},
            }  # fmt: skip

    asyncio.run(ask())


def test_a_thousand_requests_keep_to_their_places() -> None:
    async def slowly(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(0.005)
        return web.json_response(whole(asked["messages"][0]["content"]))

    async def ask() -> None:
        async with serving(slowly) as server, asking(server, requests=40) as model:
            asked = [model.complete(Request([{"role": "user", "content": f"{number}"}])) for number in range(1000)]
            answers = await asyncio.gather(*asked)
            assert [one.content for one in answers] == [str(number) for number in range(1000)]
            assert server.most == 40
            assert all(one.timing.wait <= one.timing.whole for one in answers)
            assert max(one.timing.wait for one in answers) > min(one.timing.wait for one in answers)

    asyncio.run(ask())


def test_one_failure_costs_one_request() -> None:
    async def mostly(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
        number = int(asked["messages"][0]["content"])
        return web.json_response(
            whole(str(number)) if number % 10 else {"error": "no"}, status=200 if number % 10 else 400
        )

    async def ask() -> list[Completion | BaseException]:
        async with serving(mostly) as server, asking(server) as model:
            asked = [model.complete(Request([{"role": "user", "content": f"{number}"}])) for number in range(100)]
            return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(ask())
    assert [isinstance(one, ModelError) for one in answers] == [number % 10 == 0 for number in range(100)]


def test_a_request_that_is_cancelled_gives_its_place_back() -> None:
    async def ask() -> None:
        async with serving(silent, saying(whole())) as server, asking(server, requests=1) as model:
            first = asyncio.create_task(model.complete(ASK))
            while not server.bodies:
                await asyncio.sleep(0.001)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            assert (await model.complete(ASK)).content == "Yes."

    asyncio.run(ask())


def test_a_closed_model_is_not_asked_and_leaves_nothing_open() -> None:
    async def ask() -> None:
        async with serving(saying(whole())) as server:
            model = OpenAiModel("tiny", server.url)
            await model.complete(ASK)
            await model.close()
            await model.close()
            with pytest.raises(ModelError, match="the model tiny is closed; make a new one"):
                await model.complete(ASK)

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        asyncio.run(ask())
        gc.collect()
