from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Annotated, Any

import numpy as np
import pytest
from fc_agents.legal.draws import drawn
from fc_agents.legal.fitting import Bounds, shape_of
from fc_agents.legal.grammar import CHARACTERS, expression, spelled, whole_numbers
from fc_agents.legal.schema import schema_for
from fc_agents.legal.shapes import Choice, Either, Items, Number, Record, Row, Shape, Stamp, Text, holds
from fc_agents.models.request import Constraint
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter

from tests.agents.legal.conftest import Says

_PLAIN = st.characters(codec="utf-8")
_VALUES = st.none() | st.booleans() | st.integers(-999, 999) | st.text(_PLAIN, max_size=6) | st.floats(-9, 9)


def _ordered(low: int, high: int, more: int = 400) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(0, more)).map(lambda pair: (pair[0], pair[0] + pair[1]))


_NUMBERS = st.builds(lambda pair, whole: Number(pair[0], pair[1], whole), _ordered(-3000, 3000), st.booleans())
_LEAVES: st.SearchStrategy[Shape] = st.one_of(
    _NUMBERS,
    st.lists(_VALUES, min_size=1, max_size=4).map(lambda values: Choice(tuple(values))),
    _ordered(1, 5, 6).map(lambda pair: Text(*pair)),
    st.builds(Text, st.integers(1, 5), st.none()),
    st.sampled_from([Stamp("date"), Stamp("time"), Stamp("date-time")]),
)
_NAMES = st.text(_PLAIN, min_size=1, max_size=4)


def _around(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    fields = st.dictionaries(_NAMES, st.tuples(inner, st.booleans()), max_size=4)
    return st.one_of(
        st.builds(lambda item, pair: Items(item, *pair), inner, _ordered(0, 2, 2).filter(lambda pair: pair[1] > 0)),
        st.lists(inner, max_size=3).map(lambda items: Row(tuple(items))),
        fields.map(lambda named: Record(tuple((name, *one) for name, one in named.items()))),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: Either(tuple(options))),
    )


SHAPES = st.recursive(_LEAVES, _around, max_leaves=5)


def _grammar(shape: Shape) -> Constraint:
    body = f"root ::= value\nvalue ::= {expression(shape)}\n{CHARACTERS}"
    return Constraint("grammar", body, "json", body)


@given(SHAPES, st.integers(0, 2**32))
@settings(deadline=None)
def test_what_is_drawn_is_held_and_in_the_grammar(says: Says, shape: Shape, seed: int) -> None:
    value = drawn(shape, np.random.default_rng(seed))
    assert holds(shape, value)
    assert says(_grammar(shape), spelled(value))


@given(SHAPES, SHAPES, st.integers(0, 2**32))
@settings(deadline=None)
def test_a_grammar_and_holds_agree_on_values_of_another_shape(
    says: Says, shape: Shape, other: Shape, seed: int
) -> None:
    value = drawn(other, np.random.default_rng(seed))
    assume(not isinstance(shape, Either | Record) and not isinstance(value, dict))
    assert says(_grammar(shape), spelled(value)) <= holds(shape, json.loads(spelled(value)))


@given(_NUMBERS, st.integers(-4000, 4000), st.integers(0, 99))
@settings(deadline=None)
def test_numbers_are_in_the_grammar_if_and_only_if_they_are_held(
    says: Says, shape: Number, whole: int, cents: int
) -> None:
    for near in (whole, shape.low + whole % 3 - 1, shape.high + whole % 3 - 1):
        for value in (near, round(near + cents / 100, 2), round(near - cents / 100, 2)):
            assert says(_grammar(shape), spelled(value)) == holds(shape, value), value


@given(SHAPES, st.integers(0, 2**32))
@settings(deadline=None)
def test_what_is_drawn_is_in_the_schema(says: Says, shape: Shape, seed: int) -> None:
    value = drawn(shape, np.random.default_rng(seed))
    assume(not _fractions(value))
    schema = schema_for(shape)
    text = json.dumps(whole_numbers(value), ensure_ascii=False, separators=(",", ":"))
    assert says(Constraint("json_schema", schema, "json", json.dumps(schema)), text)


