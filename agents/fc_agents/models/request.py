"""What is asked of a model, and what comes back, whoever serves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["Completion", "Constraint", "Request", "Sampling", "Timing", "Usage"]

Message = Mapping[str, JsonValue]
"""One chat message in OpenAI form: `role`, `content`, and what else its role has; arguments of calls are objects."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn; kept in the header of every trajectory."""

    temperature: float = 0.7
    """0: the most likely token."""
    top_p: float = 1.0
    max_tokens: int = 1024
    """Most tokens of one response."""
    seed: int | None = None
    """Seeds the draw of each request where the server allows it; None: not seeded."""
    stop: tuple[str, ...] = ()
    """Texts that end a response."""
    logprobs: bool = False
    """Ask for the log-probability of each token written."""
    token_ids: bool = False
    """Ask for the token ids of prompt and response."""

    def json(self) -> dict[str, JsonValue]:
        """Return the settings as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a response must look like; servers turn it into a mask over tokens."""

    kind: Literal["json_schema", "grammar", "structural_tag"]
    body: JsonValue
    """A JSON schema, the text of a grammar in GBNF, or a structural tag."""
    parser: str
    """The parser that reads what is written under it, by its name in `fc_gym.parsers.PARSERS`."""
    key: str
    """Equal for equal constraints, so that what is compiled from one is found again."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model."""

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, JsonValue]] = ()
    """Function descriptions in OpenAI form, of this sample alone; empty: the tools stand in the messages, if at all."""
    sampling: Sampling = field(default_factory=Sampling)
    constraint: Constraint | None = None
    tool_choice: Literal["auto", "none", "required"] = "auto"
    sample: str = ""
    """Tells apart requests that are otherwise equal, such as two episodes of one task; never sent to a server."""
    prefill: str = ""
    """How the response begins; the model goes on from there and `raw` holds what it adds (vLLM's
    `continue_final_message`)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Prompt tokens that the server had in its cache."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one request, by the monotonic clock; never part of a trajectory."""

    first: float = 0.0
    """Until the first token came; equal to `whole` where responses do not stream."""
    whole: float = 0.0
    """Until the response was there, tries and pauses included."""
    tries: int = 1
    """Requests sent."""
    wait: float = 0.0
    """Share of `whole` spent waiting for a free place among bounded requests, in seconds."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One response of a model."""

    raw: str
    """What the model wrote, thinking and markup of calls included, as far as the server gives it."""
    content: str = ""
    """The words to the user, without thinking and calls."""
    reasoning: str = ""
    """The thinking."""
    calls: tuple[ToolCall | Malformed, ...] = ()
    finish: str = "stop"
    """Why it ended: `stop`, `length`, `tool_calls`, or the server's own word."""
    usage: Usage = field(default_factory=Usage)
    prompt_ids: tuple[int, ...] | None = None
    token_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None
    """Natural logarithms, one per id in `token_ids`."""
    model: str = ""
    """The model that the server says has answered."""
    timing: Timing = field(default_factory=Timing, compare=False)

    def json(self) -> dict[str, JsonValue]:
        """Return what a trajectory keeps: all but the timing and what is not there."""
        body: dict[str, JsonValue] = {name: getattr(self, name) for name in _KEPT}
        usage = self.usage
        body["usage"] = {"prompt": usage.prompt, "completion": usage.completion, "cached": usage.cached}
        return {name: value for name, value in body.items() if value is not None and value != ""}


_KEPT = ("raw", "reasoning", "finish", "usage", "prompt_ids", "token_ids", "logprobs", "model")
