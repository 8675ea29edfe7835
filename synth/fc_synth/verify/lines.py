"""Lines: a file of rows, read one by one, with what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from fc_gym.errors import RecordError
from fc_synth.verify.talk import shallow

__all__ = ["decoded_line", "numbered_lines"]


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the lines of a file that are not blank, with their numbers from 1.

    Raises:
        RecordError: To whoever owns the file, if it cannot be read or is empty.
    """
    seen = False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    seen = True
                    yield number, line
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror}); give a file of JSON lines") from None
    if not seen:
        raise RecordError(f"{path}: is empty; give a file of JSON lines, one dialogue in each")


def decoded_line(line: bytes, place: str) -> Mapping[str, Any]:
    """Read one line.

    Args:
        line: What stands there.
        place: File and line, for the complaint.

    Raises:
        RecordError: To whoever owns the file, if it is no JSON object, or one that is nested too deeply.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{place}: no JSON ({error}); the line is torn, or the file is no file of rows") from None
    if not isinstance(value, dict):
        kind = "list; write each of its rows as a line of its own" if isinstance(value, list) else type(value).__name__
        raise RecordError(f"{place}: a JSON object should stand here, not a {kind}")
    if not shallow(value):
        raise RecordError(f"{place}: lists and objects are nested too deeply; at most 250 levels can be worked with")
    return value
