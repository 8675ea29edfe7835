"""Plays on file: our own rows, and the official result files, written and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from fc_gym.bfcl.decode import read_call
from fc_gym.bfcl.responses import calls_in_json, calls_in_text
from fc_gym.bfcl.suite import by_name
from fc_gym.errors import CallError, RecordError
from fc_gym.types import JsonValue

__all__ = ["Play", "Response", "decoded", "official_entry", "official_path", "read_official", "read_plays"]

Response = str | list[str]
"""One response of a model: call texts, or the reply."""

FORM = "fc_gym/bfcl/1"


@dataclass(frozen=True)
class Play:
    """One task as it was played and judged."""

    id: str
    policy: str
    mode: str
    seed: int
    turns: list[list[Response]]
    """Responses per turn, the reply that ended it last."""
    verdict: Mapping[str, JsonValue]
    """The official verdict: `valid`, `error_type`, `turn`, `detail`."""
    credit: list[Mapping[str, JsonValue]]
    """Our own measures of each turn, as `TurnCredit` has them."""
    truncated_by: str = ""
    exclude: bool = False
    """True if excluded functions were taken off what was offered."""
    format: str = field(default=FORM)

    @property
    def setting(self) -> str:
        """How it was played, in words: plays of different settings are not to be mixed."""
        left_out = ", without excluded functions" if self.exclude else ""
        return f"{self.policy} ({self.mode}, seed {self.seed}{left_out})"

    @property
    def broken(self) -> str:
        """With what error the play broke off; empty if it did not."""
        broke = str(self.verdict.get("error_type", "")).endswith(":inference_error")
        return str(self.verdict["detail"]) if broke else ""

    @property
    def category(self) -> str:
        """One of `CATEGORIES`."""
        return self.id.rsplit("_", 1)[0].removeprefix("multi_turn_")

    def line(self) -> str:
        """Return the play as one line of JSON, without the line end."""
        return orjson.dumps(asdict(self)).decode()


def official_path(out: Path, model: str, category: str) -> Path:
    """Return where the official evaluator looks for the results of one category.

    Args:
        out: The official result folder.
        model: Name of the model in the official list of models.
        category: One of `CATEGORIES`.
    """
    return out / model.replace("/", "_") / "multi_turn" / f"BFCL_v4_multi_turn_{category}_result.json"


def official_entry(play: Play) -> dict[str, JsonValue]:
    """Return a play as the official result of a function-calling model.

    Args:
        play: The play; a call whose arguments have no JSON form makes its response a text, which no evaluator decodes.
            A play that broke off is the text of its error.
    """
    if play.broken:
        return {"id": play.id, "result": play.broken}
    return {"id": play.id, "result": [[_official_response(one) for one in turn] for turn in play.turns]}


def read_plays(path: Path) -> Iterator[Play]:
    """Read plays from JSON lines.

    Raises:
        RecordError: If the file cannot be read or a line is torn or no play; it names the line.
    """
    for number, line in enumerate(_lines(path), 1):
        where = f"{path}:{number}"
        if not line.endswith(b"\n"):
            raise RecordError(f"{where}: the line is torn; the file ends in the middle of a play")
        try:
            yield _PLAY.validate_python(_object(line, where))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise RecordError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def read_official(path: Path) -> Iterator[tuple[str, list[list[list[str]]] | str]]:
    """Read an official result file, whoever wrote it.

    Responses that are lists are read as those of function-calling models. Texts are read as lists of calls only if no
    response of the file is a list: a function-calling model that answers in text has ended its turn.

    Yields:
        The id of a task, and the calls per turn and step, or the text of the error with which the run broke off.

    Raises:
        RecordError: If the file cannot be read or a line is no result; it names the line.
    """
    entries = [(f"{path}:{number}", _object(line, f"{path}:{number}")) for number, line in enumerate(_lines(path), 1)]
    prompted = not any(isinstance(one, list) for _, entry in entries for one in _responses(entry.get("result")))
    for where, entry in entries:
        name, result = entry.get("id"), entry.get("result")
        if not isinstance(name, str) or not isinstance(result, list | str):
            raise RecordError(f"{where}: no result; every line has `id`, and `result` as responses per turn")
        yield name, result if isinstance(result, str) else decoded(result, prompted=prompted)


def decoded(turns: Sequence[Any], *, prompted: bool) -> list[list[list[str]]]:
    """Read the calls of a whole play as the official evaluator does: what cannot be read is left out.

    Args:
        turns: Responses per turn.
        prompted: Read texts as lists of calls.
    """
    return [
        [calls for one in turn if (calls := _calls(one, prompted))] if isinstance(turn, list) else [] for turn in turns
    ]


def _calls(response: JsonValue, prompted: bool) -> list[str]:
    try:
        if isinstance(response, str):
            return calls_in_text(response, official=True) if prompted else []
        return calls_in_json(response)
    except CallError:
        return []


def _official_response(response: Response) -> JsonValue:
    if isinstance(response, str):
        return response
    try:
        calls = [by_name(read_call(text)) for text in response]
        return [{call.name: json.dumps(dict(call.arguments))} for call in calls]
    except (CallError, TypeError, ValueError):
        return f"[{', '.join(response)}]"


def _responses(result: object) -> Iterator[object]:
    for turn in result if isinstance(result, list) else ():
        yield from turn if isinstance(turn, list) else ()


def _lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            return [line for line in file if line.strip()]
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{where}: not JSON ({error}); every line must be one JSON object") from None
    if not isinstance(found, dict):
        raise RecordError(f"{where}: a JSON object should stand here, not {type(found).__name__}")
    return found


_PLAY: TypeAdapter[Play] = TypeAdapter(Play)
