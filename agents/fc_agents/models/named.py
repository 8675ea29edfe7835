"""Models from the options of a command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fc_agents.models.model import Model
from fc_agents.models.openai import OpenAiModel
from fc_agents.models.recorded import RecordedModel
from fc_agents.models.vllm import VllmModel
from fc_agents.models.wire import Dialect
from fc_gym.errors import TaskError
from fc_gym.parsers import PARSERS
from fc_gym.types import JsonValue

__all__ = ["KINDS", "ModelOptions", "model_from"]

KINDS = ("openai", "vllm")
"""What serves a model: a server, or the engine inside this process."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What a user says of a model."""

    model: str = ""
    """Its name at the server, or its folder for the engine (`--model`)."""
    base_url: str = ""
    """Address of the server (`--base-url`)."""
    key_env: str = ""
    """Name of the environment variable that holds the server's key (`--key-env`)."""
    kind: str = ""
    """One of `KINDS`; empty: a server where there is an address."""
    record: Path | None = None
    """File that answers are added to, and taken from where it has them (`--record`)."""
    replay: Path | None = None
    """File that holds all answers (`--replay`)."""
    requests: int = 256
    """Most requests under way at once."""
    timeout: float = 600.0
    """Longest time of one try, in seconds."""
    tries: int = 5
    """How often one request is sent."""
    stream: bool = False
    """Whether answers come token by token, so that the time to the first is known."""
    parser: str = "hermes"
    """Reads calls out of texts that the server leaves whole."""
    strict: bool | None = None
    """Whether a server is to keep arguments to their schemas; None: where a call is required."""
    parallel: bool = True
    """Whether a response may hold several calls."""
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    """More fields of each request to a server, or more options of the engine."""


def model_from(options: ModelOptions) -> Model:
    """Return the model that a user asked for; nothing is sent yet.

    Raises:
        TaskError: If the options do not name one.
        RecordError: If a record cannot be used.
        ModelError: If the address is none, or what it needs is not installed.
    """
    if options.replay is not None:
        given = [f"--{name}" for name in ("base-url", "record") if getattr(options, name.replace("-", "_"))]
        if given:
            raise TaskError(f"--replay asks no model and writes nothing, so {' and '.join(given)} cannot go with it")
        return RecordedModel(options.replay)
    model = _asked(options)
    return model if options.record is None else RecordedModel(options.record, model)


def _asked(options: ModelOptions) -> Model:
    kind = options.kind or ("openai" if options.base_url else "")
    if not options.model:
        raise TaskError("no model is named; give its name with --model, as the server knows it")
    if options.parser not in PARSERS:
        raise TaskError(f"unknown parser {options.parser!r}; have {', '.join(PARSERS)}")
    if kind == "openai":
        return _server(options)
    if kind == "vllm":
        return _engine(options)
    if kind:
        raise TaskError(f"unknown kind of model {kind!r}; have {', '.join(KINDS)}")
    raise TaskError(
        f"where is the model {options.model}? give the address of its server with --base-url, such as "
        "http://127.0.0.1:8000/v1"
    )


def _server(options: ModelOptions) -> Model:
    if not options.base_url:
        raise TaskError("a server has an address; give it with --base-url, such as http://127.0.0.1:8000/v1")
    key = os.environ.get(options.key_env, "") if options.key_env else ""
    if options.key_env and not key:
        raise TaskError(f"the environment variable {options.key_env}, which --key-env names, is not set")
    return OpenAiModel(
        options.model,
        options.base_url,
        key=key,
        timeout=options.timeout,
        tries=options.tries,
        requests=options.requests,
        stream=options.stream,
        dialect=Dialect(options.strict, options.parallel, options.parser, options.extra),
    )


def _engine(options: ModelOptions) -> Model:
    if options.base_url or options.key_env:
        raise TaskError("the engine runs in this process, so --base-url and --key-env cannot go with it")
    return VllmModel(options.model, parser=options.parser, engine=options.extra)
