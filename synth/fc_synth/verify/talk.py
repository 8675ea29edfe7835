"""A talk: what users, assistant and tools said in one row, whatever form the row is written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from fc_gym.types import JsonValue

__all__ = ["Batch", "Made", "Talk", "TalkTurn", "decoded", "shallow"]


@dataclass(slots=True)
class Made:
    """One call as the row has it."""

    name: str
    arguments: dict[str, JsonValue]
    text: str | None = None
    """What the tool said; None if the row does not tell."""
    broken: str = ""
    """What is wrong with how it is written; empty if nothing is."""

    @property
    def result(self) -> JsonValue:
        """What the tool said, decoded if it is JSON."""
        return decoded(self.text or "")


@dataclass(slots=True)
class Batch:
    """The calls of one message of the assistant."""

    reasoning: str
    calls: list[Made]
    said: str = ""
    """Words beside the calls."""


@dataclass(slots=True)
class TalkTurn:
    """From one message of the user to before the next."""

    user: str
    batches: list[Batch] = field(default_factory=list)
    reply: str = ""
    reasoning: str = ""
    """The thoughts in front of the reply."""

    @property
    def calls(self) -> list[Made]:
        """All calls of the turn, in order."""
        return [call for batch in self.batches for call in batch.calls]


@dataclass(slots=True)
class Talk:
    """One row."""

    system: str = ""
    turns: list[TalkTurn] = field(default_factory=list)
    tools: Sequence[Mapping[str, JsonValue]] = ()
    """Descriptions of the tools: `name`, `parameters` and so on."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """What is wrong with the form of the row: place and sentence."""

    def steps(self) -> Iterator[tuple[int, int, Made]]:
        """Walk all calls with the number of their turn and their position in the row."""
        position = 0
        for number, turn in enumerate(self.turns):
            for call in turn.calls:
                yield number, position, call
                position += 1


def decoded(text: str) -> JsonValue:
    """Return what a JSON text holds; the text itself if it is none, or nested too deeply to be worked with."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if shallow(value) else text


def shallow(value: JsonValue) -> bool:
    """Return True if a value can be written as JSON again: orjson reads four times as deep as it writes."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return False
    return True
