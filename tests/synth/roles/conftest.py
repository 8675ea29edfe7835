from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import ScriptedModel
from fc_synth.compose import compose
from fc_synth.dialogue import Dialogue
from fc_synth.plan import Plan
from fc_synth.roles.asking import Asker
from fc_synth.roles.ledger import Ledger
from fc_synth.roles.voice import Voice

from fc_gym.domain import Domain
from fc_gym.kept import graph_of
from fc_gym.registration import load_domain

Writes = str | Completion | list[str] | Callable[[Request], str | Completion]


@pytest.fixture(scope="module")
def shop() -> Domain:
    return load_domain("shop")


@pytest.fixture(scope="module")
def dialogue(shop: Domain) -> Dialogue:
    for seed in range(20):
        made = compose(shop, graph_of(shop), seed, np.random.default_rng(seed), Plan(), Counter())
        if made is not None:
            return made
    raise AssertionError("no dialogue came about")


@pytest.fixture
def voice() -> Iterator[Callable[[Writes], Voice]]:
    """Make a voice whose model writes what it is told to."""
    with ExitStack() as stack:

        def make(writes: Writes) -> Voice:
            answers = (lambda request: writes) if isinstance(writes, str | Completion) else writes
            asker = stack.enter_context(Asker(ScriptedModel(answers)))
            return Voice("tested", asker, Ledger(), "0/1")

        yield make
