"""Long context: the world holds many more rows, of the kinds that matter and of others, so that results grow long."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import orjson

from fc_gym.types import JsonValue, ToolCall, to_json
from fc_synth.describe import field_keys, understood
from fc_synth.query import today_of
from fc_synth.spoken import said
from fc_synth.variants.case import Case, Made
from fc_synth.variants.course import Course, course_of
from fc_synth.variants.more_turns import more_turns

__all__ = ["LongContext", "added_rows"]

WORLDS = 4
"""Worlds whose rows are put in."""
TRIES = 12
_DATE = re.compile(r'"(\d{4}-\d\d-\d\d)')

Record = dict[str, JsonValue]


@dataclass(frozen=True)
class LongContext:
    """The operator."""

    name: str = "long_context"
    phenomenon: str = ""
    preserves: bool = True

    def make(self, case: Case) -> Made | None:
        """Return the dialogue in a world with more rows; None if no other rows leave it as it is."""
        if case.script.start is not None or "+" in case.domain.name:
            return None
        ways = [case.flavour] if case.flavour else [("rows", "turns")[one] for one in case.drawn(2)]
        return next((made for way in ways if (made := _more_rows(case) if way == "rows" else more_turns(case))), None)


def _more_rows(case: Case) -> Made | None:
    """Return the dialogue in a larger world."""
    world = case.domain.sample(case.script.seed).world
    record: Record = orjson.loads(to_json(world))
    first = _course(case, record)
    if first is None:
        return None
    grown, course, worlds = record, first, 0
    for _ in range(TRIES):
        other = case.domain.sample(int(case.rng.integers(2**31))).world
        larger = _with(case, grown, _moved(orjson.loads(to_json(other)), today_of(other), today_of(world)))
        found = _course(case, larger) if larger else None
        if larger and found is not None and _alike(case, found):
            grown, course, worlds = larger, found, worlds + 1
        if worlds == WORLDS:
            break
    before, after = sum(map(len, first.texts)), sum(map(len, course.texts))
    if after < 1.2 * before:
        return None
    data = {
        "form": "rows",
        "worlds": worlds,
        "rows": sum(added_rows(record, grown).values()),
        "letters": [before, after],
    }
    return Made(replace(case.script, scenes=case.numbered, start=grown), case.domain, data)


def added_rows(record: Record, grown: Record) -> dict[str, int]:
    """Return how many rows each table of a start record has more than another."""
    return {
        name: len(table) - len(record[name])
        for name, table in grown.items()
        if isinstance(table, dict) and len(table) > len(record.get(name) or ())
    }


def _course(case: Case, record: Record) -> Course | None:
    course = course_of(case.domain, replace(case.script, scenes=case.numbered, start=record))
    return course if course is not None and course.perfect and not course.unseen else None


def _moved(record: Record, today: str, to: str) -> Record:
    """Move every day of a world by as much as its today is off."""
    if not today or not to:
        return record
    shift = date.fromisoformat(to) - date.fromisoformat(today)

    def moved(match: re.Match[str]) -> str:
        try:
            return f'"{(date.fromisoformat(match[1]) + shift).isoformat()}'
        except ValueError:
            return match[0]

    return dict(orjson.loads(_DATE.sub(moved, to_json(record)))) if shift != timedelta() else record


def _with(case: Case, record: Record, other: Record) -> Record | None:
    """Put the rows of a world into another; None if words of the dialogue would fit one of them."""
    tables = {entity.table for entity in case.domain.entities.values()}
    wordy = [
        (case.domain.entities[case.parameter(request, name).key], words)
        for number in range(len(case.scenes))
        for request in case.requests(number)
        for name, words in request.words.items()
        if case.parameter(request, name).key in case.domain.entities
    ]
    grown = dict(record)
    for name in tables & record.keys():
        grown[name] = {**record[name], **{key: row for key, row in other[name].items() if key not in record[name]}}
    for entity, words in wordy:
        found = understood(entity, words)
        keys = field_keys(entity.row)
        for key, row in grown[entity.table].items() if found else ():
            if key not in record[entity.table] and found and all(
                said(row.get(slot), keys[slot], case.today) == value for slot, value in found.fields.items()
            ):  # fmt: skip
                return None
    return grown


def _alike(case: Case, course: Course) -> bool:
    """Return True if what the user is told is as before: every call asked for shows what it showed."""
    calls: list[ToolCall] = [call for scene in case.scenes for call in scene.goals]
    before, after = [], []
    for number, scene in enumerate(case.scenes):
        before += [case.course.results(number)[place].text for place in scene.asked]
        after += [course.results(number)[place].text for place in scene.asked]
    return all(
        one == other or not case.domain.tools[call.name].reads_only
        for call, one, other in zip(calls, before, after, strict=True)
    )
