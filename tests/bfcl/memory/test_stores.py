from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.memory import BACKENDS, HashedWords, MemorySession, SentenceEmbedder, backend
from fc_gym.bfcl.memory.nearest import nearest
from fc_gym.bfcl.memory.summary import FENCE
from fc_gym.errors import TaskError

FULL = {
    "core": "Core memory is full. Please clear some entries.",
    "archival": "Long term memory is full. Please clear some entries.",
}
ADDED = {"core": "Key-value pair added.", "archival": "Key added."}
MOST = {"core": 7, "archival": 50}
LONGEST = {"core": 300, "archival": 2000}

stores = st.sampled_from(["core", "archival"])
keys = st.sampled_from(["a", "b", "user_name", "a_1", "c", "d", "e", "f", "g", "A", "a b", "1a", "a_", ""])
values = st.one_of(st.text(max_size=5), st.sampled_from([299, 300, 301, 2000, 2001]).map(lambda size: "é" * size))
kv_steps = st.tuples(st.sampled_from(["add", "add", "add", "replace", "remove", "retrieve", "list_keys"]), keys, values)
text_steps = st.tuples(
    st.sampled_from(["add", "add", "add", "update", "remove", "retrieve_all"]), st.integers(-1, 9), values
)


def said(session: MemorySession, tool: str, **given: Any) -> dict[str, Any]:
    return dict(json.loads(session.call(tool, given).text))


def error(session: MemorySession, tool: str, **given: Any) -> str:
    return str(said(session, tool, **given)["error"])


def expected_kv(store: str, model: dict[str, str], tool: str, key: str, value: str) -> dict[str, Any]:
    if tool == "list_keys":
        return {"keys": list(model)}
    long = {"error": f"Entry is too long. Please shorten the entry to less than {LONGEST[store]} characters."}
    if tool == "add":
        if len(model) == MOST[store]:
            return {"error": FULL[store]}
        if len(value) > LONGEST[store]:
            return long
        if key in ("A", "a b", "1a", "a_", ""):
            return {"error": "Key must be in snake_case format and cannot contain spaces."}
        if key in model:
            return {"error": "Key name must be unique."}
        model[key] = value
        return {"status": ADDED[store]}
    if key not in model:
        return {"error": "Key not found."}
    if tool == "retrieve":
        return {"value": model[key]}
    if tool == "remove":
        del model[key]
        return {"status": "Key removed."}
    if len(value) > LONGEST[store]:
        return long
    model[key] = value
    return {"status": "Key replaced."}


@given(stores, st.lists(kv_steps, max_size=40))
def test_the_key_value_memory_does_what_a_dict_with_rules_does(store: str, steps: list[tuple[str, str, str]]) -> None:
    session, model = MemorySession("kv"), dict[str, str]()
    wanted = {"add": 2, "replace": 2, "remove": 1, "retrieve": 1, "list_keys": 0}
    for tool, key, value in steps:
        arguments = dict(list({"key": key, "value": value}.items())[: wanted[tool]])
        told = said(session, f"{store}_memory_{tool}", **arguments)
        assert told == expected_kv(store, model, tool, key, value)
        assert list(session.memory.snapshot[f"{store}_memory"].items()) == list(model.items())


@pytest.mark.parametrize("store", ["core", "archival"])
def test_a_full_store_says_so_before_anything_else(store: str) -> None:
    session = MemorySession("kv")
    for number in range(MOST[store]):
        assert said(session, f"{store}_memory_add", key=f"k_{number}", value="x") == {"status": ADDED[store]}
    assert error(session, f"{store}_memory_add", key="K K", value="x" * 5000) == FULL[store]
    word = {"core": "Short", "archival": "Long"}[store]
    assert said(session, f"{store}_memory_clear") == {"status": f"{word} term memory cleared."}
    assert said(session, f"{store}_memory_list_keys") == {"keys": []}


