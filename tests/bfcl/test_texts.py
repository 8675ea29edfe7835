from __future__ import annotations

from decimal import Decimal

import pytest

from fc_gym.bfcl.texts import error_text, result_text


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


def test_a_dict_in_itself_is_told_by_python() -> None:
    value: dict[str, object] = {}
    value["a"] = value
    assert result_text(value) == "{'a': {...}}"


def test_what_was_raised_is_told_behind_a_prefix() -> None:
    assert error_text(KeyError("trunk")) == "Error during execution: 'trunk'"
    assert error_text(ValueError()) == "Error during execution: "
