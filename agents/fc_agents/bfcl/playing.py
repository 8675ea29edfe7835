"""A play in progress: what an agent responds, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from fc_agents.bfcl.policies import BfclPolicy
from fc_gym.bfcl.credit import credit
from fc_gym.bfcl.env import BfclEnv, Observation
from fc_gym.bfcl.episode import call_text
from fc_gym.bfcl.results import Play, Response
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.types import Malformed, ToolCall

__all__ = ["Playing", "play_task", "unplayed"]


class Playing:
    """One task as it is played.

    Args:
        env: Where; it is reset.
        task: What.
        policy: Name of who plays.
        seed: Seed of who plays.
    """

    def __init__(self, env: BfclEnv, task: BfclTask, policy: str, seed: int = 0) -> None:
        self.observation: Observation
        self.info: dict[str, Any]
        self.observation, self.info = env.reset(seed=seed, options={"task": task})
        self.over = False
        self._env, self._empty = env, unplayed(env, policy, task.id, seed)
        self._turns: list[list[Response]] = [[]]
        self._credit: list[Mapping[str, Any]] = []

    def step(self, response: Sequence[ToolCall | Malformed | str] | str, shown: str | None = None) -> bool:
        """Take one response.

        Args:
            response: Calls or call texts, or the reply that ends the turn.
            shown: What is kept in its place; the response itself if None.

        Returns:
            True if another turn has begun.
        """
        said = shown if shown is not None else response
        self._turns[-1].append(said if isinstance(said, str) else [call_text(one) or str(one) for one in said])
        before = self.info["turn"]
        self.observation, _, terminated, truncated, self.info = self._env.step(response)
        self.over = terminated or truncated
        if self.info["credit"] is not None:
            self._credit.append(self.info["credit"])
        if self.info["turn"] == before:
            return False
        self._turns.append([])
        return True

    def broken(self, reason: str, error: str) -> Play:
        """Return what was played of a play that broke off, judged as officially: it has failed.

        Args:
            reason: What `truncated_by` says, in a word.
            error: What official result files have in its place.
        """
        grader, episode = self._env.grader, self._env.episode
        verdict, truth = grader.grade(episode.task, error), grader.truth(episode.task)
        found: list[Mapping[str, Any]] = [asdict(one) for one in credit(episode.task, truth, episode.turns).turns]
        return replace(self._empty, turns=self._turns, verdict=asdict(verdict), credit=found, truncated_by=reason)

    def play(self) -> Play:
        """Return what was played."""
        verdict, cut = self.info["verdict"], self.info["truncated_by"]
        return replace(self._empty, turns=self._turns, verdict=verdict, credit=self._credit, truncated_by=cut)


def play_task(env: BfclEnv, policy: BfclPolicy, task: BfclTask, seed: int = 0) -> Play:
    """Play one task.

    Args:
        env: Where to play.
        policy: Who plays.
        task: What to play.
        seed: Seeds the policy.
    """
    playing = Playing(env, task, policy.name, seed)
    policy.begin(env, seed)
    while not playing.over:
        playing.step(policy.act(playing.observation, playing.info))
    return playing.play()


def unplayed(env: BfclEnv, policy: str, task: str, seed: int) -> Play:
    """Return a play of which nothing is known yet but how it will be played.

    Args:
        env: Where.
        policy: Name of who plays.
        task: Id of the task.
        seed: Seed of who plays.
    """
    mode = "strict" if env.strict else "official"
    return Play(task, policy, mode, seed, turns=[], verdict={}, credit=[], exclude=env.exclude)
