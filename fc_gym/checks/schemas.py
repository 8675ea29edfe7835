"""The check that schemas, calls and results are JSON, and mean what they say."""

from __future__ import annotations

import json
import typing
import warnings
from collections.abc import Iterator
from typing import Any

import orjson
from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError

from fc_gym.checks.draw import sampled
from fc_gym.checks.play import Play, Trial, run
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.errors import CallError, DomainError
from fc_gym.spaces import ToolCallSpace
from fc_gym.tool import Tool
from fc_gym.types import ToolCall, to_json

__all__ = ["NAME", "check"]

NAME = "schema"
_DRAWS = 20
"""How many calls are drawn from each schema."""


def check(play: Play) -> Checked:
    """Draw calls from every schema, and read every result back."""
    findings = [one for tool in play.domain.tools.values() for one in (*_spec(play, tool), *_drawn(play, tool))]
    findings += _untold(play)
    if not play.domain.foreign:
        findings += [one for tool in play.domain.tools.values() for one in _results(play, tool)]
    told = sum(trial.ok for trial in play.trials())
    skipped = "that results fit their types: a foreign class may not mean its types" if play.domain.foreign else ""
    return Checked(NAME, _DRAWS * len(play.domain.tools) + told, distinct(findings), skipped)


def _spec(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    try:
        json.dumps(tool.spec(), allow_nan=False)
    except (TypeError, ValueError) as error:
        message = f"its schema is not plain JSON ({error}); use bounds and extras that JSON can hold"
        yield "spec", Finding(NAME, play.where(tool.name), message)


def _drawn(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    where, space = play.where(tool.name), ToolCallSpace(play.domain, seed=play.seeds[0])
    state = play.domain.sample(play.seeds[0])
    for _ in range(_DRAWS):
        try:
            call = ToolCall(tool.name, sampled(space, tool))
            tool.arguments.check(call.arguments)
        except CallError as error:
            message = f"a call drawn from its schema is turned down: {error.message}; use bounds that a schema can tell"
            yield "draw", Finding(NAME, where, f"{message} ({call})")
            return
        except Exception as error:
            message = f"no call can be drawn from its schema ({type(error).__name__}: {error}); check its bounds"
            yield "draw", Finding(NAME, where, message)
            return
        again = ToolCall.of(orjson.loads(call.json()))
        texts = [run(play.domain, state.fork(), one)[0] for one in (call, again)]
        if texts[0] != texts[1]:
            message = f"a call and its JSON form give different results; depend on the values alone ({call})"
            yield "call", Finding(NAME, where, message)
            return


def _untold(play: Play) -> Iterator[tuple[str, Finding]]:
    for trial in play.trials():
        if isinstance(trial.error, DomainError):
            message = str(trial.error).removeprefix(f"{play.where(trial.call.name)}: ")
            yield "told", Finding(NAME, play.where(trial.call.name), f"{message} ({trial})")


def _results(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    where = play.where(tool.name)
    hints = typing.get_type_hints(tool.function, include_extras=True)
    if "return" not in hints:
        message = "it has no return type, so nobody knows which keys it gives; annotate it, such as `-> list[Order]`"
        yield "return", Finding(NAME, where, message)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adapter: TypeAdapter[Any] = TypeAdapter(hints["return"])
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError, NameError):
        yield "return", Finding(NAME, where, "its return type has no JSON form; return rows, lists, texts or numbers")
        return
    for trial in play.trials():
        fault = _misfit(adapter, trial) if trial.ok and trial.call.name == tool.name else ""
        if fault:
            message = f"its result is not what its return type says: {fault}; make them agree ({trial})"
            yield "result", Finding(NAME, where, message)
            return


def _misfit(adapter: TypeAdapter[Any], trial: Trial) -> str:
    assert trial.result is not None
    try:
        read = orjson.loads(to_json(adapter.validate_json(trial.text)))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return "" if read == trial.result.value else "it holds more, or other, than the type"
