"""A dialogue as the messages that a model is sent."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from fc_agents.chat.forms import Form
from fc_agents.models.request import Completion
from fc_gym.parsers.reading import without_thoughts
from fc_gym.types import JsonValue, Malformed, ToolCall, to_json

__all__ = ["Dialogue"]

Message = dict[str, JsonValue]


class Dialogue:
    """The messages of one episode.

    Args:
        form: How calls and their results are written.
        system: The text that comes first.
        thinking: Whether later prompts `keep` or `drop` what the model thought.
    """

    def __init__(self, form: Form, system: str, thinking: str) -> None:
        self.form, self.system, self.keeps = form, system, thinking == "keep"
        self.messages: list[Message] = []
        self._open: list[Message] = []
        self._waiting: Sequence[ToolCall | Malformed] = ()
        self._calls = 0

    def prompt(self, told: str = "") -> list[Message]:
        """Return the messages to be sent.

        Args:
            told: What the system message says of the tools on offer now.
        """
        system = f"{self.system}\n\n{told}" if self.system and told else self.system or told
        return [{"role": "system", "content": system}, *self.messages] if system else [*self.messages]

    def heard(self, results: Sequence[str], user: str) -> None:
        """Note what came of the last response: the text of each call's result, and what the user says."""
        if self._waiting:
            self._results(results)
        if user:
            self.messages.append({"role": "user", "content": user})

    def said(self, completion: Completion, calls: Sequence[ToolCall | Malformed]) -> None:
        """Note a response.

        Args:
            completion: What the model wrote.
            calls: What was read from it; empty for a reply.
        """
        self._waiting, self._open = calls, []
        native = not self.form.parser and any(isinstance(one, ToolCall) for one in calls)
        if not native:
            self.messages.append(
                self._with_thought({"role": "assistant", "content": self._words(completion)}, completion)
            )
            return
        made = [self._call(one) for one in calls]
        self._open = made
        message: Message = {"role": "assistant", "content": completion.content, "tool_calls": made}
        self.messages.append(self._with_thought(message, completion))

    def _words(self, completion: Completion) -> str:
        """Return a response as it stands in later prompts."""
        if not self.form.parser and completion.content:
            return completion.content
        keeps = self.keeps and bool(self.form.parser)
        return completion.raw if keeps else without_thoughts(completion.raw, *self.form.openings)

    def _with_thought(self, message: Message, completion: Completion) -> Message:
        if self.keeps and completion.reasoning and completion.reasoning not in message["content"]:
            message["reasoning_content"] = completion.reasoning
        return message

    def _call(self, call: ToolCall | Malformed) -> Message:
        number, self._calls = self._calls, self._calls + 1
        name, arguments = (call.name, dict(call.arguments)) if isinstance(call, ToolCall) else ("malformed", {})
        return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}

    def _results(self, results: Sequence[str]) -> None:
        """Give back what came of the calls, as the form has it."""
        if self._open:
            for call, text in zip(self._open, results, strict=True):
                name = call["function"]["name"]
                self.messages.append({"role": "tool", "tool_call_id": call["id"], "name": name, "content": text})
        elif self.form.name in ("tools", "hermes"):
            text = "\n".join(f"<tool_response>\n{one}\n</tool_response>" for one in results)
            self.messages.append({"role": "user", "content": text})
        else:
            names = [one.name if isinstance(one, ToolCall) else "malformed" for one in self._waiting]
            told = [{"name": name, "result": orjson.Fragment(one)} for name, one in zip(names, results, strict=True)]
            self.messages.append({"role": "user", "content": f"Results: {to_json(told)}"})
        self._waiting, self._open = (), []
