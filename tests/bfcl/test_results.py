from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.decode import WrittenCall, read_call
from fc_gym.bfcl.results import Play, official_entry, official_path, read_official, read_plays
from fc_gym.bfcl.score import OVERALL, scores, wilson
from fc_gym.bfcl.suite import suite
from fc_gym.errors import RecordError

VALID = {"valid": True, "error_type": "", "turn": None, "detail": ""}
WRONG = {"valid": False, "error_type": "multi_turn:instance_state_mismatch", "turn": 0, "detail": "x"}
TURN = {
    "passed": True, "state": 1.0, "recall": 1.0, "calls": 2, "format_errors": 0, "exceptions": 1, "refusals": 0,
    "idle": False,
}  # fmt: skip


def play(name: str = "multi_turn_base_0", verdict: Any = VALID, **values: Any) -> Play:
    return Play(name, "gold", "official", 0, [[["ls()"], "Done."]], verdict, [{**TURN, **values}])


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_CALLS = st.builds(
    lambda name, keyword: str(WrittenCall(name, keyword=keyword)),
    st.sampled_from(sorted(suite().tools)),
    st.dictionaries(st.sampled_from(["a", "file_name", "content", "x1"]), _VALUES, max_size=3),
)
_TURNS = st.lists(st.lists(st.one_of(st.lists(_CALLS, min_size=1, max_size=3), st.text()), max_size=3), max_size=3)


@given(_TURNS)
def test_calls_come_back_from_the_official_layout_as_they_were(tmp_path_factory: Any, turns: list[list[Any]]) -> None:
    one = Play("multi_turn_base_0", "p", "official", 0, [*turns, [["ls()"]]], VALID, [])
    path = tmp_path_factory.mktemp("official") / "r.json"
    path.write_text(json.dumps(official_entry(one)) + "\n")
    [(name, found)] = read_official(path)
    wanted = [[response for response in turn if not isinstance(response, str)] for turn in one.turns]
    assert name == one.id
    assert found == [[[str(read_call(call)) for call in step] for step in turn] for turn in wanted]


def test_positional_arguments_are_named_in_the_official_layout() -> None:
    one = Play("multi_turn_base_0", "p", "official", 0, [[["get_ticket(1)", "ls()"], "Done."]], VALID, [])
    assert official_entry(one)["result"] == [[[{"get_ticket": '{"ticket_id": 1}'}, {"ls": "{}"}], "Done."]]


def test_a_call_without_a_json_form_becomes_a_text() -> None:
    one = Play("multi_turn_base_0", "p", "official", 0, [[["ls(a=b'x')"]]], VALID, [])
    assert official_entry(one)["result"] == [["[ls(a=b'x')]"]]


def test_texts_are_calls_only_in_files_of_prompted_models(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"id": "a", "result": [["[ls(a=True)]", "Done."]]}) + "\n")
    assert list(read_official(path)) == [("a", [[["ls(a=True)"]]])]
    path.write_text(json.dumps({"id": "a", "result": [["[ls(a=True)]", [{"ls": "{}"}]]]}) + "\n")
    assert list(read_official(path)) == [("a", [[["ls()"]]])]


def test_a_run_that_broke_off_keeps_its_error(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({"id": "a", "result": "Error during inference: x"}))
    assert list(read_official(path)) == [("a", "Error during inference: x")]


def test_plays_come_back_from_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "plays.jsonl"
    path.write_text(play().line() + "\n" + play(verdict=WRONG).line() + "\n")
    assert list(read_plays(path)) == [play(), play(verdict=WRONG)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (play().line().encode(), "plays.jsonl:1: the line is torn"),
        (b"{\n", "plays.jsonl:1: not JSON"),
        (b"[1]\n", "plays.jsonl:1: a JSON object should stand here, not list"),
        (b'{"id": 3}\n', "plays.jsonl:1: id: "),
        (None, "cannot be read"),
    ],
)
def test_a_bad_file_of_plays_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "plays.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        list(read_plays(path))
    assert words in str(caught.value)


def test_a_line_that_is_no_result_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"id": "a"}\n')
    with pytest.raises(RecordError, match=r"r\.json:1: no result; every line has `id`"):
        list(read_official(path))


def test_the_official_place_of_a_model_with_a_slash(tmp_path: Path) -> None:
    assert official_path(tmp_path, "a/b", "base").parent.parent.name == "a_b"


def test_scores_are_by_category_and_then_the_plain_mean() -> None:
    plays = [play(), play("multi_turn_base_1", WRONG, passed=False), play("multi_turn_miss_func_0", WRONG, idle=True)]
    base, late, overall = scores(plays)
    assert (base.category, base.accuracy, base.passed, base.exceptions) == ("base", 0.5, 0.5, 0.5)
    assert math.isnan(base.irrelevance) and late.irrelevance == 0.0
    assert overall.category == OVERALL and overall.accuracy == 0.25 and overall.tasks == 3
    assert overall.low <= overall.accuracy <= overall.high
    assert base.errors == {"multi_turn:instance_state_mismatch": 1}
    json.dumps(overall.json(), allow_nan=False)


@given(st.integers(1, 400).flatmap(lambda tries: st.tuples(st.integers(0, tries), st.just(tries))))
def test_wilsons_interval_holds_the_share_and_narrows(given: tuple[int, int]) -> None:
    successes, tries = given
    low, high = wilson(successes, tries)
    assert 0.0 <= low <= successes / tries <= high <= 1.0
    wider = wilson(successes, tries), wilson(4 * successes, 4 * tries)
    assert wider[1][1] - wider[1][0] < wider[0][1] - wider[0][0]


def test_the_order_of_plays_does_not_matter() -> None:
    plays = [
        play(f"multi_turn_{kind}_{n}", VALID if n % 3 else WRONG) for kind in ("base", "miss_param") for n in range(9)
    ]
    assert [asdict(one) | {"irrelevance": 0} for one in scores(plays)] == [
        asdict(one) | {"irrelevance": 0} for one in scores(reversed(plays))
    ]
