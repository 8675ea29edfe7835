from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from fc_agents.bfcl.chats import FunctionChat, PromptChat, ThinkingChat
from fc_agents.bfcl.functions import as_tool
from fc_agents.bfcl.prompts import system_prompt
from fc_agents.bfcl.talk import FORMATS, Asking, format_named
from fc_agents.models.request import Completion, Request, Sampling
from fc_agents.models.scripted import ScriptedModel

from fc_gym.errors import TaskError
from fc_gym.types import Malformed, ToolCall
from tests.agents.bfcl.written import docs_of

DOCS = docs_of("TicketAPI")["TicketAPI"]
SAMPLING = Sampling()


def asked(chat: Any) -> Request:
    made: Request = chat.request(SAMPLING, "a/0")
    return made


def test_types_are_converted_as_officially_at_any_depth() -> None:
    inner = {"type": "tuple", "items": {"type": "dict", "properties": {"z": {"type": "any"}, "w": {}}}}
    parameters = {"type": "dict", "properties": {"a.b": {"type": "float", "description": "Size."}, "c": inner}}
    made = as_tool({"name": "x.y", "description": "Do.", "parameters": parameters, "response": {"type": "dict"}})
    assert made == {
        "type": "function",
        "function": {
            "name": "x_y",
            "description": "Do. Note that the provided function is in Python 3 syntax.",
            "parameters": {
                "type": "object",
                "properties": {
                    "a.b": {"type": "number", "format": "float", "description": "Size. This is a float type value."},
                    "c": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"z": {"type": "string"}, "w": {"type": "string"}}},
                    },
                },
            },
            "response": {"type": "dict"},
        },
    }


def test_a_prompted_model_is_told_every_function_in_json() -> None:
    told = system_prompt(DOCS, "You have a memory.")
    assert told.startswith("You have a memory.\n\n")
    listed = json.loads(told[told.index("\n[{") + 1 :])
    assert [one["name"] for one in listed] == [one["name"] for one in DOCS]
    assert all(one["description"].endswith(" Note that the provided function is in Python 3 syntax.") for one in listed)


def test_functions_that_come_later_stand_before_what_the_user_says() -> None:
    chat = PromptChat()
    chat.hear("Hello.", DOCS[:2])
    chat.hear("And now?", [*DOCS[:2], DOCS[2]])
    said = str(asked(chat).messages[-1]["content"])
    fresh, _, words = said.partition("\n")
    assert words == "And now?" and [one["name"] for one in ast.literal_eval(fresh)] == [DOCS[2]["name"]]
    assert str(DOCS[2]["name"]) not in str(asked(chat).messages[0]["content"])


def test_results_go_back_to_a_prompted_model_as_one_message_of_the_user() -> None:
    chat = PromptChat()
    chat.hear("Hello.", DOCS)
    assert chat.read(Completion("[get_ticket(ticket_id=1), logout()]")) == ["get_ticket(ticket_id=1)", "logout()"]
    chat.told(['{"id": 1}', "None"])
    last = asked(chat).messages[-1]
    assert last["role"] == "user" and ast.literal_eval(str(last["content"])) == [
        {"role": "tool", "name": "get_ticket(ticket_id=1)", "content": '{"id": 1}'},
        {"role": "tool", "name": "logout()", "content": "None"},
    ]


def test_a_thinking_model_begins_with_think_and_gets_results_as_one_tool_message() -> None:
    chat = ThinkingChat()
    chat.hear("Hello.", DOCS)
    assert asked(chat).prefill == "<think>" and asked(chat).messages[-1]["role"] == "user"
    assert chat.read(Completion("Maybe [logout()].\n</think>\n[get_ticket(ticket_id=1)]")) == [
        "get_ticket(ticket_id=1)"
    ]
    chat.told(['{"id": 1}'])
    before, last = asked(chat).messages[-2:]
    assert before == {"role": "assistant", "content": "[get_ticket(ticket_id=1)]"}
    assert last == {"role": "tool", "content": "[{'get_ticket(ticket_id=1)': '{\"id\": 1}'}]"}


