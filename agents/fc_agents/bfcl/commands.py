"""The commands `bfcl run` and `bfcl score`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from fc_agents.bfcl.collect import PLAYS, Collector
from fc_agents.bfcl.policies import POLICIES, bfcl_policy
from fc_gym.bfcl.credit import credit
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.home import data_home, using
from fc_gym.bfcl.results import Play, Response, read_official, read_plays
from fc_gym.bfcl.score import Score, scores
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_tasks
from fc_gym.cli.console import console, progress, say, table
from fc_gym.errors import RecordError, TaskError
from fc_gym.types import to_json

__all__ = ["run", "score"]

_MODES: tuple[Literal["official", "strict"], ...] = ("official", "strict")
_Data = Annotated[Path | None, typer.Option(help="The official data; by default, where `bfcl fetch` put it.")]


def run(
    policy: Annotated[str, typer.Option(help=f"Who plays: {', '.join(POLICIES)}.")] = "gold",
    categories: Annotated[str, typer.Option(help="Categories, separated by commas.")] = ",".join(CATEGORIES),
    out: Annotated[Path, typer.Option(help="Where the plays go.")] = Path("results"),
    data: _Data = None,
    mode: Annotated[
        str, typer.Option(help="`official`, or `strict`: only what is on offer can be called.")
    ] = "official",
    exclude: Annotated[bool, typer.Option(help="Take the functions that a task excludes off what is offered.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seeds the policy.")] = 0,
    limit: Annotated[int, typer.Option(min=0, help="Tasks per category; 0: all.")] = 0,
    model: Annotated[str, typer.Option(help="Name of the model in the official result files.")] = "",
) -> None:
    """Play the official multi-turn tasks with a policy and grade it; goes on where it was stopped."""
    player = bfcl_policy(policy)
    tasks = _tasks(data_home(data), _named(categories), limit)
    env = BfclEnv(tasks, mode=_mode(mode), exclude=exclude)
    with using(data_home(data)), progress(f"bfcl: {policy}", len(tasks)) as advance:
        plays = Collector(out, player, env, seed, model).run(tasks, advance)
    _show(plays, out / "summary.json", f"{policy} on BFCL multi-turn ({mode})")
    say(f"plays: {out / PLAYS}; in the official layout: {out / 'result'}")


def score(
    files: Annotated[list[Path], typer.Argument(help="Official result files, folders of them, or our plays.jsonl.")],
    data: _Data = None,
    out: Annotated[Path | None, typer.Option(help="Where a summary goes, as JSON.")] = None,
) -> None:
    """Grade result files in the official layout, whoever wrote them."""
    plays: dict[str, Play] = {}
    paths = [one for given in files for one in _files(given)]
    with using(data_home(data)), progress("grading", len(paths)) as advance:
        for path in paths:
            for play in read_plays(path) if path.name == PLAYS else _graded(path, data_home(data)):
                if play.id in plays:
                    raise RecordError(f"{path}: {play.id} is there twice; grade one model at a time")
                plays[play.id] = play
            advance()
    _show(list(plays.values()), out, ", ".join(str(one) for one in files))


def _graded(path: Path, folder: Path) -> Iterable[Play]:
    grader, tasks = Grader(), dict[str, BfclTask]()
    for name, turns in read_official(path):
        category = name.rsplit("_", 1)[0].removeprefix("multi_turn_")
        if name not in tasks and category in CATEGORIES:
            tasks |= {task.id: task for task in load_tasks(folder, category)}
        if name not in tasks:
            raise RecordError(f"{path}: {name!r} is no multi-turn task of the official data")
        task = tasks[name]
        verdict = grader.grade(task, turns)
        found = credit(task, grader.truth(task), [] if isinstance(turns, str) else turns)
        responses: list[list[Response]] = [[list(step) for step in turn] for turn in turns if not isinstance(turn, str)]
        yield Play(name, "", "official", 0, responses, asdict(verdict), [asdict(one) for one in found.turns])
        grader.forget()


def _files(given: Path) -> list[Path]:
    if not given.is_dir():
        return [given]
    found = sorted(given.rglob("BFCL_v*_multi_turn_*_result.json")) or sorted(given.rglob(PLAYS))
    if not found:
        raise RecordError(f"{given}: holds no result file such as BFCL_v4_multi_turn_base_result.json")
    return found


def _tasks(folder: Path, categories: Sequence[str], limit: int) -> list[BfclTask]:
    return [task for one in categories for task in load_tasks(folder, one)[: limit or None]]


def _named(categories: str) -> list[str]:
    names = list(dict.fromkeys(one.strip() for one in categories.split(",") if one.strip()))
    if not names:
        raise TaskError(f"no category is named; have {', '.join(CATEGORIES)}")
    return names


def _mode(mode: str) -> Literal["official", "strict"]:
    for one in _MODES:
        if one == mode:
            return one
    raise TaskError(f"unknown mode {mode!r}; have {', '.join(_MODES)}")


def _show(plays: Sequence[Play], path: Path | None, title: str) -> None:
    found = scores(plays)
    if not found:
        raise RecordError(f"{title}: holds no plays")
    heads = ("category", "tasks", "accuracy %", "95 % interval", "turns %", "state %", "recall %", "irrelevance %")
    console.print(table(title, heads, [_row(one) for one in found]))
    faults = (
        "category",
        "calls",
        "malformed %",
        "raised %",
        "refused %",
        "tasks failed, by the kind of their first error",
    )
    console.print(table("what went wrong", faults, [_faults(one) for one in found]))
    if path is not None:
        try:
            path.write_text(to_json({"title": title, "scores": [one.json() for one in found]}) + "\n", encoding="utf-8")
        except OSError as error:
            raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _row(one: Score) -> tuple[str, ...]:
    idle = "" if math.isnan(one.irrelevance) else _percent(one.irrelevance)
    interval = f"{_percent(one.low)} to {_percent(one.high)}"
    measures = (_percent(one.passed), _percent(one.state), _percent(one.recall), idle)
    return (one.category, str(one.tasks), _percent(one.accuracy), interval, *measures)


def _faults(one: Score) -> tuple[str, ...]:
    kinds = ", ".join(f"{kind.removeprefix('multi_turn:')} {count}" for kind, count in one.errors.items())
    rates = (_percent(one.format_errors), _percent(one.exceptions), _percent(one.refusals))
    return (one.category, str(one.calls), *rates, kinds)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
