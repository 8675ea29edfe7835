"""Meaning: what the words of each turn ask for, which rows they can mean, and which calls do it.

The grammar of the domain reads the words, as for the offline reasoner; nothing that the writer noted down is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from fc_gym.domain import Domain, World
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue
from fc_synth.describe import field_keys, understood
from fc_synth.focus import Focus
from fc_synth.memory import unsaid
from fc_synth.reading import Request
from fc_synth.spoken import said
from fc_synth.verify.hearing import Heard
from fc_synth.verify.play import Play, Played, PlayedTurn

__all__ = ["Asked", "Meant", "asked_of", "rows_meant"]


@dataclass(frozen=True, slots=True)
class Meant:
    """What words for one value of a request can mean."""

    parameter: str
    words: str
    row: bool
    """True if the words name a row."""
    values: tuple[JsonValue, ...]


@dataclass(slots=True)
class Asked:
    """One thing asked for in a turn."""

    request: Request
    meant: list[Meant] = field(default_factory=list)
    step: Played | None = None
    """The call that does it; None if none does."""
    wrong: str = ""
    """What differs in the call of that tool that comes nearest."""


def asked_of(play: Play) -> list[list[Asked]]:
    """Return what is asked for in each turn, and which calls do it, in order."""
    focus = Focus(play.domain)
    return [_turn(play, turn, focus) for turn in play.turns]


def rows_meant(domain: Domain, world: World, key: str, words: str, today: str) -> tuple[JsonValue, ...]:
    """Return the rows of a world that words describe.

    Args:
        domain: The domain.
        world: The world as it is when the words are said.
        key: The key of the row.
        words: Such as `my order placed on 2 March`.
        today: The current day.
    """
    entity = domain.entities[key]
    description = understood(entity, words)
    if description is None:
        return ()
    keys = field_keys(entity.row)
    return tuple(
        value
        for value, row in entity.rows(world).items()
        if all(said(getattr(row, name), keys.get(name, ""), today) == text for name, text in description.fields.items())
    )


def _turn(play: Play, turn: PlayedTurn, focus: Focus) -> list[Asked]:
    focus.turn = turn.number
    left = list(turn.steps)
    found = []
    for heard in turn.requests:
        choices = [
            Asked(request, list(_meant(play, turn, request, focus))) for request in _mended(play, turn, heard, focus)
        ]
        for choice in choices:
            _match(play, choice, left)
        asked = next((choice for choice in choices if choice.step is not None), choices[0])
        if asked.step is not None:
            left = left[left.index(asked.step) + 1 :]
            if asked.step.result.ok:
                focus.note(asked.step.call, asked.step.result)
        found.append(asked)
    return found


def _mended(play: Play, turn: PlayedTurn, heard: Heard, focus: Focus) -> list[Request]:
    """Return what a request can be after it was corrected: the words may replace those that they are most like."""
    if not heard.mend:
        return [heard.request]
    fitting: dict[int, list[Request]] = {}
    for name, words in heard.request.words.items():
        one = play.domain.tools[heard.request.tool].parameters[name]
        found = _one(play, turn, one, heard.mend, focus)
        before = _one(play, turn, one, words, focus)
        if not found.values or found.values == before.values:
            continue
        rank = 0 if found.row and not before.values else 1 if found.row else 2
        other = Request(heard.request.tool, {**heard.request.words, name: heard.mend}, heard.request.text)
        fitting.setdefault(rank, []).append(other)
    return fitting[min(fitting)] if fitting else [heard.request]


def _match(play: Play, asked: Asked, left: list[Played]) -> None:
    """Find the call that does what is asked for."""
    for step in left:
        if step.call.name != asked.request.tool:
            continue
        wrong = _differs(play.domain, asked, step)
        if not wrong:
            asked.step, asked.wrong = step, ""
            return
        asked.wrong = asked.wrong or wrong


def _differs(domain: Domain, asked: Asked, step: Played) -> str:
    given: dict[str, list[JsonValue]] = {}
    tool = domain.tools[step.call.name]
    for name, value in step.call.arguments.items():
        given[name] = list(value) if isinstance(value, list) else [value]
    wanted: dict[str, list[Meant]] = {}
    for one in asked.meant:
        wanted.setdefault(one.parameter, []).append(one)
    for name, pieces in wanted.items():
        values = given.get(name, [])
        if len(values) != len(pieces):
            return (
                f"{tool.name} has no {name}, which is asked for" if not values else f"{name} is not what is asked for"
            )
        for piece, value in zip(pieces, values, strict=True):
            if piece.values and not any(_same(value, other) for other in piece.values):
                return f"the {name} of {tool.name} is {value!r}, and {piece.words!r} means {piece.values[0]!r}"
    for name in given:
        if name not in wanted and step.call.arguments[name] != tool.parameters[name].default:
            return f"nobody asks for the {name} of {tool.name}"
    return ""


def _meant(play: Play, turn: PlayedTurn, request: Request, focus: Focus) -> Iterator[Meant]:
    for name, words in request.words.items():
        one = play.domain.tools[request.tool].parameters[name]
        for piece in words.split(" and ") if one.many else [words]:
            yield _one(play, turn, one, piece, focus)


def _one(play: Play, turn: PlayedTurn, one: Parameter, words: str, focus: Focus) -> Meant:
    if one.key not in play.domain.entities:
        return Meant(one.name, words, False, (unsaid(words, one, play.today),))
    referred = focus.meant(words)
    if referred is not None:
        return Meant(one.name, words, True, (referred[1],) if referred[0] == one.key else ())
    return Meant(one.name, words, True, rows_meant(play.domain, turn.start.world, one.key, words, play.today))


def _same(one: JsonValue, other: JsonValue) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    return bool(one == other)


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!?")
