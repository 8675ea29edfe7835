"""What is to be said of the calls of recorded episodes, each judged where it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from fc_agents.legal import is_legal, verdict
from fc_gym.env import ToolEnv
from fc_gym.record import Trajectory
from fc_gym.types import Malformed, ToolCall

__all__ = ["Judged", "judged"]


@dataclass
class Judged:
    """Calls of many episodes."""

    verdicts: Counter[str] = field(default_factory=Counter)
    """How many calls got each of `fc_agents.legal.VERDICTS`."""
    broken: int = 0
    """Calls that break what the level promises."""
    cut: int = 0
    """Responses that ended at their token limit, and of which nothing was run."""


def judged(env: ToolEnv, trajectories: Iterable[Trajectory], level: str) -> Judged:
    """Play episodes again and judge every call before it is made, as the next of its episode.

    Args:
        env: Where they were played.
        trajectories: The episodes.
        level: Whose promise is looked at.
    """
    found = Judged()
    for trajectory in trajectories:
        header = trajectory.header
        env.reset(seed=header.seed, options={"task": header.task} if header.task else None)
        for step, completion in zip_longest(trajectory.steps, trajectory.completions):
            action = step.action if isinstance(step.action, str) else [_call(one) for one in step.action]
            if completion and completion.get("finish") == "length":
                found.cut += 1
            elif not isinstance(action, str):
                found.verdicts.update(verdict(env.session, call) for call in action)
                found.broken += sum(not kept for kept in is_legal(env.session, action, level))
            env.step(action)  # type: ignore[arg-type]
    return found


def _call(one: dict[str, object]) -> ToolCall | Malformed:
    if "malformed" in one:
        return Malformed(str(one["malformed"]), str(one["hint"]))
    return ToolCall(one["name"], one["arguments"])  # type: ignore[arg-type]
