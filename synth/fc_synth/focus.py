"""Focus: the rows that "that order" or "it" can mean at a point of the dialogue."""

from __future__ import annotations

from fc_agents.trace import argument_leaves
from fc_gym.domain import Domain
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves

__all__ = ["Focus"]


class Focus:
    """What was last spoken of, by key. The writer and the reader of queries keep one each, by the same rule.

    Args:
        domain: The domain.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.last: dict[str, JsonValue] = {}

    def copy(self) -> Focus:
        """Return an independent copy."""
        other = Focus(self.domain)
        other.last = dict(self.last)
        return other

    def note(self, call: ToolCall, result: ToolResult) -> None:
        """Take in a call that the user asked for, and what came of it."""
        for leaf in argument_leaves(self.domain, call):
            if leaf.key in self.domain.entities:
                self._set(leaf.key, leaf.value)
        tool = self.domain.tools[call.name]
        if tool.reads_only:
            return
        for path, leaf_value, _ in leaves(result.value):
            key = tool.returns.get(general_path(path), "")
            if key in self.domain.entities and "." not in path and "[" not in path:
                self._set(key, leaf_value)

    def phrase(self, key: str) -> str:
        """Return the words for the row of a key that was last spoken of."""
        return f"that {self.domain.entities[key].noun}"

    def meant(self, text: str) -> tuple[str, JsonValue] | None:
        """Return the key and value that words such as "that order" mean; None if they are no such words."""
        for key, value in self.last.items():
            if text.strip().lower() == self.phrase(key):
                return key, value
        return None

    def _set(self, key: str, value: JsonValue) -> None:
        self.last.pop(key, None)
        self.last[key] = value
