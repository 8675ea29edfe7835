"""The vector memory of BFCL: a small store and a large one, searched by nearness of meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fc_gym.bfcl.memory.nearest import Added, Found, NearTexts
from fc_gym.bfcl.memory.shelf import Outcome
from fc_gym.bfcl.memory.snapshot import snapshot_in
from fc_gym.types import JsonValue

__all__ = ["MemoryAPI_vector"]


def _core() -> NearTexts:
    return NearTexts(7, 300)


def _archival() -> NearTexts:
    return NearTexts(50, 2000)


@dataclass
class MemoryAPI_vector:
    """Texts that are found by nearness; how good that is depends on the embedder alone."""

    core_memory: NearTexts = field(default_factory=_core)
    """The short-term memory."""
    archival_memory: NearTexts = field(default_factory=_archival)
    """The long-term memory."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make a memory.

        Args:
            config: An `Embedder` under `embedder`, and what `snapshot` gave under `snapshot`; without it the
                memory is empty; all else is ignored.
            long_context: Makes no difference here.

        Returns:
            The memory, which shares only the embedder with the config.

        Raises:
            TaskError: To whoever wrote the config, if it is no such snapshot, or has texts and there is no embedder.
        """
        memory = cls()
        memory.core_memory.embedder = memory.archival_memory.embedder = config.get("embedder")
        found = snapshot_in(config, "core_memory", "archival_memory")
        if found:
            memory.core_memory.fill(found["core_memory"], "core_memory")
            memory.archival_memory.fill(found["archival_memory"], "archival_memory")
        return memory

    @property
    def snapshot(self) -> dict[str, JsonValue]:
        """The whole memory as a plain JSON value, in the form of the official snapshot files."""
        return {"core_memory": self.core_memory.snapshot, "archival_memory": self.archival_memory.snapshot}

    @property
    def shown(self) -> JsonValue:
        """What the agent sees of it without asking: the short-term memory."""
        return dict(self.core_memory.snapshot["store"])

    def core_memory_add(self, text: str) -> Added:
        """Keep a text in the core memory.

        Args:
            text: What to keep.

        Returns:
            Its id, or an error if the text is too long or the store full.
        """
        return self.core_memory.add(text)

    def core_memory_remove(self, vec_id: int) -> Outcome:
        """Take a text out of the core memory.

        Args:
            vec_id: Its id.

        Returns:
            What was done, or an error if there is no such id.
        """
        return self.core_memory.remove(vec_id)

    def core_memory_update(self, vec_id: int, new_text: str) -> Outcome:
        """Change a text of the core memory.

        Args:
            vec_id: Its id.
            new_text: What to keep from now on.

        Returns:
            What was done, or an error if there is no such id or the text is too long.
        """
        return self.core_memory.update(vec_id, new_text)

    def core_memory_clear(self) -> Outcome:
        """Empty the core memory.

        Returns:
            What was done.
        """
        return self.core_memory.clear()

    def core_memory_retrieve(self, query: str, top_k: int = 5) -> Found:
        """Find texts of the core memory that are near to a text.

        Args:
            query: What to look for.
            top_k: How many to show at most, from 1.

        Returns:
            The texts with their scores, nearest first.
        """
        return self.core_memory.retrieve(query, top_k)

    def core_memory_retrieve_all(self) -> Found:
        """Show all texts of the core memory.

        Returns:
            The texts with their ids, oldest first.
        """
        return self.core_memory.retrieve_all()

    def archival_memory_add(self, text: str) -> Added:
        """Keep a text in the archival memory.

        Args:
            text: What to keep.

        Returns:
            Its id, or an error if the text is too long or the store full.
        """
        return self.archival_memory.add(text)

    def archival_memory_remove(self, vec_id: int) -> Outcome:
        """Take a text out of the archival memory.

        Args:
            vec_id: Its id.

        Returns:
            What was done, or an error if there is no such id.
        """
        return self.archival_memory.remove(vec_id)

    def archival_memory_update(self, vec_id: int, new_text: str) -> Outcome:
        """Change a text of the archival memory.

        Args:
            vec_id: Its id.
            new_text: What to keep from now on.

        Returns:
            What was done, or an error if there is no such id or the text is too long.
        """
        return self.archival_memory.update(vec_id, new_text)

    def archival_memory_clear(self) -> Outcome:
        """Empty the archival memory.

        Returns:
            What was done.
        """
        return self.archival_memory.clear()

    def archival_memory_retrieve(self, query: str, top_k: int = 5) -> Found:
        """Find texts of the archival memory that are near to a text.

        Args:
            query: What to look for.
            top_k: How many to show at most, from 1.

        Returns:
            The texts with their scores, nearest first.
        """
        return self.archival_memory.retrieve(query, top_k)

    def archival_memory_retrieve_all(self) -> Found:
        """Show all texts of the archival memory.

        Returns:
            The texts with their ids, oldest first.
        """
        return self.archival_memory.retrieve_all()
