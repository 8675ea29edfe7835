"""A file of JSON lines with an id each, which grows while a run goes on and is put in order at its end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from fc_gym.errors import RecordError

__all__ = ["LineFile", "drop_torn_line", "replaced"]

_BLOCK = 1 << 16


class LineFile:
    """A file that is appended to.

    Args:
        path: Where it is, or will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, line: bytes) -> None:
        """Append a line.

        Args:
            line: Without its end.
        """
        with self.path.open("ab", buffering=0) as file:
            file.write(line + b"\n")

    def index(self) -> dict[str, tuple[int, int]]:
        """Return where the last line of each id begins, and its length with its end.

        Raises:
            RecordError: To whoever owns the file, if a line is none of ours.
        """
        found: dict[str, tuple[int, int]] = {}
        at = 0
        for number, line in enumerate(self._lines(), 1):
            found[self._entry(line, number)["id"]] = (at, len(line))
            at += len(line)
        return found

    def entries(self) -> Iterator[dict[str, Any]]:
        """Give what the lines hold."""
        for number, line in enumerate(self._lines(), 1):
            yield self._entry(line, number)

    def entry(self, place: tuple[int, int]) -> dict[str, Any]:
        """Return what one line holds.

        Args:
            place: What `index` gives for it.
        """
        with self.path.open("rb") as file:
            file.seek(place[0])
            return self._entry(file.read(place[1]))

    def arrange(self, ids: Sequence[str]) -> None:
        """Put the lines of some ids in order, and drop those of others.

        Args:
            ids: Those that are kept, in order; some may have no line.
        """
        places = self.index()
        kept = [places[one] for one in ids if one in places]
        size = self.path.stat().st_size if self.path.exists() else 0
        if kept != sorted(kept) or sum(length for _, length in kept) != size:
            replaced(self.path, self._slices(kept))

    def _slices(self, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            for start, length in places:
                file.seek(start)
                yield file.read(length)

    def _lines(self) -> Iterator[bytes]:
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from file

    def _entry(self, line: bytes, number: int = 0) -> dict[str, Any]:
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise RecordError(f"{self.path}:{number}: not JSON ({error}); every line must be one JSON object") from None
        if not isinstance(found, dict) or not isinstance(found.get("id"), str):
            raise RecordError(f"{self.path}:{number}: an object with the `id` of a task should stand here")
        return found


def drop_torn_line(path: Path) -> None:
    """Cut off what a run that was killed had not finished writing.

    Args:
        path: A file of lines, which need not exist.
    """
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            place = file.read(end - start).rfind(b"\n")
            if place >= 0:
                file.truncate(start + place + 1)
                return
            end = start
        file.truncate(0)


def replaced(path: Path, lines: Iterable[bytes]) -> None:
    """Write a whole file, so that it is there whole or as it was.

    Args:
        path: The file; its folder is made.
        lines: Its lines with their ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(".part")
    with made.open("wb") as file:
        file.writelines(lines)
    os.replace(made, path)
