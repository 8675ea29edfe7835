"""The pipeline: dialogues from a seed into a folder, resumable at any moment, the same bytes every time."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from fc_gym.domain import Domain
from fc_gym.errors import FcGymError, RecordError
from fc_gym.registration import load_domain
from fc_gym.types import JsonValue, to_json
from fc_synth.certify import proved_again
from fc_synth.crossing import crossings
from fc_synth.making import Order, composed_row, ground, made_row
from fc_synth.roles.asking import Asker
from fc_synth.roles.cast import Cast
from fc_synth.roles.crowd import made_by
from fc_synth.roles.shelf import Shelf
from fc_synth.rows import PAIRS, ROWS, SUMMARY, TASKS, UNMADE, read_lines, read_rows, write_whole
from fc_synth.sample import preference_pairs, task_of
from fc_synth.summary import Summary
from fc_synth.writers import Hire

__all__ = ["synthesize"]

ORDER = "order.json"
CHUNK = 8
"""Rows that a worker makes before it reports."""
AHEAD = 3
"""Chunks per worker that may be waiting, so that memory stays bounded."""


def synthesize(
    order: Order, domains: Sequence[Domain], out: Path, on_row: Callable[[int], None] = lambda done: None,
    workers: int = 1, cast: Cast | None = None,
) -> Summary:  # fmt: skip
    """Make dialogues and write them to a folder.

    Rows are appended one by one, each complete before the next begins; a run that was stopped goes on where it was.
    When all are there, `tasks.jsonl`, `pairs.jsonl` and `summary.json` are made from them. With a model in a role,
    rows are written as they are done and put in order at the end; a row of which nothing passed stands in
    `unmade.jsonl` instead, with the reasons, and one for which the model failed is made by the next run.

    Args:
        order: What to make.
        domains: The domains of the order.
        out: The folder; made if it is not there.
        on_row: Told after each row, those found in the folder too, how many there are.
        workers: How many processes make rows; the files are the same for any number.
        cast: The roles that a model plays; None: no model is asked.

    Returns:
        The summary of all rows in the folder.

    Raises:
        RecordError: If the folder cannot be written, holds a run of another order, or a domain gives no dialogues.
    """
    if cast is not None:
        return _with_model(order, domains, out, on_row, cast)
    _prepare(order.json(), out)
    done = sum(1 for _ in read_rows(out / ROWS, mend=True))
    for number in range(1, done + 1):
        on_row(number)
    with (out / ROWS).open("ab") as file:
        for line in _lines(order, domains, range(done, order.dialogues), workers):
            file.write(line)
            file.flush()
            done += 1
            on_row(done)
    return _finish(order, domains, out)


def _with_model(
    order: Order, domains: Sequence[Domain], out: Path, on_row: Callable[[int], None], cast: Cast
) -> Summary:
    failed: Counter[str] = Counter()
    model = cast.model()
    _prepare({**order.json(), "cast": cast.json(model.settings)}, out)

    def compose_one(number: int, tried: int, hire: Hire, refused: Counter[str]) -> dict[str, JsonValue] | None:
        return composed_row(order, domains[number % len(domains)], number, tried, hire, refused)

    with Shelf(out) as shelf, Asker(model) as asker:
        for done in range(1, len(shelf.there) + 1):
            on_row(done)
        missing = [number for number in range(order.dialogues) if number not in shelf.there]
        for made in made_by(cast, asker, missing, order.seed, compose_one):
            shelf.add(made)
            failed.update([made.failed] if made.failed else [])
            on_row(len(shelf.there) + failed.total())
    summary = _finish(order, domains, out)
    summary.failed = failed
    return summary


def _lines(order: Order, domains: Sequence[Domain], numbers: range, workers: int) -> Iterator[bytes]:
    """Yield rows in order, whoever makes them."""
    if workers == 1 or len(numbers) < 2:
        for number in numbers:
            yield _line(made_row(order, domains[number % len(domains)], number))
        return
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    waiting: list[Future[list[bytes]]] = []
    todo = iter(chunks)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            waiting += [pool.submit(_chunk, order, chunk) for chunk in islice(todo, workers * AHEAD)]
            while waiting:
                yield from waiting.pop(0).result()
                waiting += [pool.submit(_chunk, order, chunk) for chunk in islice(todo, 1)]
        except BrokenProcessPool:
            raise FcGymError(
                "a worker was killed, perhaps for want of memory; run the same command again, it goes on from there"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _chunk(order: Order, numbers: range) -> list[bytes]:
    domains = [load_domain(name) for name in order.domains]
    return [_line(made_row(order, domains[number % len(domains)], number)) for number in numbers]


def _line(row: Mapping[str, JsonValue]) -> bytes:
    return to_json(row).encode() + b"\n"


def _prepare(order: Mapping[str, JsonValue], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        known = out / ORDER
        if known.exists() and json.loads(known.read_text()) != json.loads(to_json(order)):
            raise RecordError(
                f"{out}: holds a run with other domains, seed, plan or model; choose another folder or empty it"
            )
        if not known.exists() and (out / ROWS).exists():
            raise RecordError(f"{out}: holds {ROWS} but no {ORDER}, so it cannot be continued; choose another folder")
        write_whole(known, to_json(order) + "\n")
    except OSError as error:
        raise RecordError(f"{out}: cannot be written ({error.strerror})") from None
    except json.JSONDecodeError:
        raise RecordError(f"{out / ORDER}: is no JSON; choose another folder or delete it") from None


def _finish(order: Order, domains: Sequence[Domain], out: Path) -> Summary:
    """Write what is derived from the rows; the same rows give the same bytes."""
    summary, tasks, pairs = Summary(), [], []
    grounds = [ground(order, domain, number)[0] for number, domain in enumerate(domains)]
    there = {domain.name: domain for domain in grounds}
    for unmade in read_lines(out / UNMADE):
        summary.add_unmade(unmade)
    for row in read_rows(out / ROWS):
        domain = there[row["meta"]["domain"]]
        summary.add(row)
        summary.crossings.update(str(one) for one in crossings(row, domain).elements())
        summary.proved += proved_again(domain, row)
        tasks.append(to_json(task_of(row).json()))
        pairs += [to_json(pair) for pair in preference_pairs(row)]
    write_whole(out / TASKS, "".join(f"{line}\n" for line in tasks))
    write_whole(out / PAIRS, "".join(f"{line}\n" for line in pairs))
    write_whole(out / SUMMARY, json.dumps(summary.json(), indent=2) + "\n")
    return summary
