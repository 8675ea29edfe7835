"""The files of a run: rows that are read one by one, and files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from fc_gym.errors import RecordError
from fc_gym.types import JsonValue
from fc_synth.sample import FORMAT

__all__ = ["PAIRS", "ROWS", "SUMMARY", "TASKS", "UNMADE", "read_lines", "read_rows", "write_whole"]

ROWS, TASKS, PAIRS, SUMMARY = "dialogues.jsonl", "tasks.jsonl", "pairs.jsonl", "summary.json"
UNMADE = "unmade.jsonl"
"""Rows of which nothing that a model wrote passed, with the reasons."""


def read_rows(path: Path, *, mend: bool = False) -> Iterator[dict[str, JsonValue]]:
    """Read the rows of a file.

    Args:
        path: The file; no rows if it is not there and `mend` is set.
        mend: Cut off a last line that was torn when a run was killed.

    Raises:
        RecordError: If a line is no row; it names the line.
    """
    if mend and not path.exists():
        return
    for number, row in _decoded(path, mend):
        meta = row.get("meta") if isinstance(row, dict) else None
        if not isinstance(meta, dict) or meta.get("format") != FORMAT:
            raise RecordError(f"{path}:{number}: not a row of the format {FORMAT}; the file is torn or another's")
        yield row


def read_lines(path: Path, *, mend: bool = False) -> Iterator[dict[str, JsonValue]]:
    """Read the objects of a file that may not be there.

    Args:
        path: The file.
        mend: Cut off a last line that was torn when a run was killed.

    Raises:
        RecordError: If a line is no object; it names the line.
    """
    if not path.exists():
        return
    for number, line in _decoded(path, mend):
        if not isinstance(line, dict):
            raise RecordError(f"{path}:{number}: not a line of {path.name}; the file is torn or another's")
        yield line


def _decoded(path: Path, mend: bool) -> Iterator[tuple[int, JsonValue]]:
    """Yield each line as decoded, with its number; None for one that is no JSON."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
    whole = data[: data.rfind(b"\n") + 1] if mend else data
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            yield number, orjson.loads(line)
        except orjson.JSONDecodeError:
            yield number, None


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Args:
        path: The file.
        text: What it is to hold.
    """
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
