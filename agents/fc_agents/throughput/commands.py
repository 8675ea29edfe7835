"""The command `bench policy`."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fc_agents.chat.policy import ChatPolicy
from fc_agents.collect.job import env_of
from fc_agents.collect.meter import meter
from fc_agents.legal.table import Row, legality_table
from fc_agents.models.model import Model
from fc_agents.models.named import ModelOptions, model_from
from fc_agents.models.request import Sampling
from fc_agents.throughput.measure import Measure
from fc_agents.throughput.plot import check_plot, policy_plot
from fc_agents.throughput.setting import Setting, grid, levels_in, numbers_in
from fc_agents.throughput.simulated import CALLS, simulated_model
from fc_agents.throughput.sweep import Plan, sweep
from fc_agents.throughput.tables import (
    calls_table,
    constraint_table,
    cost_table,
    ideal_table,
    legality_table_of,
    speed_table,
    time_table,
)
from fc_gym.cli.console import complain, console, say, table
from fc_gym.domain import Domain
from fc_gym.errors import RecordError, TaskError
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue, to_json

__all__ = ["policy"]

FORMAT = "fc_gym/policy-bench/1"
"""Name and version of what `--out` writes."""


def policy(
    domain: Annotated[str, typer.Argument(help="A domain's name, or a class as file.py:Class.")] = "shop",
    model: Annotated[str, typer.Option(help="Name of the model, as its server knows it; or its folder.")] = "",
    base_url: Annotated[str, typer.Option(help="Address of its server, such as http://127.0.0.1:8000/v1.")] = "",
    key_env: Annotated[str, typer.Option(help="Environment variable that holds the server's key.")] = "",
    kind: Annotated[str, typer.Option("--kind", "--engine", help="What serves it: openai or vllm (in here).")] = "",
    latency: Annotated[float | None, typer.Option(help="Simulate a model that takes so many seconds.")] = None,
    calls: Annotated[int, typer.Option(min=0, help="Calls in each episode of a simulated model.")] = CALLS,
    concurrency: Annotated[str, typer.Option(help="Episodes at once, with commas.")] = "1,16,64",
    prompt: Annotated[str, typer.Option(help="Tokens by which the system message is longer, with commas.")] = "0",
    level: Annotated[str, typer.Option(help="free, schema, tools, grounded or calls, with commas.")] = "free",
    form: Annotated[str, typer.Option(help="How calls are written: tools, hermes, json or python.")] = "tools",
    tasks: Annotated[Path | None, typer.Option(help="Tasks to play, as JSON lines; free play without.")] = None,
    episodes: Annotated[int, typer.Option(min=0, help="Episodes, or --legality's responses, at each setting.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that play; over several, no time is divided up.")] = 1,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Most time of each setting.")] = None,
    temperature: Annotated[float, typer.Option(min=0.0, help="0: the most likely token.")] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=1, help="Most tokens of one response.")] = 256,
    sampling_seed: Annotated[int | None, typer.Option(help="Seeds each request.")] = None,
    stream: Annotated[bool, typer.Option(help="Stream responses, to know when the first token came.")] = True,
    legality: Annotated[bool, typer.Option("--legality", help="Count illegal calls of single responses.")] = False,
    out: Annotated[Path | None, typer.Option(help="Where the figures go, as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Where a plot goes: .svg, .png or .pdf.")] = None,
) -> None:  # fmt: skip
    """Measure how fast a model plays, through the path of `rollout`, and where the time goes."""
    levels, many = levels_in(level), numbers_in(concurrency, "--concurrency", 1)
    settings = grid(many, numbers_in(prompt, "--prompt", 0), levels)
    world = load_domain(domain)
    if plot:
        check_plot(plot)
    files = _Files(out, plot)
    files.check()
    asked = ModelOptions(model, base_url, key_env, kind, requests=max(many), stream=stream)
    sampling = Sampling(temperature, max_tokens=max_tokens, seed=sampling_seed)
    if legality:
        _alone(
            latency=latency is not None, plot=plot is not None, prompt=prompt != "0", tasks=tasks is not None,
            workers=workers > 1,
        )  # fmt: skip
        _legality(model_from(asked), world, levels, sampling, episodes or 1000, many, files)
        return
    if workers > 1 and kind == "vllm":
        raise TaskError("the engine runs in one process, so --workers cannot go with it")
    file = str(tasks) if tasks else None
    make = partial(_played, asked, domain, file, latency, calls)
    _swept(Plan(domain, sampling, form, file, episodes, seconds, latency, workers, make), make(), settings, files)


@dataclass(frozen=True)
class _Files:
    """Where figures and a plot go."""

    out: Path | None
    plot: Path | None

    def check(self) -> None:
        """Find out before anything is measured whether they can be written."""
        for path in (one for one in (self.out, self.plot) if one):
            there = path.exists()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("ab").close()
            except OSError as error:
                raise _unwritable(path, error) from None
            if not there:
                path.unlink()

    def write(self, body: dict[str, JsonValue]) -> None:
        """Write the figures, if they are to be written."""
        if not self.out:
            return
        about = {"format": FORMAT, "python": platform.python_version(), "cpus": os.cpu_count()}
        try:
            self.out.write_text(f"{to_json({**about, **body})}\n", encoding="utf-8")
        except OSError as error:
            raise _unwritable(self.out, error) from None
        say(f"figures: {self.out}")

    def draw(self, measures: Sequence[Measure]) -> None:
        """Draw the plot, if it is to be drawn."""
        if self.plot:
            policy_plot(measures, self.plot)
            say(f"plot: {self.plot}")


def _swept(plan: Plan, model: Model, settings: Sequence[Setting], files: _Files) -> None:
    """Measure settings, and show what was measured even if the model goes meanwhile."""
    for setting in settings:
        ChatPolicy(model, level=setting.level, form=plan.form)
    measures: list[Measure] = []
    try:
        for measure in sweep(plan, model, settings, meter):
            measures.append(measure)
    finally:
        if measures:
            _show(measures)
            files.write({"model": dict(model.settings), "measures": [measure.json() for measure in measures]})
            files.draw(measures)


def _played(asked: ModelOptions, domain: str, tasks: str | None, latency: float | None, calls: int) -> Model:
    if latency is None:
        return model_from(asked)
    if asked.model or asked.base_url or asked.kind:
        raise TaskError("--latency simulates a model, so --model, --base-url and --kind cannot go with it")
    env = env_of(domain, tasks)
    return simulated_model(env.domain, latency, calls, env.tasks)


def _legality(
    model: Model, domain: Domain, levels: Sequence[str], sampling: Sampling, responses: int, many: Sequence[int],
    files: _Files,
) -> None:  # fmt: skip
    """Show what each level leaves of illegal calls."""
    if len(many) > 1:
        raise TaskError("--legality asks at one pace; give one number with --concurrency, such as 64")

    async def asked() -> list[Row]:
        try:
            await model.check()
            return await legality_table(
                model, domain, responses=responses, levels=levels, sampling=sampling, at_once=many[0]
            )
        finally:
            await model.close()

    rows = asyncio.run(asked())
    for one in (legality_table_of, cost_table):
        console.print(table(*one(rows)))
    files.write({"model": dict(model.settings), "concurrency": many[0], "legality": [row.json() for row in rows]})


def _alone(**given: bool) -> None:
    """Refuse options that have no meaning for a table of legality."""
    wrong = [f"--{name}" for name, is_there in given.items() if is_there]
    if wrong:
        raise TaskError(f"--legality asks a model for single responses, so {', '.join(wrong)} cannot go with it")


def _show(measures: Sequence[Measure]) -> None:
    shown = [speed_table, calls_table]
    if any(one.shares for one in measures):
        shown.insert(1, time_table)
    if any(one.asked.constraints for one in measures):
        shown.append(constraint_table)
    if any(one.ideal for one in measures):
        shown.append(ideal_table)
    for one in shown:
        console.print(table(*one(measures)))
    for measure in measures:
        if measure.failed:
            counts = ", ".join(f"{kind} {count}" for kind, count in sorted(measure.failed.items()))
            complain(f"{measure.setting}: episodes failed ({counts})")
        if measure.stopped:
            complain(f"{measure.setting}: stopped, {measure.stopped}")


def _unwritable(path: Path, error: OSError) -> RecordError:
    return RecordError(f"{path}: cannot be written ({error.strerror})")
