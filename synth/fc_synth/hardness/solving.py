"""Solving: which turns of which tasks a policy gets right, each begun where the verified turns before it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fc_agents.offline.aimless import CopyPolicy, RandomLegalPolicy
from fc_agents.offline.planning import BfsPolicy, GreedyPolicy
from fc_agents.policy import Policy

from fc_gym.env import Observation, ToolEnv
from fc_gym.task import Task
from fc_gym.types import Action
from fc_synth.reader import ForgetfulPolicy, LiteralPolicy, ReaderPolicy, ShortMemoryPolicy

__all__ = ["SOLVERS", "Watching", "gold_solves", "solved"]


class Watching(Policy, Protocol):
    """A policy that can go on from what somebody else has done."""

    def see(self, action: Action, observation: Observation) -> None:
        """Take in an action that somebody took in its place, and what came of it."""

    def resume(self, env: ToolEnv) -> None:
        """Go on from there, in an environment in which it was done."""


SOLVERS: tuple[Callable[[], Watching], ...] = (
    RandomLegalPolicy, CopyPolicy, GreedyPolicy, BfsPolicy, LiteralPolicy, ForgetfulPolicy, ShortMemoryPolicy,
    ReaderPolicy,
)  # fmt: skip
"""The offline policies by which difficulty is measured, the weakest first."""


@dataclass(frozen=True)
class _Moment:
    """Where a turn begins."""

    env: ToolEnv
    history: tuple[tuple[Action, Observation], ...]
    """What was done before, and what was seen after it."""
    observation: Observation
    info: dict[str, Any]


def solved(env: ToolEnv, task: Task, makers: Sequence[Callable[[], Watching]], seed: int = 0) -> dict[str, list[bool]]:
    """Return, for each policy by name, whether it gets each turn of a task right.

    A turn is right if the world ends as after the verified calls, what they showed was seen, and the reply contains
    what it must.

    Args:
        env: Where the task is played.
        task: The task.
        makers: Make the policies.
        seed: Seeds their chance.
    """
    moments = _moments(env, task, seed)
    return {
        policy.name: [_passes(policy, moments[0].env, moment, seed) for moment in moments]
        for policy in (make() for make in makers)
    }


def gold_solves(env: ToolEnv, task: Task) -> bool:
    """Return whether the verified calls and answers of a task pass every turn."""
    env.reset(options={"task": task})
    info: dict[str, Any] = {}
    for turn in task.turns:
        for layer in turn.gold:
            env.step(list(layer))
        *_, info = env.step(" ".join(turn.answer) or "Done.")
    return bool(info["reward_parts"]["outcome"] == 1.0)


def _moments(env: ToolEnv, task: Task, seed: int) -> list[_Moment]:
    """Play the verified calls and keep the beginning of each turn."""
    observation, info = env.reset(seed=seed, options={"task": task})
    history: list[tuple[Action, Observation]] = []
    found: list[_Moment] = []
    for turn in task.turns:
        found.append(_Moment(env.fork(), tuple(history), observation, info))
        actions: list[Action] = [*(list(layer) for layer in turn.gold), " ".join(turn.answer) or "Done."]
        for action in actions:
            observation, _, _, _, info = env.step(action)
            history.append((action, observation))
    return found


def _passes(policy: Watching, start: ToolEnv, moment: _Moment, seed: int) -> bool:
    policy.begin(start.fork(), seed)
    for action, seen in moment.history:
        policy.see(action, seen)
    env = moment.env.fork()
    policy.resume(env)
    before = env.session.passed
    observation, info, over = moment.observation, moment.info, False
    for _ in range(env.session.limits.steps_per_turn):
        action = policy.act(observation, info)
        observation, _, over, cut, info = env.step(action)
        if isinstance(action, str) or over or cut:
            break
    return env.session.passed > before
