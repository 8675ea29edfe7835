from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl import texts
from fc_gym.bfcl.texts import Spelled, SpelledList, error_text, json_text, result_text


class Word(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (None, "None"),
        (True, "True"),
        ({"a": None, "b": [1, 1.0]}, '{"a": null, "b": [1, 1.0]}'),
        ({"a": "é\n"}, '{"a": "\\u00e9\\n"}'),
        ({1: 2}, '{"1": 2}'),
        ({"a": float("inf")}, '{"a": Infinity}'),
        ({"a": Decimal("1.5")}, "{'a': Decimal('1.5')}"),
        ({"a": {1}}, "{'a': {1}}"),
        ({"a": ...}, "{'a': Ellipsis}"),
        ([{"a": None}], "[{'a': None}]"),
        ((1, "x"), "(1, 'x')"),
        (1.50, "1.5"),
    ],
)
def test_results_are_told_as_the_official_executor_tells_them(value: object, text: str) -> None:
    assert result_text(value) == text


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@given(st.dictionaries(st.text() | st.integers() | st.none() | st.booleans() | st.floats(), VALUES))
def test_a_dict_is_told_as_json_tells_it(value: dict[Any, Any]) -> None:
    assert result_text(value) == json_text(value) == json.dumps(value)


def test_a_dict_is_told_alike_where_python_has_no_quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    monkeypatch.setattr(texts, "_encoded", texts._json_encoder())
    value = {"a": "é\n", "b": [1, 1.0, {"c": None}], 1: float("nan")}
    assert result_text(value) == json.dumps(value)
    assert result_text({"a": {1}}) == "{'a': {1}}"


@given(st.dictionaries(st.text(), VALUES))
def test_a_result_with_known_parts_is_told_as_any_other(value: dict[str, Any]) -> None:
    spelled = {name: json.dumps(inner) for name, inner in list(value.items())[::2]}
    assert result_text(Spelled(value, spelled)) == json.dumps(value)


def test_a_result_with_known_parts_that_has_no_json_is_told_by_python() -> None:
    assert result_text(Spelled({"a": 1, "b": {1}}, {"a": "1"})) == "{'a': 1, 'b': {1}}"


def test_a_list_may_know_how_it_is_told() -> None:
    assert result_text(SpelledList([1, 2], "[1, 2]")) == "[1, 2]" == str([*SpelledList([1, 2], "")])


def test_a_dict_in_itself_is_told_by_python() -> None:
    value: dict[str, object] = {}
    value["a"] = value
    assert result_text(value) == "{'a': {...}}"


def test_what_was_raised_is_told_behind_a_prefix() -> None:
    assert error_text(KeyError("trunk")) == "Error during execution: 'trunk'"
    assert error_text(ValueError()) == "Error during execution: "
