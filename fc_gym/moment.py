"""What `info` tells of one moment of an episode."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fc_gym.info import PENDING, Info
from fc_gym.known import grounded_calls
from fc_gym.measure import Probe
from fc_gym.reward import RewardParts
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall, ToolResult

__all__ = ["BLANK", "GroundedCalls", "Masks", "StepInfo"]


class Masks:
    """Makes masks of legal tools: one 0 or 1 for each tool.

    Args:
        names: The names of the tools.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._last: tuple[tuple[str, ...], NDArray[np.int8]] = (), np.zeros(len(names), dtype=np.int8)

    def of(self, legal: tuple[str, ...]) -> NDArray[np.int8]:
        """Return a fresh array; it is worked out anew only if other tools are legal than last time."""
        if self._last[0] is not legal:
            among = frozenset(legal)
            self._last = legal, np.array([name in among for name in self.names], dtype=np.int8)
        return self._last[1].copy()


class StepInfo(Info):
    """The info of a reset or a step."""

    __slots__ = ("breadth", "cut", "legality", "masks", "offered", "parts", "point", "results", "session", "size",
                 "total", "turn")  # fmt: skip
    session: Session
    masks: Masks
    legality: str
    point: Any
    """Where the world was, once it has moved on (`State.watch`)."""
    turn: int
    offered: tuple[str, ...]
    size: int
    """How many values were known."""
    breadth: int
    """Of how many keys a value was known."""
    parts: RewardParts
    total: float
    results: tuple[ToolResult, ...]
    cut: str
    """By what the episode was truncated; empty if by nothing."""

    def legal_tools(self) -> tuple[str, ...]:
        """Return the names of the tools that were legal."""
        if self.legality == "off":
            return self.offered
        legal = self.session.legal_at(self.offered, self.breadth)
        if self.legality == "keys":
            return legal
        alive = {call.name for call in self["grounded_calls"]}
        return tuple(name for name in legal if name in alive)

    def errors(self) -> tuple[str, ...]:
        """Return the code of each call's refusal; empty for a call that ran."""
        return tuple([result.refusal.code if result.refusal else "" for result in self.results])

    ways = {  # noqa: RUF012 (declared so by Info)
        "task": lambda info: info.session.task.id if info.session.task else "",
        "turn": lambda info: info.turn,
        "tools": lambda info: info.offered,
        "legal_tools": legal_tools,
        "action_mask": lambda info: info.masks.of(info["legal_tools"]),
        "grounded_calls": lambda info: GroundedCalls(info.session, at=info),
        "state_hash": lambda info: info.session.state.hash_seen_by(info),
        "reward_parts": lambda info: info.parts.json(),
        "total": lambda info: info.total,
        "errors": errors,
        "truncated_by": lambda info: info.cut,
    }


BLANK = dict.fromkeys(StepInfo.ways, PENDING)
"""What a `StepInfo` is made with."""


class GroundedCalls(Sequence[ToolCall]):
    """The calls, with known values, that would be accepted at one moment; found out when first looked at.

    Args:
        session: The episode.
        per_tool: How many calls of one tool are considered at most.
        at: What was noted of the moment; None: it is now.
    """

    def __init__(self, session: Session, per_tool: int = 64, *, at: StepInfo | None = None) -> None:
        self._domain, self._known, self._per_tool = session.domain, session.known, per_tool
        self._offered = at.offered if at else session.offered()
        self._state = session.state.seen_by(at) if at else session.state.fork()
        self._size = at.size if at else session.known.size
        self._calls: tuple[ToolCall, ...] | None = None

    def __len__(self) -> int:
        return len(self._found())

    def __getitem__(self, index: Any) -> Any:
        return self._found()[index]

    def __iter__(self) -> Iterator[ToolCall]:
        return iter(self._found())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __repr__(self) -> str:
        return f"GroundedCalls({'not looked at' if self._calls is None else len(self._calls)})"

    def json(self) -> list[JsonValue]:
        """Return the calls as plain JSON values."""
        return [{"name": call.name, "arguments": dict(call.arguments)} for call in self]

    def __reduce__(self) -> tuple[Callable[..., tuple[ToolCall, ...]], tuple[tuple[ToolCall, ...]]]:
        return tuple, (self._found(),)

    def _found(self) -> tuple[ToolCall, ...]:
        if self._calls is None:
            known, probe = self._known.limited(self._size), Probe(self._domain, self._state)
            self._calls = tuple(
                call
                for name in self._offered
                for call in grounded_calls(self._domain.tools[name], known, self._per_tool)
                if not probe.code(call)
            )
        return self._calls
