"""The calls that plans are made of: with known rows, what a user could say, and one text where any would do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from fc_gym.domain import Domain, World
from fc_gym.known import candidates
from fc_gym.plans.plan import heard, rows_named
from fc_gym.tool import Parameter, Tool
from fc_gym.types import JsonValue, ToolCall

__all__ = ["Alphabet", "Value", "Values"]

Value = tuple[str, JsonValue]
"""A key and one of its values."""

Values = frozenset[Value]


class Alphabet:
    """The calls of a domain from one start state, numbered.

    Rows are those that are known, other keys what a user could say, numbers and choices what the schema gives. A text
    that no choice limits is one example, since its wording decides nothing, but for tools that only read: they may
    search by it. At most one optional parameter is given, and lists have one item.

    Args:
        domain: The domain.
        world: The start state, for what its user could say.
    """

    def __init__(self, domain: Domain, world: World) -> None:
        self.domain = domain
        self.calls: list[ToolCall] = []
        self.rows: list[Values] = []
        """The rows that each call names."""
        self._speech = heard(domain, world)
        self._numbers: dict[str, int] = {}
        self._lists: dict[tuple[str, Values], tuple[int, ...]] = {}
        self._rows_taken = {
            tool.name: frozenset(one.key for one in tool.parameters.values() if one.key in domain.entities)
            for tool in domain.tools.values()
        }

    def of(self, tool: str, known: Values) -> tuple[int, ...]:
        """Return the numbers of a tool's calls with known rows."""
        taken = self._rows_taken[tool]
        usable = frozenset(one for one in known if one[0] in taken)
        if (tool, usable) not in self._lists:
            calls = self._made(self.domain.tools[tool], usable)
            self._lists[tool, usable] = tuple(dict.fromkeys(self._number(call) for call in calls))
        return self._lists[tool, usable]

    def _number(self, call: ToolCall) -> int:
        key = call.key()
        if key not in self._numbers:
            self._numbers[key] = len(self.calls)
            self.calls.append(call)
            self.rows.append(frozenset(rows_named(self.domain, call)))
        return self._numbers[key]

    def _made(self, tool: Tool, known: Values) -> Iterator[ToolCall]:
        required = [one for one in tool.parameters.values() if one.required]
        choices = [self._choices(tool, one, known) for one in required]
        extras = [(one.name, value) for one in tool.parameters.values() if not one.required
                  for value in self._choices(tool, one, known)]  # fmt: skip
        for values in itertools.product(*choices):
            given = {one.name: value for one, value in zip(required, values, strict=True)}
            yield ToolCall(tool.name, given)
            for name, value in extras:
                yield ToolCall(tool.name, {**given, name: value})

    def _choices(self, tool: Tool, one: Parameter, known: Values) -> list[JsonValue]:
        if one.key in self.domain.entities:
            found = sorted((value for key, value in known if key == one.key), key=str)
        else:
            found = candidates(tool, one, self._speech)
            free = not one.key and one.schema.get("type") == "string" and "enum" not in one.schema
            found = found[:1] if free and not tool.reads_only else found
        return [[value] for value in found] if one.many else found
