"""The file tools of BFCL: a tree of files and directories, and a working directory in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.file_results import (
    Denied,
    Difference,
    FileContent,
    FoundPaths,
    LastLines,
    Listing,
    MatchingLines,
    Measured,
    Outcome,
    Printed,
    Reached,
    SortedContent,
    Usage,
    WorkingDirectory,
)
from fc_gym.bfcl.keys import EntryName
from fc_gym.bfcl.tree import MAX_ENTRIES, Directory, Entry, File, Lineage, Search, add, count, disk_usage, grow

__all__ = ["GorillaFileSystem"]

_NOT_IN_NAMES = '|/\\?%*:"><'
_MISSING = "No such file or directory"
_FULL = "Too many entries"
_UNITS = ("B", "KB", "MB", "GB", "TB")


@dataclass
class GorillaFileSystem:
    """Files and directories, most of which can only be named from the directory that they are in."""

    root: Directory = field(default_factory=lambda: Directory(EntryName("/")))
    long_context: bool = False
    _lineage: Lineage = field(default_factory=Lineage, repr=False, compare=False)
    _here: Directory = field(init=False, repr=False, compare=False)
    _shares: bool = field(default=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._here = self.root

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: `root`, which names one directory; what follows the first name is not read.
            long_context: Add a report to most files, and 30 images to each directory without directories.

        Returns:
            The files, with the working directory at the root; without a config, an empty root named `/`.

        Raises:
            TaskError: If the long-context values are asked for and not to be had.
        """
        if "root" not in config:
            return cls(long_context=long_context)
        name = list(config["root"].keys())[0]  # noqa: RUF015  a root without a name is an IndexError
        root, lineage = Directory(name), Lineage()
        contents = config["root"][name]["contents"]
        grow(root, contents, lineage, bulk().files if long_context else None)
        return cls(root, long_context, lineage)

    def pwd(self) -> WorkingDirectory:
        """Tell the path of the working directory.

        Returns:
            The path from the root under `current_working_directory`.
        """
        return {"current_working_directory": "/" + "/".join(self._lineage.trail(self._here))}

    def ls(self, a: bool = False) -> Listing:
        """List what is in the working directory.

        Args:
            a: Also list what is hidden, which is all that begins with a dot.

        Returns:
            Names under `current_directory_content`, oldest first.
        """
        return {"current_directory_content": [name for name in self._here.contents if a or not name.startswith(".")]}

    def cd(self, folder: EntryName) -> Reached | Denied:
        """Go to another directory: one in this one, `..` for the one around it, or `/` for the root.

        Args:
            folder: Name of the directory; slashes at its end do not count, other paths are refused.

        Returns:
            Name of the directory under `current_working_directory`, nothing after a step up, or an error.
        """
        step = folder.rstrip("/")
        if step == "..":
            return self._step_up()
        if not step:
            self._here = self.root
        elif step != ".":
            if "/" in step:
                told = "Unsupported path. Only one folder level at a time is supported."
                return {"error": f"cd: {step}: {told}"}
            target = self._here.contents.get(EntryName(step))
            if not isinstance(target, Directory):
                return {"error": f"cd: '{step}': {_MISSING}"}
            self._here = target
        return {"current_working_directory": self._here.name}

    def mkdir(self, dir_name: EntryName) -> Denied | None:
        """Make an empty directory in the working directory.

        Args:
            dir_name: Its name, which is no path.

        Returns:
            Nothing, or an error.
        """
        refused = self._unmade(dir_name)
        if refused:
            return {"error": f"mkdir: cannot create directory '{dir_name}': {refused}"}
        add(self._lineage.made(dir_name, self._here), self._here)
        return None

    def touch(self, file_name: EntryName) -> Denied | None:
        """Make an empty file in the working directory.

        Args:
            file_name: Its name, which is no path.

        Returns:
            Nothing, or an error.
        """
        refused = self._unmade(file_name)
        if refused:
            return {"error": f"touch: cannot touch '{file_name}': {refused}"}
        add(File(file_name, ""), self._here)
        return None

    def echo(self, content: str, file_name: EntryName | None = None) -> Printed | Denied | None:
        """Print a text, or write it to a file that exists, in place of what was there.

        Args:
            content: The text.
            file_name: Name of a file in the working directory; without it, the text is printed.

        Returns:
            The text under `terminal_output` if it is printed, nothing if it is written, or an error.

        Raises:
            AttributeError: If the name is that of a directory.
        """
        if file_name is not None and _is_invalid(file_name):
            return {"error": f"echo: cannot write to '{file_name}': Invalid character"}
        if not file_name:
            return {"terminal_output": content}
        if file_name not in self._here.contents:
            return {"error": f"echo: cannot write to '{file_name}': No such file"}
        target = self._here.contents[file_name]
        if isinstance(target, Directory):
            raise AttributeError("'Directory' object has no attribute '_write'")
        target.content = content
        return None

    def cat(self, file_name: EntryName) -> FileContent | Denied:
        """Show all that is in a file.

        Args:
            file_name: Name of a file in the working directory.

        Returns:
            The text under `file_content`, or an error.
        """
        refused = "Invalid character"
        if not _is_invalid(file_name):
            entry = self._here.contents.get(file_name)
            if isinstance(entry, File):
                return {"file_content": entry.content}
            refused = _MISSING if entry is None else "Is a directory"
        return {"error": f"cat: '{file_name}': {refused}"}

    def find(self, path: str = ".", name: str | None = None) -> FoundPaths | Denied:
        """List the files and directories below a directory.

        Args:
            path: Where to look, from the working directory, or from the root if it begins with a slash; `..` does
                not step up.
            name: Text that the names of those listed contain; without it, all are listed.

        Returns:
            Paths under `matches`, which begin as the path that was given, or an error, which is also what a tree of
            more than 50,000 entries gives.

        Raises:
            RecursionError: If a directory there contains itself.
        """
        start = self._directory_at(path)
        if start is None:
            return {"error": f"find: '{path}': {_MISSING}"}
        search = Search(name)
        search.walk(start, path.rstrip("/"))
        return {"matches": search.found} if search.complete else {"error": f"find: '{path}': {_FULL}"}

    def wc(self, file_name: EntryName, mode: str = "l") -> Measured | Denied:
        """Count the lines, words or characters of a file.

        Args:
            file_name: Name of a file in the working directory.
            mode: `l` for lines, `w` for words, `c` for characters.

        Returns:
            The number under `count` and what was counted under `type`, or an error.
        """
        if mode not in ["l", "w", "c"]:
            return {"error": f"wc: invalid mode '{mode}'"}
        file = self._file(file_name)
        if file is None:
            return {"error": f"wc: {file_name}: {_MISSING}"}
        if mode == "l":
            return {"count": len(file.content.splitlines()), "type": "lines"}
        if mode == "w":
            return {"count": len(file.content.split()), "type": "words"}
        return {"count": len(file.content), "type": "characters"}

    def sort(self, file_name: EntryName) -> SortedContent | Denied:
        """Show the lines of a file in order; the file stays as it is.

        Args:
            file_name: Name of a file in the working directory.

        Returns:
            The text under `sorted_content`, capitals before small letters, or an error.
        """
        file = self._file(file_name)
        if file is None:
            return {"error": f"sort: {file_name}: {_MISSING}"}
        return {"sorted_content": "\n".join(sorted(file.content.splitlines()))}

    def grep(self, file_name: EntryName, pattern: str) -> MatchingLines | Denied:
        """Show the lines of a file that contain a text.

        Args:
            file_name: Name of a file in the working directory.
            pattern: The text as it stands in the line; it is no regular expression.

        Returns:
            Lines under `matching_lines`, or an error.
        """
        file = self._file(file_name)
        if file is None:
            return {"error": f"grep: {file_name}: {_MISSING}"}
        return {"matching_lines": [line for line in file.content.splitlines() if pattern in line]}

    def tail(self, file_name: EntryName, lines: int = 10) -> LastLines | Denied:
        """Show the end of a file.

        Args:
            file_name: Name of a file in the working directory.
            lines: How many lines; 0 gives all, and below 0, so many are left out at the beginning.

        Returns:
            The text under `last_lines`, or an error.
        """
        file = self._file(file_name)
        if file is None:
            return {"error": f"tail: {file_name}: {_MISSING}"}
        found = file.content.splitlines()
        if lines > len(found):
            lines = len(found)
        return {"last_lines": "\n".join(found[-lines:])}

    def diff(self, file_name1: EntryName, file_name2: EntryName) -> Difference | Denied:
        """Compare two files line by line, as far as the shorter one goes.

        Args:
            file_name1: Name of a file in the working directory.
            file_name2: Name of another.

        Returns:
            Under `diff_lines`, both lines where they differ, that of the first after `- ` and that of the second
            after `+ `, or an error.
        """
        one = self._file(file_name1)
        two = None if one is None else self._file(file_name2)
        if one is None or two is None:
            return {"error": f"diff: {file_name1} or {file_name2}: {_MISSING}"}
        pairs = zip(one.content.splitlines(), two.content.splitlines(), strict=False)
        return {"diff_lines": "\n".join(f"- {old}\n+ {new}" for old, new in pairs if old != new)}

    def du(self, human_readable: bool = False) -> Usage | Denied:
        """Tell how much is in the files of the working directory and below.

        Args:
            human_readable: Tell it in the greatest unit up to TB that gives at least 1.

        Returns:
            A number with its unit under `disk_usage`, or an error, which a tree of more than 50,000 entries gives.

        Raises:
            RecursionError: If a directory there contains itself.
        """
        if self._shares and count(self._here)[0] > MAX_ENTRIES:
            return {"error": f"du: {_FULL}"}
        size = disk_usage(self._here)
        return {"disk_usage": _readable(size) if human_readable else f"{size} bytes"}

    def mv(self, source: EntryName, destination: EntryName) -> Outcome | Denied:
        """Move a file or directory into a directory, or give it another name.

        Args:
            source: Name of what is moved, in the working directory.
            destination: Name of a directory there, or else the new name.

        Returns:
            What was done under `result`, or an error.
        """
        return self._transferred("mv: cannot move", source, destination)

    def cp(self, source: EntryName, destination: EntryName) -> Outcome | Denied:
        """Copy a file or directory into a directory, or under another name.

        The copy of a directory has the same files and directories in it as the original, so that a change to one of
        them shows in both.

        Args:
            source: Name of what is copied, in the working directory.
            destination: Name of a directory there, or else the new name.

        Returns:
            What was done under `result`, or an error, which is also what copies of copies give before the tree has
            more than 50,000 entries.

        Raises:
            ValueError: If the directory has something of that name.
        """
        return self._transferred("cp: cannot copy", source, destination)

    def rm(self, file_name: EntryName) -> Outcome | Denied:
        """Remove a file, or a directory with all that is in it.

        Args:
            file_name: Its name in the working directory.

        Returns:
            What was done under `result`, or an error.
        """
        if file_name not in self._here.contents:
            return {"error": f"rm: cannot remove '{file_name}': {_MISSING}"}
        del self._here.contents[file_name]
        return {"result": f"'{file_name}' removed"}

    def rmdir(self, dir_name: EntryName) -> Outcome | Denied:
        """Remove an empty directory.

        Args:
            dir_name: Its name in the working directory.

        Returns:
            What was done under `result`, or an error.
        """
        entry = self._here.contents.get(dir_name)
        if not isinstance(entry, Directory):
            refused = _MISSING if entry is None else "Not a directory"
        elif entry.contents:
            refused = "Directory not empty"
        else:
            del self._here.contents[dir_name]
            return {"result": f"'{dir_name}' removed"}
        return {"error": f"rmdir: cannot remove '{dir_name}': {refused}"}

    def _step_up(self) -> Reached | Denied:
        above = self._lineage.above(self._here)
        if above is None:
            return {"error": "Current directory is already the root. Cannot go back."}
        self._here = above
        return {}

    def _unmade(self, name: EntryName) -> str:
        if _is_invalid(name):
            return "Invalid character"
        if name in self._here.contents:
            return "File exists"
        return _FULL if self._is_full(self._here, 1) else ""

    def _file(self, name: EntryName) -> File | None:
        entry = self._here.contents.get(name)
        return entry if isinstance(entry, File) else None

    def _directory_at(self, path: str | None) -> Directory | None:
        if path is None:
            return self._here
        steps = path.strip("/").split("/")
        at = self.root if path.startswith("/") else self._here
        for step in steps if path != "/" else []:
            inner = at if step == "." else at.contents.get(EntryName(step))
            if not isinstance(inner, Directory):
                return None
            at = inner
        return at

    def _transferred(self, told: str, source: EntryName, destination: EntryName) -> Outcome | Denied:
        here, moves = self._here.contents, told.startswith("mv")
        if source not in here:
            return {"error": f"{told} '{source}': {_MISSING}"}
        if "/" in destination:
            return {"error": f"{told[:2]}: path not allowed in destination. Provide only a file or directory name."}
        entry, into = here[source], here.get(destination, self._here)
        if isinstance(into, File):
            return {"error": f"{told} '{source}' to '{destination}': Not a directory"}
        name, place = (source, f"{destination}/{source}") if destination in here else (destination, destination)
        if moves and name in into.contents:
            return {"error": f"{told} '{source}' to '{place}': File exists"}
        if self._is_full(into, 1, entry, copied=not moves):
            return {"error": f"{told} '{source}' to '{place}': {_FULL}"}
        if moves:
            del here[source]
        self._put(entry, into, name, copied=not moves)
        return {"result": f"'{source}' {'moved' if moves else 'copied'} to '{place}'"}

    def _put(self, entry: Entry, into: Directory, name: EntryName, *, copied: bool) -> None:
        if isinstance(entry, File):
            add(File(name, entry.content), into)
            return
        made = self._lineage.made(name, into)
        add(made, into)
        # Only now, so that a directory that is copied into itself has the copy in the copy.
        made.contents = dict(entry.contents) if copied else entry.contents
        self._shares = self._shares or copied

    def _is_full(self, into: Directory, adding: int, entry: Entry | None = None, *, copied: bool = False) -> bool:
        deep = isinstance(entry, Directory)
        if not self._shares and not (deep and copied):
            return False
        if isinstance(entry, Directory):
            adding += count(entry)[0]
        entries, places = count(self.root, into)
        return entries + adding * max(places, 1) > MAX_ENTRIES


def _is_invalid(name: str) -> bool:
    return any(letter in name for letter in _NOT_IN_NAMES)


def _readable(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {_UNITS[-1]}"
