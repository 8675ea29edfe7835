"""What is to be played, and what comes back of it; both travel to workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Protocol

from fc_agents.chat.policy import SYSTEM, ChatPolicy
from fc_agents.models.model import Model
from fc_agents.models.request import Sampling
from fc_agents.rollout import RolloutSummary
from fc_gym.env import ToolEnv
from fc_gym.errors import FcGymError
from fc_gym.registration import make_env
from fc_gym.types import JsonValue

__all__ = ["Backend", "Batch", "ChatSpec", "Failure", "Halted", "Job", "Timings", "env_of"]


@dataclass(frozen=True)
class ChatSpec:
    """A chat policy, described so that any process can make it; arguments as for `ChatPolicy`."""

    model: Callable[[], Model]
    """Makes the model; can be pickled."""
    sampling: Sampling = field(default_factory=Sampling)
    level: str = "free"
    form: str = "tools"
    system: str = SYSTEM
    thinking: str = "drop"
    patience: int = 3

    def policy(self, model: Model) -> ChatPolicy:
        """Make the policy.

        Raises:
            TaskError: If a setting is unknown.
        """
        return ChatPolicy(
            model, sampling=self.sampling, level=self.level, form=self.form, system=self.system,
            thinking=self.thinking, patience=self.patience,
        )  # fmt: skip

    def settings(self) -> dict[str, JsonValue]:
        """Return what the header of each trajectory keeps; makes the model once and gives it back.

        Raises:
            FcGymError: If a setting is wrong.
        """
        model = self.model()
        try:
            return dict(self.policy(model).settings)
        finally:
            asyncio.run(model.close())


@dataclass(frozen=True)
class Job:
    """What is to be played; it travels to workers."""

    domain: str
    policy: str
    """Its name; `chat`: as `chat` says."""
    seeds: range
    """One episode each, counting up by one; an episode is known by its position here."""
    tasks: str | None = None
    """Path of a file of tasks; None: free play."""
    chat: ChatSpec | None = None


@dataclass(frozen=True)
class Failure:
    """An episode that came to nothing because the model failed."""

    index: int
    seed: int
    kind: str
    """As in `ModelError`."""
    reason: str

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Timings:
    """Seconds of one episode, by the monotonic clock; never part of a trajectory."""

    index: int
    seconds: float
    """From its reset to its end."""
    model: float = 0.0
    """Waiting for responses."""
    first: float = 0.0
    """Waiting for first tokens, over all requests."""
    wait: float = 0.0
    """Waiting for a free place among bounded requests."""
    requests: int = 0
    tries: int = 0
    """Requests sent, repeated ones included."""

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        return {name: round(value, 6) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Batch:
    """Some episodes, played or failed."""

    lines: Sequence[tuple[int, str]] = ()
    """Index and line of each trajectory."""
    summary: RolloutSummary = field(default_factory=RolloutSummary)
    """Of these trajectories."""
    failures: Sequence[Failure] = ()
    timings: Sequence[Timings] = ()
    spent: int = 0
    """Tokens that were prompted and written, in failed episodes as well."""


class Halted(FcGymError):
    """A budget is used up; what was not finished is left for the next run.

    Args:
        message: Which, in a few words.
    """


class Backend(Protocol):
    """Plays episodes somewhere; where they are played does not show in them."""

    name: str

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions.

        Args:
            job: What to play.
            indices: Positions in `job.seeds`.
            emit: Told of what is done, as it is done, each episode once, in any order and in the caller's thread. What
                it raises ends the play.
            deadline: When to stop, by `time.monotonic`.

        Raises:
            Halted: If the deadline has come.
            ModelError: If the model cannot be used at all.
            FcGymError: If the job cannot be played.
        """


@lru_cache(maxsize=4)
def env_of(domain: str, tasks: str | None) -> ToolEnv:
    """Make an environment once per process; its tasks' verified courses are run once then, too."""
    return make_env(domain, tasks)
