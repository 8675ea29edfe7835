from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TRUTH = {
    "state": [["switch_on", "switch_off", "dark"], ["switch_off", "switch_on", "lit"]],
    "undo": [["switch_on", "switch_on", "lit"], ["switch_off", "switch_off", "dark"]],
}
FAST = ("--seeds", 2, "--states", 2)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    (tmp_path / "bulbs.json").write_text(json.dumps(TRUTH), encoding="utf-8")
    return tmp_path


def test_graph_counts_edges_by_kind(command: Callable[..., Any], bulbs: str) -> None:
    done = command("graph", bulbs, *FAST)
    assert done.exit_code == 0
    row = next(line for line in done.stdout.splitlines() if "bulbs" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["bulbs", "3", "4", "2", "2", "8"]


def test_graph_agrees_with_the_truth(command: Callable[..., Any], bulbs: str, truth: Path) -> None:
    for place in (truth, truth / "bulbs.json"):
        done = command("graph", bulbs, *FAST, "--truth", place)
        assert done.exit_code == 0
        assert done.stdout.count("1.000") == 4
        assert "missed" not in done.stdout


def test_graph_names_the_edges_that_differ(command: Callable[..., Any], bulbs: str, truth: Path) -> None:
    other = {"state": [*TRUTH["state"], ["list_bulbs", "switch_on", "lit"]], "undo": TRUTH["undo"][:1]}
    (truth / "bulbs.json").write_text(json.dumps(other), encoding="utf-8")
    done = command("graph", bulbs, *FAST, "--truth", truth)
    assert "missed: bulbs: list_bulbs lifts lit of switch_on" in done.stdout
    assert "not true: bulbs: switch_off causes dark of switch_off" in done.stdout
    assert "0.667" in done.stdout
    assert "0.500" in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1", "bulbs.json: not JSON"),
        ("[]", "bulbs.json: must be"),
        ('{"state": 1}', "state is no list"),
        ('{"undo": [["switch_on", "switch_on"]]}', "is not [source, target, code]"),
        ('{"undo": [["switch_on", "switch", "lit"]]}', "'switch' is no tool of bulbs; have list_bulbs"),
    ],
)
def test_a_broken_truth_is_refused(refused: Callable[..., str], bulbs: str, truth: Path, text: str, words: str) -> None:
    (truth / "bulbs.json").write_text(text, encoding="utf-8")
    assert words in refused("graph", bulbs, "--truth", truth)


def test_a_truth_that_is_not_there_is_refused(refused: Callable[..., str], bulbs: str, tmp_path: Path) -> None:
    assert "bulbs.json: cannot be read (No such file or directory)" in refused("graph", bulbs, "--truth", tmp_path)
    assert "for 2 domains it must be a folder" in refused("graph", bulbs, "shop", "--truth", tmp_path / "x.json")


@pytest.mark.parametrize(("suffix", "begin"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".graphml", b"<?xml")])
def test_graph_writes_a_file(
    command: Callable[..., Any], bulbs: str, tmp_path: Path, suffix: str, begin: bytes
) -> None:
    path = tmp_path / f"{{domain}}{suffix}"
    done = command("graph", bulbs, *FAST, "--out", path)
    assert done.exit_code == 0
    assert (tmp_path / f"bulbs{suffix}").read_bytes().startswith(begin)
    assert f"graph: {tmp_path / 'bulbs'}{suffix}" in done.stdout


def test_graph_writes_json_that_is_its_own_truth(command: Callable[..., Any], bulbs: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    command("graph", bulbs, *FAST, "--out", path)
    assert command("graph", bulbs, *FAST, "--truth", path).stdout.count("1.000") == 4


def test_a_place_that_cannot_be_written_is_refused(refused: Callable[..., str], bulbs: str, tmp_path: Path) -> None:
    (tmp_path / "taken.json").mkdir()
    assert "cannot be written (Is a directory)" in refused("graph", bulbs, *FAST, "--out", tmp_path / "taken.json")
    assert "there is no folder" in refused("graph", bulbs, "--out", tmp_path / "no" / "g.json")
    assert "must end with one of .svg" in refused("graph", bulbs, "--out", tmp_path / "g.pdf")
    assert "one file for 2 domains" in refused("graph", bulbs, "shop", "--out", tmp_path / "g.json")


def test_an_exception_of_a_tool_is_told_with_its_call(
    refused: Callable[..., str], class_file: Callable[[str], str]
) -> None:
    text = """
from dataclasses import dataclass

@dataclass
class World:
    @classmethod
    def sample(cls, rng):
        return cls()

    def divide(self) -> float:
        '''Divide by nothing.'''
        return 1 / 0
"""
    told = refused("graph", class_file(text), *FAST)
    assert "ZeroDivisionError: division by zero, while running divide() in the domain world" in told
