"""Chats about one official task in the forms that BFCL knows: prompted, thinking, and function calling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from fc_agents.bfcl.functions import Doc, as_tool, tool_name
from fc_agents.bfcl.prompts import handed_over, system_prompt
from fc_agents.models.request import Completion, Message, Request, Sampling
from fc_gym.bfcl.responses import calls_in_text
from fc_gym.errors import CallError
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["Chat", "FunctionChat", "PromptChat", "Said", "ThinkingChat", "answer"]

Said = Sequence[ToolCall | Malformed | str] | str
"""What a response comes to: calls (as `ToolCall`s or texts; `Malformed` where one cannot be read), or the reply."""

_END = "</think>"
_ATTEMPT = re.compile(r"[`\s]*(?:python\b[`\s]*)?(?:\[\s*)?[A-Za-z_][\w.]*\(")
_MENDED = "write nothing but [function(parameter=literal, ...), ...]"


def answer(raw: str) -> str:
    r"""Return what a model wrote after its thinking; all of it if there is none, or if it does not end.

    Args:
        raw: All that it wrote.

    >>> answer("<think>Look first.</think>\n[ls()]")
    '[ls()]'
    """
    return raw.rpartition(_END)[2].strip()


class Chat(Protocol):
    """The messages of one play."""

    def hear(self, said: str, docs: Sequence[Doc]) -> None:
        """Take what the user says.

        Args:
            said: The text.
            docs: Descriptions of all functions that are on offer now.
        """

    def request(self, sampling: Sampling, sample: str) -> Request:
        """Return what to ask the model now.

        Args:
            sampling: How tokens are drawn.
            sample: Tells this play apart from others of the same task.
        """

    def read(self, completion: Completion) -> Said:
        """Take a response and return what it comes to."""

    def told(self, results: Sequence[str]) -> None:
        """Take the results of the calls that were read last, one text for each."""


class PromptChat:
    """Functions stand in the system message, calls are written as a Python list, and results come as user messages.

    Args:
        official: Read calls as the official decoder does, mistakes included; else as they are meant.
        more: What else the model has to know.
    """

    prefill = ""

    def __init__(self, *, official: bool = True, more: str = "") -> None:
        self._official, self._more = official, more
        self._messages: list[Message] = []
        self._shown: set[str] = set()
        self._calls: Sequence[ToolCall | Malformed | str] = ()

    def hear(self, said: str, docs: Sequence[Doc]) -> None:
        """Add the user's message, with the descriptions of functions that were not on offer before."""
        fresh = [doc for doc in docs if doc["name"] not in self._shown]
        self._shown.update(str(doc["name"]) for doc in fresh)
        if not self._messages:
            self._messages.append({"role": "system", "content": system_prompt(fresh, self._more)})
            fresh = []
        self._messages.append({"role": "user", "content": handed_over(fresh, said)})

    def request(self, sampling: Sampling, sample: str) -> Request:
        """Return what to ask the model now; there are no tools but those in the system message."""
        return Request(tuple(self._messages), sampling=sampling, sample=sample, prefill=self.prefill)

    def read(self, completion: Completion) -> Said:
        """Read the calls of a response."""
        text = answer(completion.raw)
        self._messages.append({"role": "assistant", "content": text})
        try:
            self._calls = calls_in_text(text, official=self._official)
        except CallError as error:
            if not _ATTEMPT.match(text):
                return text
            self._calls = [Malformed(f"the response is no list of calls: {error.message}", _MENDED)]
        return self._calls or text

    def told(self, results: Sequence[str]) -> None:
        """Add the results as one message of the user."""
        told = [{"role": "tool", "name": str(call), "content": text} for call, text in self._results(results)]
        self._messages.append({"role": "user", "content": repr(told)})

    def _results(self, results: Sequence[str]) -> list[tuple[object, str]]:
        calls = [_NO_CALL if isinstance(one, Malformed) else one for one in self._calls]
        return list(zip(calls, results, strict=True))


class ThinkingChat(PromptChat):
    """As prompted, for models that think first, as FunReason-MT.

    A response begins with `<think>`, what counts is what comes after `</think>`, and results come as one tool message.
    """

    prefill = "<think>"

    def told(self, results: Sequence[str]) -> None:
        """Add the results as one tool message: a list of results under their calls, as in the published data."""
        told = [{str(call): text} for call, text in self._results(results)]
        self._messages.append({"role": "tool", "content": str(told)})


class FunctionChat:
    """Functions are sent as tools in OpenAI form, and calls and results come in messages of their own kind.

    Args:
        official: Makes no difference here: a server reads the calls.
        more: What else the model has to know.
    """

    def __init__(self, *, official: bool = True, more: str = "") -> None:
        self._messages: list[Message] = [{"role": "system", "content": more}] if more else []
        self._tools: list[dict[str, JsonValue]] = []
        self._names: dict[str, str] = {}
        self._calls: Sequence[ToolCall | Malformed] = ()
        self._made = 0

    def hear(self, said: str, docs: Sequence[Doc]) -> None:
        """Add the user's message, and offer the functions."""
        self._tools = [as_tool(doc) for doc in docs]
        self._names = {tool_name(str(doc["name"])): str(doc["name"]) for doc in docs}
        self._messages.append({"role": "user", "content": said})

    def request(self, sampling: Sampling, sample: str) -> Request:
        """Return what to ask the model now."""
        return Request(tuple(self._messages), tuple(self._tools), sampling, sample=sample)

    def read(self, completion: Completion) -> Said:
        """Read the calls of a response."""
        self._calls = [
            one if isinstance(one, Malformed) else ToolCall(self._names.get(one.name, one.name), one.arguments)
            for one in completion.calls
        ]
        whole = not any(isinstance(one, Malformed) for one in self._calls)
        content = completion.content if whole else answer(completion.raw)
        message: dict[str, JsonValue] = {"role": "assistant", "content": content}
        if self._calls and whole:
            message["tool_calls"] = [self._sent(one, self._made + number) for number, one in enumerate(self._calls)]
        self._messages.append(message)
        return self._calls or content

    def told(self, results: Sequence[str]) -> None:
        """Add a tool message for each result, or one message of the user if a call could not be read."""
        if any(isinstance(one, Malformed) for one in self._calls):
            self._messages.append({"role": "user", "content": "\n".join(results)})
        else:
            self._messages += [
                {"role": "tool", "content": text, "tool_call_id": f"call_{self._made + number}"}
                for number, text in enumerate(results)
            ]
        self._made += len(results)

    def _sent(self, call: ToolCall | Malformed, number: int) -> dict[str, JsonValue]:
        assert isinstance(call, ToolCall)
        function = {"name": tool_name(call.name), "arguments": dict(call.arguments)}
        return {"id": f"call_{number}", "type": "function", "function": function}


_NO_CALL = "(no call)"
