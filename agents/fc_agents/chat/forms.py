"""The forms in which a model is told of its tools and writes its calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fc_gym.errors import TaskError
from fc_gym.types import JsonValue, to_json

__all__ = ["FORMS", "Form", "form_named", "tools_text"]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call tools."""

    name: str
    parser: str
    """Reads the response, by its name in `fc_gym.parsers.PARSERS`; empty: the server does."""
    legal: str
    """The form of the constraint on a response; empty: there is none in this form."""
    openings: tuple[str, ...]
    """What a call begins with; thoughts after it are part of the call."""
    rules: str = ""
    """Tells the model how to write a call; empty where its chat template does."""


_REPLY = "If no call is needed, or once all is done, write your reply to the user as plain text, without any call."

FORMS: Mapping[str, Form] = {
    one.name: one
    for one in (
        Form("tools", "", "hermes", ("<tool_call>",)),
        Form(
            "hermes", "hermes", "hermes", ("<tool_call>",),
            "To call a tool, write the call as one JSON object between tags, several calls one after the other:\n"
            '<tool_call>\n{"name": "TOOL", "arguments": {"PARAMETER": "value"}}\n</tool_call>\n'
            f"What comes of each call is given to you between <tool_response> tags. {_REPLY}",
        ),
        Form(
            "json", "json", "json", ("{", "["),
            "To call tools, write nothing but one JSON object per call, in a list if there are several:\n"
            '[{"name": "TOOL", "arguments": {"PARAMETER": "value"}}]\n'
            f"What comes of the calls is given to you as a list of results. {_REPLY}",
        ),
        Form(
            "python", "python", "", ("[",),
            "To call tools, write nothing but a list of calls with literal values by keyword:\n"
            '[TOOL(PARAMETER="value", OTHER=1), TOOL(PARAMETER=["value"])]\n'
            f"What comes of the calls is given to you as a list of results. {_REPLY}",
        ),
    )
}  # fmt: skip
"""Forms by name; `tools` leaves it to the server and to the chat template of its model."""


def form_named(name: str) -> Form:
    """Return a form.

    Raises:
        TaskError: If there is none of that name.
    """
    if name not in FORMS:
        raise TaskError(f"unknown form {name!r}; have {', '.join(FORMS)}")
    return FORMS[name]


def tools_text(form: Form, tools: Sequence[Mapping[str, JsonValue]]) -> str:
    """Return what a system message says of the tools on offer, for a form that the server knows nothing of.

    Args:
        form: The form.
        tools: Function descriptions in OpenAI form.
    """
    listed = "\n".join(to_json(one["function"]) for one in tools)
    return f"You have these tools, each described by one line of JSON:\n{listed or '(none)'}\n\n{form.rules}"
