"""Where a run keeps what it has played: a file of trajectories that only grows, and what belongs to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

import orjson

from fc_agents.collect.job import Batch
from fc_gym.errors import RecordError
from fc_gym.record import FORMAT, Trajectory, read_trajectories
from fc_gym.types import JsonValue, to_json

__all__ = ["Output", "Place", "write_whole"]


@dataclass(frozen=True)
class Place:
    """The files of a run."""

    trajectories: Path
    failures: Path
    """Episodes that came to nothing, with the reason; they are played again by the next run."""
    timings: Path
    """Seconds per episode, apart from what the same responses give again."""
    summary: Path

    @classmethod
    def at(cls, out: Path) -> Place:
        """Return the files for a path: those beside a `.jsonl` file, or those in a folder."""
        if out.suffix == ".jsonl":
            return cls(out, *(out.with_suffix(end) for end in (".failures.jsonl", ".timings.jsonl", ".summary.json")))
        names = ("trajectories.jsonl", "failures.jsonl", "timings.jsonl", "summary.json")
        return cls(*(out / name for name in names))


@dataclass
class Output:
    """The files of a run, open for more; to be used in a `with`.

    Args:
        place: Where they are.
        first: Seed of the first episode; an episode is known by how many seeds it comes after.
        check: Says why a trajectory that is already there does not belong to this run; empty if it does.
        found: Told of each trajectory that is already there.
    """

    place: Place
    first: int
    check: Callable[[Trajectory], str]
    found: Callable[[Trajectory], None]
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)
    """For each episode that is there, where its line begins and how long it is, in bytes."""

    def __enter__(self) -> Output:
        with ExitStack() as files:
            try:
                self.place.trajectories.parent.mkdir(parents=True, exist_ok=True)
                self._file = files.enter_context(self.place.trajectories.open("ab+"))
                self._lock()
                _mend(self._file, self.place.trajectories, to_json({"format": FORMAT})[:-1].encode())
                self._scan()
                self._failures = files.enter_context(_grown(self.place.failures))
                self._timings = files.enter_context(_grown(self.place.timings))
            except OSError as error:
                raise self._unwritable(error) from None
            self._files = files.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, batch: Batch) -> None:
        """Write what was played; each line is complete before this returns.

        Raises:
            RecordError: If it cannot be written.
        """
        try:
            for index, line in batch.lines:
                raw = line.encode() + b"\n"
                self.spans[index] = (self._end, len(raw))
                self._end += len(raw)
                self._file.write(raw)
            for file, rows in ((self._timings, batch.timings), (self._failures, batch.failures)):
                file.write(b"".join(to_json(row.json()).encode() + b"\n" for row in rows))
            for file in (self._file, self._timings, self._failures):
                file.flush()
        except OSError as error:
            raise self._unwritable(error) from None

    def settle(self) -> None:
        """Put the trajectories in the order of their seeds, and drop failures that have been made good.

        Raises:
            RecordError: If it cannot be written.
        """
        try:
            order = sorted(self.spans)
            starts = [self.spans[index][0] for index in order]
            if starts != sorted(starts):
                with self.place.trajectories.open("rb") as old:
                    _replace(self.place.trajectories, (_cut(old, *self.spans[index]) for index in order))
            left = self._left()
            _replace(self.place.failures, (to_json(left[index]).encode() + b"\n" for index in sorted(left)))
        except OSError as error:
            raise self._unwritable(error) from None

    def _left(self) -> dict[int, Mapping[str, JsonValue]]:
        """Return the last failure of each episode that is not there."""
        found = {}
        for line in self.place.failures.read_bytes().splitlines():
            with suppress(orjson.JSONDecodeError, KeyError, TypeError):
                row = orjson.loads(line)
                found[row["index"]] = row
        return {index: row for index, row in found.items() if index not in self.spans}

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # not on this system
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RecordError(
                f"{self.place.trajectories}: another run is writing there; wait for it, or give another --out"
            ) from None

    def _scan(self) -> None:
        """Find out which episodes are there."""
        path, self._end = self.place.trajectories, 0
        with path.open("rb") as raw:
            for number, trajectory in enumerate(read_trajectories(path), start=1):
                length, index = len(raw.readline()), trajectory.header.seed - self.first
                reason = self.check(trajectory)
                if index in self.spans:
                    reason = f"the episode of seed {trajectory.header.seed} twice"
                if reason:
                    raise RecordError(f"{path}:{number}: holds {reason}; give another folder with --out")
                self.spans[index] = (self._end, length)
                self._end += length
                self.found(trajectory)

    def _unwritable(self, error: OSError) -> RecordError:
        return RecordError(f"{error.filename or self.place.trajectories}: cannot be written ({error.strerror})")


def write_whole(path: Path, text: str) -> None:
    """Write a file at once, so that it is never half there."""
    _replace(path, [text.encode()])


def _grown(path: Path) -> IO[bytes]:
    """Open a file of indexed lines to add to it."""
    file = path.open("ab+")
    _mend(file, path, b'{"index":')
    return file


def _mend(file: IO[bytes], path: Path, begins: bytes) -> None:
    """Cut off what a run that was killed had not finished writing.

    Raises:
        RecordError: If that is all there is and does not begin as such a line does: it is somebody else's.
    """
    end = file.seek(0, os.SEEK_END)
    at = end
    while at > 0:
        start = max(0, at - 65536)
        file.seek(start)
        place = file.read(at - start).rfind(b"\n")
        if place >= 0:
            at = start + place + 1
            break
        at = start
    if at == 0 < end:
        file.seek(0)
        head = file.read(len(begins))
        if head != begins[: len(head)]:
            raise RecordError(f"{path}: is no file of a run; give another with --out")
    if at < end:
        file.truncate(at)
    file.seek(0, os.SEEK_END)


def _cut(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def _replace(path: Path, pieces: Iterable[bytes]) -> None:
    made = path.with_name(path.name + ".part")
    with made.open("wb") as file:
        file.writelines(pieces)
    os.replace(made, path)
