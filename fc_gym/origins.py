"""Where the values in a call came from, as a trajectory tells it."""

from __future__ import annotations

from types import NoneType

from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall, leaves

__all__ = ["origins"]

_SCALARS = frozenset({str, int, float, bool, NoneType})


def origins(session: Session, call: object) -> dict[str, JsonValue]:
    """Return the origin of each scalar in the arguments of a call that is about to be made.

    Args:
        session: The episode; knows what was said and shown so far.
        call: The call; what is none, or is of no tool, has no origins.

    Returns:
        By path; null where nothing known had that value.
    """
    found: dict[str, JsonValue] = {}
    tool = session.domain.tools.get(call.name) if isinstance(call, ToolCall) else None
    if not isinstance(call, ToolCall) or tool is None:
        return found
    source_of, keys = session.known.source, tool.keys
    for name, value in call.arguments.items():
        key = keys.get(name) or f"{call.name}.{name}"
        if type(value) in _SCALARS:
            source = source_of(key, value)
            found[name] = None if source is None else source.json()
            continue
        for path, leaf, _ in leaves(value, name):
            source = source_of(key, leaf)
            found[path] = None if source is None else source.json()
    return found
