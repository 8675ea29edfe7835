"""Strategies for requests and completions."""

from __future__ import annotations

from dataclasses import replace

from fc_agents.models.request import Completion, Constraint, Request, Sampling, Usage
from hypothesis import strategies as st

from fc_gym.types import Malformed, ToolCall

TEXTS = st.text(st.characters(), max_size=12)
"""Lone surrogates too: a model may write their escapes."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(TEXTS, VALUES, max_size=3)
CALLS = st.builds(ToolCall, TEXTS, ARGUMENTS)
IDS = st.none() | st.lists(st.integers(0, 200_000), max_size=5).map(tuple)
COMPLETIONS = st.builds(
    Completion,
    raw=TEXTS,
    content=TEXTS,
    reasoning=TEXTS,
    calls=st.lists(CALLS | st.builds(Malformed, TEXTS, TEXTS), max_size=3).map(tuple),
    finish=st.sampled_from(["stop", "length", "tool_calls"]),
    usage=st.builds(Usage, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
    prompt_ids=IDS,
    token_ids=IDS,
    logprobs=st.none() | st.lists(st.floats(-1e4, 0.0), max_size=4).map(tuple),
    model=TEXTS,
)
REQUESTS = st.builds(
    Request,
    messages=st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": TEXTS}), max_size=2),
    tools=st.lists(ARGUMENTS, max_size=2),
    sampling=st.builds(Sampling, seed=st.none() | st.integers(0, 3)),
    constraint=st.none() | st.builds(Constraint, st.just("grammar"), TEXTS, st.just("hermes"), TEXTS),
    sample=st.sampled_from(["", "1"]),
)


def spoken(text: str) -> Request:
    """Return a request of one message."""
    return Request([{"role": "user", "content": text}])


def other_ways(request: Request) -> list[Request]:
    """Return requests that differ from one in a single thing each."""
    return [
        replace(request, messages=[*request.messages, {"role": "user", "content": "More."}]),
        replace(request, tools=[*request.tools, {"more": 1}]),
        replace(request, sampling=replace(request.sampling, temperature=request.sampling.temperature + 0.1)),
        replace(request, sampling=replace(request.sampling, logprobs=not request.sampling.logprobs)),
        replace(request, constraint=Constraint("json_schema", {}, "json", "k")),
        replace(request, tool_choice="required"),
        replace(request, sample=f"{request.sample}2"),
        replace(request, prefill=f"{request.prefill}a"),
    ]
