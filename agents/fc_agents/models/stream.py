"""A streamed answer, put together as if it had come whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fc_agents.models.encoding import decoded
from fc_gym.types import JsonValue

__all__ = ["Stream"]


@dataclass(slots=True)
class Stream:
    r"""Takes the bytes of server-sent events as they come.

    >>> stream = Stream()
    >>> stream.feed(b'data: {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}')
    >>> stream.feed(b'\n\ndata: [DONE]\n\n')
    >>> stream.complete, stream.body()["choices"][0]["message"]["content"]
    (True, 'Hi')
    """

    written: bool = False
    """True once something of the response has come."""
    error: JsonValue = None
    """What the server sent in place of more tokens when it failed."""
    _torn: bytes = b""
    _head: dict[str, JsonValue] = field(default_factory=dict)
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _lists: dict[str, list[JsonValue]] = field(default_factory=dict)
    _calls: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    _finish: str = ""

    @property
    def complete(self) -> bool:
        """True once the server has said why the response ended."""
        return bool(self._finish)

    def feed(self, data: bytes) -> None:
        """Take the next bytes, cut anywhere.

        Raises:
            ValueError: If an event is not a JSON object.
        """
        *lines, self._torn = (self._torn + data).split(b"\n") if b"\n" in data else [self._torn + data]
        for line in lines:
            event = line.strip()
            if event.startswith(b"data:") and (text := event[len(b"data:") :].strip()) != b"[DONE]":
                self._take(decoded(text))

    def body(self) -> JsonValue:
        """Return the body that an answer in one piece would have had."""
        message: dict[str, JsonValue] = {name: "".join(parts) for name, parts in self._texts.items()}
        if self._calls:
            message["tool_calls"] = [_whole(self._calls[index]) for index in sorted(self._calls)]
        choice: dict[str, JsonValue] = {"message": message, "finish_reason": self._finish}
        if "token_ids" in self._lists:
            choice["token_ids"] = self._lists["token_ids"]
        if "content" in self._lists:
            choice["logprobs"] = {"content": self._lists["content"]}
        return {**self._head, "choices": [choice]}

    def _take(self, event: JsonValue) -> None:
        if not isinstance(event, Mapping):
            raise ValueError("an event is no JSON object")
        if "error" in event:
            self.error = event
            return
        for name in ("model", "usage", "prompt_token_ids"):
            if event.get(name) is not None:
                self._head[name] = event[name]
        for choice in _objects(event.get("choices")):
            self._take_choice(choice)

    def _take_choice(self, choice: Mapping[str, Any]) -> None:
        delta = _object(choice.get("delta"))
        for name in ("content", "reasoning_content", "reasoning"):
            if isinstance(delta.get(name), str) and delta[name]:
                self.written = True
                self._texts.setdefault(name, []).append(delta[name])
        for call in _objects(delta.get("tool_calls")):
            self.written = True
            self._take_call(call)
        for name, values in (("token_ids", choice), ("content", _object(choice.get("logprobs")))):
            if isinstance(values.get(name), list):
                self._lists.setdefault(name, []).extend(values[name])
        if choice.get("finish_reason"):
            self._finish = str(choice["finish_reason"])

    def _take_call(self, call: Mapping[str, Any]) -> None:
        index, function = call.get("index"), _object(call.get("function"))
        if not isinstance(index, int):
            index = len(self._calls) - (0 if call.get("id") or function.get("name") or not self._calls else 1)
        parts = self._calls.setdefault(index, {})
        for name, value in (("id", call.get("id")), ("name", function.get("name"))):
            if value and "".join(parts.get(name, ())) != value:  # some servers repeat both in each event
                parts.setdefault(name, []).append(str(value))
        if function.get("arguments"):
            parts.setdefault("arguments", []).append(str(function["arguments"]))


def _whole(parts: Mapping[str, list[str]]) -> dict[str, JsonValue]:
    name, arguments = "".join(parts.get("name", ())), "".join(parts.get("arguments", ()))
    return {"id": "".join(parts.get("id", ())), "type": "function", "function": {"name": name, "arguments": arguments}}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
