"""The commands `synth` and `duplicates`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import dropwhile, pairwise
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from fc_agents.models.named import ModelOptions, model_from
from fc_agents.models.request import Sampling
from typer import Option

from fc_gym.cli.console import complain, console, progress, say, sentence, table
from fc_gym.domain import Domain
from fc_gym.errors import DomainError, TaskError
from fc_gym.kept import graph_of
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue
from fc_synth.contamination.files import read_rows
from fc_synth.duplicates import near_duplicates
from fc_synth.making import Order
from fc_synth.pipeline import synthesize
from fc_synth.plan import Plan, plan_of
from fc_synth.roles.cast import Cast, roles_named
from fc_synth.roles.ledger import Price
from fc_synth.summary import Summary

__all__ = ["duplicates", "synth"]

DOMAINS = "shop,calendar,mail"

AT_ONCE = 1e-3
"""Seconds in which no dialogue is made."""


def synth(
    domains: Annotated[str, Option(help="Domains, with commas between; names or file.py:Class.")] = DOMAINS,
    dialogues: Annotated[int, Option(min=1, help="How many dialogues.")] = 100,
    seed: Annotated[int, Option(min=0, help="The same seed gives the same bytes.")] = 0,
    out: Annotated[Path, Option(help="The folder to write to; a stopped run goes on in it.")] = Path("data"),
    turns: Annotated[str, Option(help="Fewest and most turns, such as 2-4.")] = "2-4",
    spelled_out: Annotated[bool, Option(help="Have queries ask for every step but look-ups.")] = False,
    difficulty: Annotated[float | None, Option(min=0, max=1, help="All knobs together, 0 to 1.")] = None,
    depth: Annotated[float | None, Option(min=0, max=1, help="How many calls a turn takes, 0 to 1.")] = None,
    distance: Annotated[float | None, Option(min=0, max=1, help="How often a turn is about what is long ago.")] = None,
    implicit: Annotated[float | None, Option(min=0, max=1, help="How often preparations are left unsaid.")] = None,
    distractors: Annotated[int | None, Option(min=0, help="Tools of other worlds that are offered beside.")] = None,
    related: Annotated[float | None, Option(min=0, max=1, help="How often a turn is about a row of before.")] = None,
    noise: Annotated[float | None, Option(min=0, max=1, help="Asides, corrections, late details.")] = None,
    workers: Annotated[int, Option(min=1, help="How many processes make dialogues; the files are the same.")] = 1,
    roles: Annotated[str, Option(help="Roles that a model plays: tooling, querying, reasoning, critic, or all.")] = "",
    model: Annotated[str, Option(help="Name of the model, as its server knows it.")] = "",
    base_url: Annotated[str, Option(help="Address of its server, such as http://127.0.0.1:8000/v1.")] = "",
    key_env: Annotated[str, Option(help="Environment variable that holds the server's key.")] = "",
    kind: Annotated[str, Option(help="What serves it: openai (a server) or vllm (in this process).")] = "",
    concurrency: Annotated[int, Option(min=1, help="How many dialogues are made at once with a model.")] = 16,
    temperature: Annotated[float, Option(min=0.0, help="0: the most likely token.")] = 0.7,
    max_tokens: Annotated[int, Option(min=1, help="Most tokens of one response.")] = 1024,
    sampling_seed: Annotated[int | None, Option(help="Seeds each request, mixed with its place.")] = None,
    fallback: Annotated[bool, Option("--fallback", help="Take the offline text where none passes.")] = False,
    record: Annotated[Path | None, Option(help="File to which the model's answers are added.")] = None,
    replay: Annotated[Path | None, Option(help="File of answers to work from, without a model.")] = None,
    prompt_price: Annotated[float, Option(min=0.0, help="What a million prompt tokens cost.")] = 0.0,
    completion_price: Annotated[float, Option(min=0.0, help="What a million written tokens cost.")] = 0.0,
) -> None:  # fmt: skip
    """Make verified multi-turn dialogues: walk, fold and ask, think."""
    asked = ModelOptions(model, base_url, key_env, kind, record, replay, requests=concurrency)
    sampling = Sampling(temperature, max_tokens=max_tokens, seed=sampling_seed)
    price = Price(prompt_price, completion_price)
    cast = _cast(roles, asked, Cast((), partial(model_from, asked), sampling, fallback, concurrency, price=price))
    names = tuple(name.strip() for name in domains.split(",") if name.strip())
    plan = _plan(
        turns, difficulty, depth=depth, distance=distance, implicit=0.0 if spelled_out else implicit,
        distractors=distractors, related=related, noise=noise,
    )  # fmt: skip
    _made(Order(names, dialogues, seed, plan), out, workers, cast)


def _made(order: Order, out: Path, workers: int, cast: Cast | None) -> None:
    """Make the dialogues and show what they came to."""
    if not order.domains:
        raise DomainError(f"no domain named; give --domains {DOMAINS}")
    if cast is not None and workers > 1:
        raise DomainError("with a model in a role, one process makes many dialogues at once; give --concurrency")
    found = [load_domain(name) for name in order.domains]
    _measure(found)
    stamps: list[float] = []
    with progress("dialogues", order.dialogues) as advance:

        def tell(done: int) -> None:
            stamps.append(monotonic())
            advance()

        try:
            summary = synthesize(order, found, out, tell, workers, cast)
        except KeyboardInterrupt:
            complain(_stopped(len(stamps), order.dialogues, out))
            raise typer.Exit(130) from None
    _show(summary, out, stamps)
    if cast is not None:
        _show_roles(summary, cast.price, order.dialogues)
    if not summary.dialogues:
        raise typer.Exit(1)


def duplicates(
    files: Annotated[list[Path], typer.Argument(help="Dialogues, tasks or any chat rows, as JSON lines.")],
    threshold: Annotated[
        float, typer.Option(min=0.1, max=1.0, help="Similarity from which on two are the same.")
    ] = 0.8,
    shown: Annotated[int, typer.Option(min=0, help="How many pairs to show.")] = 5,
) -> None:
    """Count the queries that say nearly the same as an earlier one."""
    queries: list[tuple[str, str]] = []
    with progress("reading", len(files)) as advance:
        for file in files:
            queries += [(f"{row.place.file}:{row.place.line}", text) for row in read_rows(file) for text in row.queries]
            advance()
    found = near_duplicates([text for _, text in queries], threshold)
    for one in found[:shown]:
        (where, text), (there, earlier) = queries[one.place], queries[one.earlier]
        say(f"{one.share:.2f}  {where}: {sentence(text)[:100]}  ~  {there}: {sentence(earlier)[:100]}")
    share = f"{100 * len(found) / len(queries):.2f} %" if queries else "none"
    rows = [("queries", str(len(queries))), (f"near-duplicates (at {threshold:g})", str(len(found))), ("share", share)]
    console.print(table("duplicates", ["what", "how many"], rows))


def _cast(roles: str, asked: ModelOptions, cast: Cast) -> Cast | None:
    """Return who plays the roles; None if no model plays any."""
    named = roles_named(roles)
    if named:
        return replace(cast, roles=named)
    if asked.model or asked.base_url or asked.replay or asked.record:
        raise TaskError("no role is given to the model; name some with --roles, such as querying or all")
    return None


def _show_roles(summary: Summary, price: Price, wanted: int) -> None:
    heads = ("role", "requests", "prompt tokens", "written tokens", "cost", "accepted", "refused, most often because")
    cells = []
    for role, one in sorted(summary.ledger.accounts.items()):
        reasons = ", ".join(f"{reason} {count}" for reason, count in one.refused.most_common(3))
        refused = f"{one.refused.total()}: {reasons}" if reasons else "0"
        cells.append((role, one.requests, one.prompt, one.completion, f"{one.cost(price):.4f}", one.accepted, refused))
    console.print(table("roles of the model", heads, cells))
    if summary.unmade:
        say(f"{summary.unmade} of {wanted} dialogues came to nothing, since no text passed (unmade.jsonl)")
    for why, count in summary.failed.items():
        say(f"{count} of {wanted} dialogues got no answer ({why}); the same command makes them")


def _stopped(done: int, wanted: int, out: Path) -> str:
    return f"stopped with {done} of {wanted} dialogues in {out}; the same command goes on from there"


def _measure(domains: list[Domain]) -> None:
    with progress("measuring the API graphs", len(domains)) as advance:
        for domain in domains:
            graph_of(domain)
            advance()


def _plan(turns: str, difficulty: float | None, **knobs: Any) -> Plan:
    """Return the plan that options give; a knob of its own outdoes the difficulty."""
    plan = Plan(turns=_range(turns))
    plan = plan if difficulty is None else plan_of(difficulty, plan)
    return replace(plan, **{name: value for name, value in knobs.items() if value is not None})


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal()) or not 1 <= int(low) <= int(high or low) <= 20:
        raise DomainError(f"--turns {text!r} is no range; write it as 2-4, from 1 to 20")
    return int(low), int(high or low)


def _show(summary: Summary, out: Path, stamps: list[float]) -> None:
    body = summary.json()
    rows = [
        ("dialogues", f"{body['dialogues']} ({_counts(body['by_domain'])})"),
        ("turns, calls", f"{body['turns']}, {body['calls']}"),
        ("speed", _speed(stamps)),
        ("played again from the file, to the byte", f"{body['proved_again']} of {body['dialogues']}"),
        ("arguments from", _counts(body["argument_sources"])),
        ("calls necessary because", _counts(body["necessary_because"])),
        ("tries of the reasoner", _counts(body["attempts"])),
        ("preference pairs", str(body["preference_pairs"])),
        *_measured(body["measures"]),
        ("thrown away", str(sum(body["refused"].values()))),
    ]
    rows += [(f"  {reason}", str(count)) for reason, count in list(body["refused"].items())[:8]]
    if summary.crossings:
        ways = "; ".join(way for way, _ in summary.crossings.most_common(5))
        found = f"{summary.crossings.total()} in {len(summary.crossings)} ways: {ways}"
        rows.insert(5, ("arguments from another world", found))
    console.print(table("synthesis", ["what", "how much"], rows))
    say(f"in {out}: dialogues.jsonl, tasks.jsonl, pairs.jsonl, summary.json")


def _measured(found: dict[str, JsonValue]) -> list[tuple[str, str]]:
    """Return the shares as percentages, the counts as they are."""
    rows = []
    for name, value in found.items():
        text = (
            _counts(value) if isinstance(value, dict) else f"{100 * value:.1f} %" if isinstance(value, float) else value
        )
        rows.append((name.replace("_", " "), str(text)))
    return rows


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _speed(stamps: list[float]) -> str:
    """Return dialogues per minute from when each was done; those found in the folder come at once and do not count."""
    gaps = [later - earlier for earlier, later in pairwise(stamps)]
    made = list(dropwhile(lambda gap: gap <= AT_ONCE, gaps))
    return f"{60 * len(made) / sum(made):,.0f} dialogues per minute" if made else "nothing was left to make"
