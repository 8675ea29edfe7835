"""Engines that do not start, are closed or stop: one sentence each, for everybody who waits."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.vllm import VllmModel

from tests.models.asking import TOOLS, answer, ask
from tests.models.tiny import make_tiny

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("tiny")]

SMALL = {"max_model_len": 4096, "dtype": "float32"}


@pytest.fixture
def short(tiny: Path) -> Iterator[VllmModel]:
    one = VllmModel(tiny, engine=SMALL)
    yield one
    asyncio.run(one.close())


def test_an_engine_that_stops_says_so_to_all(short: VllmModel) -> None:
    async def break_it() -> list[Any]:
        waiting = [asyncio.create_task(short.complete(ask("hm", max_tokens=3000))) for _ in range(8)]
        await short.complete(ask("hm", max_tokens=2))
        engine = short._engine
        assert engine is not None
        await engine.between(_broken)
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 60)

    ended = asyncio.run(break_it())
    assert {type(one) for one in ended} == {ModelError} and {one.kind for one in ended} == {"engine_stopped"}
    with pytest.raises(
        ModelError, match=r"the engine of tiny stopped \(RuntimeError: out of memory\); its own log"
    ) as one:
        answer(short, ask("still there?"))
    assert one.value.fatal


def test_a_closed_model_says_so_to_who_waits_and_who_comes(tiny: Path) -> None:
    async def close_early() -> list[Any]:
        one = VllmModel(tiny, engine=SMALL)
        await one.check()
        waiting = [asyncio.create_task(one.complete(ask("hm", max_tokens=3000))) for _ in range(8)]
        await one.complete(ask("hm", max_tokens=2))
        await one.close()
        late = asyncio.create_task(one.complete(ask("hm")))
        return await asyncio.wait_for(asyncio.gather(*waiting, late, return_exceptions=True), 60)

    ended = asyncio.run(close_early())
    assert {one.kind for one in ended} == {"closed"} and all(one.fatal for one in ended)
    assert "the model tiny is closed; make a new one" in str(ended[-1])


def test_other_weights_are_used_after_a_reload(short: VllmModel, tiny: Path, tmp_path: Path) -> None:
    other = make_tiny(tmp_path / "tiny", seed=1)
    greedy = ask("find a chair", TOOLS[:2], temperature=0.0)
    first = answer(short, greedy)
    asyncio.run(short.reload(other))
    second = answer(short, greedy)
    asyncio.run(short.reload(tiny))
    assert first.raw != second.raw and second.usage.cached == 0
    assert answer(short, greedy).raw == first.raw


def test_a_folder_without_a_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"the engine of nothing did not start \(.*nothing.*\); its own log") as one:
        asyncio.run(VllmModel(tmp_path / "nothing").check())
    assert one.value.fatal and "\n" not in str(one.value)


def test_a_seed_that_would_stop_the_engine_is_refused(tiny: Path) -> None:
    if not importlib.import_module("vllm.platforms").current_platform.is_cpu():
        pytest.skip("only on a CPU does a seed stop the engine")
    one = VllmModel(tiny, engine={**SMALL, "enable_chunked_prefill": True})
    try:
        with pytest.raises(ModelError, match="on a CPU a seed stops the engine of tiny when a prompt is read in parts"):
            answer(one, ask("hm", seed=1))
        assert answer(one, ask("hm")).raw
    finally:
        asyncio.run(one.close())


def _broken(llm: Any) -> None:
    def fail() -> None:
        raise RuntimeError("out of memory")

    llm.llm_engine.engine_core.get_output = fail
