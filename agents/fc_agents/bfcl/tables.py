"""Tables that `bfcl run` and `bfcl score` show: scores, what went wrong, and what a model needed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from fc_agents.bfcl.crowd import Outcome
from fc_agents.bfcl.linefile import LineFile
from fc_gym.bfcl.score import Score

__all__ = ["Shown", "model_table", "score_tables", "used"]


class Shown(NamedTuple):
    """A table before it is drawn."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def score_tables(found: Sequence[Score], title: str) -> list[Shown]:
    """Return what was reached, and what went wrong.

    Args:
        found: What `scores` gives.
        title: What was played.
    """
    heads = ("category", "tasks", "accuracy %", "95 % interval", "turns %", "state %", "recall %", "irrelevance %")
    faults = (
        "category",
        "calls",
        "malformed %",
        "raised %",
        "refused %",
        "tasks failed, by the kind of their first error",
    )
    return [
        Shown(title, heads, [_row(one) for one in found]),
        Shown("what went wrong", faults, [_faults(one) for one in found]),
    ]


def used(responses: LineFile, tasks: Collection[str]) -> dict[str, int]:
    """Count what a model needed for some tasks.

    Args:
        responses: All that it wrote.
        tasks: Ids of the tasks.

    Returns:
        Requests, tokens (`prompt`, the share of it that was `cached`, `completion`), and responses that were
        `malformed`, `cut` off at the most tokens, or had `thinking` in them.
    """
    found: Counter[str] = Counter()
    for entry in responses.entries():
        if entry["id"] not in tasks:
            continue
        for one in (one for turn in entry["turns"] for one in turn):
            usage = one["usage"]
            found.update(requests=1, prompt=usage["prompt"], cached=usage["cached"], completion=usage["completion"])
            thought = "reasoning" in one or "</think>" in one.get("raw", "")
            found.update(malformed="malformed" in one, cut=one["finish"] == "length", thinking=thought)
    return {
        name: found[name] for name in ("requests", "prompt", "cached", "completion", "malformed", "cut", "thinking")
    }


def model_table(outcome: Outcome, counts: Mapping[str, int], name: str) -> Shown:
    """Return what a model needed, and what failed.

    Args:
        outcome: What the run came to.
        counts: What `used` gives.
        name: Of the model.
    """
    spent, seconds = outcome.spent, max(outcome.seconds, 1e-9)
    tokens = spent["prompt"] + spent["completion"]
    rows = [
        ("requests", str(counts["requests"])),
        ("tokens prompted", f"{counts['prompt']} ({_percent(counts['cached'] / max(1, counts['prompt']))} % cached)"),
        ("tokens written", str(counts["completion"])),
        ("responses that could not be read", str(counts["malformed"])),
        ("responses cut off at the most tokens", str(counts["cut"])),
        ("responses with thinking", str(counts["thinking"])),
        ("in this run", f"{spent['plays']} tasks, {spent['requests']} requests, {seconds:.1f} s"),
        ("tokens per second", f"{tokens / seconds:.0f}, of these written {spent['completion'] / seconds:.0f}"),
        ("requests sent again", str(spent["tries"] - spent["requests"])),
        ("tasks without a play", f"{outcome.missing}{_kinds(outcome)}"),
    ]
    return Shown(f"the model {name}", ("what", "how much"), rows)


def _kinds(outcome: Outcome) -> str:
    kinds = Counter(one.kind for one in outcome.failures)
    return f" ({', '.join(f'{kind} {count}' for kind, count in kinds.most_common())})" if kinds else ""


def _row(one: Score) -> tuple[str, ...]:
    interval = f"{_percent(one.low)} to {_percent(one.high)}"
    measures = map(_percent, (one.passed, one.state, one.recall, one.irrelevance))
    return (one.category, str(one.tasks), _percent(one.accuracy), interval, *measures)


def _faults(one: Score) -> tuple[str, ...]:
    kinds = ", ".join(f"{kind.rpartition(':')[2]} {count}" for kind, count in one.errors.items())
    rates = (_percent(one.format_errors), _percent(one.exceptions), _percent(one.refusals))
    return (one.category, str(one.calls), *rates, kinds)


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{100 * share:.1f}"
