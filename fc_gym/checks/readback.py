"""The check that a read shows what the write before it showed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from fc_gym.checks.changes import told
from fc_gym.checks.halts import Halt, halts, writes
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, Severity, distinct
from fc_gym.checks.rows import Shown, id_like, shown_rows
from fc_gym.known import Known, grounded_calls
from fc_gym.tool import Tool
from fc_gym.types import ToolCall, ToolResult

__all__ = ["NAME", "check"]

NAME = "read back"
_CALLS = 4
"""Calls of one reading tool that are tried after a write."""


def check(play: Play) -> Checked:
    """After every recorded write, read the rows that its result showed, and compare the fields that both have.

    A result is told after the change, so nothing may have happened to a row since. Rows are the same if they have the
    same key. A row without a key of its own, such as an entry on a list of guests, is the same if it holds the same
    keys and was asked for by nothing but keys that the write was given; it must then be shown only once.
    """
    findings: list[tuple[str, Finding]] = []
    tried, tools = 0, [tool for tool in play.domain.tools.values() if tool.reads_only]
    seen = _recorded(play)
    for halt in halts(play):
        if not writes(halt.trial) or play.domain.tools[halt.trial.call.name].reads_only:
            continue
        with halt.aside():
            result = halt.accepted(halt.trial.call)
            if result is None:
                continue
            rows = shown_rows(play.domain, result)
            for tool in tools if rows else ():
                for row, call, other in _read(halt, result, rows, [*seen.get((halt.trial.seed, tool.name), ())], tool):
                    tried += 1
                    findings += _unequal(play, halt, row, call, other)
    return Checked(NAME, tried, distinct(findings), "" if tried else "no read shows a row that a write showed")


def _read(
    halt: Halt, result: ToolResult, rows: list[Shown], recorded: list[ToolCall], tool: Tool
) -> Iterator[tuple[Shown, ToolCall, Shown]]:
    """Return the rows that one tool shows again, with the call and what it shows; a row that agrees is preferred."""
    missing = list(rows)
    for call in itertools.chain(_grounded(halt, result, tool), recorded):
        read = halt.accepted(call) if missing else None
        shown = shown_rows(halt.domain, read) if read else []
        for row in list(missing):
            found = [one for one in shown if row.same(one)]
            if found and (row.alone or (len(found) == 1 and _narrow(halt, row, found[0], result.call, call))):
                missing.remove(row)
                yield row, call, min(found, key=lambda one: len(list(row.differences(one))))


def _narrow(halt: Halt, row: Shown, other: Shown, write: ToolCall, read: ToolCall) -> bool:
    """Return True if a read is about nothing but what the write was about."""
    asked = read.arguments.items()
    if halt.domain.foreign:
        return row.kind == other.kind == "id" or any(id_like(name) and value in row.identity for name, value in asked)
    tool = halt.domain.tools[read.name]
    keys = [value for name, value in asked if tool.parameters[name].key in halt.domain.entities]
    given = list(write.arguments.values())
    return bool(keys) and all(value in given for value in keys)


def _grounded(halt: Halt, result: ToolResult, tool: Tool) -> Iterator[ToolCall]:
    """Return calls of a reading tool with what a write was given and showed."""
    known, taken = Known(halt.domain), halt.domain.tools[result.call.name]
    for name, value in result.call.arguments.items():
        key = taken.parameters[name].key
        known.tell(key, [value]) if key and not isinstance(value, list) else None
    known.show(result, 0, 0)
    if halt.domain.foreign:
        for row in shown_rows(halt.domain, result):
            for one in tool.parameters.values():
                if (id_like(one.name) and "id" in (one.name, row.kind)) or one.name == row.kind:
                    known.tell(f"{tool.name}.{one.name}", row.identity)
    yield from grounded_calls(tool, known, _CALLS)


def _unequal(play: Play, halt: Halt, row: Shown, call: ToolCall, other: Shown) -> Iterator[tuple[str, Finding]]:
    for name in row.differences(other):
        what = f"its result shows {name} {told(row.fields[name])} of {row}, but {call} then shows"
        message = f"{what} {told(other.fields[name])}; return the row as it is after the change ({halt.trial})"
        severity: Severity = "warning" if play.domain.foreign else "error"
        yield name, Finding(NAME, play.where(halt.trial.call.name), message, severity)


def _recorded(play: Play) -> dict[tuple[int, str], list[ToolCall]]:
    """Return a few accepted calls of each tool from each start state."""
    found: dict[tuple[int, str], list[ToolCall]] = {}
    for trial in play.trials():
        calls = found.setdefault((trial.seed, trial.call.name), [])
        if trial.ok and len(calls) < _CALLS and trial.call not in calls:
            calls.append(trial.call)
    return found