def test_only_the_core_memory_is_shown_whole() -> None:
    session = MemorySession("kv")
    session.call("core_memory_add", {"key": "a", "value": 3})
    assert said(session, "core_memory_retrieve_all") == {"a": "3"} == session.memory.shown
    assert len(session.names()) == 15 and "archival_memory_retrieve_all" not in session.names()


def test_keys_are_ranked_by_shared_words() -> None:
    pytest.importorskip("rank_bm25", reason="pip install rank-bm25 to search keys")
    session = MemorySession("kv")
    empty = session.call("core_memory_key_search", {"query": "a"})
    assert empty.text == "Error during execution: division by zero" and empty.exception == "ZeroDivisionError"
    for key in ["user_age", "user_name", "home_city"]:
        session.call("core_memory_add", {"key": key, "value": "x"})
    ranked = said(session, "core_memory_key_search", query="NAME_of the User")["ranked_results"]
    assert [key for _, key in ranked] == ["user_name", "user_age", "home_city"] and ranked[0][0] > ranked[1][0]
    assert len(said(session, "core_memory_key_search", query="user", k=2)["ranked_results"]) == 2
    untouched = said(session, "core_memory_key_search", query="tea")["ranked_results"]
    assert untouched == [[0.0, "user_age"], [0.0, "user_name"], [0.0, "home_city"]]


def test_searching_without_the_library_is_told_to_whoever_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rank_bm25", None)
    with pytest.raises(TaskError, match=r"searching keys needs rank_bm25: pip install rank-bm25"):
        MemorySession("kv").call("core_memory_key_search", {"query": "a"})


texts = st.one_of(st.text("ab ", max_size=4), st.sampled_from([1, 9999, 10_000, 10_001]).map(lambda size: "b" * size))


@given(st.lists(st.tuples(st.sampled_from(["append", "update", "replace", "clear", "retrieve"]), texts, texts)))
def test_the_summary_memory_does_what_a_text_with_rules_does(steps: list[tuple[str, str, str]]) -> None:
    session, model = MemorySession("rec_sum"), ""
    for tool, old, new in steps:
        if tool == "replace":
            told = said(session, "memory_replace", old_text=old, new_text=new)
            if old not in model:
                assert told == {"error": f"Text '{old}' not found in memory."}
            elif len(new) > 10_000 or len(model.replace(old, new)) > FENCE:
                assert told["error"].startswith("Entry will be too long after replacing.")
            else:
                model = model.replace(old, new)
                assert told == {"status": "Memory updated."}
        elif tool == "retrieve":
            shown = {"memory_content": model} if model else {"error": "Memory is empty."}
            assert said(session, "memory_retrieve") == shown
        elif tool == "clear":
            model = ""
            assert said(session, "memory_clear") == {"status": "Short term memory cleared."}
        else:
            told, after = said(session, f"memory_{tool}", text=new), new if tool == "update" else model + new
            if len(after) > 10_000:
                doing = "updating" if tool == "update" else "appending"
                assert told["error"] == (
                    f"Entry will be too long after {doing}. Please shorten the entry to less than 10000 characters."
                )
            else:
                model = after
                assert told == {"status": "Memory updated." if tool == "update" else "Memory appended."}
        assert session.memory.snapshot == {"memory": model} and session.memory.shown == model


def test_a_replacement_cannot_fill_the_machine() -> None:
    session = MemorySession("rec_sum", {"snapshot": {"memory": "a" * 10_000}})
    told = error(session, "memory_replace", old_text="a", new_text="b" * 10_000)
    assert told == "Entry will be too long after replacing. Please shorten the entry to less than 10000 characters."
    assert session.memory.snapshot == {"memory": "a" * 10_000}


