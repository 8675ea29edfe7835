from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fc_synth.contamination.benchmark import Benchmark, benchmark_named
from fc_synth.contamination.report import compare, report_json

CATEGORIES = ("base", "miss_func", "miss_param", "long_context")
LONG = "Please water the tomatoes in greenhouse gh_alpha77 for twenty minutes and then tell me how warm it is"
SHORT = "Close the north window now"
TALK = "My grandmother taught me that beans want company and that is why I always plant three kinds together"

DOCS: list[dict[str, Any]] = [
    {
        "name": "water_bed",
        "parameters": {
            "type": "dict",
            "properties": {"bed_id": {"type": "string"}, "minutes": {"type": "integer"}, "warm": {"type": "boolean"}},
            "required": ["bed_id", "minutes"],
        },
    },
    {
        "name": "openWindow",
        "parameters": {"type": "dict", "properties": {"window_side": {"type": "string"}, "angle": {"type": "float"}}},
    },
    {"name": "read_warmth", "parameters": {"type": "dict", "properties": {}}},
    {"name": "harvest", "parameters": {"type": "dict", "properties": {"crop": {"type": "string"}}}},
    {"name": "label_plant", "parameters": {"type": "dict", "properties": {"label": {"type": "string"}}}},
]
TRUTH = [
    "water_bed('gh_alpha77', minutes=20)",
    "read_warmth()",
    "openWindow(window_side='north', angle=3.5)",
    "harvest()",
]
STATE = {
    "GardenAPI": {"owner": "Ottilie Krautwald", "mail": "ottilie@krautwald.at", "beds": {"bed_77Q1Z9.map": "open"}}
}


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up benchmark in the official layout."""
    at = tmp_path_factory.mktemp("benchmark")
    for number, category in enumerate(CATEGORIES):
        name, id_ = f"BFCL_v4_multi_turn_{category}.json", f"multi_turn_{category}_0"
        said = [[{"role": "user", "content": f"{LONG} {category}"}], [{"role": "user", "content": f"{SHORT} {number}"}]]
        question = {"id": id_, "question": said, "initial_config": STATE, "path": ["GardenAPI.read_warmth"]}
        write(at / name, [question])
        write(at / "possible_answer" / name, [{"id": id_, "ground_truth": [TRUTH[:2], [], TRUTH[2:]]}])
    write(at / "multi_turn_func_doc" / "garden.json", DOCS)
    talk = {"id": "memory_prereq_0", "question": [[{"role": "user", "content": TALK}]]}
    write(at / "memory_prereq_conversation" / "memory_garden.json", [talk])
    return at


@pytest.fixture(scope="session")
def benchmark(folder: Path) -> Benchmark:
    return benchmark_named("bfcl", folder)


@pytest.fixture
def report(benchmark: Benchmark, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Write rows to a file and compare it."""

    def run(*rows: Any, against: Benchmark = benchmark) -> dict[str, Any]:
        path = write(tmp_path / "rows.jsonl", list(rows))
        return report_json([compare(path, against)], against)

    return run
