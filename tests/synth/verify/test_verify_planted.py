"""Promises of certificates: every planted defect is found, by the certificate that is made for it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fc_synth.verify.planted import PLANTS, TORN, spoiled
from fc_synth.verify.proofs import prove
from typer.testing import Result

from fc_gym.errors import RecordError, TaskError

WIDE = {"look-up dropped", "other row than asked for"}
"""Defects that are at times another one at the same time, such as a call that is refused for want of a value."""

RARE = {"detour of look-ups", "other value than asked for"}
"""Defects for which a few dialogues may offer no occasion."""


@pytest.mark.parametrize("name", [name for name in PLANTS if name != TORN])
def test_a_planted_defect_is_found(name: str, rows: list[dict[str, Any]]) -> None:
    counts: Counter[str] = Counter()
    for number, row in enumerate(rows):
        line = spoiled(row, name, np.random.default_rng(number), "rows:1")
        if line is not None:
            counts["planted"] += 1
            refuted = {one.name for one in prove(json.loads(line), "rows:1", 1).records if one.verdict == "refuted"}
            counts["found"] += bool(refuted)
            counts["expected"] += PLANTS[name].certificate in refuted
    assert counts["found"] == counts["planted"]
    if name in WIDE:
        assert counts["expected"] >= 0.9 * counts["planted"]
    else:
        assert counts["expected"] == counts["planted"]
    if name not in RARE:
        assert counts["planted"] > 0


def test_the_row_itself_is_not_touched(rows: list[dict[str, Any]]) -> None:
    before = json.dumps(rows[0])
    for name in PLANTS:
        spoiled(rows[0], name, np.random.default_rng(0), "rows:1")
    assert json.dumps(rows[0]) == before


def test_the_same_seed_plants_the_same(rows: list[dict[str, Any]]) -> None:
    for name in PLANTS:
        one, other = (spoiled(rows[2], name, np.random.default_rng(4), "rows:1") for _ in range(2))
        assert one == other


def test_the_command_counts_what_was_found(file: Path, tmp_path: Path, run: Callable[..., Result]) -> None:
    short = tmp_path / "rows.jsonl"
    short.write_text("".join(f"{line}\n" for line in file.read_text().splitlines()[:2]))
    done = run(short, "--self-test")
    assert done.exit_code == 0, done.output
    assert "torn line" in done.stdout and "0 of " in done.stdout


def test_a_row_that_does_not_fit_what_it_says_is_one_sentence(rows: list[dict[str, Any]]) -> None:
    row = {**rows[0], "meta": {**rows[0]["meta"], "turns": [{}]}}
    with pytest.raises(RecordError, match="rows:7: the defect 'wrong origin claimed' cannot be planted"):
        spoiled(row, "wrong origin claimed", np.random.default_rng(0), "rows:7")


def test_a_test_that_plants_nothing_is_none(
    rows: list[dict[str, Any]], tmp_path: Path, run: Callable[..., Result]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({**rows[0], "meta": {**rows[0]["meta"], "variant": {}}}) + "\n")
    done = run(path, "--self-test")
    assert isinstance(done.exception, TaskError) and "no defect can be planted" in str(done.exception)


def test_rows_without_a_world_cannot_be_spoiled() -> None:
    with pytest.raises(RecordError, match="rows:7: defects can be planted only in rows with"):
        spoiled({"messages": []}, TORN, np.random.default_rng(0), "rows:7")
