"""Answers of a model, kept in a file: asked once, and given again whenever the same is asked."""

from __future__ import annotations

import hashlib
import heapq
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from fc_agents.models.encoding import decoded, encoded
from fc_agents.models.kept import completion_from, completion_kept
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Request
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue

__all__ = ["RecordedModel", "request_digest"]

VERSION = 1
_BEGINNINGS = (b'{"recorded":', b'{"key":')
"""How the first line begins, and every other."""


def request_digest(request: Request) -> str:
    """Return a text that differs between requests that may be answered differently."""
    constraint = request.constraint
    parts: list[JsonValue] = [
        list(request.messages),
        list(request.tools),
        request.sampling.json(),
        None if constraint is None else [constraint.kind, constraint.body, constraint.parser],
        request.tool_choice,
        request.sample,
        request.prefill,
    ]
    return hashlib.sha256(encoded(parts)).hexdigest()[:32]


class RecordedModel:
    """Answers from a file of JSON lines; with a model, asks it for what is missing and adds it.

    The first line tells whose answers they are. The same request asked again is another request: the second answer
    to it is kept apart from the first. Requests that run at the same time should therefore differ, in their `sample` at
    least, or the order in which they are asked decides which answer each gets. One process writes at a time.

    Args:
        path: The file; made if there is none and a model is given.
        model: Answers what the file does not; closed with this one.

    Raises:
        RecordError: If the file cannot be read or written, is no such record, or holds answers of another model.
    """

    def __init__(self, path: Path, model: Model | None = None) -> None:
        self._path, self._model = path, model
        self._file = self._open()
        self._places: dict[str, tuple[int, int]] = {}
        self._free: dict[str, list[int]] = {}
        self._settings: Mapping[str, JsonValue] = {}
        try:
            self._read()
        except BaseException:
            self._file.close()
            raise
        self.name = str(self._settings.get("name", ""))

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """Those of the model whose answers these are, so that nothing tells a replay from the first run."""
        return self._settings

    def __len__(self) -> int:
        """How many answers the file holds."""
        return len(self._places)

    async def check(self) -> None:
        """Check the model that is asked for what is missing, if there is one."""
        if self._model is not None:
            await self._model.check()

    async def complete(self, request: Request) -> Completion:
        """Give the answer kept, or ask for it and keep it.

        Raises:
            ModelError: If it is not kept and there is no model to ask, or the model fails.
        """
        digest = request_digest(request)
        with self._turn(digest) as number:
            key = f"{digest}:{number}"
            if key in self._places:
                return self._kept(key)
            if self._model is None:
                again = f" for the {number + 1}. time" if number else ""
                raise ModelError(
                    f"{self._path} holds no answer to what was asked{again} (request {key}); record it with a model",
                    kind="not_recorded",
                )
            completion = await self._model.complete(request)
            self._keep(key, completion)
            return completion

    async def close(self) -> None:
        """Close the file, and the model."""
        self._file.close()
        if self._model is not None:
            await self._model.close()

    @contextmanager
    def _turn(self, digest: str) -> Iterator[int]:
        """Give how often the same was asked before; a request that got no answer does not count."""
        free = self._free.setdefault(digest, [0])
        number = heapq.heappop(free)
        if not free:
            free.append(number + 1)
        try:
            yield number
        except BaseException:
            heapq.heappush(free, number)
            raise

    def _keep(self, key: str, completion: Completion) -> None:
        line = encoded({"key": key, "completion": completion_kept(completion)}) + b"\n"
        self._places[key] = (self._append(line), len(line))

    def _append(self, line: bytes) -> int:
        """Write a line at once, and return where it begins."""
        try:
            start = self._file.seek(0, os.SEEK_END)
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError as error:
            raise RecordError(f"{self._path}: cannot be written ({error.strerror})") from None
        return start

    def _kept(self, key: str) -> Completion:
        start, size = self._places[key]
        self._file.seek(start)
        return completion_from(decoded(self._file.read(size))["completion"])

    def _open(self) -> FileIO:
        try:
            if self._model is None:
                return self._path.open("rb", buffering=0)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return self._path.open("a+b", buffering=0)
        except FileNotFoundError:
            raise RecordError(f"{self._path}: there is no such file; record answers with a model first") from None
        except OSError as error:
            raise RecordError(f"{self._path}: cannot be opened ({error.strerror})") from None

    def _read(self) -> None:
        """Find where each answer stands; drop what a run that was killed had not finished writing."""
        self._file.seek(0)
        start = 0
        with open(self._file.fileno(), "rb", closefd=False) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    self._torn(line, number)
                    break
                self._take(line, number, start)
                start += len(line)
        if self._model is not None:
            self._file.truncate(start)
        if start == 0:
            self._begin()

    def _torn(self, line: bytes, number: int) -> None:
        """Refuse a file of somebody else that has no end of line, before it would be cut off."""
        if not _BEGINNINGS[number > 1].startswith(line[: len(_BEGINNINGS[number > 1])]):
            raise RecordError(
                f"{self._path}:{number}: is no recorded answer, and no beginning of one; name another file"
            )

    def _take(self, line: bytes, number: int, start: int) -> None:
        try:
            entry = decoded(line)
            if number == 1:
                self._settings = self._own(entry)
                return
            completion_from(entry["completion"])
            self._places.setdefault(str(entry["key"]), (start, len(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"{self._path}:{number}: is no recorded answer ({type(error).__name__})") from None

    def _own(self, entry: JsonValue) -> Mapping[str, JsonValue]:
        """Return the settings in the first line, if they are those of the model."""
        if entry["recorded"] != VERSION:
            raise RecordError(f"{self._path}: is a record of version {entry['recorded']}; version {VERSION} is read")
        found = dict(entry["settings"])
        mine = found if self._model is None else decoded(encoded(dict(self._model.settings)))
        if found != mine:
            apart = ", ".join(sorted(name for name in found | mine if found.get(name) != mine.get(name)))
            raise RecordError(f"{self._path}: holds answers of another model (differs in {apart}); name another file")
        return found

    def _begin(self) -> None:
        if self._model is None:
            raise RecordError(f"{self._path}: holds no answers; record some with a model first")
        self._settings = decoded(encoded(dict(self._model.settings)))
        self._append(encoded({"recorded": VERSION, "settings": self._settings}) + b"\n")
