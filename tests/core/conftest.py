from __future__ import annotations

from pathlib import Path

import pytest

from fc_gym.domain import Domain
from fc_gym.registration import load_domain

TESTS = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def lab() -> Domain:
    return load_domain(f"{TESTS / 'data' / 'lab.py'}:Lab")


@pytest.fixture(scope="session")
def truth_folder() -> Path:
    return TESTS / "truth"
