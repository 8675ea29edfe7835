"""A run: episodes of a job, appended to a folder as they are done, and resumed where a run stopped."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

from fc_agents.collect.job import Backend, Batch, Failure, Halted, Job, env_of
from fc_agents.collect.place import Output, Place, write_whole
from fc_agents.models.model import ModelError
from fc_agents.rollout import RolloutSummary
from fc_gym.env import ToolEnv
from fc_gym.record import Header, Trajectory
from fc_gym.types import JsonValue, to_json

__all__ = ["Budget", "Collector", "Run"]

FAILED_IN_A_ROW = 100
"""Episodes that may fail one after the other before a run is stopped, beyond those that are played at once."""


@dataclass(frozen=True)
class Budget:
    """What a run may use."""

    seconds: float | None = None
    tokens: int | None = None
    """Prompted and written, in failed and unfinished episodes as well as far as they are known."""


@dataclass
class Run:
    """What a run came to."""

    wanted: int
    """Episodes of the job."""
    before: int = 0
    """Episodes that were there already."""
    played: int = 0
    """Episodes of this run."""
    failed: Counter[str] = field(default_factory=Counter)
    """Episodes that failed in this run, by kind."""
    spent: int = 0
    """Tokens of this run."""
    seconds: float = 0.0
    stopped: str = ""
    """Why the run ended early; empty if it did not."""
    summary: RolloutSummary = field(default_factory=RolloutSummary)
    """Of all episodes that are there."""
    requests: int = 0
    tries: int = 0
    model: float = 0.0
    """Seconds spent waiting for responses, summed over episodes."""

    @property
    def left(self) -> int:
        """How many episodes are still to be played."""
        return self.wanted - self.before - self.played

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values."""
        seconds = max(self.seconds, 1e-9)
        rates = {"episodes_per_second": self.played / seconds, "tokens_per_second": self.spent / seconds}
        body = {name: value for name, value in vars(self).items() if name != "summary"}
        rounded = {
            name: round(value, 3) if isinstance(value, float) else value for name, value in (body | rates).items()
        }
        return {**rounded, "left": self.left, "episodes": self.summary.json()}


class Collector:
    """Plays a job into a folder.

    Args:
        job: What to play.
        place: Where it goes. Episodes that are there already are not played again.
        backend: Where they are played.
        settings: What every header says beside the settings of the environment.
        concurrency: How many episodes are played at once.
        on_progress: Told of the run whenever something has come.
    """

    def __init__(
        self, job: Job, place: Place, backend: Backend, *, settings: Mapping[str, JsonValue] | None = None,
        concurrency: int = 1, on_progress: Callable[[Run], None] = lambda run: None,
    ) -> None:  # fmt: skip
        self.job, self.place, self.backend = job, place, backend
        self.on_progress, self.patience = on_progress, FAILED_IN_A_ROW + concurrency
        self.settings = {"env": env_of(job.domain, job.tasks).settings, **(settings or {})}
        self.run_ = Run(len(job.seeds))
        self._failed_in_a_row = 0

    def run(self, budget: Budget | None = None) -> Run:
        """Play what is not there yet.

        Args:
            budget: What may be used; when it is, the run stops cleanly and says so in `Run.stopped`.

        Raises:
            RecordError: If the folder cannot be used, or holds something else.
            ModelError: If the model cannot be used at all; what was played is kept.
            FcGymError: If the job cannot be played.
        """
        budget, began, run = budget or Budget(), time.monotonic(), self.run_
        self._tokens = budget.tokens
        deadline = None if budget.seconds is None else began + budget.seconds
        with Output(self.place, self.job.seeds.start, self._other, run.summary.add) as output:
            wanted = range(len(self.job.seeds))
            todo = [index for index in wanted if index not in output.spans]
            run.before = run.wanted - len(todo)

            def emit(batch: Batch) -> None:
                output.add(batch)
                self._count(batch, time.monotonic() - began)

            try:
                if todo:
                    self.backend.play(self.job, todo, emit, deadline)
            except Halted as halted:
                run.stopped = str(halted)
            finally:
                run.seconds = time.monotonic() - began
                output.settle()
                write_whole(self.place.summary, to_json({"settings": self._told(), "run": run.json()}) + "\n")
        return run

    def _count(self, batch: Batch, seconds: float) -> None:
        run = self.run_
        run.played += len(batch.lines)
        run.spent += batch.spent
        run.seconds = seconds
        run.summary.merge(batch.summary)
        for timings in batch.timings:
            run.requests += timings.requests
            run.tries += timings.tries
            run.model += timings.model
        for failure in batch.failures:
            run.failed[failure.kind] += 1
        self._failed_in_a_row = 0 if batch.lines else self._failed_in_a_row + len(batch.failures)
        self.on_progress(run)
        if self._failed_in_a_row >= self.patience:
            raise _hopeless(self._failed_in_a_row, batch.failures[-1])
        if self._tokens is not None and run.spent >= self._tokens:
            raise Halted("the tokens are used up")

    def _told(self) -> dict[str, JsonValue]:
        job = self.job
        seeds: JsonValue = {"seed": job.seeds.start, "episodes": len(job.seeds)}
        return {"domain": job.domain, "policy": job.policy, "tasks": job.tasks, **seeds, **self.settings}

    def _other(self, trajectory: Trajectory) -> str:
        """Say why a trajectory is not of this run; empty if it is."""
        header, env = trajectory.header, env_of(self.job.domain, self.job.tasks)
        wanted: dict[str, JsonValue] = {
            "domain": self.job.domain, "fingerprint": env.domain.fingerprint, "policy": self.job.policy,
            "settings": self.settings,
        }  # fmt: skip
        for name, value in wanted.items():
            if difference := _difference(value, getattr(header, name), name):
                return f"episodes of {difference}"
        index = header.seed - self.job.seeds.start
        if index < 0:
            return f"an episode of seed {header.seed}, which comes before {self.job.seeds.start}"
        return _other_task(env, index, header)


def _other_task(env: ToolEnv, index: int, header: Header) -> str:
    task = env.tasks[index % len(env.tasks)] if env.tasks else None
    was, now = (one.id if one else "no task" for one in (header.task, task))
    if was != now:
        return f"episodes of other tasks (of seed {header.seed}: {was}, not {now})"
    return ""


def _difference(wanted: JsonValue, found: JsonValue, name: str) -> str:
    """Say where two values differ; empty if they do not."""
    wanted, found = (orjson.loads(to_json(one)) for one in (wanted, found))
    if wanted == found:
        return ""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in {**wanted, **found}:
            if inner := _difference(wanted.get(key), found.get(key), f"{name}.{key}"):
                return inner
    return f"{name.removeprefix('settings.')} {to_json(found)}, not {to_json(wanted)}"


def _hopeless(count: int, last: Failure) -> ModelError:
    return ModelError(f"{count} episodes failed one after the other, the last with: {last.reason}", kind=last.kind)
