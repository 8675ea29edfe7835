"""The folder of a run with a model: rows and what became none, written as they are done, in order at the end."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from fc_gym.errors import RecordError
from fc_gym.types import to_json
from fc_synth.roles.crowd import Made
from fc_synth.rows import ROWS, UNMADE, read_lines, read_rows, write_whole

__all__ = ["Shelf"]


class Shelf:
    """Takes rows in any order; a context manager that puts them in order when it is left.

    Args:
        out: The folder.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        rows = read_rows(out / ROWS, mend=True)
        self.there = {row["meta"]["index"] for row in rows} | {
            line["index"] for line in read_lines(out / UNMADE, mend=True)
        }
        """The numbers of the rows that need not be made any more."""
        self._files: dict[str, BinaryIO] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            for name in (ROWS, UNMADE):
                self._files[name] = self._stack.enter_context((self.out / name).open("ab"))
        except OSError as error:
            self._stack.close()
            raise RecordError(f"{self.out}: cannot be written ({error.strerror})") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()
        rows = sorted(read_rows(self.out / ROWS), key=lambda row: int(row["meta"]["index"]))
        write_whole(self.out / ROWS, "".join(f"{to_json(row)}\n" for row in rows))
        lines = sorted(read_lines(self.out / UNMADE), key=lambda line: int(line["index"]))
        write_whole(self.out / UNMADE, "".join(f"{to_json(line)}\n" for line in lines))

    def add(self, made: Made) -> None:
        """Take what came of one row; one for which the model failed is left for another run."""
        if made.failed:
            return
        told = {"refused": dict(sorted(made.refused.items())), "ledger": made.ledger.json()}
        name, body = UNMADE, {"index": made.number, **told}
        if made.row is not None:
            name, body = ROWS, {**made.row, "meta": {**made.row["meta"], **told}}
        file = self._files[name]
        file.write(to_json(body).encode() + b"\n")
        file.flush()
        self.there.add(made.number)
