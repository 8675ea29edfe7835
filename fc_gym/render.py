"""An episode's last event as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fc_gym.session import Session

__all__ = ["event_text"]

WIDTH = 160
"""Longest result line, in characters."""


def event_text(session: Session, observation: Mapping[str, Any]) -> str:
    """Return the last event: where the episode stands, what came back, what the user said."""
    place = f"{session.domain.name} · turn {session.turn + 1} · step {session.steps} · {session.calls} calls"
    lines = [f"[{place}{' · over' if session.over else ''}]"]
    lines += [f"  -> {_cut(text)}" for text in observation["results"]]
    if observation["user"]:
        lines.append(f"  user: {observation['user']}")
    return "\n".join(lines)


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}... ({len(text)} characters)"