def test_a_function_calling_model_gets_tools_and_one_tool_message_per_result() -> None:
    doc = {**DOCS[0], "name": "tickets.close"}
    chat = FunctionChat()
    chat.hear("Hello.", [doc, DOCS[1]])
    request = asked(chat)
    assert [one["function"]["name"] for one in request.tools] == ["tickets_close", DOCS[1]["name"]]
    assert [one["role"] for one in request.messages] == ["user"]
    said = chat.read(Completion("", content="Let me see.", calls=(ToolCall("tickets_close", {"x": 1}), ToolCall("no"))))
    assert said == [ToolCall("tickets.close", {"x": 1}), ToolCall("no")]
    chat.told(["a", "b"])
    assistant, first, second = asked(chat).messages[-3:]
    assert assistant["content"] == "Let me see." and [one["function"] for one in assistant["tool_calls"]] == [
        {"name": "tickets_close", "arguments": {"x": 1}},
        {"name": "no", "arguments": {}},
    ]
    assert [one["id"] for one in assistant["tool_calls"]] == [first["tool_call_id"], second["tool_call_id"]]
    assert (first["role"], first["content"], second["content"]) == ("tool", "a", "b")


def test_a_call_that_cannot_be_read_comes_back_with_its_complaint() -> None:
    chat = FunctionChat(official=False)
    chat.hear("Hello.", DOCS)
    said = chat.read(Completion("raw", calls=(ToolCall("logout"), Malformed("no JSON"))))
    assert not isinstance(said, str) and [type(one) for one in said] == [ToolCall, Malformed]
    chat.told(["done", "the call is malformed"])
    assert asked(chat).messages[-2:] == (
        {"role": "assistant", "content": "raw"},
        {"role": "user", "content": "done\nthe call is malformed"},
    )


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("Which ticket?", "Which ticket?"),
        ("", ""),
        ("[]", "[]"),
        ("I called [logout()] before.", "I called [logout()] before."),
        ("<think>Hm", "<think>Hm"),
        ("<think>Hm</think>  Yes. ", "Yes."),
    ],
)
@pytest.mark.parametrize("official", [True, False])
def test_words_end_the_turn(raw: str, said: str, official: bool) -> None:
    chat = PromptChat(official=official)
    chat.hear("Hello.", DOCS)
    assert chat.read(Completion(raw)) == said


@pytest.mark.parametrize(
    "raw", ["[logout(", "logout(a=b.c)", "```python\n[logout()]\n```", "[logout()] Done.", "[logout(), 3]"]
)
def test_calls_that_cannot_be_read_are_told_from_words(raw: str) -> None:
    chat = PromptChat(official=False)
    chat.hear("Hello.", DOCS)
    said = chat.read(Completion(raw))
    assert not isinstance(said, str) and [type(one) for one in said] == [Malformed]


def test_positional_arguments_are_lost_officially_and_kept_otherwise() -> None:
    said = []
    for official in (True, False):
        chat = PromptChat(official=official)
        chat.hear("Hello.", DOCS)
        said.append(chat.read(Completion("[get_ticket(1)]")))
    assert said == [["get_ticket()"], ["get_ticket(1)"]]


def test_the_thinking_format_samples_as_its_handler_does() -> None:
    usual = FORMATS["funreason"].sampling
    assert (usual.top_p, usual.max_tokens) == (0.7, 20_000)


def test_an_unknown_format_is_told() -> None:
    with pytest.raises(TaskError, match="unknown format 'xml'; have prompt, fc, funreason"):
        format_named("xml")


def test_seeds_differ_by_run_task_and_request_and_are_sent_only_if_asked_for() -> None:
    model, form = ScriptedModel([]), FORMATS["fc"]
    places = [("a", 0), ("a", 1), ("b", 0)]
    plain = Asking(model, form, form.sampling)
    assert {plain.sampling_of(*one) for one in places} == {form.sampling}
    runs = [Asking(model, form, Sampling(seed=4), seed) for seed in (0, 1)]
    seeds = [one.sampling_of(*place).seed for one in runs for place in places]
    assert len(set(seeds)) == 6 and all(one is not None and 0 <= one < 2**31 for one in seeds)
    assert [one.sampling_of(*place).seed for one in runs for place in places] == seeds
