"""Rollouts: episodes played by a policy, recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction

from fc_agents.policy import Policy
from fc_gym.env import ToolEnv
from fc_gym.record import Trajectory
from fc_gym.task import Task
from fc_gym.types import JsonValue

__all__ = ["RolloutSummary", "rollout", "rollouts"]


def rollout(
    env: ToolEnv,
    policy: Policy,
    seed: int,
    task: Task | None = None,
    *,
    reference: str = "",
    settings: Mapping[str, JsonValue] | None = None,
) -> Trajectory:
    """Play one episode.

    Args:
        env: The environment, not wrapped.
        policy: Who plays.
        seed: Seeds the episode and the policy.
        task: What to play; None: free play.
        reference: How the domain is named in the record; its own name if not given.
        settings: What else to keep in the header.
    """
    name = reference or env.domain.name
    trajectory, observation, info = Trajectory.begin(env, name, seed, task, policy.name, settings)
    policy.begin(env, seed)
    over = False
    while not over:
        observation, info, over = trajectory.step(env, policy.act(observation, info))
    return trajectory


def rollouts(
    env: ToolEnv, policy: Policy, seeds: Sequence[int], *, reference: str = "",
    settings: Mapping[str, JsonValue] | None = None, first: int = 0,
) -> Iterator[Trajectory]:  # fmt: skip
    """Play one episode per seed; with tasks in the environment, they are played in turn, from `first` on."""
    for position, seed in enumerate(seeds, start=first):
        task = env.tasks[position % len(env.tasks)] if env.tasks else None
        yield rollout(env, policy, seed, task, reference=reference, settings=settings)


@dataclass
class RolloutSummary:
    """What many trajectories came to."""

    episodes: int = 0
    steps: int = 0
    calls: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Refused calls by code."""
    tools: Counter[str] = field(default_factory=Counter)
    """Accepted calls by tool."""
    lengths: Counter[int] = field(default_factory=Counter)
    """Episodes by number of calls."""
    last: Counter[str] = field(default_factory=Counter)
    """Episodes by the last accepted tool, which is the target of a walk."""
    total: Fraction = Fraction(0)
    """Sum of returns, exact, so that it does not depend on who added up which."""
    passed: int = 0
    """Episodes in which every turn passed."""
    truncated: int = 0
    responses: int = 0
    """Responses of a model."""
    prompted: int = 0
    """Tokens of prompts."""
    written: int = 0
    """Tokens of responses."""
    cached: int = 0
    """Tokens of prompts that a server had in its cache."""
    finishes: Counter[str] = field(default_factory=Counter)
    """Responses by why they ended."""
    breaks: int = 0
    """Responses whose prompt did not go on where the turn before ended."""
    stopped: Counter[str] = field(default_factory=Counter)
    """Episodes that were given up, by reason."""

    def add(self, trajectory: Trajectory) -> None:
        """Take in one trajectory."""
        self.episodes += 1
        self.steps += len(trajectory.steps)
        self.total += Fraction(trajectory.total)
        self.passed += any(step.parts["outcome"] == 1.0 for step in trajectory.steps)
        self.truncated += bool(trajectory.steps and trajectory.steps[-1].truncated)
        made, last = 0, ""
        for step in trajectory.steps:
            calls = [] if isinstance(step.action, str) else step.action
            made += len(calls)
            for call, text in zip(calls, step.results, strict=True):
                last = self._accepted(call.get("name", ""), text) or last
        self.calls += made
        self.lengths[made] += 1
        self.last.update([last] if last else [])
        self.stopped.update([trajectory.stopped] if trajectory.stopped else [])
        for completion in trajectory.completions:
            if completion is not None:
                self._asked(completion)

    def merge(self, other: RolloutSummary) -> None:
        """Take in the summary of other trajectories."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            setattr(self, one.name, mine + theirs)

    def json(self) -> dict[str, JsonValue]:
        """Return the counts as plain JSON values, those that are counted by name in the order of the names."""
        found: dict[str, JsonValue] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Counter):
                value = {str(key): value[key] for key in sorted(value)}
            found[one.name] = float(value) if isinstance(value, Fraction) else value
        return found

    def _asked(self, completion: Mapping[str, JsonValue]) -> None:
        """Count a response of a model."""
        usage = completion.get("usage", {})
        self.responses += 1
        self.prompted += usage.get("prompt", 0)
        self.written += usage.get("completion", 0)
        self.cached += usage.get("cached", 0)
        self.finishes[completion.get("finish", "")] += 1
        self.breaks += "prefix_break" in completion

    def _accepted(self, name: str, text: str) -> str:
        """Count a call; return its tool if it was accepted, else nothing."""
        if text.startswith('{"error":{"code":"'):
            self.refused[text.split('"', 6)[5]] += 1
            return ""
        self.tools[name] += 1
        return name
