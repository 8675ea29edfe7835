"""Snapshots: a whole memory as a plain JSON value, and how one is read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fc_gym.errors import TaskError
from fc_gym.types import JsonValue

__all__ = ["entries_in", "snapshot_in"]


def snapshot_in(config: Mapping[str, Any], *fields: str) -> Mapping[str, JsonValue]:
    """Return the snapshot that a memory starts from.

    Args:
        config: The config of a memory; without `snapshot`, or with None there, the memory starts empty.
        *fields: What the snapshot has to say.

    Raises:
        TaskError: To whoever wrote the config, if the snapshot says something else.

    >>> snapshot_in({"snapshot": {"memory": "He likes tea."}}, "memory")
    {'memory': 'He likes tea.'}
    """
    found = config.get("snapshot")
    if found is None:
        return {}
    if not isinstance(found, Mapping) or set(found) != set(fields):
        given = ", ".join(map(str, found)) if isinstance(found, Mapping) else type(found).__name__
        raise TaskError(f"a snapshot of this memory has {' and '.join(fields)}, not {given or 'nothing'}")
    return found


def entries_in(found: Mapping[str, JsonValue], field: str) -> Mapping[str, str]:
    """Return the entries of one store of a snapshot.

    Args:
        found: What `snapshot_in` gave.
        field: Where they stand.

    Raises:
        TaskError: To whoever wrote the config, if they are no texts under texts.
    """
    entries = found.get(field, {})
    if isinstance(entries, Mapping) and all(isinstance(one, str) for pair in entries.items() for one in pair):
        return entries
    raise TaskError(f"{field} of a snapshot holds texts under texts, such as {{'name': 'Ann'}}")
