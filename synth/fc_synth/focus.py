"""Focus: the rows that "that order" or "it" can mean at a point of the dialogue."""

from __future__ import annotations

from fc_agents.trace import argument_leaves

from fc_gym.domain import Domain
from fc_gym.tool import Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves

__all__ = ["Focus", "made_path"]


def made_path(tool: Tool) -> str | None:
    """Return where a result of a tool identifies the row that it is about; None if nowhere."""
    return next((path for path in tool.returns if "." not in path and "[" not in path and "{" not in path), None)


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
        self.mention(call)
        tool = self.domain.tools[call.name]
        if tool.reads_only:
            return
        main = made_path(tool)
        for path, leaf_value, _ in leaves(result.value):
            if general_path(path) == main and tool.returns[main] in self.domain.entities:
                self._set(tool.returns[main], leaf_value)

    def mention(self, call: ToolCall) -> None:
        """Take in the rows that a call names, before it is known what comes of it."""
        for leaf in argument_leaves(self.domain, call):
            if leaf.key in self.domain.entities:
                self._set(leaf.key, leaf.value)

    def phrase(self, key: str) -> str:
        """Return the words for the row of a key that was last spoken of."""
        return f"that {self.domain.entities[key].noun}"

    def meant(self, text: str) -> tuple[str, JsonValue] | None:
        """Return the key and value that words such as "that order" mean; None if they are no such words."""
        for key, value in self.last.items():
            if text.strip().lower() == self.phrase(key):
                return key, value
        return None

    def refers(self, text: str) -> bool:
        """Return True for words such as "that order", whether or not they mean anything yet."""
        return text.strip().lower() in {self.phrase(key) for key in self.domain.entities}

    def _set(self, key: str, value: JsonValue) -> None:
        self.last.pop(key, None)
        self.last[key] = value
