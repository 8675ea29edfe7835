"""A request in vLLM's own words, and what its engine has written as a completion."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fc_agents.models.model import ModelError
from fc_agents.models.reading import Read, read_text, thinking
from fc_agents.models.request import Completion, Constraint, Request, Timing, Usage
from fc_gym.types import JsonValue, to_json

__all__ = ["completion_of", "parameters_of", "timing_of"]

_FIELDS = {"json_schema": "json", "grammar": "grammar", "structural_tag": "structural_tag"}


def parameters_of(request: Request, more: Mapping[str, JsonValue]) -> Any:
    """Return vLLM's `SamplingParams` for a request.

    Special tokens stay in the text where tools are offered, since some models mark calls with them.

    Args:
        request: What is asked.
        more: More of them, for all requests.

    Raises:
        ModelError: If vLLM does not take them.
    """
    vllm: Any = importlib.import_module("vllm.sampling_params")
    asked = request.sampling
    settings: dict[str, Any] = {"skip_special_tokens": not request.tools, **more}
    settings |= {
        "temperature": asked.temperature, "top_p": asked.top_p, "max_tokens": asked.max_tokens, "seed": asked.seed,
        "stop": list(asked.stop), "logprobs": 0 if asked.logprobs else None,
        "output_kind": vllm.RequestOutputKind.FINAL_ONLY,
    }  # fmt: skip
    if request.constraint is not None:
        settings["structured_outputs"] = vllm.StructuredOutputsParams(**_structured(request.constraint))
    try:
        return vllm.SamplingParams(**settings)
    except Exception as error:  # vLLM's own errors have no common base
        said = " ".join(str(error).split())
        message = f"vLLM does not take the sampling {to_json({**more, **asdict(asked)})}: {said}"
        raise ModelError(message, kind="bad_request", fatal=True) from None


def completion_of(output: Any, request: Request, parser: str, timing: Timing, name: str) -> Completion:
    """Return what the engine has written.

    Args:
        output: vLLM's `RequestOutput`, finished.
        request: What was asked.
        parser: Reads calls out of what was written without a constraint.
        timing: How long it took.
        name: Of the model.

    Raises:
        ModelError: If the engine gave the request up.
    """
    written, prompt = output.outputs[0], tuple(output.prompt_token_ids)
    ids, finish = tuple(written.token_ids), written.finish_reason or "stop"
    if finish in ("error", "abort"):
        message = f"the engine of {name} gave a request up; its log says why, often a grammar that it cannot read"
        raise ModelError(message, kind="server_error")
    read = _read(written.text, request, parser)
    return Completion(
        raw=written.text,
        content=read.content,
        reasoning=read.reasoning,
        calls=read.calls,
        finish="tool_calls" if finish == "stop" and read.calls else finish,
        usage=Usage(len(prompt), len(ids), output.num_cached_tokens or 0),
        prompt_ids=prompt if request.sampling.token_ids else None,
        token_ids=ids if request.sampling.token_ids else None,
        logprobs=_logprobs(written) if request.sampling.logprobs else None,
        model=name,
        timing=timing,
    )


def timing_of(metrics: Any, rendered: float, whole: float) -> Timing:
    """Return how long a request took.

    Args:
        metrics: What vLLM says; None where its options keep it from counting.
        rendered: Seconds until the engine had the prompt.
        whole: Seconds until all was there.
    """
    if metrics is None:
        return Timing(whole, whole)
    wait = max(0.0, metrics.scheduled_ts - metrics.queued_ts)
    return Timing(min(whole, rendered + metrics.first_token_latency), whole, wait=wait)


def _structured(constraint: Constraint) -> dict[str, JsonValue]:
    """Return vLLM's own word for a constraint, and what stands under it."""
    body = constraint.body
    text = constraint.kind == "structural_tag" and not isinstance(body, str)
    return {_FIELDS[constraint.kind]: to_json(body) if text else body}


def _read(text: str, request: Request, parser: str) -> Read:
    if request.constraint is not None:
        return read_text(text, request.constraint.parser, request.tools)
    if not request.tools or request.tool_choice == "none":
        return Read(*thinking(text), ())
    return read_text(text, parser, request.tools)


def _logprobs(written: Any) -> tuple[float, ...]:
    return tuple(float(one[token].logprob) for token, one in zip(written.token_ids, written.logprobs, strict=True))
