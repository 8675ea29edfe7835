"""The key-value memory of BFCL: a small store and a large one, searched by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fc_gym.bfcl.memory.shelf import ARCHIVAL, CORE, Keys, Outcome, Ranked, Value
from fc_gym.bfcl.memory.snapshot import entries_in, snapshot_in
from fc_gym.types import JsonValue

__all__ = ["MemoryAPI_kv"]


@dataclass
class MemoryAPI_kv:
    """Notes under keys."""

    core_memory: dict[str, str] = field(default_factory=dict)
    """The short-term memory: key to value, oldest first."""
    archival_memory: dict[str, str] = field(default_factory=dict)
    """The long-term memory."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make a memory.

        Args:
            config: What `snapshot` gave, under `snapshot`; without it the memory is empty; all else is ignored.
            long_context: Makes no difference here.

        Returns:
            The memory, which shares nothing with the config.

        Raises:
            TaskError: To whoever wrote the config, if it is no such snapshot.
        """
        found = snapshot_in(config, "core_memory", "archival_memory")
        return cls(*[dict(entries_in(found, name)) for name in ("core_memory", "archival_memory")])

    @property
    def snapshot(self) -> dict[str, JsonValue]:
        """The whole memory as a plain JSON value, in the form of the official snapshot files."""
        return {"core_memory": dict(self.core_memory), "archival_memory": dict(self.archival_memory)}

    @property
    def shown(self) -> JsonValue:
        """What the agent sees of it without asking: the short-term memory."""
        return dict(self.core_memory)

    def core_memory_add(self, key: str, value: str) -> Outcome:
        """Keep a new entry in the short-term memory.

        Args:
            key: A new name in snake_case.
            value: What to keep.

        Returns:
            What was done, or an error if the store is full, the value too long, or the key malformed or in use.
        """
        return CORE.add(self.core_memory, key, value)

    def core_memory_remove(self, key: str) -> Outcome:
        """Take an entry out of the short-term memory.

        Args:
            key: Its key.

        Returns:
            What was done, or an error if there is no such key.
        """
        return CORE.remove(self.core_memory, key)

    def core_memory_replace(self, key: str, value: str) -> Outcome:
        """Change an entry of the short-term memory.

        Args:
            key: Its key.
            value: What to keep from now on.

        Returns:
            What was done, or an error if there is no such key or the value is too long.
        """
        return CORE.replace(self.core_memory, key, value)

    def core_memory_clear(self) -> Outcome:
        """Empty the short-term memory.

        Returns:
            What was done.
        """
        self.core_memory = {}
        return {"status": "Short term memory cleared."}

    def core_memory_retrieve(self, key: str) -> Value:
        """Show an entry of the short-term memory.

        Args:
            key: Its key.

        Returns:
            The value, or an error if there is no such key.
        """
        return CORE.retrieve(self.core_memory, key)

    def core_memory_list_keys(self) -> Keys:
        """List the keys of the short-term memory.

        Returns:
            The keys, oldest first.
        """
        return {"keys": list(self.core_memory)}

    def core_memory_key_search(self, query: str, k: int = 5) -> Ranked:
        """Find keys of the short-term memory by words, with BM25+.

        Args:
            query: Words that the key may have.
            k: How many keys to show at most.

        Returns:
            The keys with their scores, best first; an empty store raises.
        """
        return CORE.search(self.core_memory, query, k)

    def core_memory_retrieve_all(self) -> dict[str, str]:
        """Show the whole short-term memory.

        Returns:
            The entries, oldest first.
        """
        return self.core_memory

    def archival_memory_add(self, key: str, value: str) -> Outcome:
        """Keep a new entry in the long-term memory.

        Args:
            key: A new name in snake_case.
            value: What to keep.

        Returns:
            What was done, or an error if the store is full, the value too long, or the key malformed or in use.
        """
        return ARCHIVAL.add(self.archival_memory, key, value)

    def archival_memory_remove(self, key: str) -> Outcome:
        """Take an entry out of the long-term memory.

        Args:
            key: Its key.

        Returns:
            What was done, or an error if there is no such key.
        """
        return ARCHIVAL.remove(self.archival_memory, key)

    def archival_memory_replace(self, key: str, value: str) -> Outcome:
        """Change an entry of the long-term memory.

        Args:
            key: Its key.
            value: What to keep from now on.

        Returns:
            What was done, or an error if there is no such key or the value is too long.
        """
        return ARCHIVAL.replace(self.archival_memory, key, value)

    def archival_memory_clear(self) -> Outcome:
        """Empty the long-term memory.

        Returns:
            What was done.
        """
        self.archival_memory = {}
        return {"status": "Long term memory cleared."}

    def archival_memory_retrieve(self, key: str) -> Value:
        """Show an entry of the long-term memory.

        Args:
            key: Its key.

        Returns:
            The value, or an error if there is no such key.
        """
        return ARCHIVAL.retrieve(self.archival_memory, key)

    def archival_memory_list_keys(self) -> Keys:
        """List the keys of the long-term memory.

        Returns:
            The keys, oldest first.
        """
        return {"keys": list(self.archival_memory)}

    def archival_memory_key_search(self, query: str, k: int = 5) -> Ranked:
        """Find keys of the long-term memory by words, with BM25+.

        Args:
            query: Words that the key may have.
            k: How many keys to show at most.

        Returns:
            The keys with their scores, best first; an empty store raises.
        """
        return ARCHIVAL.search(self.archival_memory, query, k)
