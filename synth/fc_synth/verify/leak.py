"""Leaks: what a user says and cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fc_gym.types import JsonValue, canonical, general_path, leaves
from fc_synth.verify.play import Play, PlayedTurn
from fc_synth.verify.record import Record, settled
from fc_synth.verify.words import holds

__all__ = ["leaked", "no_leak"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")
_PART = re.compile(r"\b(?:\w*\d\w*|[A-Z]\w+)\b")


def no_leak(play: Play) -> Record:
    """Check that no user names a hidden identifier, a tool, or a value that only a later result shows.

    What an earlier reply has told the user is no leak.

    Args:
        play: The row, executed.
    """
    found = leaked(play)
    against = [(f"turn {turn + 1}", f"the user says {value!r}, {why}") for turn, value, why in found]
    return settled("no_leak", against, [], {"texts": len(play.turns), "leaks": len(found)})


def leaked(play: Play) -> list[tuple[int, str, str]]:
    """Return what users say and cannot know: the turn, the value, and why it is hidden.

    Args:
        play: The row, executed.
    """
    found = []
    told = play.talk.system.casefold()
    names = [name for name in play.domain.tools if "_" in name]
    identifiers = _identifiers(play)
    for turn in play.turns:
        text = turn.user.casefold()
        found += [(turn.number, name, "which is a tool") for name in names if name in text]
        found += [
            (turn.number, value, "which is hidden")
            for value in identifiers
            if value.casefold() in text and value.casefold() not in told
        ]
        found += [(turn.number, str(value), "which only a later result shows") for value in _later(play, turn)]
        told += f"\n{text}\n{turn.reply.casefold()}"
    return found


def _identifiers(play: Play) -> list[str]:
    """Return every identifier that any world of the row has."""
    found: dict[str, None] = {}
    writes = [step for step in play.steps if step.result.ok and not play.domain.tools[step.call.name].reads_only]
    for state in [*(step.before for step in writes), play.end]:
        for entity in play.domain.entities.values():
            found |= dict.fromkeys(str(value) for value in entity.rows(state.world))
    found |= dict.fromkeys(str(value) for key, value in play.shown if key in play.domain.entities)
    return list(found)


def _later(play: Play, turn: PlayedTurn) -> Iterator[JsonValue]:
    """Yield the values that the user says and that did not exist anywhere before the results of this turn or later."""
    world = ""
    before = play.heard(turn.number - 1) if turn.number else play.talk.system
    given = {
        leaf for step in play.steps for _, leaf, _ in leaves(dict(step.call.arguments)) if not isinstance(leaf, bool)
    }
    shown = {value for step in play.steps[: turn.first] for _, value in step.leaves}
    for step in play.steps[turn.first :]:
        returns = play.domain.tools[step.call.name].returns if step.result.ok else {}
        for path, value in step.leaves:
            if not _telling(value) or value in given or value in shown:
                continue
            key = returns.get(general_path(path), "")
            if not holds(turn.user, value, key, play.today) or holds(before, value, key, play.today):
                continue
            world = world or canonical(turn.start.world).casefold()
            if not _stands(value, world):
                yield value


def _stands(value: JsonValue, world: str) -> bool:
    """Return True if what is telling of a value stands in a world."""
    return all(re.search(rf"(?<!\d){re.escape(part)}(?!\d)", world) for part in _parts(value))


def _telling(value: JsonValue) -> bool:
    """Return True for a value that nobody hits upon by chance: a large number, or a text with digits or names."""
    if isinstance(value, str):
        return len(value) >= 4 and bool(_parts(value))
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 100


def _parts(value: JsonValue) -> list[str]:
    """Return what is telling of a value: all of a code or a name with digits in it, else its numbers and names."""
    text = str(value).removesuffix(".0")
    if _DAY.fullmatch(text):
        return []
    if " " not in text and any(sign.isdigit() for sign in text):
        return [text.casefold()]
    return [part.casefold() for part in _PART.findall(text)]