@given(stores, st.lists(text_steps, max_size=40))
def test_the_vector_memory_does_what_a_numbered_dict_does(store: str, steps: list[tuple[str, int, str]]) -> None:
    session = MemorySession("vector", {"embedder": HashedWords(16)})
    model, following = dict[int, str](), 0
    long = {"error": f"Entry length exceeds maximum length of {LONGEST[store]} characters."}
    for tool, number, text in steps:
        name = f"{store}_memory_{tool}"
        if tool == "add":
            told = said(session, name, text=text)
            if len(text) > LONGEST[store]:
                assert told == long
            elif len(model) == MOST[store]:
                assert told == {"error": f"Memory size exceeds maximum size of {MOST[store]} entries."}
            else:
                assert told == {"id": following}
                model[following], following = text, following + 1
        elif tool == "retrieve_all":
            assert said(session, name) == {"result": [{"id": one, "text": model[one]} for one in model]}
        elif number not in model:
            arguments = {"vec_id": number, "new_text": text} if tool == "update" else {"vec_id": number}
            assert said(session, name, **arguments) == {"error": f"ID {number} not present in store."}
        elif tool == "remove":
            assert said(session, name, vec_id=number) == {"status": f"ID {number} removed from store."}
            del model[number]
        else:
            fits = len(text) <= LONGEST[store]
            model[number] = text if fits else model[number]
            told = said(session, name, vec_id=number, new_text=text)
            assert told == ({"status": f"ID {number} updated."} if fits else long)
        kept = session.memory.snapshot[f"{store}_memory"]
        assert kept == {"next_id": following, "store": {str(one): text for one, text in model.items()}}


def test_near_texts_come_first_and_ids_begin_anew_after_clearing() -> None:
    session = MemorySession("vector", {"embedder": HashedWords()})
    assert said(session, "core_memory_retrieve", query="tea") == {"result": []}
    for text in ["He drinks green tea", "Her car is red", "They like tea"]:
        session.call("core_memory_add", {"text": text})
    found = said(session, "core_memory_retrieve", query="green tea", top_k=2)["result"]
    assert [one["id"] for one in found] == [0, 2] and list(found[0]) == ["id", "similarity_score", "text"]
    assert session.memory.shown == {"0": "He drinks green tea", "1": "Her car is red", "2": "They like tea"}
    for most, told in [(0, ""), ("2", "'<' not supported"), (True, "an integer"), (1.5, "'float' object")]:
        text = session.call("core_memory_retrieve", {"query": "tea", "top_k": most}).text
        assert text.startswith("Error during execution: " + told)
    assert session.call("core_memory_add", {"text": ["x", "y"]}).exception == "AssertionError"
    assert said(session, "core_memory_clear") == {"status": "Memory cleared."}
    assert said(session, "core_memory_add", text="x") == {"id": 0}


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1), st.integers(1, 12))
def test_the_nearest_are_the_highest_in_order(scores: list[float], most: int) -> None:
    places = nearest(scores, most)
    assert len(set(places)) == len(places) == min(most, len(scores))
    assert [scores[place] for place in places] == sorted(scores, reverse=True)[:most]


def test_ties_are_broken_by_the_later_place_but_do_not_push_anything_out() -> None:
    assert nearest([0.0, 0.0, 0.0, 1.0], 3) == [3, 2, 1] and nearest([1.0, 0.0, 0.0, 0.0], 3) == [0, 2, 1]


@given(st.text(), st.text())
def test_hashed_words_give_rows_of_length_one_that_do_not_depend_on_company(one: str, other: str) -> None:
    rows = HashedWords()([one, other])
    assert rows.shape == (2, 256) and rows.dtype == np.float32
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all((lengths == 0) | (abs(lengths - 1) < 1e-5))
    assert np.array_equal(HashedWords()([one]), rows[:1])


def test_hashed_words_are_the_same_everywhere() -> None:
    [row] = HashedWords(8)(["green tea"])
    assert [round(float(one), 3) for one in row] == [-0.354, 0.354, 0.0, 0.0, 0.354, 0.707, 0.354, 0.0]


def test_the_vector_memory_needs_an_embedder() -> None:
    with pytest.raises(TaskError, match=r"the vector memory needs an embedder; give SentenceEmbedder\(\) or"):
        MemorySession("vector").call("core_memory_add", {"text": "x"})