def _fractions(value: Any) -> bool:
    if isinstance(value, list | dict):
        return any(map(_fractions, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) or (isinstance(value, str) and not value.isascii()) or value in ("", "\x7f")


_BOUND = st.none() | st.integers(-50, 50) | st.floats(-50, 50).map(lambda value: round(value, 2))


@given(st.sampled_from([int, float]), _BOUND, _BOUND, _BOUND, _BOUND, st.none() | st.integers(1, 9), st.integers(0, 99))
@settings(deadline=None)
def test_a_shape_of_a_number_is_no_wider_than_its_type(
    kind: type, ge: Any, gt: Any, le: Any, lt: Any, unit: int | None, seed: int
) -> None:
    if kind is int:
        ge, gt, le, lt = (None if one is None else int(one) for one in (ge, gt, le, lt))
    told: Any = Annotated[kind, Field(strict=True, ge=ge, gt=gt, le=le, lt=lt, multiple_of=unit)]
    adapter: TypeAdapter[Any] = TypeAdapter(told)
    shape = shape_of(adapter.json_schema(), {}, Bounds())
    if shape is not None:
        value = drawn(shape, np.random.default_rng(seed))
        adapter.validate_json(spelled(value))


@given(
    st.none() | st.integers(0, 200), st.none() | st.integers(0, 200), st.none() | st.integers(1, 99), st.integers(0, 99)
)  # fmt: skip
@settings(deadline=None)
def test_a_shape_of_a_text_is_no_wider_than_its_type_however_it_is_stripped(
    low: int | None, high: int | None, bound: int | None, seed: int
) -> None:
    adapter = TypeAdapter(Annotated[str, Field(min_length=low, max_length=high, strict=True)])
    shape = shape_of(adapter.json_schema(), {}, Bounds(text=bound))
    if shape is None:
        assert high is not None and (low or 0) > high
        return
    value = drawn(shape, np.random.default_rng(seed))
    assert adapter.validate_json(spelled(value)) == value
    assert len(value.strip()) >= (low or 0)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a"}, {"type": "string", "format": "email"}, {"type": "string", "new": 1}, {},
        {"type": "number", "multipleOf": 0.1}, {"type": "array"} | {"minItems": 1}, {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 2}, {"enum": []},
        {"type": "object", "minProperties": 1}, {"type": "string", "minLength": 501}, {"$ref": "#/$defs/Gone"},
        {"type": "object", "properties": {"a": {}}, "required": ["a"]}, {"anyOf": [{}]}, {"not": {"type": "string"}},
        {"type": "integer", "minimum": 3, "maximum": 2}, {"type": "unheard"},
    ],
)  # fmt: skip
def test_what_cannot_be_told_has_no_shape(schema: dict[str, Any]) -> None:
    assert shape_of(schema, {}, Bounds()) is None


def test_a_type_that_contains_itself_has_no_shape_of_its_own() -> None:
    root = {
        "$defs": {"Tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}, "required": ["left"]}}
    }
    assert shape_of({"$ref": "#/$defs/Tree"}, root, Bounds()) is None


def test_of_options_that_exclude_one_another_the_first_is_taken() -> None:
    schema = {"oneOf": [{"const": 1}, {"type": "integer", "minimum": 2, "maximum": 3}]}
    assert shape_of(schema, {}, Bounds()) == Choice((1,))


def test_equal_numbers_of_other_types_are_other_choices() -> None:
    assert not holds(Choice((1,)), True) and not holds(Number(0, 5, True), True) and holds(Choice((True,)), True)


@given(st.integers(0, 999))
def test_stamps_are_real(seed: int) -> None:
    rng = np.random.default_rng(seed)
    date.fromisoformat(drawn(Stamp("date"), rng))
    time.fromisoformat(drawn(Stamp("time"), rng))
    datetime.fromisoformat(drawn(Stamp("date-time"), rng))
