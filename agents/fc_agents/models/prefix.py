"""Whether the prompt of a turn goes on exactly where the turn before ended, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fc_agents.models.request import Completion
from fc_gym.types import JsonValue

__all__ = ["PrefixBreak", "PrefixWatch", "prefix_break"]


@dataclass(frozen=True, slots=True)
class PrefixBreak:
    """The first place where a prompt is not what was there before.

    What was sampled is then not what the model sees as its past: its cache is lost from there on, and training on the
    joined tokens would train on texts that it never wrote.
    """

    position: int
    """Of the first differing token, from 0."""
    was: int
    """The token that was there."""
    now: int | None
    """The token there now; None if the prompt has ended."""
    part: str
    """What was changed: `prompt`, or `response`."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return {"position": self.position, "was": self.was, "now": self.now, "part": self.part}


def prefix_break(before: Completion, after: Completion) -> PrefixBreak | None:
    """Say where the prompt of a completion stops following the one before it; None if it follows to the end.

    Raises:
        ValueError: If one of them has no token ids; ask for them with `Sampling(token_ids=True)`.
    """
    if before.prompt_ids is None or before.token_ids is None or after.prompt_ids is None:
        raise ValueError("a completion has no token ids; ask for them with Sampling(token_ids=True)")
    was, now = before.prompt_ids + before.token_ids, after.prompt_ids
    if now[: len(was)] == was:
        return None
    at = _first_difference(was, now)
    part = "prompt" if at < len(before.prompt_ids) else "response"
    return PrefixBreak(at, was[at], now[at] if at < len(now) else None, part)


@dataclass(slots=True)
class PrefixWatch:
    """Looks at the completions of one episode, one after the other.

    >>> watch = PrefixWatch()
    >>> for prompt, written in (((1, 2), (3,)), ((1, 2, 3, 4), (5,)), ((1, 2, 9), (6,))):
    ...     found = watch.see(Completion("", prompt_ids=prompt, token_ids=written))
    >>> found, watch.turns
    (PrefixBreak(position=2, was=3, now=9, part='prompt'), 2)
    """

    turns: int = 0
    """Prompts held against the turn before."""
    unknown: int = 0
    """Completions that came without token ids."""
    breaks: list[PrefixBreak] = field(default_factory=list)
    _last: Completion | None = None

    def see(self, completion: Completion) -> PrefixBreak | None:
        """Take the next completion of the episode, and say where its prompt breaks with the one before."""
        if completion.prompt_ids is None or completion.token_ids is None:
            self.unknown += 1
            self._last = None
            return None
        before, self._last = self._last, completion
        if before is None:
            return None
        self.turns += 1
        found = prefix_break(before, completion)
        if found is not None:
            self.breaks.append(found)
        return found


def _first_difference(one: Sequence[int], other: Sequence[int]) -> int:
    """Return the first position where two sequences differ, or the length of the shorter; by halving, for speed."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
