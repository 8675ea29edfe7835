from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fc_gym.domain import Domain
from fc_gym.graph import ApiGraph
from fc_gym.measure import measure
from fc_gym.registration import load_domain

DATA = Path(__file__).parent.parent / "data"


def _graph(reference: str) -> ApiGraph:
    domain = load_domain(reference)
    return ApiGraph(domain, measure(domain, seeds=8, states=12))


@pytest.fixture(scope="session")
def vault() -> ApiGraph:
    return _graph(f"{DATA / 'vault.py'}:Vault")


@pytest.fixture(scope="session")
def lab() -> ApiGraph:
    return _graph(f"{DATA / 'lab.py'}:Lab")


@pytest.fixture
def copied(tmp_path: Path) -> Domain:
    """The vault in a file of its own, beside which plans can be kept."""
    shutil.copy(DATA / "vault.py", tmp_path / "vault.py")
    return load_domain(f"{tmp_path / 'vault.py'}:Vault")
