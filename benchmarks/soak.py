"""A long run: random grounded calls over all domains, on several processes; nothing may go wrong and memory stays flat.

    python -m benchmarks.soak 1000000 --workers 2

Prints one JSON object. Each worker takes its share of the steps in stretches, one domain after the other, resets
included; memory is read at the start, after a tenth of the steps, and at the end.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from fc_gym.catalogue import domain_names
from fc_gym.env import ToolEnv
from fc_gym.known import draw_call
from fc_gym.registration import load_domain
from fc_gym.types import Action

__all__ = ["Share", "main", "soak"]

STRETCH = 500
"""Steps in a domain before the next has its turn."""
REPLIES = 0.05
"""Share of steps that are a reply."""
SHOWN = 5
"""Errors that are kept word for word."""


@dataclass
class Share:
    """What one worker did."""

    worker: int
    steps: int = 0
    episodes: int = 0
    refused: int = 0
    seconds: float = 0.0
    """By the wall."""
    errors: int = 0
    messages: list[str] = field(default_factory=list)
    megabytes: dict[str, float | None] = field(default_factory=dict)
    """Resident memory at the `start`, `warm` after a tenth of the steps, and at the `end`."""


def soak(worker: int, steps: int, seed: int, domains: Sequence[str]) -> Share:
    """Take so many steps.

    Args:
        worker: The number of the process, which is part of the seed.
        steps: How many.
        seed: The seed.
        domains: The names of the domains.
    """
    share, rng = Share(worker), np.random.default_rng([seed, worker])
    for name in domains:
        _env(name)
    share.megabytes["start"] = _resident()
    begin, turn = time.perf_counter(), 0
    while share.steps < steps:
        name = domains[(worker + turn) % len(domains)]
        _stretch(name, min(STRETCH, -(-steps // 10), steps - share.steps), rng, share)
        turn += 1
        if "warm" not in share.megabytes and share.steps * 10 >= steps:
            share.megabytes["warm"] = _resident()
        if worker == 0 and turn % 100 == 0:
            print(f"soak: {share.steps} of {steps} steps, {share.errors} errors", file=sys.stderr, flush=True)
    share.seconds = time.perf_counter() - begin
    share.megabytes["end"] = _resident()
    return share


def main(words: Sequence[str] | None = None) -> None:
    """Run, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("steps", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given, names = parser.parse_args(words), domain_names()
    each = -(-given.steps // given.workers)
    with ProcessPoolExecutor(given.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        made = [pool.submit(soak, worker, each, given.seed, names) for worker in range(given.workers)]
        shares = [asdict(one.result()) for one in made]
    print(json.dumps({"domains": len(names), "shares": shares}))


def _stretch(name: str, steps: int, rng: np.random.Generator, share: Share) -> None:
    env, over = _env(name), True
    for _ in range(steps):
        share.steps += 1
        try:
            if over:
                info = env.reset(seed=int(rng.integers(2**31)))[1]
                share.episodes += 1
            _, _, terminated, truncated, info = env.step(_action(env, info, rng))
            over = terminated or truncated
            share.refused += sum(map(bool, info["errors"]))
        except Exception as error:
            share.errors, over = share.errors + 1, True
            if len(share.messages) < SHOWN:
                share.messages.append(f"{name}: {type(error).__name__}: {error}")


def _action(env: ToolEnv, info: dict[str, Any], rng: np.random.Generator) -> Action:
    legal = info["legal_tools"]
    if not legal or rng.random() < REPLIES:
        return "That is all."
    tool = env.domain.tools[legal[int(rng.integers(len(legal)))]]
    call = draw_call(tool, env.session.known, rng)
    return [call] if call else "That is all."


@cache
def _env(name: str) -> ToolEnv:
    return ToolEnv(load_domain(name), legality="keys")


def _resident() -> float | None:
    gc.collect()
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("VmRSS")}
    return int(kilobytes["VmRSS"]) / 1024


if __name__ == "__main__":
    main()
