"""What the file tools of BFCL return, as plain dicts."""

from __future__ import annotations

from typing import TypedDict

from fc_gym.bfcl.keys import EntryName

__all__ = [
    "Denied",
    "Difference",
    "FileContent",
    "FoundPaths",
    "LastLines",
    "Listing",
    "MatchingLines",
    "Measured",
    "Outcome",
    "Printed",
    "Reached",
    "SortedContent",
    "Usage",
    "WorkingDirectory",
]


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class WorkingDirectory(TypedDict):
    """Where the tools work."""

    current_working_directory: str


class Reached(TypedDict, total=False):
    """Name of the directory that was gone to; empty after a step up."""

    current_working_directory: EntryName


class Listing(TypedDict):
    """Names of files and directories."""

    current_directory_content: list[EntryName]


class Printed(TypedDict):
    """A text that went to no file."""

    terminal_output: str


class FileContent(TypedDict):
    """All that is in a file."""

    file_content: str


class FoundPaths(TypedDict):
    """Paths of files and directories."""

    matches: list[str]


class Measured(TypedDict):
    """A number, and of what: `lines`, `words` or `characters`."""

    count: int
    type: str


class SortedContent(TypedDict):
    """The lines of a file in order."""

    sorted_content: str


class MatchingLines(TypedDict):
    """Lines of a file that contain a text."""

    matching_lines: list[str]


class LastLines(TypedDict):
    """The end of a file."""

    last_lines: str


class Difference(TypedDict):
    """Lines in which two files differ."""

    diff_lines: str


class Usage(TypedDict):
    """How much is in a directory, with its unit."""

    disk_usage: str


class Outcome(TypedDict):
    """What was done, in a few words."""

    result: str
