"""The check that keys connect: every key that is taken is given, none is idle, and made-up ones are not found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import NewType, get_args, get_origin

from fc_gym.checks.play import Play, Trial
from fc_gym.checks.report import Checked, Finding, distinct
from fc_gym.keys import field_types, keys_in
from fc_gym.known import Known, candidates, spoken_values
from fc_gym.tool import Parameter, Tool

__all__ = ["NAME", "check"]

NAME = "keys"


def check(play: Play) -> Checked:
    """Look at which keys the tools take and give, and at what they do with made-up ones."""
    takers = [(tool, one) for tool in play.domain.tools.values() for one in tool.parameters.values() if one.key]
    if not takers and (play.domain.foreign or not play.domain.entities):
        return Checked(NAME, 0, (), "no tool takes a key; type identifiers with NewType to connect tools")
    findings = [*_given(play, takers), *_idle(play), *_nameless(play, takers), *_found(play, takers)]
    made_up = sum(trial.kind == "unseen" for trial in play.trials())
    return Checked(NAME, len(takers) + made_up, distinct(findings))


def _given(play: Play, takers: list[tuple[Tool, Parameter]]) -> Iterator[tuple[str, Finding]]:
    given = {key for tool in play.domain.tools.values() for key in tool.gives}
    said = Known(play.domain)
    for seed in play.seeds:
        for key, values in spoken_values(play.domain, play.domain.sample(seed).world).items():
            said.tell(key, values)
    for tool, one in takers:
        if one.key not in given and not candidates(tool, one, said):
            message = f"{one.name} takes a {one.key}, which no tool gives and nobody can say; give it in some result"
            yield one.name, Finding(NAME, play.where(tool.name), message, "error" if one.required else "warning")


def _idle(play: Play) -> Iterator[tuple[str, Finding]]:
    used = {key for tool in play.domain.tools.values() for key in tool.gives}
    used |= {one.key for tool in play.domain.tools.values() for one in tool.parameters.values()}
    for name, annotation in _fields(play.domain.world).items():
        for _, key in keys_in(annotation):
            if key not in used:
                message = f"{name} holds {key}, which no tool takes or gives; use it in a tool or make it a plain type"
                yield key, Finding(NAME, play.where(""), message, "warning")


def _nameless(play: Play, takers: list[tuple[Tool, Parameter]]) -> Iterator[tuple[str, Finding]]:
    taken = {one.key for _, one in takers}
    for name, annotation in _fields(play.domain.world).items():
        arguments = get_args(annotation)
        if get_origin(annotation) is not dict or not isinstance(arguments[0], NewType):
            continue
        key, row = arguments[0].__name__, arguments[1]
        if key in taken and key not in play.domain.entities and dataclasses.is_dataclass(row):
            noun = getattr(row, "__name__", "rows")
            message = f"{name} is a table of {noun}, which has no Names, so a user would have to say {key}; add them"
            yield key, Finding(NAME, play.where(""), message, "warning")


def _found(play: Play, takers: list[tuple[Tool, Parameter]]) -> Iterator[tuple[str, Finding]]:
    for tool, one in takers:
        tried = [
            trial for trial in play.trials()
            if trial.kind == "unseen" and (trial.call.name, trial.parameter) == (tool.name, one.name)
        ]  # fmt: skip
        taken = next((trial for trial in tried if trial.ok), None)
        if taken is not None:
            message = f"it accepts a made-up {one.name}; refuse it with ToolError(..., code='not_found') ({taken})"
            yield one.name, Finding(NAME, play.where(tool.name), message)
        elif tried and not any(_code(trial) == "not_found" for trial in tried):
            code = _code(tried[0])
            message = f"it refuses a made-up {one.name} with {code}; the code for it is not_found ({tried[0]})"
            yield one.name, Finding(NAME, play.where(tool.name), message)


def _code(trial: Trial) -> str:
    return trial.refusal.code if trial.refusal else "a crash"


def _fields(world: type) -> Mapping[str, object]:
    return field_types(world) if dataclasses.is_dataclass(world) else {}
