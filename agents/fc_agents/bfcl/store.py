"""The folder of a model's plays: besides the plays all that the model wrote, what failed, and how long it took."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from fc_agents.bfcl.chats import answer
from fc_agents.bfcl.folder import PlayFolder, complaining
from fc_agents.bfcl.linefile import LineFile, drop_torn_line, replaced
from fc_agents.bfcl.talk import Talk
from fc_gym.bfcl.results import Play, official_entry
from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.errors import RecordError
from fc_gym.types import JsonValue

__all__ = ["FAILURES", "Failure", "ModelFolder"]

FAILURES = "failures.jsonl"
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Failure:
    """A task that has no play because the model failed."""

    id: str
    kind: str
    """As in `ModelError`."""
    reason: str


class ModelFolder:
    """Plays of one model under one setting.

    `plays.jsonl` is as for any policy; `responses.jsonl` has what the model wrote, `failures.jsonl` the tasks that
    failed and are still without a play, `timings.jsonl` seconds, `setting.json` how the model was asked.

    Args:
        out: Where it is.
        model: Name of the model in the official layout.
        prompted: True if official result files hold texts.
    """

    def __init__(self, out: Path, model: str, *, prompted: bool) -> None:
        self.out, self._model, self._prompted = out, model, prompted
        self._folder = PlayFolder(out)
        self._plays = LineFile(self._folder.plays)
        self.responses = LineFile(out / "responses.jsonl")
        self._failures = LineFile(out / FAILURES)
        self._timings = LineFile(out / "timings.jsonl")

    def open(self, setting: str, asked: Mapping[str, JsonValue]) -> dict[str, Play]:
        """Make the folder if need be, mend it after a run that was killed, and return the plays in it.

        Args:
            setting: How they should have been played, as `Play.setting` says it.
            asked: How the model should have been asked.

        Raises:
            RecordError: If the folder cannot be used, or holds plays of another model or setting.
        """
        found = self._folder.found(setting)
        with complaining(self.out):
            self._check(asked, empty=not found)
            for one in (self.responses, self._failures, self._timings):
                drop_torn_line(one.path)
        written = self.responses.index()
        lost = next((name for name in found if name not in written), None)
        if lost is not None:
            raise RecordError(
                f"{self.responses.path}: what the model wrote for {lost} is missing; give another folder with --out"
            )
        return found

    def add(self, play: Play, talk: Talk, seconds: float) -> None:
        """Keep a play; it counts as played once its line is whole.

        Args:
            play: The play.
            talk: What was said.
            seconds: How long it took.
        """
        took = [[round(one, 6) for one in (t.first, t.whole, t.wait)] for t in (one.timing for one in talk.requests)]
        with complaining(self.out):
            self.responses.add(orjson.dumps(talk.record()))
            self._timings.add(orjson.dumps({"id": play.id, "seconds": round(seconds, 6), "requests": took}))
            self._plays.add(play.line().encode())

    def fail(self, failure: Failure) -> None:
        """Keep a failure."""
        with complaining(self.out):
            self._failures.add(orjson.dumps(asdict(failure)))

    def close(self, plays: Mapping[str, Play], failed: Mapping[str, Failure]) -> None:
        """Put the files in order, drop failures that have been made good, and write the official result files.

        Args:
            plays: All plays of the folder, by the ids of their tasks.
            failed: What failed in this run.
        """
        ids = sorted(plays, key=_place)
        with complaining(self.out):
            self._plays.arrange(ids)
            self.responses.arrange(ids)
            left = sorted((set(self._failures.index()) | set(failed)) - set(plays), key=_place)
            self._failures.arrange(left)
            if not left:
                self._failures.path.unlink(missing_ok=True)
            self._folder.write_official(list(plays.values()), self._model, self._entry())

    def _entry(self) -> Callable[[Play], dict[str, JsonValue]]:
        if not self._prompted:
            return official_entry
        places = self.responses.index()

        def texts(play: Play) -> dict[str, JsonValue]:
            if play.broken:
                return official_entry(play)
            turns = self.responses.entry(places[play.id])["turns"]
            return {"id": play.id, "result": [[answer(one.get("raw", "")) for one in turn] for turn in turns]}

        return texts

    def _check(self, asked: Mapping[str, JsonValue], *, empty: bool) -> None:
        path, wanted = self.out / "setting.json", orjson.loads(orjson.dumps(asked))
        if empty:
            replaced(path, [orjson.dumps(wanted, option=orjson.OPT_INDENT_2) + b"\n"])
            return
        before = _settings(path)
        for name in dict.fromkeys((*wanted, *before)):
            if before.get(name) != wanted.get(name):
                raise RecordError(
                    f"{path}: the plays here were made with {name} {_short(before.get(name))}, not "
                    f"{_short(wanted.get(name))}; give another folder with --out"
                )


def _settings(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        found = None
    if not isinstance(found, dict):
        raise RecordError(
            f"{path}: should say how the model was asked for the plays here; give another folder with --out"
        )
    return found


def _short(value: JsonValue) -> str:
    return orjson.dumps(value).decode()


def _place(task: str) -> tuple[int, str, list[int], str]:
    """Order tasks by category, and then by number."""
    category = task.rsplit("_", 1)[0].removeprefix("multi_turn_")
    at = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return at, category, [int(one) for one in _NUMBER.findall(task)], task
