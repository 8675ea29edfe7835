from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from fc_synth.compose import compose
from fc_synth.plan import Plan
from fc_synth.sample import sample_of
from fc_synth.variants.make import varied
from fc_synth.variants.registry import OPERATORS

from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
from fc_gym.types import to_json

DOMAINS = ("shop", "calendar", "mail")
SEEDS = 24


@pytest.fixture(scope="session")
def pool(graph: Callable[[str], ApiGraph]) -> list[dict[str, Any]]:
    """Give verified dialogues of several domains, as they are read from a file."""
    found = []
    for name in DOMAINS:
        for seed in range(SEEDS):
            rng, refused = np.random.default_rng([seed, 11]), Counter[str]()
            made = compose(load_domain(name), graph(name), seed, rng, Plan(), refused)
            found += [sample_of(load_domain(name), made, f"{name}-{seed}")] if made else []
    return [json.loads(to_json(row)) for row in found]


@pytest.fixture(scope="session")
def variants(pool: list[dict[str, Any]]) -> Callable[..., list[dict[str, Any]]]:
    """Give proved variants of one kind and flavour, of as many dialogues as have a place for it."""

    @cache
    def made(kind: str, flavour: str = "", most: int = 6) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for place, row in enumerate([*pool[::5], *pool[1::5], *pool[2::5], *pool[3::5], *pool[4::5]]):
            rng = np.random.default_rng([place, list(OPERATORS).index(kind)])
            domain = load_domain(row["meta"]["domain"])
            attempt = varied(domain, row, kind, rng, name=f"{row['id']}~{kind}", pool=pool, flavour=flavour)
            found += [attempt.row] if attempt.row else []
            if len(found) == most:
                break
        return found

    return made
