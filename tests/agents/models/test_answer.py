"""Whatever JSON a server sends is read, or turned down in one sentence."""

from __future__ import annotations

from typing import Any

import pytest
from fc_agents.models.answer import completion_of
from fc_agents.models.encoding import decoded, encoded
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request, Timing
from fc_agents.models.stream import Stream
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.types import Malformed
from tests.agents.models.drawn import TEXTS, VALUES
from tests.agents.models.misbehaving import WITH_TOOLS, event, whole

NAMES = st.sampled_from(
    ["choices", "message", "content", "tool_calls", "function", "name", "arguments", "usage", "reasoning", "token_ids",
     "prompt_tokens", "prompt_tokens_details", "logprobs", "finish_reason", "delta", "index", "id", "error", "model"]
)  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.just("{}") | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries({}, optional=dict.fromkeys(("content", "tool_calls", "reasoning"), ODD))
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "choices": ODD
        | st.lists(
            st.fixed_dictionaries(
                {"message": MESSAGES},
                optional={"finish_reason": ODD, "token_ids": ODD, "logprobs": ODD},
            ),
            max_size=2,
        ),
        "usage": ODD, "model": ODD, "prompt_token_ids": ODD,
    },
)  # fmt: skip


def read(body: Any) -> Completion | None:
    try:
        return completion_of(body, WITH_TOOLS, "hermes", Timing(), "the server")
    except ModelError as caught:
        error = caught
    assert error.kind == "bad_response" and "\n" not in str(error) and str(error).startswith("the server")
    return None


@given(ODD | ANSWERS)
def test_any_json_is_an_answer_or_a_sentence(body: Any) -> None:
    done = read(body)
    assert done is None or all(isinstance(one, str) for one in (done.raw, done.content, done.reasoning, done.finish))


@given(
    st.lists(ODD | st.fixed_dictionaries({"choices": st.lists(st.fixed_dictionaries({"delta": ODD, "index": ODD}))}))
)
def test_any_events_are_a_stream_or_no_events(events: list[Any]) -> None:
    stream = Stream()
    try:
        for one in events:
            stream.feed(b"data: " + encoded(one) + b"\n\n")
    except ValueError:
        return
    if stream.error is None:
        read(stream.body())


@given(TEXTS, TEXTS, st.lists(st.tuples(TEXTS, VALUES), max_size=3), st.integers(1, 9))
def test_a_stream_of_one_letter_at_a_time_is_the_answer(
    text: str, thought: str, called: list[tuple[str, Any]], size: int
) -> None:
    calls: list[dict[str, Any]] = [
        {"id": f"{number}", "type": "function", "function": {"name": name, "arguments": encoded(value).decode()}}
        for number, (name, value) in enumerate(called)
    ]
    stream = Stream()
    for name, value in (("content", text), ("reasoning", thought)):
        for at in range(0, len(value), size):
            stream.feed(_sent({name: value[at : at + size]}))
    for index, call in enumerate(calls):
        arguments = call["function"]["arguments"]
        stream.feed(
            _sent({"tool_calls": [{"index": index, **call, "function": {**call["function"], "arguments": ""}}]})
        )
        for at in range(0, len(arguments), size):
            stream.feed(_sent({"tool_calls": [{"index": index, "function": {"arguments": arguments[at : at + size]}}]}))
    stream.feed(_sent({}, "stop"))
    more: dict[str, Any] = {"tool_calls": calls} if calls else {}
    same: dict[str, Any] = whole(text, reasoning=thought, **more) | {"usage": None}
    assert stream.complete and read(stream.body()) == read(same)


def test_a_name_that_is_said_again_is_said_once() -> None:
    stream = Stream()
    for part in ('{"a"', ": 1}"):
        stream.feed(event({"tool_calls": [{"index": 0, "id": "1", "function": {"name": "look", "arguments": part}}]}))
    stream.feed(event({"tool_calls": [{"id": "2", "function": {"name": "go", "arguments": "{"}}]}))
    stream.feed(event({"tool_calls": [{"function": {"arguments": "}"}}]}, "tool_calls"))
    done = read(stream.body())
    assert done is not None and [str(one) for one in done.calls] == ["look(a=1)", "go()"]


@given(VALUES)
def test_what_was_encoded_is_decoded(value: Any) -> None:
    assert decoded(encoded(value)) == value


@pytest.mark.parametrize("line", [b"", b"{", b"[" * 100_000, b'{"a": nul'])
def test_what_is_no_json_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(line)


@pytest.mark.parametrize(("levels", "refused"), [(10, False), (100, True), (600, True)])
def test_a_call_that_is_nested_too_deeply_is_malformed(levels: int, refused: bool) -> None:
    inner: Any = 1
    for _ in range(levels):
        inner = [inner]
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": {"x": inner}}}
    body = {"choices": [{"message": {"content": "", "tool_calls": [call]}}]}
    (found,) = completion_of(body, WITH_TOOLS, "hermes", Timing(), "it").calls
    assert isinstance(found, Malformed) == refused


def test_an_answer_that_cannot_be_kept_is_a_sentence() -> None:
    inner: Any = 1
    for _ in range(5000):
        inner = [inner]
    with pytest.raises(ModelError, match="it sent JSON that is nested too deeply to be kept"):
        completion_of({"choices": [{"message": {"content": inner}}]}, WITH_TOOLS, "hermes", Timing(), "it")


def test_no_count_of_tokens_is_below_nothing() -> None:
    body = {"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": -1, "completion_tokens": 2}}
    usage = completion_of(body, WITH_TOOLS, "hermes", Timing(), "it").usage
    assert (usage.prompt, usage.completion) == (0, 2)


def test_parts_of_a_content_are_joined() -> None:
    parts: Any = [{"type": "text", "text": "Yes"}, {"type": "text", "text": "."}]
    assert completion_of(whole(parts), Request(()), "hermes", Timing(), "it").content == "Yes."


def _sent(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + encoded({"model": "tiny", "choices": [choice]}) + b"\n\n"
