"""The bulk data that the long-context variant adds to the files of a task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fc_gym.bfcl.bulk import bulk

__all__ = ["FileBulk", "file_bulk"]


@dataclass(frozen=True)
class FileBulk:
    """Filler as the official tools tell it."""

    report: str
    """3,251 characters in one line, which follow the content of a file."""
    images: tuple[str, ...]
    """Names of 30 empty files, which follow the entries of a directory that has no directories."""
    spared: frozenset[str]
    """Names of the files whose content stays as it is."""


@cache
def file_bulk() -> FileBulk:
    """Return the bulk data, read at the first use."""
    read = bulk("file_bulk.json")
    return FileBulk(read["report"], tuple(read["images"]), frozenset(read["spared"]))
