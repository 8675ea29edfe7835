"""What an agent remembers of a dialogue: the rows that results have shown, and which of them words can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fc_gym.domain import Domain
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, ToolResult, general_path, leaves
from fc_synth.describe import Description, field_keys, fits, understood
from fc_synth.focus import Focus

__all__ = ["Memory", "Shown", "unsaid"]


@dataclass(frozen=True)
class Shown:
    """One row as a result showed it."""

    key: str
    value: JsonValue
    record: Mapping[str, JsonValue]
    """The object around the identifier."""
    tool: str


class Memory:
    """The rows shown so far, the newest last.

    Args:
        domain: Says which leaves are identifiers.
        today: The current day, as the system message gives it.
    """

    def __init__(self, domain: Domain, today: str) -> None:
        self.domain, self.today = domain, today
        self.shown: list[Shown] = []
        self.focus = Focus(domain)

    def copy(self) -> Memory:
        """Return an independent copy."""
        other = Memory(self.domain, self.today)
        other.shown, other.focus = list(self.shown), self.focus.copy()
        return other

    def observe(self, result: ToolResult) -> None:
        """Take in a result."""
        tool = self.domain.tools.get(result.call.name)
        if tool is None or not result.ok:
            return
        for path, leaf, record in leaves(result.value):
            key = tool.returns.get(general_path(path), "")
            if key in self.domain.entities and leaf is not None:
                self.shown.append(Shown(key, leaf, record, tool.name))

    def meant(self, key: str, words: str, focus: Focus | None = None) -> list[JsonValue]:
        """Return the identifiers that words can mean, going by what has been shown."""
        referred = (focus or self.focus).meant(words)
        if referred is not None:
            return [referred[1]] if referred[0] == key else []
        description = self.described(key, words)
        if description is None:
            return []
        keys = field_keys(self.domain.entities[key].row)
        found = [one.value for one in self.shown if one.key == key and fits(description, one.record, keys, self.today)]
        return list(dict.fromkeys(found))

    def described(self, key: str, words: str) -> Description | None:
        """Return what words say of a row; None if they do not describe one of that kind."""
        return understood(self.domain.entities[key], words)

    def records(self, key: str, value: JsonValue) -> list[Mapping[str, JsonValue]]:
        """Return what has been shown of a row, the newest first."""
        return [one.record for one in reversed(self.shown) if one.key == key and one.value == value]


def unsaid(words: str, one: Parameter, today: str) -> JsonValue:
    """Turn the words for a value into the value that a parameter takes.

    >>> unsaid("2 March", Parameter("day", "", {"type": "string"}, True, key="Date"), "2026-01-10")
    '2026-03-02'
    """
    kind = one.schema.get("items", one.schema).get("type", "string")
    try:
        if kind == "integer":
            return int(words)
        if kind == "number":
            return float(words)
        if one.key == "Date":
            return _iso(words, today)
    except ValueError:
        return words
    if kind == "boolean":
        return words == "yes"
    return words


def _iso(words: str, today: str) -> str:
    if words[:4].isdigit():
        return date.fromisoformat(words).isoformat()
    parts = words.split()
    full = words if len(parts) == 3 else f"{words} {today[:4]}"
    return datetime.strptime(full, "%d %B %Y").date().isoformat()
