"""Plays of official tasks by a policy, appended to a file as they are done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fc_agents.bfcl.policies import BfclPolicy
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.episode import call_text
from fc_gym.bfcl.results import Play, Response, official_entry, official_path, read_plays
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask
from fc_gym.errors import RecordError
from fc_gym.types import to_json

__all__ = ["Collector", "play_task"]

PLAYS = "plays.jsonl"


def play_task(env: BfclEnv, policy: BfclPolicy, task: BfclTask, seed: int = 0) -> Play:
    """Play one task.

    Args:
        env: Where to play.
        policy: Who plays.
        task: What to play.
        seed: Seeds the policy.
    """
    observation, info = env.reset(seed=seed, options={"task": task})
    policy.begin(env, seed)
    turns: list[list[Response]] = [[]]
    credit = []
    over = False
    while not over:
        response = policy.act(observation, info)
        turns[-1].append(response if isinstance(response, str) else [call_text(one) or str(one) for one in response])
        before = info["turn"]
        observation, _, terminated, truncated, info = env.step(response)
        over = terminated or truncated
        if info["credit"] is not None:
            credit.append(info["credit"])
        if info["turn"] != before:
            turns.append([])
    played = _unplayed(env, policy, task.id, seed)
    return replace(played, turns=turns, verdict=info["verdict"], credit=credit, truncated_by=info["truncated_by"])


@dataclass(frozen=True)
class Collector:
    """A folder of plays by one policy under one setting.

    `plays.jsonl` grows by one line per task, complete before the next begins; a run that was stopped goes on where it
    was. `result/` has the same in the official layout.
    """

    out: Path
    policy: BfclPolicy
    env: BfclEnv
    seed: int = 0
    model: str = ""
    """Name of the model in the official layout; the policy's if empty."""

    def run(self, tasks: Sequence[BfclTask], on_play: Callable[[], None] = lambda: None) -> list[Play]:
        """Play all tasks that are not in the folder yet.

        Args:
            tasks: What to play.
            on_play: Told after each play, those found in the folder too.

        Returns:
            The plays of these tasks, in their order.

        Raises:
            RecordError: If the folder cannot be used, or holds plays of another policy, mode or seed.
        """
        path = self.out / PLAYS
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            _drop_torn_line(path)
            found = {play.id: self._checked(play, path) for play in (read_plays(path) if path.exists() else ())}
            with path.open("a", encoding="utf-8") as file:
                for task in tasks:
                    if task.id not in found:
                        found[task.id] = play_task(self.env, self.policy, task, self.seed)
                        file.write(found[task.id].line() + "\n")
                        file.flush()
                    on_play()
        except OSError as error:
            raise RecordError(f"{error.filename or path}: cannot be written ({error.strerror})") from None
        plays = [found[task.id] for task in tasks]
        self._write_official(list(found.values()))
        return plays

    def _checked(self, play: Play, path: Path) -> Play:
        setting = _unplayed(self.env, self.policy, play.id, self.seed).setting
        if play.setting != setting:
            raise RecordError(
                f"{path}: holds plays of {play.setting}, not of {setting}; give another folder with --out"
            )
        return play

    def _write_official(self, plays: Sequence[Play]) -> None:
        for category in CATEGORIES:
            mine = sorted(
                (one for one in plays if one.category == category), key=lambda one: int(one.id.split("_")[-1])
            )
            if mine:
                path = official_path(self.out / "result", self.model or self.policy.name, category)
                path.parent.mkdir(parents=True, exist_ok=True)
                made = path.with_suffix(".part")
                made.write_text("".join(f"{to_json(official_entry(one))}\n" for one in mine), encoding="utf-8")
                os.replace(made, path)


def _unplayed(env: BfclEnv, policy: BfclPolicy, task: str, seed: int) -> Play:
    mode = "strict" if env.strict else "official"
    return Play(task, policy.name, mode, seed, turns=[], verdict={}, credit=[], exclude=env.exclude)


def _drop_torn_line(path: Path) -> None:
    """Cut off what a run that was killed had not finished writing."""
    if not path.exists():
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        with path.open("rb+") as file:
            file.truncate(content.rfind(b"\n") + 1)
