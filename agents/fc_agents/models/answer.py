"""What an OpenAI-compatible server sends back, as a completion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fc_agents.models.encoding import encoded
from fc_agents.models.model import ModelError
from fc_agents.models.reading import Read, read_text, thinking
from fc_agents.models.request import Completion, Request, Timing, Usage
from fc_gym.parsers.reading import MAX_DEPTH, read_call, too_deep
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["completion_of"]

_HINT = 'write {"name": TOOL, "arguments": {...}}'


def completion_of(body: JsonValue, request: Request, parser: str, timing: Timing, whom: str) -> Completion:
    """Read the body of an answer.

    Args:
        body: The decoded JSON.
        request: What was asked.
        parser: Reads calls out of the text where the server has not.
        timing: How long it took.
        whom: Who answered, for complaints.

    Raises:
        ModelError: If it is no answer to a chat.
    """
    try:
        choice = _choice(body, whom)
        encoded(choice["message"])
    except ValueError:
        raise ModelError(f"{whom} sent JSON that is nested too deeply to be kept", kind="bad_response") from None
    message, usage = choice["message"], _usage(body.get("usage"))
    text, reasoning = _text(message.get("content")), _text(message.get("reasoning_content") or message.get("reasoning"))
    if request.constraint is not None and not text and usage.completion > 1 and choice.get("finish_reason") == "stop":
        raise ModelError(
            f"{whom} keeps back the {usage.completion} tokens that the model wrote under a constraint; start it with a "
            "parser that leaves calls in the text when none are asked for (vLLM: --tool-call-parser hermes)",
            kind="no_constraint",
            fatal=True,
        )
    read = _read(message, text, reasoning, request, parser, cut=choice.get("finish_reason") == "length")
    token_ids, logprobs = _ids(choice.get("token_ids")), _logprobs(choice, whom)
    if token_ids is not None and logprobs is not None and len(token_ids) != len(logprobs):
        raise ModelError(
            f"{whom} sent {len(token_ids)} token ids and {len(logprobs)} log-probabilities for one response; there "
            "should be one of each per token",
            kind="bad_response",
        )
    return Completion(
        raw=_raw(text, reasoning, _list(message.get("tool_calls"))),
        content=read.content,
        reasoning=read.reasoning,
        calls=read.calls,
        finish=_text(choice.get("finish_reason")) or "stop",
        usage=usage,
        prompt_ids=_ids(body.get("prompt_token_ids") or choice.get("prompt_token_ids")),
        token_ids=token_ids,
        logprobs=logprobs,
        model=_text(body.get("model")),
        timing=timing,
    )


def _choice(body: JsonValue, whom: str) -> Mapping[str, Any]:
    choices = body.get("choices") if isinstance(body, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping) or not isinstance(first.get("message"), Mapping):
        found = encoded(body).decode()[:80]
        raise ModelError(
            f"{whom} sent JSON without choices[0].message ({found}); is it an OpenAI-compatible chat server?",
            kind="bad_response",
        )
    return first


def _read(message: Mapping[str, Any], text: str, reasoning: str, request: Request, parser: str, *, cut: bool) -> Read:
    if called := _list(message.get("tool_calls")):
        thought, words = _words(text, reasoning)
        return Read(thought, words, tuple(_calls(called, cut)))
    if request.constraint is not None:
        parser = request.constraint.parser
    elif not request.tools or request.tool_choice == "none":
        return Read(*_words(request.prefill + text, reasoning), ())
    read = read_text(request.prefill + text, parser, request.tools)
    return read._replace(reasoning="\n".join(filter(None, (reasoning.strip(), read.reasoning))))


def _words(text: str, reasoning: str) -> tuple[str, str]:
    """Return the thinking and the words of a text without calls."""
    inner, rest = thinking(text)
    if rest.startswith("<think>"):
        inner, rest = "\n".join(filter(None, (inner, rest.removeprefix("<think>").strip()))), ""
    return "\n".join(filter(None, (reasoning.strip(), inner))), rest


def _calls(called: Sequence[Any], cut: bool) -> Iterator[ToolCall | Malformed]:
    """Read calls; one without arguments has none, unless the response was cut before they began."""
    for number, call in enumerate(called, start=1):
        function = call.get("function") if isinstance(call, Mapping) else None
        arguments = function.get("arguments") if isinstance(function, Mapping) else {}
        if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
            if cut and number == len(called):
                yield Malformed(f"tool call {number} ends before its arguments", _HINT)
                return
            call = {"function": {**(function or {}), "arguments": {}}}
        found = read_call(call, f"tool call {number}", _HINT)
        if isinstance(found, ToolCall) and too_deep(dict(found.arguments)):
            found = Malformed(f"tool call {number} is nested more than {MAX_DEPTH} deep", "write flat arguments")
        yield found


def _raw(text: str, reasoning: str, calls: Sequence[Any]) -> str:
    """Put together what the server took apart, in the form of Hermes."""
    thought = f"<think>\n{reasoning.strip()}\n</think>\n\n" if reasoning.strip() else ""
    written = [f"<tool_call>\n{_written(one)}\n</tool_call>" for one in calls]
    return thought + "\n".join([text, *written] if text or not written else written)


def _written(call: Any) -> str:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return encoded(call).decode()
    arguments = function.get("arguments")
    text = arguments if isinstance(arguments, str) else encoded(arguments or {}).decode()
    return f'{{"name": {encoded(function.get("name")).decode()}, "arguments": {text.strip() or "{}"}}}'


def _usage(usage: Any) -> Usage:
    if not isinstance(usage, Mapping):
        return Usage()
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def _logprobs(choice: Mapping[str, Any], whom: str) -> tuple[float, ...] | None:
    given = choice.get("logprobs")
    content = given.get("content") if isinstance(given, Mapping) else None
    if not isinstance(content, list):
        return None
    try:
        return tuple(float(one["logprob"]) for one in content)
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"{whom} sent log-probabilities that are no numbers", kind="bad_response") from None


def _ids(value: Any) -> tuple[int, ...] | None:
    return tuple(value) if isinstance(value, list) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a text, or the texts of a list of parts."""
    if isinstance(value, list):
        return "".join(_text(one.get("text")) for one in value if isinstance(one, Mapping))
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0