def test_without_sentence_transformers_its_embedder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(TaskError, match=r"needs sentence-transformers: pip install sentence-transformers"):
        SentenceEmbedder()


def test_sentence_transformers_is_asked_for_rows_of_length_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Model:
        def __init__(self, name: str, device: str) -> None:
            asked.append((name, device))

        def encode(self, texts: list[str], normalize_embeddings: bool) -> list[list[float]]:
            asked.append((texts, normalize_embeddings))
            return [[1.0, 0.0] for _ in texts]

    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    rows = SentenceEmbedder()(["a", "b"])
    assert asked == [("all-MiniLM-L6-v2", "cpu"), (["a", "b"], True)] and rows.dtype == np.float32


FILLED: dict[str, Callable[[MemorySession], object]] = {
    "kv": lambda session: session.exec(["core_memory_add('b', 'x')", "archival_memory_add(key='a', value='ü')"]),
    "vector": lambda session: session.exec(
        ["core_memory_add('tea')", "core_memory_add('cat')", "core_memory_remove(0)", "archival_memory_add('ü')"]
    ),
    "rec_sum": lambda session: session.exec(["memory_append('tea')"]),
}


@pytest.mark.parametrize("name", list(BACKENDS))
def test_a_memory_goes_on_from_its_snapshot(name: str) -> None:
    first = MemorySession(name, {"embedder": HashedWords()})
    FILLED[name](first)
    kept = json.loads(json.dumps(first.memory.snapshot))
    second = MemorySession(name, {"embedder": HashedWords(), "snapshot": kept})
    assert second.memory.snapshot == first.memory.snapshot
    FILLED[name](first)
    FILLED[name](second)
    assert second.memory.snapshot == first.memory.snapshot
    third = MemorySession(name, {"embedder": HashedWords(), "snapshot": kept})
    assert third.memory.snapshot == kept


@pytest.mark.parametrize("name", list(BACKENDS))
def test_a_config_of_the_official_kind_gives_an_empty_memory(name: str) -> None:
    config = {"model_result_dir": "results", "scenario": "customer", "test_id": "x", "test_category": "y"}
    assert MemorySession(name, config).memory.snapshot == MemorySession(name, {"snapshot": None}).memory.snapshot


@pytest.mark.parametrize(
    ("name", "snapshot", "told"),
    [
        ("kv", {}, "has core_memory and archival_memory, not nothing"),
        ("kv", [], "has core_memory and archival_memory, not list"),
        ("rec_sum", {"text": "x"}, "has memory, not text"),
        ("rec_sum", {"memory": 3}, "memory of a snapshot is a text, not int"),
        ("kv", {"core_memory": {"a": 3}, "archival_memory": {}}, "core_memory of a snapshot holds texts under texts"),
        ("kv", {"core_memory": {}, "archival_memory": []}, "archival_memory of a snapshot holds texts under texts"),
        ("vector", {"core_memory": {}, "archival_memory": {}}, "core_memory of a snapshot has an integer next_id"),
    ],
)
def test_a_snapshot_of_another_form_is_refused(name: str, snapshot: Any, told: str) -> None:
    with pytest.raises(TaskError, match=told):
        MemorySession(name, {"snapshot": snapshot})


def test_an_unknown_backend_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(TaskError, match="no memory backend 'sql'; have kv, vector, rec_sum"):
        backend("sql")


def test_calls_that_are_no_calls_of_a_tool_are_told_to_the_agent() -> None:
    session = MemorySession("rec_sum")
    assert session.run("nope(x=y)").text == "Error during execution: name 'nope' is not defined"
    assert session.run("memory_append(text=y)").exception == "CallError"
    assert session.run("load({})").exception == "NameError" == session.run("_replace()").exception
    assert session.run("memory_append()").text.startswith(
        "Error during execution: MemoryAPI_rec_sum.memory_append() missing 1 required"
    )
    assert [len(MemorySession(name).names()) for name in BACKENDS] == [15, 12, 5]
