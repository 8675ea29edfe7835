"""A session's world: what a tool changes, and how it is forked, marked, restored and compared."""

from __future__ import annotations

from fc_gym.state.state import Snapshot, State

__all__ = ["Snapshot", "State"]
