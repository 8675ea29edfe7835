from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.responses import calls_in_json, calls_in_text
from fc_gym.errors import CallError


@pytest.mark.parametrize(
    ("response", "calls"),
    [
        ([{"ls": '{"a": true}'}], ["ls(a=True)"]),
        ([{"ls": {"a": None}}, {"pwd": "{}"}], ["ls(a=None)", "pwd()"]),
        ({"ls": '{"a": 1, "b": [1, "x"]}'}, ["ls(a=1,b=[1, 'x'])"]),
        ([{"a": "{}", "b": '{"x": 1.0}'}], ["a()", "b(x=1.0)"]),
        ([{"ls": '{"a": 1, "a": 2}'}], ["ls(a=2)"]),
        ([], []),
        ([{}], []),
    ],
)
def test_function_calls_become_call_texts(response: object, calls: list[str]) -> None:
    assert calls_in_json(response) == calls


@pytest.mark.parametrize(
    "response",
    ["text", None, 3, ["x"], [{"ls": "{bad"}], [{"ls": "[1]"}], [{"ls": None}], [{"ls": ""}], [{"ls": "[" * 50_000}],
     [{"ls": " " * 10_000_000}]],
)  # fmt: skip
def test_what_is_no_function_call_is_refused(response: object) -> None:
    with pytest.raises(CallError, match=r"\w"):
        calls_in_json(response)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("[ls(a=True), pwd()]", ["ls(a=True)", "pwd()"]),
        ("ls(a=True), pwd()", ["ls(a=True)", "pwd()"]),
        ("```[ls()]```\n", ["ls()"]),
        ("[ls(", None),
        ("[sort('x')]", ["sort('x')"]),
        ("[ls(a=true)]", None),
        ("[ls(a={'b': {'c': 1}})]", ["ls(a={'b': {'c': 1}})"]),
        ("[ls(a=cd(folder='x'))]", None),
        ("[a.b(c=1)]", None),
        ("Sure: [ls()]", None),
        ("[1]", None),
        ("", []),
    ],
)
def test_a_list_of_calls_is_read_safely(text: str, calls: list[str] | None) -> None:
    if calls is None:
        with pytest.raises(CallError, match=r"\w"):
            calls_in_text(text)
    else:
        assert calls_in_text(text) == calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("[ls(a=True), pwd()]", ["ls(a=True)", "pwd()"]),
        ("[sort('x')]", ["sort()"]),
        ("[ls(a=true)]", ["ls(a='true')"]),
        ("[ls(a=not True)]", ["ls(a=-1)"]),
        ("[ls(a=+1)]", ["ls(a=-1)"]),
        ("[ls(a=-1.5)]", ["ls(a=-1.5)"]),
        ("[a.b(c=1)]", ["a.b(c=1)"]),
        ("[x[0](a=1)]", ["(a=1)"]),
        ("[ls(a=cd())]", ["ls(a='cd()')"]),
        ("[ls(a=cd(x=1, y='z'), b=2)]", ["ls(a=cd(x=1, y='z'), b=2)"]),
        ("[ls(a={'b': {'c': 1}})]", ["ls(a=b(c=1))"]),
        ("[ls(a={'b': {'c': 'q', 'd': {'x': 1}}})]", ["ls(a=b(c='q', d={'x': 1}))"]),
        ("[ls(a={1: 2})]", ["ls(a={'1': 2})"]),
        ("[ls(a=x[0])]", ["ls(a='x[0]')"]),
        ("[ls(a=...)]", ["ls(a='...')"]),
        ("[ls(a=10-3)]", ["ls(a=7)"]),
        ("[ls(a=[1, b])]", ["ls(a=[1, 'b'])"]),
        ("[ls(a=(x,))]", ["ls(a=('x',))"]),
        ("[ls(**{'a': 1})]", ["ls(None={'a': 1})"]),
        ("[ls(*x)]", ["ls()"]),
    ],
)
def test_the_official_reading_is_a_mode(text: str, calls: list[str]) -> None:
    assert calls_in_text(text, official=True) == calls


@pytest.mark.parametrize(
    "argument",
    ["lambda: 1", "b.c", "{}", "{1, 2}", "f'x'", "-x", "-'x'", "1 if b else 2", "[x for x in y]", "1/0", "x+1",
     "9**9**9", "--1", "{**x}", "{[]: 1}"],
)  # fmt: skip
def test_the_official_reading_refuses_as_the_official_decoder_raises(argument: str) -> None:
    with pytest.raises(CallError, match=r"\w"):
        calls_in_text(f"[ls(a={argument})]", official=True)


def test_the_official_reading_takes_nothing_but_calls() -> None:
    for text in ("hello", "{}", "[[ls()]]", "['x']", "[ls(), 3]", "[*ls()]"):
        with pytest.raises(CallError, match="more than calls"):
            calls_in_text(text, official=True)


@given(st.text(alphabet="ls(a=1,'[{}])`.-+*x:lambd \n", max_size=80), st.booleans())
def test_any_response_is_read_or_refused(text: str, official: bool) -> None:
    with suppress(CallError):
        calls_in_text(text, official=official)


@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize(
    "text",
    ["[" * 10_000, "ls(a=" + "b(c=" * 10_000, "ls" + ".a" * 20_000 + "()", "x" * 10_000_000, "ls(a=" + "-" * 9_000],
)
def test_a_hostile_response_is_refused(text: str, official: bool) -> None:
    with pytest.raises(CallError, match=r"\w"):
        calls_in_text(text, official=official)


@pytest.mark.parametrize("depth", [50, 150, 300, 450, 900, 2_000])
@pytest.mark.parametrize("shape", ["b{}", "1{}", "cd{}"])
def test_a_long_chain_is_read_or_refused_at_every_depth(depth: int, shape: str) -> None:
    link = {"b{}": "[0]", "1{}": "+1", "cd{}": "(x=1)"}[shape]
    with suppress(CallError):
        calls_in_text(f"[ls(a={shape.format(link * depth)})]", official=True)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_any_json_is_read_or_refused(response: Any) -> None:
    with suppress(CallError):
        assert all(isinstance(one, str) for one in calls_in_json(response))
