from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.measure import measure
from fc_gym.registration import load_domain

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def lab() -> Domain:
    return load_domain(f"{TESTS / 'data' / 'lab.py'}:Lab")


@pytest.fixture(scope="session")
def measured() -> Callable[[str], ApiGraph]:
    graphs: dict[str, ApiGraph] = {}

    def graph(name: str) -> ApiGraph:
        if name not in graphs:
            domain = load_domain(name)
            graphs[name] = ApiGraph(domain, measure(domain))
        return graphs[name]

    return graph


@pytest.fixture(scope="session")
def truth_folder() -> Path:
    return TESTS / "truth"
