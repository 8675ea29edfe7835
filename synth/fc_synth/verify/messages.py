"""Messages: rows as chat APIs have them are read as talks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from fc_gym.types import JsonValue
from fc_synth.verify.talk import Batch, Made, Talk, TalkTurn, decoded
from fc_synth.verify.written import calls_in, results_in, thoughts_apart

__all__ = ["made_of", "talk_of"]

_ROLES = {
    "user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant", "model": "assistant",
    "function_call": "assistant", "tool": "tool", "function": "tool", "observation": "tool",
    "function_response": "tool", "ipython": "tool", "system": "system", "developer": "system",
}  # fmt: skip


def talk_of(row: Mapping[str, Any]) -> Talk:
    """Read a row with `messages` or `conversations`.

    Args:
        row: The row; what is wrong in it is noted, never raised.
    """
    talk = Talk(tools=_tools(row))
    if isinstance(row.get("tools"), list) and len(talk.tools) < len(row["tools"]):
        talk.faults.append(("", "`tools` should be a list of descriptions, each with a `name`"))
    given = row.get("messages", row.get("conversations"))
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        talk.faults.append(("", "`messages` should be a list of objects"))
        return talk
    if row.get("system"):
        talk.system = str(row["system"])
    reader = _Reader(talk)
    for number, message in enumerate(given):
        if not talk.tools and number == 0:
            talk.tools = _tools(message)
        reader.take(message, f"message {number}")
    reader.close()
    return talk


class _Reader:
    """Takes in one message after the other."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.open: list[tuple[str, Made]] = []
        """Calls that wait for a result, with their id."""

    def take(self, message: Mapping[str, Any], place: str) -> None:
        role = _ROLES.get(str(message.get("role", message.get("from"))))
        content = message.get("content", message.get("value"))
        text = content if isinstance(content, str) else _joined(content)
        if role == "system":
            self.talk.system = f"{self.talk.system} {text}".strip()
        elif role == "user":
            self._asked(text)
        elif role == "assistant":
            self._said(message, text, place)
        elif role == "tool":
            self._result(message, content, text, place)
        else:
            self._wrong(place, "a message should have a `role`: system, user, assistant or tool")

    def close(self) -> None:
        """Note the calls that nothing came of, if results are told at all."""
        if any(call.text is not None for _, _, call in self.talk.steps()):
            for number, position, call in self.talk.steps():
                if call.text is None:
                    self._wrong(_at(number, position), f"no tool message tells what came of {call.name}")

    def _asked(self, text: str) -> None:
        responses = results_in(text) if self.open else []
        if responses and text.lstrip().startswith("<tool_response>"):
            self._shared(responses)
            return
        self.open.clear()
        self.talk.turns.append(TalkTurn(text))

    def _said(self, message: Mapping[str, Any], text: str, place: str) -> None:
        if not self.talk.turns:
            self._wrong(place, "the assistant speaks before the user")
            self.talk.turns.append(TalkTurn(""))
        thoughts, rest = thoughts_apart(text)
        thoughts = str(message.get("reasoning_content") or message.get("reasoning") or thoughts)
        calls, ids = self._calls(message, place)
        if not calls:
            calls, rest = calls_in(rest)
            ids = [""] * len(calls)
        turn = self.talk.turns[-1]
        if calls:
            turn.batches.append(Batch(thoughts, calls, rest))
            self.open += zip(ids, calls, strict=True)
        else:
            turn.reply, turn.reasoning = f"{turn.reply} {rest}".strip(), thoughts

    def _calls(self, message: Mapping[str, Any], place: str) -> tuple[list[Made], list[str]]:
        given = message.get("tool_calls") or []
        if isinstance(message.get("function_call"), Mapping):
            given = [message["function_call"]]
        if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
            self._wrong(place, "`tool_calls` should be a list of objects")
            return [], []
        return [made_of(one.get("function", one)) for one in given], [str(one.get("id") or "") for one in given]

    def _result(self, message: Mapping[str, Any], content: JsonValue, text: str, place: str) -> None:
        wanted = str(message.get("tool_call_id") or "")
        if not wanted and len(self.open) > 1:
            parts = results_in(text)
            if len(parts) == len(self.open):
                self._shared(parts)
                return
        found = next((at for at, (name, _) in enumerate(self.open) if wanted and name == wanted), None)
        if found is None and wanted and any(name for name, _ in self.open):
            self._wrong(place, f"no call waits for the result {wanted!r}")
            return
        if not self.open:
            self._wrong(place, "a tool speaks and no call waits for it")
            return
        _, call = self.open.pop(found or 0)
        called = message.get("name")
        if isinstance(called, str) and called and called != call.name:
            self._wrong(place, f"the result of {called} stands where that of {call.name} should")
        single = results_in(text) if not wanted else []
        call.text = single[0] if len(single) == 1 else text if isinstance(content, str | list) else str(text)

    def _shared(self, texts: Sequence[str]) -> None:
        for (_, call), text in zip(self.open, texts, strict=False):
            call.text = text
        del self.open[: len(texts)]

    def _wrong(self, place: str, detail: str) -> None:
        self.talk.faults.append((place, detail))


def made_of(value: JsonValue) -> Made:
    """Read one call; what is wrong in it is noted, never raised."""
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        return Made("", {}, broken="a call should be an object with `name` and `arguments`")
    given = value.get("arguments", value.get("parameters", {}))
    given = decoded(given or "{}") if isinstance(given, str) else given
    if not isinstance(given, Mapping):
        return Made(value["name"], {}, broken=f"the arguments of {value['name']} are no JSON object")
    return Made(value["name"], dict(given))


def _tools(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = row.get("tools") or row.get("functions") or row.get("function") or []
    given = decoded(given) if isinstance(given, str) else given
    if not isinstance(given, list):
        return []
    specs = [one.get("function", one) for one in given if isinstance(one, Mapping)]
    return [one for one in specs if isinstance(one, Mapping) and isinstance(one.get("name"), str)]


def _joined(content: JsonValue) -> str:
    if isinstance(content, list) and all(isinstance(part, Mapping) and "text" in part for part in content):
        return " ".join(str(part["text"]) for part in content)
    if content is None:
        return ""
    return orjson.dumps(content).decode()


def _at(turn: int, call: int) -> str:
    return f"turn {turn + 1}, call {call + 1}"
