"""The commands `rollout` and `replay`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from fc_agents.policy import Policy, RandomPolicy
from fc_agents.rollout import RolloutSummary, rollouts
from fc_agents.script import GoldPolicy
from fc_agents.walking import WalkPolicy
from fc_gym.cli.console import console, progress, table
from fc_gym.errors import RecordError, TaskError
from fc_gym.record import Trajectory, read_trajectories, replayed
from fc_gym.registration import make_env

__all__ = ["replay", "rollout"]

POLICIES: dict[str, Callable[[], Policy]] = {"random": RandomPolicy, "walk": WalkPolicy, "gold": GoldPolicy}


def rollout(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class.")],
    policy: Annotated[str, typer.Option(help="Who plays: random, walk or gold (needs --tasks).")] = "walk",
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first episode; the others count up.")] = 0,
    tasks: Annotated[Path | None, typer.Option(help="Tasks to play, as JSON lines; free play without.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the trajectories go, as JSON lines.")] = None,
) -> None:
    """Play episodes with a policy and record them."""
    player = _policy(policy)
    env = make_env(domain, str(tasks) if tasks else None)
    if policy == "gold" and tasks is None:
        raise TaskError("the gold policy plays tasks; give a file of them with --tasks")
    path = out or Path(f"{env.domain.name}-{policy}.jsonl")
    summary = RolloutSummary()
    with _opened(path) as file, progress(f"{env.domain.name}: {policy}", episodes) as advance:
        for trajectory in rollouts(env, player, range(seed, seed + episodes), reference=domain):
            file.write(trajectory.line() + "\n")
            summary.add(trajectory)
            advance()
    _show(summary, env.domain.name, len(env.domain.tools), graded=tasks is not None)
    console.print(f"trajectories: {path}", markup=False, highlight=False)


def replay(
    file: Annotated[Path, typer.Argument(help="Trajectories as JSON lines.")],
) -> None:
    """Play recorded episodes again and prove that every byte comes again."""
    lines, bad = 0, 0
    with file.open("rb") if file.is_file() else _absent(file) as raw, progress(f"replay {file.name}", None) as advance:
        for trajectory in read_trajectories(file):
            lines += 1
            line = raw.readline().rstrip(b"\n")
            again = _again(trajectory)
            if again.line().encode() != line:
                bad += 1
                console.print(f"{file}:{lines}: {_difference(trajectory, again)}", markup=False, highlight=False)
            advance()
    console.print(f"{lines - bad} of {lines} trajectories came again to the byte")
    if bad:
        raise typer.Exit(1)


def _again(trajectory: Trajectory) -> Trajectory:
    header = trajectory.header
    return replayed(make_env(header.domain, **header.settings.get("env", {})), trajectory)


def _difference(one: Trajectory, other: Trajectory) -> str:
    for number, (old, new) in enumerate(zip(one.steps, other.steps, strict=True), start=1):
        for name in ("results", "state_hash", "reward", "user", "parts", "sources", "terminated", "truncated"):
            if getattr(old, name) != getattr(new, name):
                return f"step {number}: {name} is {getattr(new, name)!r} now, {getattr(old, name)!r} in the file"
    return "the line is written differently"


def _policy(name: str) -> Policy:
    if name not in POLICIES:
        raise TaskError(f"unknown policy {name!r}; have {', '.join(POLICIES)}")
    return POLICIES[name]()


def _opened(path: Path):  # type: ignore[no-untyped-def]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _absent(path: Path):  # type: ignore[no-untyped-def]
    raise RecordError(f"{path}: there is no such file; `fc-gym rollout` writes one")


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
        rows.append(("mean return", f"{summary.total / summary.episodes:.3f}"))
        rows.append(("passed", f"{summary.passed} ({100 * summary.passed / summary.episodes:.1f} %)"))
    console.print(table(f"rollouts in {name}", ["what", "how much"], rows))


def _most(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.most_common(3)) or "none"
