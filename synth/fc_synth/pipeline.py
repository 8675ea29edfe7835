"""The pipeline: dialogues from a seed into a folder, resumable at any moment, the same bytes every time."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import orjson

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.kept import graph_of
from fc_gym.types import JsonValue, to_json
from fc_synth.certify import proved_again
from fc_synth.compose import Plan, compose
from fc_synth.crossing import crossings
from fc_synth.sample import FORMAT, preference_pairs, sample_of, task_of

__all__ = ["Order", "Summary", "read_rows", "synthesize"]

ROWS, TASKS, PAIRS, SUMMARY, ORDER = "dialogues.jsonl", "tasks.jsonl", "pairs.jsonl", "summary.json", "order.json"
GIVE_UP = 40
"""Dialogues of one domain that may fail in a row before the run is stopped."""


@dataclass(frozen=True)
class Order:
    """What to make."""

    domains: tuple[str, ...]
    dialogues: int
    seed: int = 0
    plan: Plan = field(default_factory=Plan)

    def json(self) -> dict[str, JsonValue]:
        """Return the order as plain JSON values, without the number of dialogues, which may grow."""
        return {"format": FORMAT, "domains": list(self.domains), "seed": self.seed, "plan": asdict(self.plan)}


@dataclass
class Summary:
    """What a run came to."""

    dialogues: Counter[str] = field(default_factory=Counter)
    """Dialogues per domain."""
    turns: int = 0
    calls: int = 0
    attempts: Counter[int] = field(default_factory=Counter)
    """How many tries the reasoner needed: tries to number of layers."""
    leaves: Counter[str] = field(default_factory=Counter)
    """Argument leaves by kind of source, `earlier` for results of earlier turns."""
    necessary: Counter[str] = field(default_factory=Counter)
    """Calls by why they cannot be dropped."""
    refused: Counter[str] = field(default_factory=Counter)
    """Whatever was thrown away, by reason."""
    proved: int = 0
    """Dialogues that, read from the file and played again, came to the same results and final state."""
    crossings: Counter[str] = field(default_factory=Counter)
    """Arguments that a result of another part of a joined world has given, by the tools and the parameter."""
    pairs: int = 0
    """Proposals that the critic turned down, each a preference pair."""

    def add(self, row: Mapping[str, JsonValue]) -> None:
        """Take in one row."""
        meta = row["meta"]
        self.dialogues[meta["domain"]] += 1
        self.turns += len(meta["turns"])
        self.pairs += len(meta["rejected"])
        self.necessary.update(meta["certificate"]["necessary"])
        self.refused.update(meta["refused"])
        for number, turn in enumerate(meta["turns"]):
            self.attempts.update(turn["attempts"])
            for call in (call for layer in turn["layers"] for call in layer):
                self.calls += 1
                self.leaves.update(_kind(source, number) for source in call["sources"].values())

    def json(self) -> dict[str, JsonValue]:
        """Return the summary as plain JSON values."""
        return {
            "dialogues": sum(self.dialogues.values()),
            "by_domain": dict(sorted(self.dialogues.items())),
            "turns": self.turns,
            "calls": self.calls,
            "attempts": {str(tries): count for tries, count in sorted(self.attempts.items())},
            "argument_sources": dict(sorted(self.leaves.items())),
            "necessary_because": dict(sorted(self.necessary.items())),
            "proved_again": self.proved,
            "crossings": dict(sorted(self.crossings.items())),
            "preference_pairs": self.pairs,
            "refused": dict(self.refused.most_common()),
        }


def synthesize(
    order: Order, domains: Sequence[Domain], out: Path, on_row: Callable[[int], None] = lambda done: None
) -> Summary:
    """Make dialogues and write them to a folder.

    Rows are appended one by one, each complete before the next begins; a run that was stopped goes on where it was.
    When all are there, `tasks.jsonl`, `pairs.jsonl` and `summary.json` are made from them.

    Args:
        order: What to make.
        domains: The domains of the order.
        out: The folder; made if it is not there.
        on_row: Told after each row, those found in the folder too, how many there are.

    Returns:
        The summary of all rows in the folder.

    Raises:
        RecordError: If the folder cannot be written, holds a run of another order, or a domain gives no dialogues.
    """
    _prepare(order, out)
    rows = list(read_rows(out / ROWS, mend=True))
    done = len(rows)
    index = rows[-1]["meta"]["index"] + 1 if rows else 0
    for number in range(1, done + 1):
        on_row(number)
    with (out / ROWS).open("ab") as file:
        while done < order.dialogues:
            index, row = _next_row(order, domains, index, done)
            file.write(to_json(row).encode() + b"\n")
            file.flush()
            done += 1
            on_row(done)
    return _finish(out, {domain.name: domain for domain in domains})


def read_rows(path: Path, *, mend: bool = False) -> Iterator[dict[str, JsonValue]]:
    """Read the rows of a file.

    Args:
        path: The file; no rows if it is not there and `mend` is set.
        mend: Cut off a last line that was torn when a run was killed.

    Raises:
        RecordError: If a line is no row; it names the line.
    """
    if mend and not path.exists():
        return
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
    whole = data[: data.rfind(b"\n") + 1] if mend else data
    if len(whole) < len(data):
        os.truncate(path, len(whole))
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            row = orjson.loads(line)
            assert row["meta"]["format"] == FORMAT
        except (orjson.JSONDecodeError, KeyError, TypeError, AssertionError):
            raise RecordError(
                f"{path}:{number}: not a row of the format {FORMAT}; the file is torn or another's"
            ) from None
        yield row


def _prepare(order: Order, out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        known = out / ORDER
        if known.exists() and json.loads(known.read_text()) != json.loads(to_json(order.json())):
            raise RecordError(f"{out}: holds a run with other domains, seed or plan; choose another folder or empty it")
        if not known.exists() and (out / ROWS).exists():
            raise RecordError(f"{out}: holds {ROWS} but no {ORDER}, so it cannot be continued; choose another folder")
        _replace(known, to_json(order.json()) + "\n")
    except OSError as error:
        raise RecordError(f"{out}: cannot be written ({error.strerror})") from None
    except json.JSONDecodeError:
        raise RecordError(f"{out / ORDER}: is no JSON; choose another folder or delete it") from None


def _next_row(order: Order, domains: Sequence[Domain], index: int, done: int) -> tuple[int, dict[str, JsonValue]]:
    """Make the next row; an index that gives no dialogue is passed over, its reasons kept with the next."""
    refused: Counter[str] = Counter()
    for tried in range(GIVE_UP):
        domain = domains[done % len(domains)]
        number = index + tried
        rng = np.random.default_rng([order.seed, number])
        start = int(rng.integers(2**31))
        dialogue = compose(domain, graph_of(domain), start, rng, order.plan, refused)
        if dialogue is not None:
            row = sample_of(domain, dialogue, f"{domain.name}-{order.seed}-{number:06d}")
            row["meta"] = {"index": number, **row["meta"], "refused": dict(sorted(refused.items()))}
            return number + 1, row
    reasons = ", ".join(f"{reason} ({count})" for reason, count in refused.most_common(3))
    raise RecordError(f"{domains[done % len(domains)].name}: {GIVE_UP} starts gave no dialogue; most often: {reasons}")


def _finish(out: Path, domains: Mapping[str, Domain]) -> Summary:
    """Write what is derived from the rows; the same rows give the same bytes."""
    summary, tasks, pairs = Summary(), [], []
    for row in read_rows(out / ROWS):
        domain = domains[row["meta"]["domain"]]
        summary.add(row)
        summary.crossings.update(str(one) for one in crossings(row, domain).elements())
        summary.proved += proved_again(domain, row)
        tasks.append(to_json(task_of(row).json()))
        pairs += [to_json(pair) for pair in preference_pairs(row)]
    _replace(out / TASKS, "".join(f"{line}\n" for line in tasks))
    _replace(out / PAIRS, "".join(f"{line}\n" for line in pairs))
    _replace(out / SUMMARY, json.dumps(summary.json(), indent=2) + "\n")
    return summary


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def _kind(source: Mapping[str, JsonValue], turn: int) -> str:
    return "earlier" if source["kind"] == "output" and source["turn"] < turn else str(source["kind"])
