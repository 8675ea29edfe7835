"""A session's world: what a tool changes, and how it is forked, marked, restored and compared."""

from __future__ import annotations

import copy
import hashlib
from typing import Generic, TypeVar

from fc_gym.types import canonical

W = TypeVar("W")
__all__ = ["Snapshot", "State"]


class Snapshot:
    def __init__(self, world: object) -> None:
        self._world = world


class State(Generic[W]):
    def __init__(self, world: W) -> None:
        self._world = world

    @property
    def world(self) -> W:
        return self._world

    def fork(self) -> State[W]:
        return State(copy.deepcopy(self._world))

    copy = fork

    def plain(self) -> W:
        return copy.deepcopy(self._world)

    def snapshot(self) -> Snapshot:
        return Snapshot(copy.deepcopy(self._world))

    def restore(self, snapshot: Snapshot) -> None:
        self._world = copy.deepcopy(snapshot._world)

    def hash(self) -> str:
        return hashlib.blake2b(canonical(vars(self._world)).encode(), digest_size=16).hexdigest()

    def audit(self) -> str | None:
        return None
