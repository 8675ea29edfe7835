from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import pytest

LEAKY = """
from dataclasses import dataclass
from fc_gym.errors import ToolError

@dataclass
class World:
    \"\"\"A counter.\"\"\"
    count: int = 0

    @classmethod
    def sample(cls, rng):
        return cls(int(rng.integers(3)))

    def count_up(self) -> int:
        \"\"\"Count up by one.\"\"\"
        self.count += 1
        if self.count > 5:
            raise ToolError("counted too far", code="too_far")
        return self.count
"""


def test_a_domain_that_keeps_its_promises_passes(command: Callable[..., Any], bulbs: str) -> None:
    done = command("check", bulbs, "--seeds", 2, "--calls", 30)
    assert done.exit_code == 0, done.stdout
    assert "determinism" in done.stdout


def test_a_domain_that_breaks_one_fails_with_a_sentence(
    command: Callable[..., Any], class_file: Callable[[str], str]
) -> None:
    done = command("check", class_file(LEAKY), "--seeds", 1, "--calls", 30)
    assert done.exit_code == 1
    assert "error: world: refusal purity: World.count_up: " in done.stdout


def test_several_domains_stand_side_by_side(
    command: Callable[..., Any], bulbs: str, class_file: Callable[[str], str]
) -> None:
    done = command("check", bulbs, class_file(LEAKY), "--seeds", 1, "--calls", 20)
    assert done.exit_code == 1
    assert "bulbs" in done.stdout
    assert "world" in done.stdout


def test_check_as_json_holds_the_findings(command: Callable[..., Any], class_file: Callable[[str], str]) -> None:
    done = command("check", class_file(LEAKY), "--seeds", 1, "--calls", 30, "--json")
    (report,) = json.loads(done.stdout)
    assert done.exit_code == 1
    assert report["ok"] is False
    assert "World.count_up" in {finding["where"] for finding in report["findings"]}


def test_all_stands_for_every_domain(command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, bulbs: str) -> None:
    monkeypatch.setattr("fc_gym.cli.check.domain_names", lambda: (bulbs,))
    assert len(json.loads(command("check", "all", bulbs, "--seeds", 1, "--calls", 20, "--json").stdout)) == 1


def test_an_unknown_domain_is_refused_before_any_is_checked(refused: Callable[..., str], bulbs: str) -> None:
    assert "did you mean mail?" in refused("check", bulbs, "mial")


def test_numbers_below_one_are_refused(command: Callable[..., Any], bulbs: str) -> None:
    done = command("check", bulbs, "--seeds", 0)
    assert done.exit_code == 2
    assert "--seeds" in done.stderr


def test_every_registered_environment_passes_gymnasiums_check(command: Callable[..., Any]) -> None:
    done = command("check-env")
    assert done.exit_code == 0, done.stdout
    assert "fc_gym/Mail-v0" in done.stdout
    assert "turn 1" not in done.stdout


def test_an_environment_that_is_not_there_fails(command: Callable[..., Any]) -> None:
    done = command("check-env", "fc_gym/Shopp-v0")
    assert done.exit_code == 1
    assert "Did you mean" in done.stdout


def test_a_warning_of_gymnasium_fails_an_environment(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fc_gym.cli.check.gymnasium_check", lambda env: gym.logger.warn("not nice"))
    done = command("check-env", "fc_gym/Shop-v0")
    assert done.exit_code == 1
    assert "not nice" in done.stdout
