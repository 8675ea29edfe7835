from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fc_gym.bfcl.memory.session import MemorySession
from fc_gym.bfcl.texts import error_text, result_text

OFFICIAL = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
SEQUENCES = int(os.environ.get("FC_GYM_BFCL_MEMORY_SEQUENCES", "60"))
OPERATIONS = 60

missing = [name for name in ("bfcl_eval", "rank_bm25", "overrides", "filelock") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(
    bool(missing), reason=f"install {', '.join(missing)} to compare with the official tools"
)

WORDS = ["user", "name", "age", "city", "tea", "plan", "a", "b", "x1", "due", "date", "zoë"]
KEYS: list[Any] = [
    "a",
    "a\n",
    "A",
    "a__b",
    "_a",
    "a_",
    "1a",
    "a_1",
    "a b",
    "",
    "none",
    "ünder",
    None,
    3,
    True,
    1e999,
    [],
    {},
    ["a"],
]
ODD: list[Any] = [None, 3, 1.5, True, [], {}, ["a"], {"a": 1}, "", " ", "\U0001f600", "é" * 299, b"x"]
LENGTHS = {"core": [299, 300, 301], "archival": [1999, 2000, 2001], "memory": [1, 9990, 9999, 10_000, 10_001]}


class Words:
    """Rows whose products have no rounding, so that equal scores are equal in any order of summing."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for place in range(4):
                row[Random(f"{text.lower()[:6]} {place}").randrange(8)] += 0.5
        return rows


class Model:
    """What stands for the model of the official vector memory."""

    def __init__(self, *_: object, **__: object) -> None:
        self.words = Words()

    def get_sentence_embedding_dimension(self) -> int:
        return 384

    def encode(self, texts: Sequence[str], **_: object) -> NDArray[np.float32]:
        return self.words(texts)


def kv_operation(random: Random, state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    store = random.choice(["core", "archival"])
    used = list(state[f"{store}_memory"])
    tool = random.choices(
        ["add", "remove", "replace", "retrieve", "list_keys", "key_search", "clear", "retrieve_all"],
        [12, 3, 5, 4, 1, 6, 0.15, 1],
    )[0]
    fresh = "_".join(random.choices(WORDS, k=random.randint(1, 3)))
    key = random.choice(KEYS) if random.random() < 0.1 else fresh
    if used and random.random() < (0.1 if tool == "add" else 0.8):
        key = random.choice(used)
    if tool == "key_search":
        return f"{store}_memory_key_search", search(random, used, "query", "k")
    given: dict[str, Any] = {"key": key, "value": text(random, store)}
    wanted = {"add": 2, "replace": 2, "remove": 1, "retrieve": 1}.get(tool, 0)
    return f"{store}_memory_{tool}", spoiled(random, dict(list(given.items())[:wanted]))


def vector_operation(random: Random, state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    store = random.choice(["core", "archival"])
    used = [int(number) for number in state[f"{store}_memory"]["store"]]
    tool = random.choices(["add", "remove", "update", "retrieve", "retrieve_all", "clear"], [12, 3, 5, 10, 2, 0.15])[0]
    number: Any = random.choice(used) if used and random.random() < 0.85 else random.choice([0, 99, -1, "0", None, 1.0])
    if tool == "retrieve":
        return f"{store}_memory_retrieve", search(random, [], "query", "top_k", odd=False)
    given: dict[str, Any] = {"add": {"text": 0}, "remove": {"vec_id": 0}, "update": {"vec_id": 0, "new_text": 0}}.get(
        tool, {}
    )
    given = {name: number if name == "vec_id" else text(random, store, odd=False) for name in given}
    return f"{store}_memory_{tool}", spoiled(random, given)


def summary_operation(random: Random, state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    tool = random.choices(["append", "update", "replace", "clear", "retrieve"], [10, 3, 8, 0.5, 3])[0]
    memory = state["memory"]
    at = random.randrange(len(memory) + 1)
    old = memory[at : at + random.randint(0, 4)] if random.random() < 0.7 else text(random, "memory")
    given: dict[str, Any] = {}
    if tool in ("append", "update"):
        given = {"text": text(random, "memory")}
    if tool == "replace":
        given = {"old_text": old, "new_text": "" if random.random() < 0.2 else text(random, "memory")}
        if memory.count(str(old)) * len(str(given["new_text"])) + len(memory) > 400_000:
            return "memory_clear", {}
    return f"memory_{tool}", spoiled(random, given)


def text(random: Random, store: str, odd: bool = True) -> Any:
    chance = random.random()
    if chance < 0.08 and odd:
        return random.choice(ODD)
    if chance < 0.2:
        return random.choice("xé\U0001f600") * random.choice(LENGTHS[store])
    return " ".join(random.choices(WORDS, k=random.randint(0, 12)))


def search(random: Random, used: list[str], query: str, most: str, odd: bool = True) -> dict[str, Any]:
    words: Any = random.choice([" ", "_", "  ", "\t", "-"]).join(random.choices(WORDS, k=random.randint(0, 4)))
    if used and random.random() < 0.5:
        words = random.choice(used)
    if random.random() < 0.3:
        words = words.upper()
    if odd and random.random() < 0.08:
        words = random.choice(ODD)
    given = {query: words}
    if random.random() < 0.5:
        given[most] = random.choice(
            [0, 1, 2, 3, 4, 7, 10, 50, 100, -1, -2, 2.5, 100.0, 0.0, True, False, None, "2", []]
        )
    return spoiled(random, given)


def spoiled(random: Random, given: dict[str, Any]) -> dict[str, Any]:
    if random.random() < 0.01:
        return {**given, "nope": 1}
    if given and random.random() < 0.01:
        del given[random.choice(list(given))]
    return given


def official_text(memory: object, tool: str, given: dict[str, Any]) -> str:
    if not hasattr(memory, tool):
        return f"Error during execution: name '{tool}' is not defined"
    try:
        return result_text(getattr(memory, tool)(**given))
    except Exception as error:
        return error_text(error)


def opened(kind: str, official: Callable[[], Any], folder: Path, test: str) -> Any:
    memory = official()
    names = {"test_id": f"memory_{kind}_{test}", "test_category": f"memory_{kind}"}
    memory._load_scenario({"model_result_dir": folder, "scenario": "customer", **names})
    return memory


def compared(
    kind: str, official: Callable[[], Any], state: Callable[[Any], Any], operation: Callable[..., Any], folder: Path
) -> int:
    """Compare every result and state; in the middle, both are stored and opened again."""
    said = set()
    for seed in range(SEQUENCES):
        random = Random(f"{kind} {seed}")
        memory = opened(kind, official, folder / str(seed), "prereq_0-customer-0")
        session = MemorySession(kind, {"embedder": Words()})
        for number in range(OPERATIONS):
            if number == OPERATIONS // 2:
                memory._flush_memory_to_local_file()
                memory = opened(kind, official, folder / str(seed), "prereq_1-customer-1")
                kept = json.loads(json.dumps(session.memory.snapshot))
                [file] = folder.joinpath(str(seed)).rglob("customer_final.json")
                assert kept == json.loads(file.read_text("utf-8"))
                session = MemorySession(kind, {"embedder": Words(), "snapshot": kept})
            tool, given = operation(random, session.memory.snapshot)
            told, ours = official_text(memory, tool, given), session.call(tool, given).text
            assert ours == told, f"sequence {seed}, operation {number}: {tool}({given})"
            assert repr(session.memory.snapshot) == repr(state(memory)), f"sequence {seed}, operation {number}: {tool}"
            said.add((tool, told[:40]))
    return len(said)


def test_the_key_value_memory_is_the_official_one(tmp_path: Path) -> None:
    module = import_module(f"{OFFICIAL}.memory_kv")
    state = lambda memory: {"core_memory": memory.core_memory, "archival_memory": memory.archival_memory}  # noqa: E731
    assert compared("kv", module.MemoryAPI_kv, state, kv_operation, tmp_path) > 100


def test_the_summary_memory_is_the_official_one(tmp_path: Path) -> None:
    module = import_module(f"{OFFICIAL}.memory_rec_sum")
    state = lambda memory: {"memory": memory.memory}  # noqa: E731
    assert compared("rec_sum", module.MemoryAPI_rec_sum, state, summary_operation, tmp_path) > 20


@pytest.mark.skipif(find_spec("faiss") is None, reason="install faiss-cpu to compare with the official tools")
@pytest.mark.filterwarnings("ignore")
def test_the_vector_memory_is_the_official_one_but_for_the_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in = ModuleType("sentence_transformers")
    stand_in.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", stand_in)
    module = import_module(f"{OFFICIAL}.memory_vector")

    def exported(store: Any) -> dict[str, Any]:
        found = store.export()
        return {**found, "store": {str(number): one for number, one in found["store"].items()}}

    state = lambda memory: {name: exported(getattr(memory, name)) for name in ("core_memory", "archival_memory")}  # noqa: E731
    assert compared("vector", module.MemoryAPI_vector, state, vector_operation, tmp_path) > 100
