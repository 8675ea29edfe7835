"""A model's text is read as the parsers read it, and no part of it is lost."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fc_agents.models.reading import Read, offered, read_text, thinking
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.parsers import PARSERS
from fc_gym.parsers.reading import without_thoughts
from fc_gym.registration import load_domain
from fc_gym.types import Malformed, ToolCall, to_json

PIECES = st.lists(
    st.sampled_from(
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "<function=f>", "<parameter=a>", "</parameter>", "[",
         "{", "</function>", '{"name": "f", "arguments": {"a": 1}}', "f(a=1)", "]", "}", "words", " ", "\n", "<",
         "<tool_c"]
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)  # fmt: skip
OPENINGS = {"hermes": ["<tool_call>"], "qwen_xml": ["<tool_call>", "<function="], "python": ["["], "json": ["{", "["]}
TOOL = {
    "type": "function",
    "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}},
}


@given(PIECES, st.sampled_from(sorted(PARSERS)))
def test_calls_and_replies_are_those_of_the_parser(text: str, parser: str) -> None:
    read, found = read_text(text, parser, [TOOL]), PARSERS[parser](text, offered([TOOL]))
    assert read.calls == (() if isinstance(found, str) else tuple(found))
    if isinstance(found, str):
        assert read.content == found


@given(PIECES, st.sampled_from(sorted(OPENINGS)))
def test_thoughts_are_taken_out_as_the_parsers_do(text: str, parser: str) -> None:
    _, rest = thinking(text, *OPENINGS[parser])
    assert rest == without_thoughts(text, *OPENINGS[parser])


@given(st.text(alphabet="ab\n [", max_size=9), st.text(alphabet="ab\n", max_size=9), st.booleans())
def test_what_was_put_together_is_taken_apart(thought: str, words: str, opened: bool) -> None:
    call = ToolCall("f", {"a": 1})
    start = "<think>" if opened else ""
    read = read_text(f"{start}{thought}</think>{words}<tool_call>{call.json()}</tool_call>", "hermes")
    assert read == Read(thought.strip(), words.strip(), (call,))


@given(st.dictionaries(st.text(max_size=3), st.integers(-9, 99) | st.text(max_size=3), max_size=2))
def test_no_cut_of_a_text_is_read_as_another_call(arguments: dict[str, Any]) -> None:
    call = ToolCall("f", arguments)
    whole = f"<think>Hm.</think>Well.<tool_call>{to_json({'name': 'f', 'arguments': arguments})}</tool_call>"
    for end in range(len(whole)):
        read = read_text(whole[:end], "hermes")
        assert all(isinstance(one, Malformed) or one == call for one in read.calls)
        assert "Well.".startswith(read.content) or read.calls == ()
    assert read_text(whole, "hermes").calls == (call,)


@pytest.mark.parametrize("parser", sorted(PARSERS))
def test_thinking_that_does_not_end_is_thinking_and_a_broken_response(parser: str) -> None:
    reasoning, content, calls = read_text("<think>I could [look()] or {", parser)
    assert (reasoning, content) == ("I could [look()] or {", "")
    assert [type(one) for one in calls] == [Malformed] and "ends within <think>" in cast(Malformed, calls[0]).message


@pytest.mark.parametrize(
    ("text", "parser", "read"),
    [
        ("Yes.", "hermes", Read("", "Yes.", ())),
        ("", "json", Read("", "", ())),
        ("<think>a</think><think>b</think>Yes.", "hermes", Read("a\nb", "Yes.", ())),
        ("a</think>Yes.", "python", Read("a", "Yes.", ())),
        ('<think>a</think>[f(a=1)]', "python", Read("a", "", (ToolCall("f", {"a": 1}),))),
        ('{"name": "f", "arguments": {"a": "<think>"}}', "json", Read("", "", (ToolCall("f", {"a": "<think>"}),))),
        (
            "Well.<tool_call><function=f><parameter=a>1</parameter></function></tool_call>", "qwen_xml",
            Read("", "Well.", (ToolCall("f", {"a": 1}),)),
        ),
    ],
)  # fmt: skip
def test_examples_of_each_form(text: str, parser: str, read: Read) -> None:
    assert read_text(text, parser, [TOOL]) == read


def test_tools_in_openai_form_stand_for_the_domain() -> None:
    domain = load_domain("shop")
    tools = [tool.spec() for tool in domain.tools.values()]
    offer = offered(tools)
    for name, tool in domain.tools.items():
        arguments = "".join(f"<parameter={one}>2</parameter>" for one in tool.parameters)
        text = f"<tool_call><function={name}>{arguments}</function></tool_call>"
        assert PARSERS["qwen_xml"](text, offer) == PARSERS["qwen_xml"](text, domain)


@given(
    st.lists(st.dictionaries(st.sampled_from(["function", "name", "parameters"]), st.none() | st.just({})), max_size=3)
)
def test_tools_of_no_form_are_left_out(tools: list[dict[str, Any]]) -> None:
    assert read_text("f()", "python", tools).content in ("f()", "")


def test_an_unknown_parser_is_named() -> None:
    with pytest.raises(ValueError, match="there is no parser 'x'; have hermes"):
        read_text("", "x")
