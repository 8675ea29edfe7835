"""What each level promises of a call, and how a call is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fc_gym.errors import CallError, TaskError
from fc_gym.measure import Probe
from fc_gym.session import Session
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, Malformed, ToolCall

__all__ = ["LEVELS", "VERDICTS", "check_level", "is_legal", "verdict"]

LEVELS: Final = ("free", "schema", "tools", "grounded", "calls")
"""From no promise to the strictest."""

VERDICTS: Final = ("malformed", "unknown tool", "bad arguments", "not legal", "not grounded", "refused", "accepted")
"""What may be said of a call: the first of these that is true."""

_PROMISED = {"free": 0, "schema": 3, "tools": 4, "grounded": 5, "calls": 6}
"""How many of the verdicts each level rules out."""


def check_level(level: str) -> str:
    """Return a level's name.

    Raises:
        TaskError: If there is no such level.
    """
    if level not in LEVELS:
        raise TaskError(f"there is no level {level!r} of legality; have {', '.join(LEVELS)}")
    return level


def verdict(session: Session, call: ToolCall | Malformed) -> str:
    """Judge a call as the next one of an episode, which stays as it is.

    Args:
        session: The episode.
        call: The call, or what stands in its place.

    Returns:
        One of `VERDICTS`. `malformed`: no call; `unknown tool`: not on offer; `bad arguments`: the tool's check turns
        them down; `not legal`: a row that the tool needs is not known; `not grounded`: an argument names a row that the
        agent has not been shown or told; `refused`: by the tool, in this state.
    """
    if isinstance(call, Malformed):
        return "malformed"
    if call.name not in session.offered():
        return "unknown tool"
    tool = session.domain.tools[call.name]
    try:
        tool.arguments.check(call.arguments)
    except CallError:
        return "bad arguments"
    if call.name not in session.legal():
        return "not legal"
    if not all(_grounded(session, call.name, tool.parameters[name], value) for name, value in call.arguments.items()):
        return "not grounded"
    return "refused" if Probe(session.domain, session.state.fork()).code(call) else "accepted"


def is_legal(session: Session, calls: Sequence[ToolCall | Malformed], level: str) -> tuple[bool, ...]:
    """Say of each call whether it keeps the promise of a level, if it were the next of an episode.

    Args:
        session: The episode; it stays as it is.
        calls: The calls of one response.
        level: One of `LEVELS`.

    Raises:
        TaskError: If there is no such level.
    """
    broken = VERDICTS[: _PROMISED[check_level(level)]]
    return tuple(verdict(session, call) not in broken for call in calls)


def _grounded(session: Session, tool: str, one: Parameter, value: JsonValue) -> bool:
    """Return whether all rows that an argument names are known; what is nested deeper than a list cannot be told."""
    if one.key not in session.domain.entities:
        return True
    return all(_known(session, tool, one, row) for row in _rows(value))


def _rows(value: JsonValue) -> Iterator[JsonValue]:
    yield from value if isinstance(value, list) else (() if value is None else (value,))


def _known(session: Session, tool: str, one: Parameter, row: JsonValue) -> bool:
    if isinstance(row, list | dict):
        return False
    known = session.known
    return known.source(one.key, row) is not None or known.source(f"{tool}.{one.name}", row) is not None
