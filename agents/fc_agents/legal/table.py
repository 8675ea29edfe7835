"""What each level of legality leaves of illegal calls, and what it costs."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fc_agents.legal.legality import Legality
from fc_agents.legal.promise import LEVELS, VERDICTS, check_level, is_legal, verdict
from fc_agents.models.model import Model
from fc_agents.models.request import Completion, Constraint, Request, Sampling
from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.known import draw_call
from fc_gym.session import Session
from fc_gym.types import JsonValue

__all__ = ["Row", "legality_table", "situations"]

MOVES = 40
"""Calls in each episode that is looked at."""


@dataclass
class Row:
    """What a model did at one level; rows of several domains can be added."""

    level: str
    responses: int = 0
    replies: int = 0
    """Responses without a call."""
    cut: int = 0
    """Responses that ended because they were too long."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """How many calls got each of `VERDICTS`."""
    broken: int = 0
    """Calls that break what the level promises."""
    tokens: int = 0
    seconds: float = 0.0
    """Seconds until all responses were there."""
    constraints: int = 0
    """Constraints that differ."""
    made: list[float] = field(default_factory=list)
    """Seconds to work out each situation's constraint."""
    first: list[float] = field(default_factory=list)
    """Seconds of the first response under each constraint that was not met before, compilation included."""
    later: list[float] = field(default_factory=list)
    """Seconds of every other response."""

    @property
    def calls(self) -> int:
        """Calls, broken ones included."""
        return self.verdicts.total()

    @property
    def speed(self) -> float:
        """Tokens per second."""
        return self.tokens / self.seconds if self.seconds else 0.0

    def __add__(self, other: Row) -> Row:
        return Row(
            self.level, self.responses + other.responses, self.replies + other.replies, self.cut + other.cut,
            self.verdicts + other.verdicts, self.broken + other.broken, self.tokens + other.tokens,
            self.seconds + other.seconds, self.constraints + other.constraints, self.made + other.made,
            self.first + other.first, self.later + other.later,
        )  # fmt: skip

    def json(self) -> dict[str, JsonValue]:
        """Return the figures as plain JSON values; times are medians, in milliseconds."""
        counts = {one: self.verdicts[one] for one in VERDICTS}
        return {
            "level": self.level, "responses": self.responses, "calls": self.calls, "replies": self.replies,
            "cut": self.cut, **counts, "broken": self.broken, "tokens_per_second": round(self.speed, 1),
            "constraints": self.constraints, "made_ms": _median(self.made), "first_ms": _median(self.first),
            "later_ms": _median(self.later),
        }  # fmt: skip


async def legality_table(
    model: Model, domain: Domain, *, responses: int = 1000, levels: Sequence[str] = LEVELS, seeds: int = 10,
    legality: Legality | None = None, sampling: Sampling | None = None, at_once: int = 1,
) -> list[Row]:  # fmt: skip
    """Ask a model for calls in many situations of a domain, at each level, and judge every call.

    Args:
        model: Who is asked.
        domain: Where.
        responses: How many responses for each level.
        levels: The levels to compare.
        seeds: From how many start states episodes are played.
        legality: Makes the constraints; by default those that force one call in the tags of Hermes.
        sampling: How tokens are drawn; a seed is counted up.
        at_once: Requests that are open at a time; with one, `first` and `later` tell what a constraint costs.

    Raises:
        ModelError: If the model does not answer.
        TaskError: If there is no such level, or a number is less than 1.
    """
    if min(responses, seeds, at_once) < 1:
        raise TaskError(
            f"{responses} responses from {seeds} start states, {at_once} at once, show nothing; give at least 1 of each"
        )
    forced = legality or Legality(domain, reply=False, parallel=1)
    every = list(situations(domain, seeds))
    places = [every[number * len(every) // min(responses, len(every))] for number in range(min(responses, len(every)))]
    asker = _Asker(model, forced, sampling or Sampling(), asyncio.Semaphore(at_once))
    return [await asker.row(check_level(level), places, responses) for level in levels]


@dataclass
class _Asker:
    """Asks for the responses of one table."""

    model: Model
    legality: Legality
    sampling: Sampling
    gate: asyncio.Semaphore

    async def row(self, level: str, places: Sequence[Session], responses: int) -> Row:
        """Judge the model at one level; each situation is used as often as it takes."""
        row, known, started = Row(level), set[str](), time.perf_counter()
        sessions = [places[number % len(places)] for number in range(responses)]
        waiting = [self._one(row, known, number, session) for number, session in enumerate(sessions)]
        answers = await asyncio.gather(*waiting)
        row.seconds, row.constraints = time.perf_counter() - started, len(known)
        for session, done in zip(sessions, answers, strict=True):
            _count(row, session, done)
        return row

    async def _one(self, row: Row, known: set[str], number: int, session: Session) -> Completion:
        async with self.gate:
            started = time.perf_counter()
            constraint = self.legality.constraint(session, row.level)
            made = time.perf_counter()
            fresh = constraint is not None and constraint.key not in known
            known.update([constraint.key] if constraint else [])
            done = await self.model.complete(_request(session, constraint, self.sampling, number))
            row.made.append(made - started)
            (row.first if fresh else row.later).append(time.perf_counter() - made)
            return done


def situations(domain: Domain, seeds: int) -> Iterator[Session]:
    """Yield episodes in free play as they stand after 0, 2, 4, ... calls with known values drawn at random.

    Args:
        domain: Where.
        seeds: From how many start states; all have had one call more before the next is made.
    """
    rng = np.random.default_rng(11)
    sessions = [Session.start(domain, seed) for seed in range(seeds)]
    for _ in range(MOVES // 2):
        for session in sessions:
            yield session.fork()
            for _ in range(2):
                names = session.legal()
                tool = domain.tools[names[int(rng.integers(len(names)))]] if names else None
                call = draw_call(tool, session.known, rng) if tool else None
                session.run([call] if call else [])


def _request(session: Session, constraint: Constraint | None, sampling: Sampling, number: int) -> Request:
    seed = None if sampling.seed is None else sampling.seed + number
    offered: list[Mapping[str, JsonValue]] = [session.domain.tools[name].spec() for name in session.offered()]
    messages = [{"role": "user", "content": f"Call a tool of the {session.domain.name}."}]
    choice = "auto" if constraint is None else "none"
    return Request(messages, offered, replace(sampling, seed=seed), constraint, choice, f"{number}")  # type: ignore[arg-type]


def _count(row: Row, session: Session, done: Completion) -> None:
    row.responses += 1
    row.tokens += done.usage.completion
    row.cut += done.finish == "length"
    row.replies += not done.calls
    row.verdicts.update(verdict(session, call) for call in done.calls)
    row.broken += sum(not kept for kept in is_legal(session, done.calls, row.level))


def _median(seconds: list[float]) -> float:
    return round(float(np.median(seconds)) * 1000, 3) if seconds else 0.0
