"""Benchmarks that data is compared with: BFCL's multi-turn part, or any rows of one's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fc_gym.bfcl.home import FETCH, data_home
from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.errors import RecordError
from fc_synth.contamination.entities import Entities
from fc_synth.contamination.files import read_rows
from fc_synth.contamination.queries import EqualQueries, NearQueries, WordGrams
from fc_synth.contamination.row import Row
from fc_synth.contamination.sequences import CallRuns
from fc_synth.contamination.tally import Measure
from fc_synth.contamination.tools import ToolNames, ToolSchemas

__all__ = ["Benchmark", "benchmark_named", "bfcl_files", "measures_of"]

_TURNS = tuple(f"BFCL_v4_multi_turn_{category}.json" for category in CATEGORIES)
_NEEDED = (*_TURNS, *(f"possible_answer/{name}" for name in _TURNS), "multi_turn_func_doc")
_MORE = ("BFCL_v4_memory.json", "BFCL_v4_web_search.json")


@dataclass(frozen=True)
class Benchmark:
    """What data is compared with."""

    name: str
    files: tuple[str, ...]
    """Names of its files, in the order in which they were read."""
    digest: str
    """SHA-256 of the files."""
    rows: int
    measures: tuple[Measure, ...]


def benchmark_named(name: str, data: str | Path | None = None) -> Benchmark:
    """Read a benchmark.

    Args:
        name: `bfcl`, a file of JSON lines, or a folder of them.
        data: The folder of BFCL's data; `fc_gym.bfcl.home` finds it if None.

    Raises:
        RecordError: To whoever owns the files, if one is missing or cannot be read.
    """
    if name == "bfcl":
        folder = data_home(data)
        paths = bfcl_files(folder)
    else:
        folder = Path(name)
        paths = _files(folder)
    rows = [row for path in paths for row in read_rows(path, _short(path, folder))]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    measures = measures_of(rows)
    if not any(measure.size for measure in measures):
        raise RecordError(f"{folder}: has nothing to compare with; give rows with queries, tools, calls or states")
    return Benchmark(name, tuple(_short(path, folder) for path in paths), digest.hexdigest(), len(rows), measures)


def bfcl_files(folder: Path) -> list[Path]:
    """Return the files of BFCL's multi-turn part, and those of its memory and web parts that are there.

    Args:
        folder: The official data folder.

    Raises:
        RecordError: To whoever owns the folder, if a file is missing.
    """
    for name in _NEEDED:
        if not (folder / name).exists():
            raise RecordError(
                f"{folder / name}: there is no such file or folder; {FETCH}, or name its folder with --data"
            )
    docs = sorted(folder.glob("multi_turn_func_doc/*.json"))
    talks = sorted(folder.glob("memory_prereq_conversation/*.json"))
    more = [folder / name for name in _MORE if (folder / name).exists()]
    return [*docs, *(folder / name for name in _NEEDED[:-1]), *more, *talks]


def measures_of(rows: list[Row]) -> tuple[Measure, ...]:
    """Return every measure against the rows of a benchmark, in the order of the report.

    Args:
        rows: The benchmark's.
    """
    return (
        ToolNames(rows),
        ToolSchemas(rows),
        WordGrams(rows),
        WordGrams(rows, 8, strong=False),
        EqualQueries(rows),
        NearQueries(rows),
        *(CallRuns(rows, size) for size in (2, 3, 4)),
        *(CallRuns(rows, size, arguments=True) for size in (2, 3, 4)),
        Entities(rows),
    )


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise RecordError(f"{path}: there is no such benchmark; have bfcl, or give a file or folder of JSON lines")
    if path.is_file():
        return [path]
    found = sorted({*path.rglob("*.jsonl"), *path.rglob("*.json")})
    if not found:
        raise RecordError(f"{path}: has no .jsonl or .json files; give a file or folder of JSON lines")
    return found


def _short(path: Path, folder: Path) -> str:
    return path.name if path == folder else path.relative_to(folder).as_posix()
