"""The commands `bfcl run` and `bfcl score`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from fc_agents.bfcl.collect import Collector
from fc_agents.bfcl.crowd import Outcome
from fc_agents.bfcl.folder import PLAYS
from fc_agents.bfcl.jobs import CHAT, Rules
from fc_agents.bfcl.modelrun import ModelRun
from fc_agents.bfcl.policies import POLICIES, bfcl_policy
from fc_agents.bfcl.store import FAILURES
from fc_agents.bfcl.suites import Suites
from fc_agents.bfcl.tables import model_table, score_tables, used
from fc_agents.bfcl.talk import FORMATS, format_named
from fc_agents.models.named import ModelOptions, model_from
from fc_gym.bfcl.agentic import AGENTIC
from fc_gym.bfcl.credit import credit
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.home import data_home, using
from fc_gym.bfcl.results import Play, Response, read_official, read_plays
from fc_gym.bfcl.score import scores
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_tasks
from fc_gym.cli.console import complain, console, progress, say, table
from fc_gym.errors import FcGymError, RecordError, TaskError
from fc_gym.types import JsonValue, to_json

__all__ = ["run", "score"]

_CATEGORIES = f"Categories, separated by commas; a model can play {', '.join(AGENTIC)} as well."
_MODES: tuple[Literal["official", "strict"], ...] = ("official", "strict")
_Data = Annotated[Path | None, typer.Option(help="The official data; by default, where `bfcl fetch` put it.")]


def _model(told: str, **more: Any) -> Any:
    return typer.Option(help=told, rich_help_panel="Options of --policy chat", **more)


def run(
    policy: Annotated[str, typer.Option(help=f"Who plays: {', '.join(POLICIES)}, or {CHAT}, a model.")] = "gold",
    categories: Annotated[str, typer.Option(help=_CATEGORIES)] = ",".join(CATEGORIES),
    out: Annotated[Path, typer.Option(help="Where the plays go.")] = Path("results"),
    data: _Data = None,
    mode: Annotated[
        str, typer.Option(help="`official`, or `strict`: only what is on offer can be called.")
    ] = "official",
    exclude: Annotated[bool, typer.Option(help="Take the functions that a task excludes off what is offered.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seeds the policy.")] = 0,
    limit: Annotated[int, typer.Option(min=0, help="Tasks per category; 0: all.")] = 0,
    model: Annotated[str, typer.Option(help="Name of the model, also in the official result files.")] = "",
    base_url: Annotated[str, _model("Address of its server, up to and with /v1.")] = "",
    key_env: Annotated[str, _model("Environment variable with the server's key.")] = "",
    kind: Annotated[str, _model("What serves it: openai (a server) or vllm (in this process).")] = "",
    format: Annotated[str, _model(f"How functions and calls are written: {', '.join(FORMATS)}.")] = "prompt",
    concurrency: Annotated[int, _model("Most tasks at once.", min=1)] = 64,
    temperature: Annotated[float | None, _model("0: the most likely token; 0.001 unless given.", min=0)] = None,
    top_p: Annotated[float | None, _model("1 unless given; 0.7 in the format funreason.", min=0, max=1)] = None,
    max_tokens: Annotated[int | None, _model("Of one response; 4096, or 20000 in funreason.", min=1)] = None,
    sampling_seed: Annotated[int | None, _model("Seeds each request, mixed with its task.")] = None,
    token_ids: Annotated[bool, _model("Keep token ids and log-probabilities.")] = False,
    stream: Annotated[bool, _model("Stream responses, so that the time to the first token is known.")] = False,
    minutes: Annotated[float | None, _model("When they are over, the run ends; it can go on later.", min=0)] = None,
    tokens: Annotated[int | None, _model("When they are used up, no task is begun.", min=0)] = None,
    record: Annotated[Path | None, _model("File that answers are added to, and taken from.")] = None,
    replay: Annotated[Path | None, _model("File that all answers are taken from.")] = None,
    corpus: Annotated[Path | None, _model("Pages for the categories web_search_*, a file or a folder.")] = None,
) -> None:
    """Play the official tasks with a policy or a model and grade it; goes on where it was stopped."""
    rules, names = Rules(_mode(mode), exclude), _named(categories)
    if policy == CHAT:
        how = ModelRun(
            format, temperature, top_p, max_tokens, seed, sampling_seed, token_ids, concurrency, minutes, tokens
        )
        said = ModelOptions(model, base_url, key_env, kind, record, replay, requests=concurrency, stream=stream)
        return _chat(how, said, Suites(names, data_home(data), out, rules, limit, corpus))
    player = bfcl_policy(policy)
    if base_url or replay or record:
        raise TaskError(f"{policy} asks no model; give --policy {CHAT} with --base-url, --record or --replay")
    if any(one in AGENTIC for one in names):
        raise TaskError(f"the policy {policy} has no plan for {', '.join(AGENTIC)}; have a model play them")
    tasks = _tasks(data_home(data), names, limit)
    env = BfclEnv(tasks, mode=rules.mode, exclude=exclude)
    with using(data_home(data)), progress(f"bfcl: {policy}", len(tasks)) as advance:
        plays = Collector(out, player, env, seed, model).run(tasks, advance)
    _show(plays, out / "summary.json", f"{policy} on BFCL multi-turn ({mode})")
    _say_where(out)


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


def _chat(how: ModelRun, said: ModelOptions, suites: Suites) -> None:
    """Play with a model."""
    format_named(how.format)
    with using(suites.data):
        strands = suites.strands()
        model, out = model_from(said), suites.out
        with progress(f"bfcl: {model.name}", sum(len(one.first) + len(one.then) for one in strands)) as advance:
            outcome = how.play(model, strands, suites.rules, out, advance)
    if not outcome.plays:
        reason = outcome.failures[0].reason if outcome.failures else outcome.stopped
        raise FcGymError(f"none of the {outcome.missing} tasks was played: {reason}")
    counts = used(how.folder(out, model).responses, {one.id for one in outcome.plays})
    title = f"{model.name} on BFCL ({suites.rules.mode}, {how.format})"
    more = {"model": model.name, "format": how.format, "unplayed": outcome.missing, "used": counts}
    _show(outcome.plays, out / "summary.json", title, more)
    console.print(table(*model_table(outcome, counts, model.name)))
    _say_where(out)
    _say_what_is_missing(outcome, out)


def _say_what_is_missing(outcome: Outcome, out: Path) -> None:
    if outcome.stopped:
        say(f"stopped: {outcome.stopped}; the same command goes on")
    if outcome.missing:
        whole = len(outcome.plays) + outcome.missing
        why = f"; {len(outcome.failures)} failed ({out / FAILURES})" if outcome.failures else ""
        complain(
            f"{outcome.missing} of {whole} tasks have no play and are in no score{why}; the same command plays them"
        )
        raise typer.Exit(1)


def _show(plays: Sequence[Play], path: Path | None, title: str, more: Mapping[str, JsonValue] | None = None) -> None:
    found = scores(plays)
    if not found:
        raise RecordError(f"{title}: holds no plays")
    for one in score_tables(found, title):
        console.print(table(*one))
    if path is not None:
        summary = {"title": title, "scores": [one.json() for one in found], **(more or {})}
        try:
            path.write_text(to_json(summary) + "\n", encoding="utf-8")
        except OSError as error:
            raise RecordError(f"{path}: cannot be written ({error.strerror})") from None


def _say_where(out: Path) -> None:
    official = f"; in the official layout: {out / 'result'}" if (out / "result").exists() else ""
    say(f"plays: {out / PLAYS}{official}")


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
