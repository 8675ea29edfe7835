from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from fc_agents.trace import Trace, layers
from fc_agents.walk import DeadEnd, walk

from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.measure import measure
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall

TESTS = Path(__file__).parent.parent
SEEDS = {"shop": 3, "calendar": 6, "mail": 6}

Walked = tuple[str, int, Trace]
"""Target, seed of the start state, and the way to the target."""


@pytest.fixture(scope="session")
def lab() -> Domain:
    return load_domain(f"{TESTS / 'data' / 'lab.py'}:Lab")


@pytest.fixture(scope="session")
def lab_graph(lab: Domain) -> ApiGraph:
    return ApiGraph(lab, measure(lab, seeds=4, states=6))


@pytest.fixture(scope="session")
def graph() -> Callable[[str], ApiGraph]:
    """Give the graph of a domain as it was written down by hand, which `tests/core` compares with the measured one."""

    @cache
    def written(name: str) -> ApiGraph:
        truth = json.loads((TESTS / "truth" / f"{name}.json").read_text())
        edges = frozenset(Edge(kind, *edge) for kind in ("state", "undo") for edge in truth[kind])
        return ApiGraph(load_domain(name), Measured(edges))

    return written


@pytest.fixture(scope="module", autouse=True)
def _no_environment_measures(graph: Callable[[str], ApiGraph]) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(ToolEnv, "graph", property(lambda env: graph(env.domain.name)))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def walks(graph: Callable[[str], ApiGraph]) -> Callable[[str], list[Walked]]:
    """Give walks to every tool of a domain from a few start states."""

    @cache
    def walked(name: str) -> list[Walked]:
        domain, found = load_domain(name), []
        for seed in range(SEEDS[name]):
            session = Session.start(domain, seed)
            for number, target in enumerate(domain.tools):
                try:
                    trace = walk(session, graph(name), target, np.random.default_rng([seed, number]))
                except DeadEnd:
                    continue
                found.append((target, seed, trace))
        assert len({target for target, _, _ in found}) > len(domain.tools) * 0.8
        return found

    return walked


@pytest.fixture(scope="session")
def tasks(walks: Callable[[str], list[Walked]]) -> Callable[[str], list[Task]]:
    """Give tasks of one turn whose verified calls are a walk of at least three calls."""

    def made(name: str) -> list[Task]:
        domain = load_domain(name)
        return [
            Task(f"{name}-{number}", name, seed, (Turn("Go on.", _calls(domain, trace), ("fine",)), Turn("Thank you.")))
            for number, (_, seed, trace) in enumerate(walks(name)) if len(trace) > 2
        ][:8]  # fmt: skip

    return made


def _calls(domain: Domain, trace: Trace) -> tuple[tuple[ToolCall, ...], ...]:
    return tuple(tuple(one.call for one in layer) for layer in layers(domain, trace, 0))
