from __future__ import annotations

import json
from pathlib import Path

from fc_synth.crossing import Crossing, crossings
from fc_synth.making import Order
from fc_synth.pipeline import synthesize
from fc_synth.rows import read_rows

from fc_gym.joined import JoinedDomain
from fc_gym.registration import load_domain


def test_dialogues_in_joined_worlds_carry_values_across_and_are_proved(tmp_path: Path) -> None:
    domain = load_domain("shop+mail+drive")
    assert isinstance(domain, JoinedDomain)
    summary = synthesize(Order((domain.name,), 16, 0), [domain], tmp_path)
    assert summary.proved == 16
    assert len(summary.crossings) >= 3
    counted = sum(sum(crossings(row, domain).values()) for row in read_rows(tmp_path / "dialogues.jsonl"))
    assert counted == summary.crossings.total()
    for row in read_rows(tmp_path / "dialogues.jsonl"):
        for one in crossings(row, domain):
            assert domain.part_of(one.giver) is not domain.part_of(one.taker)
            assert one.parameter in domain.tools[one.taker].parameters
    assert json.loads((tmp_path / "summary.json").read_text())["crossings"] == dict(sorted(summary.crossings.items()))


def test_a_world_that_was_not_joined_has_none() -> None:
    assert not crossings({"meta": {"turns": []}}, load_domain("shop"))
    assert str(Crossing("a", "b", "c")) == "a gives b its c"
