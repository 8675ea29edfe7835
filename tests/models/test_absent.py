"""What is said where vllm is not installed."""

from __future__ import annotations

import importlib.util

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.vllm import VllmModel


def test_a_missing_vllm_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="needs vllm; run: pip install vllm") as one:
        VllmModel("folder/tiny")
    assert one.value.fatal and one.value.kind == "not_installed"


@pytest.mark.parametrize(("path", "name"), [("/models/one/tiny", "tiny"), ("someone/tiny", "someone/tiny")])
def test_a_model_is_named_without_the_folders_of_a_machine(
    monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    one = VllmModel(path, sampling={"top_k": 20}, engine={"dtype": "float32"})
    told = {"kind": "vllm", "name": name, "parser": "hermes", "sampling": {"top_k": 20}, "template": {}}
    assert one.name == name and one.settings == {**told, "engine": {"dtype": "float32"}}
