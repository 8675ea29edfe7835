"""Official formats against the real engine: results go into its prompts, and replies come out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from fc_agents.bfcl.linefile import LineFile
from fc_agents.models.request import Completion, Request
from fc_agents.models.vllm import VllmModel

from fc_gym.types import JsonValue
from tests.agents.bfcl.played import TASKS, plans_of, played
from tests.agents.bfcl.written import WRITERS, Step

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]


class Replying:
    """Makes the calls of a plan, and asks the engine for the replies."""

    name = "tiny"

    def __init__(self, engine: VllmModel, plans: Mapping[str, Sequence[Step]], form: str) -> None:
        self._engine, self._plans, self._form = engine, plans, form

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        return self._engine.settings

    async def check(self) -> None:
        await self._engine.check()

    async def complete(self, request: Request) -> Completion:
        before = sum(one["role"] == "assistant" for one in request.messages)
        step = self._plans[request.sample.rpartition("/")[0]][before]
        return await self._engine.complete(request) if isinstance(step, str) else WRITERS[self._form](step)

    async def close(self) -> None:
        """Leave the engine to the other tests."""


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_the_engine_takes_the_messages_of_every_format(model: VllmModel, tmp_path: Path, form: str) -> None:
    engine = Replying(model, plans_of(TASKS), form)
    outcome = played(tmp_path, engine, format=form, max_tokens=16, temperature=0.0)
    assert not outcome.missing and not outcome.failures and all(one.verdict["valid"] for one in outcome.plays)
    entries = list(LineFile(tmp_path / "responses.jsonl").entries())
    replies = [turn[-1] for entry in entries for turn in entry["turns"]]
    assert len(replies) == sum(len(one.turns) for one in TASKS) and all(one["usage"]["prompt"] > 100 for one in replies)


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_what_a_random_model_writes_breaks_nothing(model: VllmModel, tmp_path: Path, form: str) -> None:
    engine = Replying(model, {one.id: ["ask"] * 30 for one in TASKS}, form)
    outcome = played(tmp_path, engine, format=form, max_tokens=32, temperature=1.0)
    assert not outcome.missing and not any(one.verdict["valid"] for one in outcome.plays)
