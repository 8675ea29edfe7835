"""Pairs: where the calls of two dialogues differ."""

from __future__ import annotations

from collections.abc import Sequence

from fc_gym.types import ToolCall

__all__ = ["apart"]


def apart(one: Sequence[Sequence[ToolCall]], clean: Sequence[Sequence[ToolCall]]) -> list[tuple[int, int]]:
    """Return the turns and positions of the clean calls that the other dialogue has changed or left out.

    Args:
        one: The calls of each turn.
        clean: The same of the clean dialogue.
    """
    found = []
    for turn, (mine, theirs) in enumerate(zip(one, clean, strict=True)):
        if len(mine) == len(theirs):
            found += [(turn, place) for place, call in enumerate(theirs) if call != mine[place]]
        else:
            found += _left_out(turn, list(mine), list(theirs))
    return found


def _left_out(turn: int, mine: list[ToolCall], theirs: list[ToolCall]) -> list[tuple[int, int]]:
    """Return the positions that are gone, or all if more than that has changed."""
    gone, rest = [], iter(mine)
    following = next(rest, None)
    for place, call in enumerate(theirs):
        if following is not None and call == following:
            following = next(rest, None)
        else:
            gone.append((turn, place))
    return gone if following is None else [(turn, place) for place in range(len(theirs))]
