"""The recursive-summary memory of BFCL: one text that the agent keeps up itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypedDict

from fc_gym.bfcl.memory.shelf import Outcome
from fc_gym.bfcl.memory.snapshot import snapshot_in
from fc_gym.errors import TaskError
from fc_gym.types import JsonValue

__all__ = ["FENCE", "LENGTH", "Content", "MemoryAPI_rec_sum"]

LENGTH = 10_000
"""Most characters of the text, except after a replacement, which is officially not measured as a whole."""

FENCE = 1_000_000
"""Most characters after a replacement; officially there is no end, and three calls could fill the machine."""


class Content(TypedDict, total=False):
    """The text, or why there is none."""

    memory_content: str
    error: str


@dataclass
class MemoryAPI_rec_sum:
    """One text."""

    memory: str = ""
    """All that is remembered."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make a memory.

        Args:
            config: What `snapshot` gave, under `snapshot`; without it the memory is empty; all else is ignored.
            long_context: Makes no difference here.

        Returns:
            The memory.

        Raises:
            TaskError: To whoever wrote the config, if it is no such snapshot.
        """
        memory = snapshot_in(config, "memory").get("memory", "")
        if not isinstance(memory, str):
            raise TaskError(f"memory of a snapshot is a text, not {type(memory).__name__}")
        return cls(memory)

    @property
    def snapshot(self) -> dict[str, JsonValue]:
        """The whole memory as a plain JSON value, in the form of the official snapshot files."""
        return {"memory": self.memory}

    @property
    def shown(self) -> JsonValue:
        """What the agent sees of it without asking: all of it."""
        return self.memory

    def memory_append(self, text: str) -> Outcome:
        """Write a text behind the memory, with nothing between.

        Args:
            text: What to add.

        Returns:
            What was done, or an error if the memory would be too long.
        """
        longer = self.memory + str(text)
        if len(longer) > LENGTH:
            return _too_long("appending")
        self.memory = longer
        return {"status": "Memory appended."}

    def memory_update(self, text: str) -> Outcome:
        """Write a text in place of the whole memory.

        Args:
            text: What to remember from now on.

        Returns:
            What was done, or an error if it is too long.
        """
        if len(str(text)) > LENGTH:
            return _too_long("updating")
        self.memory = str(text)
        return {"status": "Memory updated."}

    def memory_replace(self, old_text: str, new_text: str) -> Outcome:
        """Replace a text wherever it stands in the memory.

        Args:
            old_text: What to look for; an empty text stands between all characters.
            new_text: What to write instead.

        Returns:
            What was done, or an error if the text is not there, or the new one is too long by itself, or the memory
            would outgrow `FENCE`.
        """
        old, new = str(old_text), str(new_text)
        if old not in self.memory:
            return {"error": f"Text '{old}' not found in memory."}
        grown = len(self.memory) + self.memory.count(old) * (len(new) - len(old))
        if len(new) > LENGTH or grown > FENCE:
            return _too_long("replacing")
        self.memory = self.memory.replace(old, new)
        return {"status": "Memory updated."}

    def memory_clear(self) -> Outcome:
        """Forget everything.

        Returns:
            What was done.
        """
        self.memory = ""
        return {"status": "Short term memory cleared."}

    def memory_retrieve(self) -> Content:
        """Show the memory.

        Returns:
            The text, or an error if it is empty.
        """
        return {"memory_content": self.memory} if self.memory else {"error": "Memory is empty."}


def _too_long(doing: str) -> Outcome:
    return {
        "error": f"Entry will be too long after {doing}. Please shorten the entry to less than {LENGTH} characters."
    }
