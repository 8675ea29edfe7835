"""The options of a command name a model, or say what is missing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.model import Model, ModelError
from fc_agents.models.named import ModelOptions, model_from
from fc_agents.models.openai import OpenAiModel
from fc_agents.models.recorded import RecordedModel

from fc_gym.errors import FcGymError, TaskError

URL = "http://127.0.0.1:1/v1"


def closed(model: Model) -> Model:
    asyncio.run(model.close())
    return model


def test_a_server_has_a_name_and_an_address() -> None:
    options = ModelOptions("tiny", URL, parser="qwen_xml", strict=True, parallel=False, extra={"top_k": 3})
    model = closed(model_from(options))
    assert isinstance(model, OpenAiModel) and model.settings == {
        "kind": "openai", "name": "tiny", "strict": True, "parallel": False, "parser": "qwen_xml",
        "extra": {"top_k": 3},
    }  # fmt: skip


def test_a_model_is_recorded_and_replayed(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    first = closed(model_from(ModelOptions("tiny", URL, record=file)))
    again = closed(model_from(ModelOptions(replay=file)))
    assert isinstance(first, RecordedModel) and isinstance(again, RecordedModel) and first.settings == again.settings
    assert first.name == "tiny"


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, r"no model is named; give its name with --model"),
        ({"model": "tiny"}, r"where is the model tiny\? give the address of its server with --base-url"),
        ({"model": "tiny", "kind": "openai"}, r"a server has an address; give it with --base-url"),
        ({"model": "tiny", "kind": "ray"}, r"unknown kind of model 'ray'; have openai, vllm"),
        ({"model": "tiny", "kind": "vllm", "base_url": URL}, r"the engine runs in this process, so --base-url"),
        ({"model": "tiny", "base_url": URL, "key_env": "NO_SUCH_KEY"}, r"NO_SUCH_KEY, which --key-env names, is"),
        ({"model": "tiny", "base_url": URL, "parser": "x"}, r"unknown parser 'x'; have hermes, qwen_xml, python, json"),
        ({"replay": Path("a"), "base_url": URL}, r"--replay asks no model and writes nothing, so --base-url cannot"),
        ({"replay": Path("a"), "record": Path("b")}, r"so --record cannot go with it"),
        ({"replay": Path("no/such/file")}, r"no/such/file: there is no such file"),
        ({"model": "tiny", "base_url": "127.0.0.1"}, r"'127.0.0.1' is no address of a server; write it like http"),
    ],
)  # fmt: skip
def test_what_names_no_model_is_a_sentence(options: dict[str, Any], match: str) -> None:
    with pytest.raises(FcGymError, match=match):
        model_from(ModelOptions(**options))


def test_the_key_is_taken_from_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "k3y")
    model = closed(model_from(ModelOptions("tiny", URL, key_env="SOME_KEY")))
    assert "k3y" not in repr(model.settings) and "k3y" not in repr(model)
    monkeypatch.setenv("SOME_KEY", "")
    with pytest.raises(TaskError, match="is not set"):
        model_from(ModelOptions("tiny", URL, key_env="SOME_KEY"))


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ModelError, match="asking a server needs aiohttp; run: pip install aiohttp"):
        asyncio.run(model_from(ModelOptions("tiny", URL)).check())


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="needs vllm; run: pip install vllm"):
        model_from(ModelOptions("tiny", kind="vllm"))
