"""Promises against the official data: its own files are flagged, and what we synthesize shares nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fc_synth.contamination.benchmark import Benchmark, benchmark_named, bfcl_files
from fc_synth.contamination.report import compare, report_json
from fc_synth.making import Order
from fc_synth.pipeline import synthesize

from fc_gym.bfcl.tasks import CATEGORIES
from fc_gym.registration import load_domain

FOLDER = os.environ.get("FC_GYM_BFCL_DATA", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder bfcl_eval/data of the package bfcl-eval 2026.3.23"
)
NAMES = ("shop", "calendar", "mail")


@pytest.fixture(scope="module")
def official() -> Benchmark:
    return benchmark_named("bfcl", FOLDER)


def compared(official: Benchmark, *paths: Path) -> dict[str, Any]:
    return report_json([compare(path, official) for path in paths], official)


@pytest.mark.parametrize("category", CATEGORIES)
def test_official_questions_are_flagged_for_queries_tools_and_entities(official: Benchmark, category: str) -> None:
    done = compared(official, Path(FOLDER) / f"BFCL_v4_multi_turn_{category}.json")
    assert {
        "tool names",
        "13-word runs of queries",
        "equal short queries",
        "nearly the same queries",
        "runs of 3 calls",
        "entities of states and arguments",
    } <= set(done["flagged"])
    near = done["total"]["measures"]["nearly the same queries"]
    assert near["shared"] == near["checked"] > 0


def test_official_truths_and_descriptions_are_flagged(official: Benchmark) -> None:
    answers = compared(official, Path(FOLDER) / "possible_answer" / "BFCL_v4_multi_turn_base.json")
    assert {"tool names", "runs of 4 calls, with argument names"} <= set(answers["flagged"])
    for path in bfcl_files(Path(FOLDER)):
        assert compared(official, path)["flagged"], path.name


@pytest.mark.parametrize("module", ["gorilla_file_system", "ticket_api", "trading_bot", "travel_booking"])
def test_official_tools_are_found_under_other_names(official: Benchmark, tmp_path: Path, module: str) -> None:
    docs = (Path(FOLDER) / "multi_turn_func_doc" / f"{module}.json").read_text().splitlines()
    renamed = [{**json.loads(line), "name": f"routine{number}"} for number, line in enumerate(docs)]
    path = tmp_path / "renamed.jsonl"
    path.write_text(json.dumps({"messages": [], "tools": renamed}) + "\n")
    assert compared(official, path)["flagged"] == ["tool schemas"]


def test_what_we_synthesize_shares_nothing(official: Benchmark, tmp_path: Path) -> None:
    synthesize(Order(NAMES, 30, 0), [load_domain(name) for name in NAMES], tmp_path)
    done = compared(official, tmp_path / "dialogues.jsonl", tmp_path / "tasks.jsonl", tmp_path / "pairs.jsonl")
    assert done["flagged"] == []
    measures = done["total"]["measures"]
    assert {name: one["shared"] for name, one in measures.items()} == dict.fromkeys(measures, 0)
