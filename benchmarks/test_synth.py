"""Synthesis with the offline writer, certified, on one core: microseconds per dialogue."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from benchmarks.budget import AgainstFloor
from benchmarks.interleaved import BRIEF, FULL, Measure
from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain

composing = pytest.importorskip("fc_synth.compose")

pytestmark = pytest.mark.benchmark(group="synth")

SECONDS = {BRIEF: 3.0, FULL: 10.0}


def test_compose(against_floor: AgainstFloor, measure_for: Measure, shop_graph: ApiGraph) -> None:
    """Count what comes about in a few seconds, or from 200 seeds."""
    shop, made = load_domain("shop"), 0

    def compose() -> None:
        nonlocal made
        end = time.perf_counter() + SECONDS[measure_for]
        for seed in range(200):
            rng = np.random.default_rng(seed)
            made += composing.compose(shop, shop_graph, seed, rng, composing.Plan(), Counter()) is not None
            if time.perf_counter() > end:
                break

    against_floor("dialogue in shop, composed and certified", compose, budget="dialogue", per=lambda: made, once=True)
