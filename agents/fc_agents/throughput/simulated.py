"""A model of set latency that says calls which are accepted, so that everything but a model is timed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from fc_agents.models.request import Completion, Request, Usage
from fc_agents.models.scripted import ScriptedModel
from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.known import draw_call
from fc_gym.session import Session
from fc_gym.task import Task
from fc_gym.types import ToolCall

__all__ = ["CALLS", "calls_for_all", "simulated_model"]

CALLS = 10
"""Calls of an episode, one in each response, before the reply that ends it."""
STARTS = 8
"""Start states in which a call must be accepted to be one for all."""
WANTED = 4
"""Calls that differ, at most."""


def simulated_model(
    domain: Domain, latency: float, calls: int = CALLS, tasks: Sequence[Task] | None = None
) -> ScriptedModel:
    """Return a model that says the verified calls of tasks; in free play, calls that every episode accepts.

    Args:
        domain: Where.
        latency: Seconds that each response takes.
        calls: Calls of each episode in free play.
        tasks: What is played, each by the episodes whose seed has its position as the rest by their number.

    Raises:
        TaskError: If the latency is below 0, or no tool can be called before something is known.
    """
    if not 0 <= latency < float("inf"):
        raise TaskError(f"--latency is {latency}; it must be 0 seconds or more")
    if tasks:
        said = [list(_played(task)) for task in tasks]
    else:
        cycle = [_said([call]) for call in calls_for_all(domain)]
        said = [[*(cycle[number % len(cycle)] for number in range(calls)), _words("That is all.")]]
    return ScriptedModel(partial(_answer, said), latency, "simulated")


def calls_for_all(domain: Domain) -> list[ToolCall]:
    """Return calls that are accepted at the start of episodes from any seed, as far as a few seeds show.

    Those with the shortest results come first, since the time that a tool takes is nobody's overhead.

    Raises:
        TaskError: If there are none.
    """
    rng, sessions = np.random.default_rng(0), [Session.start(domain, seed) for seed in range(STARTS)]
    drawn = (draw_call(domain.tools[name], sessions[0].known, rng, 0.0) for name in sessions[0].legal())
    tried = [(call, [_result(one, call) for one in sessions]) for call in drawn if call is not None]
    found = [(sum(map(len, texts)), call) for call, texts in tried if all(texts)]
    if not found:
        raise TaskError(f"no tool of {domain.name} takes the same call in every episode, so no model can be simulated")
    return [call for _, call in sorted(found, key=lambda one: one[0])[:WANTED]]


def _result(session: Session, call: ToolCall) -> str:
    """Return the result of a call that changes nothing; empty if it changes something or is refused."""
    tried = session.fork()
    text = tried.run([call])[0].text
    refused = text.startswith('{"error":') or tried.state.hash() != session.state.hash()
    return "" if refused else text


def _played(task: Task) -> Iterator[Completion]:
    for turn in task.turns:
        yield from (_said(layer) for layer in turn.gold)
        yield _words(" ".join(turn.answer) or "Done.")


def _said(calls: Sequence[ToolCall]) -> Completion:
    text = "\n".join(f"<tool_call>\n{call.json()}\n</tool_call>" for call in calls)
    return Completion(text, "", "", tuple(calls), "tool_calls", Usage(1, -(-len(text) // 4)), model="simulated")


def _words(text: str) -> Completion:
    return Completion(text, text, usage=Usage(1, -(-len(text) // 4)), model="simulated")


def _answer(said: Sequence[Sequence[Completion]], request: Request) -> Completion:
    seed, _, number = request.sample.partition("/")
    responses = said[int(seed) % len(said)]
    return responses[min(int(number), len(responses) - 1)]
