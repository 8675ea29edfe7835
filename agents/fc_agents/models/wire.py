"""A request as the JSON body that OpenAI-compatible servers take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_agents.models.encoding import encoded
from fc_agents.models.request import Constraint, Message, Request
from fc_gym.types import JsonValue

__all__ = ["Dialect"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server wants to be asked; all of it changes the answers, so a trajectory's header keeps it."""

    strict: bool | None = None
    """Whether arguments must follow their schemas (`strict` of each tool); None: where a call is required."""
    parallel: bool = True
    """Whether a response may hold several calls; False keeps vLLM to one."""
    parser: str = "hermes"
    """Reads calls out of the text where the server does not."""
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """More fields of each body, such as `top_k` or `chat_template_kwargs`; they win."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return {"strict": self.strict, "parallel": self.parallel, "parser": self.parser, "extra": dict(self.extra)}

    def body(self, model: str, request: Request, *, stream: bool) -> dict[str, JsonValue]:
        """Return the body of a request.

        Args:
            model: The name that the server knows.
            request: What is asked.
            stream: Whether the answer is to come token by token.
        """
        body: dict[str, JsonValue] = {"model": model, "messages": [_message(one) for one in request.messages]}
        body |= _sampling(request) | self._tools(request)
        if request.prefill:
            body["messages"].append({"role": "assistant", "content": request.prefill})
            body |= {"add_generation_prompt": False, "continue_final_message": True}
        if request.constraint is not None:
            body |= _constraint(request.constraint)
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body | dict(self.extra)

    def _tools(self, request: Request) -> dict[str, JsonValue]:
        """Describe the tools; under a constraint the server is kept from adding its own rules for calls to it."""
        if not request.tools:
            return {}
        if request.constraint is not None:
            return {"tools": [_tool(one, strict=False) for one in request.tools], "tool_choice": "none"}
        strict = request.tool_choice == "required" if self.strict is None else self.strict
        choice = {"tools": [_tool(one, strict=strict) for one in request.tools], "tool_choice": request.tool_choice}
        return choice if self.parallel or request.tool_choice == "none" else {**choice, "parallel_tool_calls": False}


def _sampling(request: Request) -> dict[str, JsonValue]:
    sampling = request.sampling
    body: dict[str, JsonValue] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if sampling.seed is not None:
        body["seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.logprobs:
        body["logprobs"] = True
    if sampling.token_ids:
        body["return_token_ids"] = True
    return body


def _constraint(constraint: Constraint) -> dict[str, JsonValue]:
    if constraint.kind == "json_schema":
        described = {"name": "response", "schema": constraint.body, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": described}}
    body = constraint.body if isinstance(constraint.body, str) else encoded(constraint.body).decode()
    return {"structured_outputs": {constraint.kind: body}}


def _tool(tool: Mapping[str, JsonValue], *, strict: bool) -> dict[str, JsonValue]:
    described = tool.get("function", tool)
    return {"type": "function", "function": {**described, "strict": True} if strict else dict(described)}


def _message(message: Message) -> dict[str, JsonValue]:
    calls = message.get("tool_calls")
    return {**message, "tool_calls": [_call(one) for one in calls]} if calls else dict(message)


def _call(call: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return a call with its arguments as JSON text."""
    function = call["function"]
    arguments = function.get("arguments", {})
    text = arguments if isinstance(arguments, str) else encoded(arguments).decode()
    return {**call, "type": "function", "function": {**function, "arguments": text}}
