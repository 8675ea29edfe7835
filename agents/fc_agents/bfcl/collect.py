"""Plays of official tasks by a policy, appended to a file as they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fc_agents.bfcl.folder import PlayFolder, complaining
from fc_agents.bfcl.playing import play_task, unplayed
from fc_agents.bfcl.policies import BfclPolicy
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.results import Play
from fc_gym.bfcl.tasks import BfclTask

__all__ = ["Collector"]


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
        folder = PlayFolder(self.out)
        found = folder.found(unplayed(self.env, self.policy.name, "", self.seed).setting)
        with complaining(folder.plays):
            with folder.plays.open("a", encoding="utf-8") as file:
                for task in tasks:
                    if task.id not in found:
                        found[task.id] = play_task(self.env, self.policy, task, self.seed)
                        file.write(found[task.id].line() + "\n")
                        file.flush()
                    on_play()
            folder.write_official(list(found.values()), self.model or self.policy.name)
        return [found[task.id] for task in tasks]
