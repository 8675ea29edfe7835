"""Settings measured one after the other, through the collector and the policy of `fc-gym rollout`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fc_agents.chat.policy import SYSTEM
from fc_agents.collect.collector import Budget, Collector, Run
from fc_agents.collect.job import Batch, ChatSpec, Job, env_of
from fc_agents.collect.loop import Slots, all_of
from fc_agents.collect.place import Place
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Sampling
from fc_agents.throughput.clock import Clock, watched_loop
from fc_agents.throughput.judged import Judged, judged
from fc_agents.throughput.measure import Ideal, Measure
from fc_agents.throughput.setting import Setting, padding
from fc_agents.throughput.spread import Spread, asked_in
from fc_agents.throughput.watched import Asked, WatchedEnv, WatchedModel, WatchedPolicy
from fc_gym.record import read_trajectories

__all__ = ["Plan", "Told", "sweep"]

Told = Callable[[str, int], AbstractContextManager[Callable[[Run], None]]]
"""Shows how a setting goes: is given its name and its episodes, and gives what to tell of the run."""


@dataclass(frozen=True)
class Plan:
    """What is played at every setting."""

    domain: str
    sampling: Sampling = field(default_factory=Sampling)
    form: str = "tools"
    tasks: str | None = None
    """Path of a file of tasks; None: free play."""
    episodes: int = 0
    """At each setting; 0: twice as many as are played at once, and 16 at least."""
    seconds: float | None = None
    """Most time of each setting."""
    latency: float | None = None
    """Of the model, if it is a simulated one."""
    workers: int = 1
    """Processes that play."""
    make: Callable[[], Model] | None = None
    """Makes the model in each of several processes; can be pickled."""

    def episodes_at(self, setting: Setting) -> int:
        """Return how many episodes are played at a setting."""
        return self.episodes or max(16, 2 * setting.concurrency)


def sweep(plan: Plan, model: Model, settings: Sequence[Setting], told: Told) -> Iterator[Measure]:
    """Measure settings; the model is checked first and closed at the end.

    Before the first setting with a prompt one episode is played that is not counted, so that its start is not either.
    No seed comes twice, and those of every setting begin with that of the first task.

    Raises:
        ModelError: If the model cannot be used at all.
        FcGymError: If the domain or the tasks cannot be used.
    """
    clock = Clock()
    watched, seed, round_ = WatchedModel(model, clock), 0, len(env_of(plan.domain, plan.tasks).tasks or "1")
    with asyncio.Runner(loop_factory=partial(watched_loop, clock)) as runner:
        try:
            runner.run(watched.check())
            for prompt in dict.fromkeys(setting.prompt for setting in settings):
                one = _Bench(plan, Setting(1, prompt, "free"), watched, runner, clock)
                one.run(range(seed, seed + 1), lambda run: None)
                seed += round_
                for setting in settings:
                    if setting.prompt == prompt:
                        seeds = range(seed, seed + plan.episodes_at(setting))
                        seed += -(-len(seeds) // round_) * round_
                        with told(str(setting), len(seeds)) as tell:
                            found = _Bench(plan, setting, watched, runner, clock).run(seeds, tell)
                        yield found
        finally:
            runner.run(watched.close())


@dataclass(frozen=True)
class _Bench:
    """One setting."""

    plan: Plan
    setting: Setting
    model: WatchedModel
    runner: asyncio.Runner
    clock: Clock

    def run(self, seeds: range, tell: Callable[[Run], None]) -> Measure:
        """Play episodes, and say how it went."""
        plan, setting = self.plan, self.setting
        spec = ChatSpec(
            plan.make or (lambda: self.model), plan.sampling, setting.level, plan.form,
            system=f"{SYSTEM}\n\n{padding(setting.prompt)}" if setting.prompt else SYSTEM,
        )  # fmt: skip
        policy = WatchedPolicy(
            self.model, sampling=spec.sampling, level=spec.level, form=spec.form, system=spec.system
        )  # fmt: skip
        policy.clock = self.clock
        self.model.again()
        job = Job(plan.domain, "chat", seeds, plan.tasks, spec)
        spread = Spread(plan.workers, setting.concurrency) if plan.workers > 1 and setting.concurrency > 1 else None
        with TemporaryDirectory(prefix="fc-gym-bench-") as folder:
            place = Place.at(Path(folder))
            collector = Collector(
                job, place, spread or _Watching(self, policy), settings=policy.settings,
                concurrency=setting.concurrency, on_progress=tell,
            )  # fmt: skip
            try:
                stopped = collector.run(Budget(plan.seconds)).stopped
            except ModelError as error:
                if error.fatal:
                    raise
                stopped = str(error)
            env = env_of(job.domain, job.tasks).fork()
            said = judged(env, read_trajectories(place.trajectories), setting.level)
            asked = asked_in(collector.run_, place.timings) if spread else self.model.asked
        return self._measured(collector.run_, spread, asked, said, stopped)

    def _measured(self, run: Run, spread: Spread | None, asked: Asked, said: Judged, stopped: str) -> Measure:
        clock = self.clock
        seconds = spread.seconds if spread else clock.whole
        shares = None if spread else clock.shares(served=self.plan.latency is None)
        ideal = self._ideal(asked.responses / max(seconds, 1e-9))
        constraining = 0.0 if spread else clock.constraints
        return Measure(
            self.setting, run.played, seconds, asked, shares, constraining, run.failed, said, stopped, ideal
        )  # fmt: skip

    def _ideal(self, reached: float) -> Ideal | None:
        latency = self.plan.latency
        return Ideal(latency, self.setting.concurrency / latency, reached) if latency else None


@dataclass
class _Watching:
    """Plays as the serial backend does, with an environment that is timed, in a loop that goes on afterwards."""

    bench: _Bench
    policy: WatchedPolicy
    name = "serial"

    def play(
        self, job: Job, indices: Sequence[int], emit: Callable[[Batch], None], deadline: float | None = None
    ) -> None:
        """Play the episodes of a job at some positions; as every `Backend`."""
        clock = self.bench.clock
        slots = Slots(job, self.policy.another, self.bench.setting.concurrency, emit)
        slots.env = WatchedEnv(slots.env, clock)
        clock.start()
        try:
            self.bench.runner.run(slots.play(all_of(indices), deadline))
        finally:
            clock.stop()
