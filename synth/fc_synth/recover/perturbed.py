"""Recovery by execution: where several places match, a source is changed in the start state and the calls run again.

If a result shows another value then, and the call is no longer accepted with the old one, the value came from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import orjson

from fc_gym.domain import Domain, World
from fc_gym.errors import TaskError
from fc_gym.state import State
from fc_gym.types import JsonValue, canonical, general_path, leaves
from fc_synth.recover.literal import Shown, candidates_for, recovered, shown_in
from fc_synth.recover.origin import Origin, Place
from fc_synth.verify.play import Play, Played, leaves_of
from fc_synth.verify.words import named

__all__ = ["recovered_in", "tied"]

Steps = tuple[str | int, ...]
"""The way to a leaf of a start state."""


def recovered_in(play: Play) -> dict[Place, Origin]:
    """Return the origin of every argument leaf of a row, with its world at hand.

    Args:
        play: The row, executed.
    """
    found = recovered(play.talk)
    shown = shown_in(play.talk)
    for step in play.steps:
        before = [one for one in shown if one.call < step.opened]
        for leaf in leaves_of(play.domain, step.call):
            place = (step.position, leaf.path)
            guess = found[place]
            row = leaf.key in play.domain.entities
            matches = candidates_for(leaf.value, before)
            typed = [one for one in matches if _key(play, one) == leaf.key]
            if row and typed:
                found[place] = _output(typed[0], len(typed) - 1)
            elif not row and matches and guess.rivals and (guess.kind == "output" or 0 <= guess.turn < step.turn):
                found[place] = _settled(play, step, leaf.value, matches, guess)
            elif guess.kind == "unknown" and _stands(step.before.world, leaf.value):
                found[place] = Origin("state")
    return found


def tied(play: Play, step: Played, value: JsonValue) -> set[tuple[int, str]]:
    """Return the result leaves whose source, changed in the start state, makes a call refuse its old argument.

    Args:
        play: The row, executed.
        step: The call.
        value: The argument.
    """
    record = orjson.loads(canonical(play.turns[0].start.world))
    causes: set[tuple[int, str]] = set()
    for way in list(_ways(record, value)):
        changed = _changed(record, way, _other(value))
        again = _run(play.domain, changed, play, step)
        if again is None:
            continue
        differing, accepted = again
        if not accepted:
            causes |= differing
    return causes


def _settled(play: Play, step: Played, value: JsonValue, matches: list[Shown], guess: Origin) -> Origin:
    """Choose among places that match: the one that the call depends on, or the first guess if it depends on none."""
    causes = tied(play, step, value)
    bound = [one for one in matches if (one.call, one.path) in causes]
    return _output(bound[0], len(bound) - 1) if bound else guess


def _run(
    domain: Domain, record: Mapping[str, JsonValue], play: Play, step: Played
) -> tuple[set[tuple[int, str]], bool] | None:
    """Run the calls up to one from another start state; None if an earlier one is refused there."""
    try:
        state: State[World] = domain.start(0, record)
    except TaskError:
        return None
    differing: set[tuple[int, str]] = set()
    try:
        for one in play.steps[: step.position]:
            result = domain.execute(state.world, one.call, terse=True)
            if not result.ok:
                return None
            now = {path: leaf for path, leaf, _ in leaves(result.value)}
            differing |= {(one.position, path) for path, leaf in one.leaves if now.get(path) != leaf}
        return differing, domain.execute(state.world, step.call, terse=True).ok
    except Exception:  # tools may rely on what a changed start state breaks
        return None


def _key(play: Play, one: Shown) -> str:
    tool = play.domain.tools.get(play.steps[one.call].call.name)
    return tool.returns.get(general_path(one.path), "") if tool else ""


def _output(one: Shown, rivals: int) -> Origin:
    return Origin("output", one.turn, one.call, one.path, rivals)


def _stands(world: World, value: JsonValue) -> bool:
    return bool(named(str(value))) and canonical(value) in canonical(world)


def _ways(record: JsonValue, value: JsonValue, way: Steps = ()) -> Iterator[Steps]:
    if isinstance(record, dict):
        for name, inner in record.items():
            yield from _ways(inner, value, (*way, name))
    elif isinstance(record, list):
        for position, inner in enumerate(record):
            yield from _ways(inner, value, (*way, position))
    elif record == value and isinstance(record, bool) == isinstance(value, bool):
        yield way


def _changed(record: Any, way: Steps, value: JsonValue) -> Any:
    """Return a copy of a record with another leaf."""
    if not way:
        return value
    copy: Any = dict(record) if isinstance(record, dict) else list(record)
    copy[way[0]] = _changed(record[way[0]], way[1:], value)
    return copy


def _other(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    text = str(value)
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except ValueError:
        return f"{text[:-1]}{(int(text[-1]) + 1) % 10}" if text[-1:].isdecimal() else f"{text}x"
