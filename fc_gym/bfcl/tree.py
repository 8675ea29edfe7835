"""A tree of files and directories, without references upwards: what each directory was made in is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fc_gym.bfcl.bulk import FileBulk
from fc_gym.bfcl.keys import EntryName

__all__ = ["MAX_ENTRIES", "Directory", "Entry", "File", "Lineage", "Search", "add", "count", "disk_usage", "grow"]

MAX_ENTRIES = 50_000
"""Entries that a tree may be multiplied to by copies that share directories, and that one search looks at."""

_CYCLE = "maximum recursion depth exceeded"


@dataclass
class File:
    """A file; equal to one with the same name and content."""

    name: EntryName
    content: str


@dataclass
class Directory:
    """A directory; equal to one with the same name and equal entries, in any order."""

    name: EntryName
    contents: dict[EntryName, Entry] = field(default_factory=dict)
    """Name to entry, oldest first; copies of a directory share the entries, and a moved one has the very same dict."""
    _number: int = field(default=0, repr=False, compare=False)


Entry = File | Directory


@dataclass
class Lineage:
    """What each directory was made in, which stays so when that one is copied or moved; the root is in nothing."""

    _above: dict[int, Directory] = field(default_factory=dict)
    """Number of a directory to the directory that it was made in."""

    def made(self, name: EntryName, parent: Directory) -> Directory:
        """Make an empty directory, which is not yet among the entries of its parent.

        Args:
            name: Its name.
            parent: What it is made in.
        """
        directory = Directory(name, _number=len(self._above) + 1)
        self._above[directory._number] = parent
        return directory

    def above(self, directory: Directory) -> Directory | None:
        """Return what a directory was made in, or None for the root."""
        return self._above.get(directory._number)

    def trail(self, directory: Directory) -> list[EntryName]:
        """Return the names from the root down to a directory."""
        names = [directory.name]
        above = self.above(directory)
        while above is not None:
            names.append(above.name)
            above = self.above(above)
        return names[::-1]


@dataclass
class Search:
    """One walk through a directory that lists the paths of entries."""

    name: str | None
    """Text that the name of a listed entry contains; None lists all."""
    found: list[str] = field(default_factory=list)
    """Paths, in the order of the entries, what is in a directory right after it."""
    complete: bool = True
    """False if the walk was broken off after `MAX_ENTRIES` entries."""
    _looked_at: int = 0
    _around: set[int] = field(default_factory=set)

    def walk(self, directory: Directory, path: str) -> None:
        """List what is in a directory, and in those below.

        Args:
            directory: Where to look.
            path: How its path is told, without a slash at the end.

        Raises:
            RecursionError: If a directory contains itself.
        """
        mark = _enter(directory, self._around)
        for name, entry in directory.contents.items():
            self._looked_at += 1
            if self._looked_at > MAX_ENTRIES:
                self.complete = False
                return
            if self.name is None or self.name in name:
                self.found.append(f"{path}/{name}")
            if isinstance(entry, Directory):
                self.walk(entry, f"{path}/{name}")
        self._around.discard(mark)


def add(entry: Entry, directory: Directory) -> None:
    """Put an entry into a directory.

    Args:
        entry: The file or directory.
        directory: Where it goes.

    Raises:
        ValueError: If the name is taken there.
    """
    if entry.name in directory.contents:
        kind = "Directory" if isinstance(entry, Directory) else "File"
        raise ValueError(f"{kind} '{entry.name}' already exists in directory '{directory.name}'.")
    directory.contents[entry.name] = entry


def grow(directory: Directory, contents: Mapping[EntryName, Any], lineage: Lineage, bulk: FileBulk | None) -> None:
    """Fill an empty directory as the start state of a task says.

    Args:
        directory: What to fill.
        contents: Name to entry, which has a `type`: `directory` with `contents`, or `file` with `content`; others are
            passed over.
        lineage: Where the directories that are made here are entered.
        bulk: What the long-context variant adds, or None.
    """
    ends = True
    for name, entry in contents.items():
        if entry["type"] == "directory":
            ends = False
            inner = lineage.made(name, directory)
            directory.contents[name] = inner
            grow(inner, entry["contents"], lineage, bulk)
        elif entry["type"] == "file":
            content = entry["content"]
            if bulk is not None and name not in bulk.spared:
                content += bulk.report
            directory.contents[name] = File(name, content)
    if bulk is not None and ends:
        for image in bulk.images:
            add(File(EntryName(image), ""), directory)


def count(root: Directory, sought: Directory | None = None) -> tuple[int, int]:
    """Count the entries below a directory, those of a shared directory at every place where it is.

    Args:
        root: Where to begin.
        sought: A directory whose places are counted too.

    Returns:
        The entries, just some number above `MAX_ENTRIES` if there are more, and the places; what a directory that
        contains itself has inside is counted once.
    """
    entries = places = 0
    around: set[int] = set()
    open_directories: list[tuple[Directory, bool]] = [(root, True)]
    while open_directories and entries <= MAX_ENTRIES:
        directory, entered = open_directories.pop()
        mark = id(directory.contents)
        if not entered:
            around.discard(mark)
        elif mark not in around:
            around.add(mark)
            entries += len(directory.contents)
            places += sought is not None and directory.contents is sought.contents
            open_directories.append((directory, False))
            open_directories += [(one, True) for one in directory.contents.values() if isinstance(one, Directory)]
    return entries, places


def disk_usage(directory: Directory, around: set[int] | None = None) -> int:
    """Add up the bytes of all files below a directory.

    Args:
        directory: Where to begin.
        around: Marks of the directories that it lies in.

    Returns:
        Bytes in UTF-8.

    Raises:
        RecursionError: If a directory contains itself.
    """
    around = set() if around is None else around
    mark = _enter(directory, around)
    total = 0
    for entry in directory.contents.values():
        if isinstance(entry, Directory):
            total += disk_usage(entry, around)
        else:
            total += len(entry.content.encode("utf-8"))
    around.discard(mark)
    return total


def _enter(directory: Directory, around: set[int]) -> int:
    mark = id(directory.contents)
    if mark in around:
        raise RecursionError(_CYCLE)
    around.add(mark)
    return mark
