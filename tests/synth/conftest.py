from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from fc_synth import commands, compose, making, query
from fc_synth.advanced import AdvancedTool
from fc_synth.dialogue import Dialogue, SynthTurn
from fc_synth.plan import Plan
from fc_synth.query import Query
from fc_synth.sample import sample_of

from fc_gym.env import ToolEnv
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.registration import load_domain
from fc_gym.session import Session

TRUTH = Path(__file__).parent.parent / "truth"
COUNTS = {"shop": 24, "calendar": 30, "mail": 36}


class Made(NamedTuple):
    """Dialogues of a domain, and what came about on the way to them."""

    dialogues: list[Dialogue]
    written: list[tuple[AdvancedTool, Query, frozenset[str]]]
    """Every query written, solved or not: with what it asks for, and the names of all rows when it was."""
    refused: Counter[str]


@pytest.fixture(scope="session")
def graph() -> Callable[[str], ApiGraph]:
    """Give the graph of a domain as it was written down by hand, which `tests/core` compares with the measured one."""

    @cache
    def written(name: str) -> ApiGraph:
        truth = json.loads((TRUTH / f"{name}.json").read_text())
        edges = frozenset(Edge(kind, *edge) for kind in ("state", "undo") for edge in truth[kind])
        return ApiGraph(load_domain(name), Measured(edges))

    return written


@pytest.fixture(scope="module", autouse=True)
def _nothing_measures(graph: Callable[[str], ApiGraph]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ToolEnv, "graph", property(lambda env: graph(env.domain.name)))
        patch.setattr(making, "graph_of", lambda domain: graph(domain.name))
        patch.setattr(commands, "graph_of", lambda domain: graph(domain.name))
        yield


@pytest.fixture(scope="session")
def identifiers() -> Callable[[Session], frozenset[str]]:
    """Give the names of all rows: the keys of every table of rows in the world."""

    def found(session: Session) -> frozenset[str]:
        world = session.state.world
        tables = [getattr(world, field.name) for field in dataclasses.fields(world)]
        return frozenset(key for table in tables if hasattr(table, "keys") for key in table if isinstance(key, str))

    return found


@pytest.fixture(scope="session")
def scalars() -> Callable[[Any], Iterator[Any]]:
    """Give what stands at the ends of a JSON value."""

    def found(value: Any) -> Iterator[Any]:
        if isinstance(value, dict | list | tuple):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from found(inner)
        else:
            yield value

    return found


@pytest.fixture(scope="session")
def made(graph: Callable[[str], ApiGraph], identifiers: Callable[[Session], frozenset[str]]) -> Callable[[str], Made]:
    @cache
    def composed(name: str) -> Made:
        domain, result = load_domain(name), Made([], [], Counter())

        def recorded(domain: Any, world: Any, advanced: AdvancedTool, *more: Any, **named: Any) -> Query:
            asked = write(domain, world, advanced, *more, **named)
            tables = [getattr(world, field.name) for field in dataclasses.fields(world)]
            rows = {key for table in tables if hasattr(table, "keys") for key in table}
            result.written.append((advanced, asked, frozenset(key for key in rows if isinstance(key, str))))
            return asked

        write = query.write_query
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compose, "write_query", recorded)
            for seed in range(COUNTS[name]):
                rng = np.random.default_rng([seed, 11])
                one = compose.compose(domain, graph(name), seed, rng, Plan(), result.refused)
                result.dialogues.extend([one] if one else [])
        assert len(result.dialogues) > 0.8 * COUNTS[name], result.refused
        return result

    return composed


@pytest.fixture(scope="session")
def played() -> Callable[[Dialogue], Iterator[tuple[SynthTurn, Session]]]:
    """Give each turn of a dialogue with the session as it is when the turn begins."""

    def turns(dialogue: Dialogue) -> Iterator[tuple[SynthTurn, Session]]:
        session = Session.start(load_domain(dialogue.domain), dialogue.seed)
        for number, turn in enumerate(dialogue.turns):
            session.turn = number
            yield turn, session.fork()
            results = session.run([step.call for step in turn.steps])
            assert [result.text for result in results] == [step.result.text for step in turn.steps]

    return turns


@pytest.fixture(scope="session")
def rows(made: Callable[[str], Made]) -> Callable[[str], list[dict[str, Any]]]:
    @cache
    def sampled(name: str) -> list[dict[str, Any]]:
        domain = load_domain(name)
        found = [sample_of(domain, one, f"{name}-{number}") for number, one in enumerate(made(name).dialogues)]
        return [json.loads(json.dumps(row)) for row in found]

    return sampled
