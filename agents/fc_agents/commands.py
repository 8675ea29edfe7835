"""The commands `rollout` and `replay`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from fc_agents.collect.cluster import RayBackend
from fc_agents.collect.collector import Budget, Collector
from fc_agents.collect.job import Backend, Job, env_of
from fc_agents.collect.meter import meter, rows
from fc_agents.collect.options import Chatting, backend_named
from fc_agents.collect.place import Place
from fc_agents.models.named import ModelOptions
from fc_agents.models.request import Sampling
from fc_agents.named import policy_named
from fc_agents.rollout import RolloutSummary
from fc_agents.workers import parts
from fc_gym.cli.console import console, progress, say, table
from fc_gym.errors import RecordError, TaskError
from fc_gym.record import Trajectory, read_trajectories, replayed
from fc_gym.registration import make_env

__all__ = ["replay", "rollout"]

SHOWN = 5
"""Most differences that `replay` shows."""


def rollout(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class.")],
    policy: Annotated[str, Option(help="Who plays: random, walk, gold (needs --tasks) or chat, a model.")] = "walk",
    episodes: Annotated[int, Option(min=1, help="How many episodes.")] = 100,
    seed: Annotated[int, Option(min=0, help="Seed of the first episode; the others count up.")] = 0,
    tasks: Annotated[Path | None, Option(help="Tasks to play, as JSON lines; free play without.")] = None,
    out: Annotated[Path | None, Option(help="Where the trajectories go: a .jsonl file, written anew unless a model "
                                       "plays; or a folder, which a later run goes on with.")] = None,
    workers: Annotated[int, Option(min=1, help="How many processes play; the file is the same for any number.")] = 1,
    backend: Annotated[str, Option(help="Where episodes are played: serial, process or ray.")] = "",
    ray_address: Annotated[str, Option(help="The Ray cluster, as auto or host:port; none: one of this machine.")] = "",
    minutes: Annotated[float | None, Option(help="Stop after so long; a later run goes on.")] = None,
    tokens: Annotated[int | None, Option(min=1, help="Stop after so many tokens; a later run goes on.")] = None,
    model: Annotated[str, Option(help="Name of the model, as its server knows it.")] = "",
    base_url: Annotated[str, Option(help="Address of its server, such as http://127.0.0.1:8000/v1.")] = "",
    key_env: Annotated[str, Option(help="Environment variable that holds the server's key.")] = "",
    kind: Annotated[str, Option(help="What serves it: openai (a server) or vllm (in this process).")] = "",
    concurrency: Annotated[int, Option(min=1, help="How many episodes a model plays at once.")] = 64,
    level: Annotated[str, Option(help="What a response may be: free, schema, tools, grounded or calls.")] = "free",
    form: Annotated[str, Option(help="How calls are written: tools, hermes, json or python.")] = "tools",
    thinking: Annotated[str, Option(help="Whether later prompts keep or drop what the model thought.")] = "drop",
    system: Annotated[Path | None, Option(help="File with the system message.")] = None,
    temperature: Annotated[float, Option(min=0.0, help="0: the most likely token.")] = 0.7,
    top_p: Annotated[float, Option(min=0.0, max=1.0, help="Draw from the likeliest tokens of this share.")] = 1.0,
    max_tokens: Annotated[int, Option(min=1, help="Most tokens of one response.")] = 1024,
    sampling_seed: Annotated[int | None, Option(help="Seeds each request, mixed with its episode.")] = None,
    token_ids: Annotated[bool, Option(help="Keep token ids and log-probabilities.")] = False,
    stream: Annotated[bool, Option(help="Stream responses, so that the time to the first token is known.")] = False,
    record: Annotated[Path | None, Option(help="File to which the model's answers are added.")] = None,
    replay: Annotated[Path | None, Option(help="File of answers to play from, without a model.")] = None,
) -> None:  # fmt: skip
    """Play episodes with a policy and record them."""
    seeds, file = range(seed, seed + episodes), str(tasks) if tasks else None
    if policy != "chat":
        if model or base_url:
            raise TaskError(f"the policy {policy} asks no model; to have one play, add --policy chat")
        played_at = backend_named(backend, workers, concurrency, ray_address)
        _play(Job(domain, policy, seeds, file), out, played_at, workers, minutes)
        return
    asked = ModelOptions(model, base_url, key_env, kind, record, replay, requests=concurrency, stream=stream)
    sampling = Sampling(temperature, top_p, max_tokens, sampling_seed, logprobs=token_ids, token_ids=token_ids)
    spec = Chatting(asked, sampling, level, form, thinking, system).spec()
    place = backend_named(backend, workers, concurrency, ray_address)
    if place.name != "serial" and (record or replay or kind == "vllm"):
        raise TaskError("answers in a file, and the engine in this process, go with --backend serial only")
    budget = Budget(None if minutes is None else 60 * minutes, tokens)
    _collect(Job(domain, policy, seeds, file, spec), out, place, budget, concurrency)


def _play(job: Job, out: Path | None, backend: Backend, workers: int, minutes: float | None) -> None:
    """Play with a policy that asks no model."""
    policy_named(job.policy)
    env = make_env(job.domain, job.tasks)
    if job.policy == "gold" and job.tasks is None:
        raise TaskError("the gold policy plays tasks; give a file of them with --tasks")
    if out is not None and out.suffix != ".jsonl":
        _collect(job, out, backend, Budget(None if minutes is None else 60 * minutes), 1)
        return
    if minutes is not None:
        raise TaskError("a run of --minutes needs a folder that a later run goes on with; give one with --out")
    path = out or Path(f"{env.domain.name}-{job.policy}.jsonl")
    summary = RolloutSummary()
    with _opened(path) as file, progress(f"{env.domain.name}: {job.policy}", len(job.seeds)) as advance:
        for part in parts(job, workers, backend if isinstance(backend, RayBackend) else None):
            file.writelines(f"{line}\n" for line in part.lines)
            summary.merge(part.summary)
            for _ in part.lines:
                advance()
    _show(summary, env.domain.name, len(env.domain.tools), graded=job.tasks is not None)
    say(f"trajectories: {path}")


def _collect(job: Job, out: Path | None, backend: Backend, budget: Budget, concurrency: int) -> None:
    """Play into a place that a later run goes on with."""
    env = env_of(job.domain, job.tasks)
    place = Place.at(out or Path(f"{env.domain.name}-{job.policy}"))
    settings = job.chat.settings() if job.chat else {}
    with meter(f"{env.domain.name}: {job.policy}", len(job.seeds)) as told:
        run = Collector(job, place, backend, settings=settings, concurrency=concurrency, on_progress=told).run(budget)
    if run.summary.episodes:
        _show(run.summary, env.domain.name, len(env.domain.tools), rows(run), graded=job.tasks is not None)
    if run.stopped:
        say(f"stopped: {run.stopped}; {run.left} of {run.wanted} episodes are left, the same command goes on with them")
    elif run.left:
        say(f"{run.left} of {run.wanted} episodes failed ({place.failures}); the same command plays them again")
    say(f"trajectories: {place.trajectories}")


def replay(
    file: Annotated[Path, typer.Argument(help="Trajectories as JSON lines.")],
) -> None:
    """Play recorded episodes again and prove that every byte comes again."""
    if not file.is_file():
        raise RecordError(f"{file}: there is no such file; `fc-gym rollout` writes one")
    lines, bad = 0, 0
    with file.open("rb") as raw, progress(f"replay {file.name}", None) as advance:
        try:
            for trajectory in read_trajectories(file):
                lines += 1
                difference = _difference(raw.readline().rstrip(b"\n"), trajectory, _again(trajectory))
                bad += bool(difference)
                if difference and bad <= SHOWN:
                    say(f"{file}:{lines}: {difference}")
                advance()
        finally:
            more = f", {bad - SHOWN} more differences not shown" if bad > SHOWN else ""
            say(f"{lines - bad} of {lines} trajectories came again to the byte{more}")
    if bad:
        raise typer.Exit(1)


def _again(trajectory: Trajectory) -> Trajectory:
    header = trajectory.header
    return replayed(make_env(header.domain, **header.settings.get("env", {})), trajectory)


def _difference(line: bytes, old: Trajectory, new: Trajectory) -> str:
    """Say where a trajectory came out differently; empty if every byte is the same."""
    if new.line().encode() == line:
        return ""
    for number, (one, other) in enumerate(zip(old.steps, new.steps, strict=True), start=1):
        for name in ("results", "state_hash", "reward", "user", "parts", "sources", "terminated", "truncated"):
            if getattr(one, name) != getattr(other, name):
                was, now = _apart(str(getattr(one, name)), str(getattr(other, name)))
                return f"step {number}: {name} was ...{was}..., is now ...{now}..."
    return "the episode is the same but the line is not; it was written or edited by something else"


def _apart(one: str, other: str, width: int = 40) -> tuple[str, str]:
    """Return the texts around the first place where they differ."""
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, start - width // 2)
    return one[start : start + width], other[start : start + width]


def _opened(path: Path):  # type: ignore[no-untyped-def]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _show(
    summary: RolloutSummary, name: str, tools: int, more: Sequence[tuple[str, str]] = (), *, graded: bool
) -> None:
    refused = sum(summary.refused.values())
    lengths = sorted(summary.lengths.elements())
    told = [
        ("episodes", str(summary.episodes)),
        ("steps", str(summary.steps)),
        ("calls", str(summary.calls)),
        ("refused calls", f"{refused} ({100 * refused / max(1, summary.calls):.1f} %)"),
        ("tools called", f"{len(summary.tools)} of {tools}"),
        ("calls per episode", f"median {lengths[len(lengths) // 2]}, most {lengths[-1]}"),
        ("last tools called", f"{len(summary.last)}, most often {_most(summary.last)}"),
        ("truncated", str(summary.truncated)),
    ]
    if graded:
        told.append(("mean return", f"{float(summary.total / summary.episodes):.3f}"))
        told.append(("passed", f"{summary.passed} ({100 * summary.passed / summary.episodes:.1f} %)"))
    console.print(table(f"rollouts in {name}", ["what", "how much"], [*told, *more]))


def _most(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common(3)) or "none"
