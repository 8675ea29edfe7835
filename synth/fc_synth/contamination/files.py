"""Files of rows, read line by line, however large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from fc_gym.errors import RecordError
from fc_synth.contamination.forms import row_of
from fc_synth.contamination.row import Place, Row

__all__ = ["read_rows"]


def read_rows(path: Path, name: str = "") -> Iterator[Row]:
    """Read the rows of a file.

    Args:
        path: A file of JSON lines.
        name: What the file is called in places; its path if empty.

    Raises:
        RecordError: To whoever owns the file, naming the line, if it cannot be read, is empty, or holds another thing.
    """
    called = name or str(path)
    seen = False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    seen = True
                    yield _row(line, Place(called, number))
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from None
    if not seen:
        raise RecordError(f"{path}: is empty; give a file of JSON lines, one row in each")


def _row(line: bytes, place: Place) -> Row:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if place.line == 1 and line.lstrip()[:1] == b"[":
            raise RecordError(f"{place}: one JSON list over several lines; write each of its rows as a line") from None
        raise RecordError(f"{place}: no JSON ({error}); the line is torn, or the file is no file of rows") from None
    if isinstance(value, list):
        raise RecordError(f"{place}: a JSON list; write each of its rows as a line of its own")
    return row_of(value, place)
