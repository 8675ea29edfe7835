from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def copied(tmp_path: Path) -> str:
    """A domain in a file of its own, beside which plans can be kept."""
    shutil.copy(HERE / "bulbs.py", tmp_path / "bulbs.py")
    return f"{tmp_path / 'bulbs.py'}:Bulbs"


def _cells(text: str, name: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith(f"│ {name}")]
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]


def test_stats_counts_tools_edges_and_plans(command: Callable[..., Any], copied: str) -> None:
    done = command("list", copied, "--stats")
    assert done.exit_code == 0
    assert _cells(done.stdout, "bulbs") == [
        ["bulbs", "3", "1", "2", "4", "2", "2", "0"], ["bulbs", "3", "0", "0", "3.4", "67 %", "67 %"],
    ]  # fmt: skip
    assert _cells(done.stdout, "total") == [
        ["total", "3", "1", "2", "4", "2", "2", "0"], ["total", "", "0", "0", "", "", ""],
    ]  # fmt: skip
    assert "every domain has an undo edge" in done.stdout
    assert "no alternative: bulbs" in done.stdout


def test_stats_as_json_has_every_plan_and_the_total(command: Callable[..., Any], copied: str) -> None:
    body = json.loads(command("list", copied, "--stats", "--json").stdout)
    only = body["domains"][0]
    assert only["plans"]["switch_on"] == {"lower": 2, "upper": 2, "least": 2, "most": 2}
    assert (only["domain"], only["looked_up"], only["undo"]) == ("bulbs", 2 / 3, 2)
    assert body["total"]["at_least_4"] == [0, 0]
    assert body["total"]["without_alternative"] == ["bulbs"]


def test_kept_plans_are_used_instead_of_a_search(
    command: Callable[..., Any], copied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = command("list", copied, "--stats", "--keep")
    assert "plans/bulbs.json" in done.stdout
    monkeypatch.setattr("fc_gym.cli.stats.bounds", None)
    assert command("list", copied, "--stats").stdout == done.stdout.partition("kept: ")[0]


def test_keeping_without_stats_is_refused(refused: Callable[..., str], copied: str) -> None:
    assert "--keep keeps the plans that --stats searches for; give both" in refused("list", copied, "--keep")


def test_plans_that_cannot_be_kept_are_refused(refused: Callable[..., str], copied: str, tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("taken", encoding="utf-8")
    assert "plans/bulbs.json: cannot be written" in refused("list", copied, "--stats", "--keep")


def test_a_broken_record_of_plans_is_refused(refused: Callable[..., str], copied: str, tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "bulbs.json").write_text("[", encoding="utf-8")
    assert "no record of plans" in refused("list", copied, "--stats")


def test_list_takes_domains_by_reference(command: Callable[..., Any], refused: Callable[..., str], copied: str) -> None:
    rows = json.loads(command("list", "shop", copied, "--json").stdout)
    assert [row["tools"] for row in rows] == [15, 3]
    assert ["gym_id" in row for row in rows] == [True, False]
    assert "did you mean shop?" in refused("list", "shopp")
