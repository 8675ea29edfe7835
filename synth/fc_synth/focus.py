"""Focus: the rows that "that order" or "it" can mean at a point of the dialogue."""

from __future__ import annotations

from fc_agents.trace import argument_leaves

from fc_gym.domain import Domain
from fc_gym.tool import Tool
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves

__all__ = ["Focus", "made_path", "references"]


def made_path(tool: Tool) -> str | None:
    """Return where a result of a tool identifies the row that it is about; None if nowhere."""
    return next((path for path in tool.returns if "." not in path and "[" not in path and "{" not in path), None)


def references(noun: str) -> tuple[str, ...]:
    """Return the words that only refer to a row of a kind: the last one in two ways, then the first one."""
    return f"that {noun}", f"the {noun} from earlier", f"the first {noun} I mentioned"


class Focus:
    """What was last spoken of, by key. The writer and the reader of queries keep one each, by the same rule.

    Args:
        domain: The domain.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.last: dict[str, JsonValue] = {}
        self.turn = 0
        """The current turn; whoever keeps it counts it up."""
        self.first: dict[str, JsonValue] = {}
        """The row of each key that was spoken of first."""
        self._when: dict[str, int] = {}

    def copy(self) -> Focus:
        """Return an independent copy."""
        other = Focus(self.domain)
        other.last, other.first = dict(self.last), dict(self.first)
        other.turn, other._when = self.turn, dict(self._when)
        return other

    def near(self, key: str, value: JsonValue) -> bool:
        """Return True if a row was the last of its kind spoken of, in this message or the one before."""
        return self.last.get(key) == value and self.turn - self._when[key] <= 1

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

    def reference(self, key: str, value: JsonValue) -> str:
        """Return words that only refer to a row, the last one or one of long ago; empty if there are none."""
        if self.near(key, value):
            return self.phrase(key)
        noun = self.domain.entities[key].noun
        if self.last.get(key) == value:
            return references(noun)[1]
        return references(noun)[2] if self.first.get(key) == value else ""

    def meant(self, text: str) -> tuple[str, JsonValue] | None:
        """Return the key and value that words such as "that order" mean; None if they are no such words."""
        words = text.strip().lower()
        for key, value in self.last.items():
            *latest, earliest = references(self.domain.entities[key].noun)
            if words in latest:
                return key, value
            if words == earliest.lower() and key in self.first:
                return key, self.first[key]
        return None

    def bare(self, key: str) -> bool:
        """Return True if rows of a key go by a name and nothing else, so that saying it again is as short."""
        heads = [head.text.split(" ") for head in self.domain.entities[key].heads]
        return all(len(words) <= 2 and words[-1].startswith("{") for words in heads)

    def refers(self, text: str) -> bool:
        """Return True for words such as "that order", whether or not they mean anything yet."""
        words = text.strip().lower()
        nouns = (entity.noun for entity in self.domain.entities.values())
        return any(words == one.lower() for noun in nouns for one in references(noun))

    def _set(self, key: str, value: JsonValue) -> None:
        self.last.pop(key, None)
        self.first.setdefault(key, value)
        self.last[key], self._when[key] = value, self.turn
