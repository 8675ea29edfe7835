"""Renamed domains: the same world behind other names of tools and parameters."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.schema import ArgumentSchema
from fc_gym.tool import Tool
from fc_gym.types import JsonValue, ToolCall, to_json

__all__ = ["Alias", "RenamedDomain", "original", "renamed"]


@dataclass(frozen=True)
class Alias:
    """What a new name stands for."""

    tool: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """New name to old, of those that have a new one."""


def renamed(domain: Domain, names: Mapping[str, Alias]) -> Domain:
    """Return a domain under other names; the same object for the same names.

    Args:
        domain: The domain.
        names: What each new name of a tool stands for; tools that are not in it keep their names.

    Raises:
        TaskError: If a name stands for nothing that there is, or two things would have the same name.
    """
    return _renamed(domain, to_json(names)) if names else domain


def original(call: ToolCall, names: Mapping[str, Alias]) -> ToolCall:
    """Return the call that a call under new names stands for."""
    alias = names.get(call.name)
    if alias is None:
        return call
    return ToolCall(alias.tool, {alias.parameters.get(name, name): value for name, value in call.arguments.items()})


class RenamedDomain(Domain):
    """A domain whose tools and parameters have other names; its worlds, results and refusals are the same.

    Args:
        domain: The domain.
        names: As for `renamed`.
    """

    def __init__(self, domain: Domain, names: Mapping[str, Alias]) -> None:
        self.plain, self.aliases = domain, dict(names)
        self.world, self.name, self.description = domain.world, domain.name, domain.description
        self.foreign, self.entities = domain.foreign, domain.entities
        news = {alias.tool: (new, alias.parameters) for new, alias in names.items()}
        _check(domain, news)
        tools = (_tool(tool, *news[tool.name]) if tool.name in news else tool for tool in domain.tools.values())
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        if len(self.tools) < len(domain.tools):
            raise TaskError(f"{domain.name}: two tools would have the same name; give each new tool a name of its own")

    def __reduce__(self) -> tuple[Callable[..., Domain], tuple[Any, ...]]:
        return renamed, (self.plain, self.aliases)

    def sample(self, seed: Any) -> Any:
        """Draw a start state: that of the domain under its own names."""
        return self.plain.sample(seed)


@lru_cache(maxsize=256)
def _renamed(domain: Domain, text: str) -> RenamedDomain:
    return RenamedDomain(domain, {name: Alias(**alias) for name, alias in orjson.loads(text).items()})


def _check(domain: Domain, news: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
    for tool, (new, parameters) in news.items():
        if tool not in domain.tools:
            raise TaskError(f"{new!r} stands for {tool!r}; {domain.name} has {', '.join(domain.names)}")
        have = domain.tools[tool].parameters
        wrong = [old for old in parameters.values() if old not in have]
        if wrong:
            raise TaskError(f"{new!r} has a name for {wrong[0]!r}; {tool} takes {', '.join(have) or 'nothing'}")


def _tool(tool: Tool, name: str, parameters: Mapping[str, str]) -> Tool:
    """Return a tool under another name."""
    news = {old: new for new, old in parameters.items()}
    given = {
        news.get(old, old): dataclasses.replace(one, name=news.get(old, old)) for old, one in tool.parameters.items()
    }
    if len(given) < len(tool.parameters):
        raise TaskError(f"{name}: two parameters would have the same name; give each a name of its own")
    function = _function(tool.function, parameters)
    return dataclasses.replace(
        tool, name=name, parameters=given, arguments=_schema(tool, name, news), function=function, asks=(), says=()
    )


def _schema(tool: Tool, name: str, news: Mapping[str, str]) -> ArgumentSchema:
    hints = typing.get_type_hints(inspect.unwrap(tool.function), include_extras=True)
    if not hints.keys() >= tool.parameters.keys():
        raise TaskError(f"{tool.name} cannot be renamed, since its parameters have no annotations")
    types = {news.get(old, old): hints[old] for old in tool.parameters}
    required = frozenset(news.get(old, old) for old, one in tool.parameters.items() if one.required)
    texts = {news.get(old, old): one.description for old, one in tool.parameters.items()}
    return ArgumentSchema(name, types, required, texts)


def _function(function: Callable[..., object], parameters: Mapping[str, str]) -> Callable[..., object]:
    def run(world: object, **arguments: JsonValue) -> object:
        return function(world, **{parameters.get(name, name): value for name, value in arguments.items()})

    return run
