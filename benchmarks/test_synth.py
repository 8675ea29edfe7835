"""Synthesis with the offline writer, certified, on one core: microseconds per dialogue."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from benchmarks.budget import AgainstFloor
from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain

SECONDS = 10.0


def test_compose(against_floor: AgainstFloor, shop_graph: ApiGraph) -> None:
    """Count what comes about in ten seconds, or from 200 seeds, and say so in dialogues per minute."""
    composing = pytest.importorskip("fc_synth.compose")
    shop, made = load_domain("shop"), 0
    spent = 0.0

    def compose() -> None:
        nonlocal made, spent
        begin, made = time.perf_counter(), 0
        for seed in range(200):
            rng = np.random.default_rng(seed)
            made += composing.compose(shop, shop_graph, seed, rng, composing.Plan(), Counter()) is not None
            spent = time.perf_counter() - begin
            if spent > SECONDS:
                break

    against_floor("dialogue in shop, composed and certified", compose, budget="dialogue", per=lambda: made, once=True)
    print(f"{made} dialogues in {spent:.1f} s: {60 * made / spent:.0f} per minute")
