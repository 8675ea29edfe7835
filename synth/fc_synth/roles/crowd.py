"""Many dialogues at once with one model: a thread each, since a dialogue mostly waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice

from fc_agents.models.model import ModelError

from fc_gym.types import JsonValue
from fc_synth.roles.asking import Asker
from fc_synth.roles.cast import Cast
from fc_synth.roles.ledger import Ledger
from fc_synth.writers import Hire

__all__ = ["Made", "made_by"]

FAILED_IN_A_ROW = 20
"""Dialogues that may fail one after the other, beyond those that are made at once, before a run is stopped."""

Compose = Callable[[int, int, Hire, Counter[str]], "dict[str, JsonValue] | None"]
"""Makes a row: its number, the start state that is tried, the writers, and the count of reasons."""


@dataclass
class Made:
    """What came of one row."""

    number: int
    row: dict[str, JsonValue] | None = None
    """None if nothing that was written passed, or the model failed."""
    refused: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(default_factory=Ledger)
    failed: str = ""
    """Why the model gave no answer, by kind; such a row is worth another run."""


def made_by(cast: Cast, asker: Asker, numbers: Sequence[int], seed: int, compose: Compose) -> Iterator[Made]:
    """Make rows with a model and give each as it is done.

    Args:
        cast: Who plays.
        asker: Asks the model.
        numbers: Which rows.
        seed: The seed of the run.
        compose: Makes one row.

    Raises:
        ModelError: If the model cannot be used at all.
    """
    with ThreadPoolExecutor(cast.concurrency) as pool:
        todo, row = iter(numbers), 0
        waiting = {
            pool.submit(_one, cast, asker, number, seed, compose) for number in islice(todo, 2 * cast.concurrency)
        }
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in sorted(map(_result, done), key=lambda made: made.number):
                    row = row + 1 if one.failed else 0
                    yield one
                    if row > FAILED_IN_A_ROW + cast.concurrency:
                        raise ModelError(f"{row} dialogues in a row got no answer ({one.failed})", kind=one.failed)
                waiting |= {pool.submit(_one, cast, asker, number, seed, compose) for number in islice(todo, len(done))}
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _result(future: Future[Made]) -> Made:
    return future.result()


def _one(cast: Cast, asker: Asker, number: int, seed: int, compose: Compose) -> Made:
    made = Made(number)
    for tried in range(cast.starts):
        try:
            hire = cast.hire(asker, f"{seed}/{number}/{tried}", made.ledger)
            made.row = compose(number, tried, hire, made.refused)
        except ModelError as error:
            if error.fatal:
                raise
            return Made(number, None, made.refused, made.ledger, error.kind)
        if made.row is not None:
            break
    return made
