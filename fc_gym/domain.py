"""A domain: a world's class and everything that is derived from it."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError

from fc_gym.docstring import read_docstring
from fc_gym.entity import Entity, read_entities
from fc_gym.errors import CallError, DomainError, TaskError, ToolError
from fc_gym.state import State
from fc_gym.tool import Tool, read_tool
from fc_gym.types import JsonValue, Refusal, ToolCall, ToolResult, canonical, to_json

__all__ = ["Domain", "refused", "unknown_tool"]

World = Any
"""An instance of the author's class."""


class Domain:
    """A world's class, read: its tools, its entities, and how calls are run in it.

    Args:
        world: The author's class; its public methods are the tools. A dataclass with `sample(rng)` is one of ours;
            any other class that has `sample(rng)` or can be made without arguments is read too, and may refuse by
            returning `{"error": text}` or by raising.
        name: What to call the domain; the class name in snake_case if not given.

    Raises:
        DomainError: To the author, naming `Class.method: parameter` and what would be right.
    """

    def __init__(self, world: type, name: str = "") -> None:
        self.world = world
        self.name = name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", world.__name__).lower()
        self.description = read_docstring(world).description
        self.foreign = not (dataclasses.is_dataclass(world) and hasattr(world, "sample"))
        self.entities: Mapping[str, Entity] = read_entities(world)
        self.tools: Mapping[str, Tool] = {name: read_tool(world, name) for name in _tool_names(world)}
        if not self.tools:
            raise DomainError(f"{world.__name__} has no public method, so it has no tool; add one")

    @classmethod
    def from_class(cls, world: type) -> Domain:
        """Read a class as a domain under its own name."""
        return cls(world)

    def __repr__(self) -> str:
        return f"Domain({self.name}: {len(self.tools)} tools)"

    def __deepcopy__(self, memo: dict[int, object]) -> Domain:
        return self

    def __reduce__(self) -> tuple[Callable[[type, str], Domain], tuple[type, str]]:
        return _read_again, (self.world, self.name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the tools, in the order of `action_mask`."""
        return tuple(self.tools)

    @cached_property
    def requirements(self) -> Mapping[str, frozenset[str]]:
        """For each tool, the keys of rows that must be known before it can be called."""
        return {tool.name: tool.needs & set(self.entities) for tool in self.tools.values()}

    def callable_with(self, keys: Set[str], among: Iterable[str]) -> tuple[str, ...]:
        """Return those of some tools whose needed rows are among the known keys."""
        requirements = self.requirements
        return tuple([name for name in among if requirements[name] <= keys])

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a tool's schema or texts change."""
        body = [[tool.spec(), sorted(tool.returns.items())] for tool in self.tools.values()]
        return hashlib.blake2b(canonical(body).encode(), digest_size=8).hexdigest()

    def sample(self, seed: int | np.random.Generator) -> State[World]:
        """Draw a start state.

        Args:
            seed: A seed, 0 or more, or a generator to draw from.

        Raises:
            DomainError: If the class cannot be made.
        """
        if not hasattr(self.world, "sample"):
            return State(self._made())
        rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
        return State(self.world.sample(rng))

    def start(self, seed: int, record: Mapping[str, JsonValue] | None = None) -> State[World]:
        """Return the start state that a record describes, or the one drawn from the seed.

        Raises:
            TaskError: If the record does not fit the class.
        """
        if record is None:
            return self.sample(seed)
        try:
            return State(TypeAdapter[World](self.world).validate_python(record))
        except (ValidationError, PydanticSchemaGenerationError) as error:
            raise TaskError(f"the start state does not fit {self.world.__name__}: {error}") from None

    def execute(self, world: World, call: ToolCall, *, terse: bool = False) -> ToolResult:
        """Run one call; the only way in which calls are ever run.

        Args:
            world: The live world, changed in place if the call runs.
            call: What the agent asks for.
            terse: Leave hints out of refusals.

        Returns:
            The result; a call that is malformed or refused gives a refusal and changes nothing.

        Raises:
            Exception: Whatever else the tool raises, with the call attached: a bug of the domain.
        """
        try:
            tool = self.tools.get(call.name) or self.tool(call.name)
            arguments = tool.arguments.accept(call.arguments)
            if arguments is None:
                arguments = tool.arguments.check(call.arguments)
            value = tool.function(world, **arguments)
        except CallError as error:
            return refused(call, Refusal(error.code, error.message, "" if terse else error.hint))
        except ToolError as error:
            return refused(call, Refusal(error.code, error.message, "" if terse else error.hint, by_tool=True))
        except Exception as error:
            if self.foreign:
                return refused(call, Refusal("exception", f"{type(error).__name__}: {error}", by_tool=True))
            error.add_note(f"while running {call} in the domain {self.name}")
            raise
        if self.foreign and isinstance(value, dict) and set(value) == {"error"}:
            return refused(call, Refusal("refused", str(value["error"]), by_tool=True))
        try:
            return ToolResult(call, to_json(value), None, tool.shown(value))
        except TypeError as error:
            raise self._untellable(call, error) from error

    def tool(self, name: str) -> Tool:
        """Return a tool by name.

        Raises:
            CallError: To the agent, with the nearest name.
        """
        found = self.tools.get(name)
        if found is None:
            raise unknown_tool(name, self.names)
        return found

    def _untellable(self, call: ToolCall, error: TypeError) -> DomainError:
        return DomainError(
            f"{self.world.__name__}.{call.name}: the result cannot be told as JSON ({error}); "
            "return text, numbers, lists, dicts or dataclasses"
        )

    def _made(self) -> World:
        try:
            return self.world()
        except Exception as error:
            raise DomainError(
                f"{self.world.__name__}: cannot be made without arguments ({type(error).__name__}: {error}); "
                "give it a classmethod `sample(rng)` or defaults"
            ) from error


def unknown_tool(name: str, have: tuple[str, ...]) -> CallError:
    """Return the complaint about a tool that does not exist, with the nearest that does."""
    shown = name if len(name) <= 60 else f"{name[:60]}..."
    return CallError(f"unknown tool {shown!r}", code="unknown_tool", hint=_nearest(name, have))


@lru_cache(maxsize=256)
def _nearest(name: str, have: tuple[str, ...]) -> str:
    """Say which tool may have been meant; the same slips are made again and again."""
    near = difflib.get_close_matches(name, have, n=1)
    return f"did you mean {near[0]}?" if near else f"have {', '.join(have)}"


@cache
def _read_again(world: type, name: str) -> Domain:
    """Read a class that was pickled by reference, once per process, so that copies share what is derived from it."""
    return Domain(world, name)


def refused(call: ToolCall, refusal: Refusal) -> ToolResult:
    """Return the result of a call that had no effect."""
    return ToolResult(call, refusal.text(), refusal)


def _tool_names(world: type) -> list[str]:
    names: dict[str, None] = {}
    for base in reversed(world.__mro__[:-1]):
        for name, member in vars(base).items():
            if not name.startswith("_") and inspect.isfunction(member):
                names[name] = None
    return [name for name in names if inspect.isfunction(getattr(world, name, None))]
