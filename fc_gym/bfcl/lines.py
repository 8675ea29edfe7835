"""JSON Lines from outside: one object per line, and one sentence with file and line for what is not."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from fc_gym.errors import RecordError

__all__ = ["MAX_FILE_BYTES", "MAX_LINE_BYTES", "json_lines", "reason"]

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Bytes; a longer file is refused unread."""

MAX_LINE_BYTES = 8 * 1024 * 1024
"""Bytes; a longer line is refused when that much of it is read."""


def json_lines(path: str | Path, hint: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a JSON Lines file line by line; blank lines do not count.

    Args:
        path: The file.
        hint: What would be right, added to the complaint if it cannot be read.

    Yields:
        Where the object stands, as `FILE, line N`, and the object.

    Raises:
        RecordError: To whoever owns the file, naming file and line.
    """
    after = f"; {hint}" if hint else ""
    try:
        _check_size(Path(path))
        with Path(path).open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), 1):
                if line.strip():
                    yield (where := f"{path}, line {number}"), _object(line, where, after)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: {reason(error)}{after}") from None


def reason(error: OSError | ValueError) -> str:
    """Return why a file could not be read, without its name.

    Args:
        error: What opening or reading it raised; a `ValueError` is a name that no file can have.
    """
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _check_size(path: Path) -> None:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise RecordError(f"{path}: a file of JSON lines should stand here")
    if found.st_size > MAX_FILE_BYTES:
        raise RecordError(f"{path}: {found.st_size} bytes; at most {MAX_FILE_BYTES} are read")


def _object(line: bytes, where: str, after: str) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise RecordError(f"{where}: longer than {MAX_LINE_BYTES} bytes")
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{where}: {error}{after}") from None
    if not isinstance(entry, dict):
        raise RecordError(f"{where}: a JSON object should stand here, not {type(entry).__name__}")
    return entry
