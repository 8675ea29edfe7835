"""A folder of plays: one line per play in a file that only grows, and the same in the official layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fc_agents.bfcl.linefile import drop_torn_line, replaced
from fc_gym.bfcl.results import Play, official_entry, official_path, read_plays
from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue, to_json

__all__ = ["PLAYS", "PlayFolder", "complaining"]

PLAYS = "plays.jsonl"


@dataclass(frozen=True)
class PlayFolder:
    """Where plays under one setting lie."""

    out: Path

    @property
    def plays(self) -> Path:
        """The file of the plays."""
        return self.out / PLAYS

    def found(self, setting: str) -> dict[str, Play]:
        """Make the folder if need be, and return the plays in it by the ids of their tasks.

        Args:
            setting: How they should have been played, as `Play.setting` says it.

        Raises:
            RecordError: If the folder cannot be used, or holds plays of another setting.
        """
        with complaining(self.plays):
            self.out.mkdir(parents=True, exist_ok=True)
            drop_torn_line(self.plays)
            return {one.id: self._checked(one, setting) for one in self._read()}

    def write_official(
        self, plays: Sequence[Play], model: str, entry: Callable[[Play], dict[str, JsonValue]] = official_entry
    ) -> None:
        """Write the official result files.

        Args:
            plays: What was played.
            model: Name of the model.
            entry: Makes the official entry of a play.
        """
        for category in CATEGORIES:
            mine = sorted(
                (one for one in plays if one.category == category), key=lambda one: int(one.id.split("_")[-1])
            )
            if mine:
                path = official_path(self.out / "result", model, category)
                replaced(path, (f"{to_json(entry(one))}\n".encode() for one in mine))

    def _read(self) -> Iterator[Play]:
        if self.plays.exists():
            yield from read_plays(self.plays)

    def _checked(self, play: Play, setting: str) -> Play:
        if play.setting != setting:
            raise RecordError(
                f"{self.plays}: holds plays of {play.setting}, not of {setting}; give another folder with --out"
            )
        return play


@contextmanager
def complaining(path: Path) -> Iterator[None]:
    """Say in one sentence that a file cannot be written.

    Args:
        path: The file, if the error names none.

    Raises:
        RecordError: To whoever owns it.
    """
    try:
        yield
    except OSError as error:
        raise RecordError(f"{error.filename or path}: cannot be written ({error.strerror})") from None
