from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from fc_agents.models import named
from fc_agents.models.model import Model, ModelError
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import ScriptedModel
from fc_synth import commands

from fc_gym.errors import DomainError, FcGymError


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"model": "m"}, "no role is given to the model; name some with --roles"),
        ({"roles": "all"}, "no model is named; give its name with --model"),
        ({"roles": "poet", "model": "m"}, "unknown role 'poet'; have tooling"),
        ({"roles": "all", "model": "m", "workers": 2}, "one process makes many dialogues at once; give --concurrency"),
    ],
)
def test_bad_options_get_one_sentence(tmp_path: Path, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FcGymError, match=complaint):
        commands.synth(domains="shop", dialogues=1, out=tmp_path / "data", **options)
    assert not (tmp_path / "data" / "dialogues.jsonl").exists()


def test_no_domain_is_told(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="no domain named"):
        commands.synth(domains=" , ", out=tmp_path)


def test_the_table_tells_what_each_role_asked_and_what_it_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Nonsense(ScriptedModel):
        async def complete(self, request: Request) -> Completion:
            if request.sample.startswith("0/1/"):
                raise ModelError("the server stalled", kind="stalled")
            return await super().complete(request)

    def nonsense(options: named.ModelOptions) -> Model:
        return Nonsense(lambda request: "zzv")

    monkeypatch.setattr(commands, "model_from", nonsense)
    with pytest.raises(typer.Exit) as nothing:
        commands.synth(
            domains="shop", dialogues=2, out=tmp_path, roles="tooling", model="m", prompt_price=1e6, concurrency=1
        )  # fmt: skip
    assert nothing.value.exit_code == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "no JSON object 48" in told
    assert "1 of 2 dialogues came to nothing, since no text passed (unmade.jsonl)" in told
    assert "1 of 2 dialogues got no answer (stalled); the same command makes them" in told
