"""The commands `rollout` and `replay`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from fc_agents.named import policy_named
from fc_agents.rollout import RolloutSummary
from fc_agents.workers import Job, parts
from fc_gym.cli.console import console, progress, say, table
from fc_gym.errors import RecordError, TaskError
from fc_gym.record import Trajectory, read_trajectories, replayed
from fc_gym.registration import make_env

__all__ = ["replay", "rollout"]

SHOWN = 5
"""Most differences that `replay` shows."""


def rollout(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class.")],
    policy: Annotated[str, typer.Option(help="Who plays: random, walk or gold (needs --tasks).")] = "walk",
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first episode; the others count up.")] = 0,
    tasks: Annotated[Path | None, typer.Option(help="Tasks to play, as JSON lines; free play without.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the trajectories go, as JSON lines.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="How many processes play; the file is the same for any number.")
    ] = 1,
) -> None:
    """Play episodes with a policy and record them."""
    policy_named(policy)
    env = make_env(domain, str(tasks) if tasks else None)
    if policy == "gold" and tasks is None:
        raise TaskError("the gold policy plays tasks; give a file of them with --tasks")
    path = out or Path(f"{env.domain.name}-{policy}.jsonl")
    summary, job = RolloutSummary(), Job(domain, policy, range(seed, seed + episodes), str(tasks) if tasks else None)
    with _opened(path) as file, progress(f"{env.domain.name}: {policy}", episodes) as advance:
        for part in parts(job, workers):
            file.writelines(f"{line}\n" for line in part.lines)
            summary.merge(part.summary)
            for _ in part.lines:
                advance()
    _show(summary, env.domain.name, len(env.domain.tools), graded=tasks is not None)
    say(f"trajectories: {path}")


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


def _show(summary: RolloutSummary, name: str, tools: int, *, graded: bool) -> None:
    refused = sum(summary.refused.values())
    lengths = sorted(summary.lengths.elements())
    rows = [
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
        rows.append(("mean return", f"{float(summary.total / summary.episodes):.3f}"))
        rows.append(("passed", f"{summary.passed} ({100 * summary.passed / summary.episodes:.1f} %)"))
    console.print(table(f"rollouts in {name}", ["what", "how much"], rows))


def _most(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common(3)) or "none"
