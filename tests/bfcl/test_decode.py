from __future__ import annotations

import time
from contextlib import suppress
from keyword import iskeyword
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.decode import WrittenCall, called_name, read_call, rewritten
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.literals import MAX_CALL_CHARACTERS
from fc_gym.bfcl.play import make
from fc_gym.errors import CallError

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name.isidentifier())
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
WORDS = NAMES.filter(lambda name: not iskeyword(name))


@given(WORDS, st.lists(VALUES, max_size=3), st.dictionaries(WORDS, VALUES, max_size=3))
def test_a_call_that_is_told_is_read_back(name: str, positional: list[Any], keyword: dict[str, Any]) -> None:
    call = WrittenCall(name, tuple(positional), keyword)
    try:
        str(call).encode()
    except UnicodeEncodeError:
        return
    back = read_call(str(call))
    assert (back.name, back.positional, back.keyword) == (name, tuple(positional), keyword)


@given(st.text(max_size=200))
def test_any_text_is_a_call_or_a_clear_refusal(text: str) -> None:
    with suppress(CallError):
        read_call(text)


@given(st.text(alphabet="ls(a=1,'[{}]) .-+*x:lambdb0\n\\\"", max_size=60))
def test_any_text_of_calls_signs_is_a_call_or_a_clear_refusal(text: str) -> None:
    with suppress(CallError):
        read_call(text)


HOSTILE = {
    "ten megabytes": "echo(content='" + "x" * 10_000_000 + "')",
    "brackets 10,000 deep": "ls(a=" + "[" * 10_000 + "]" * 10_000 + ")",
    "braces 10,000 deep": "ls(a=" + "{1:" * 10_000 + "1" + "}" * 10_000 + ")",
    "calls 10,000 deep": "ls(" * 10_000 + ")" * 10_000,
    "signs 10,000 deep": "ls(a=" + "-" * 10_000 + "1)",
    "nots 10,000 deep": "ls(a=" + "not " * 10_000 + "1)",
    "powers 1,000 deep": "ls(a=" + "2**" * 1_000 + "2)",
    "sums 20,000 long": "ls(a=" + "x+" * 20_000 + "1)",
    "attributes 20,000 long": "ls" + ".a" * 20_000 + "()",
    "subscripts 15,000 long": "ls(a=b" + "[0]" * 15_000 + ")",
    "lambdas 1,000 deep": "ls(a=" + "lambda:" * 1_000 + "1)",
    "a lambda": "ls(a=(lambda: 1)())",
    "an import": "ls(a=__import__('os').getcwd())",
    "an import as the call": "__import__('os').system('true')",
    "an attribute": "ls.__class__()",
    "a huge power": "power(base=9**9**9)",
    "a huge product": "ls(a=" + "9" * 90 + "*" + "9" * 200 + "*1)",
    "a huge text": "echo(content='a'*10**12)",
    "a huge format": "echo(content='%9999999999d' % 1)",
    "a huge number": "ls(a=" + "9" * 50_000 + ")",
    "a format text": "echo(content=f'{1:9999999999}')",
    "a comprehension": "ls(a=[x for x in range(10**12)])",
    "a walrus": "ls(a=(b := 1))",
    "a star": "ls(*[1, 2])",
    "two stars": "ls(**{'a': 1})",
    "two calls": "ls(); ls()",
    "a statement": "import os",
    "a null byte": "ls(a='\0')",
    "half a pair": "echo(content='\ud800')",
    "nothing": "",
    "blanks": " \t\n ",
    "a number": "1",
    "an unhashable key": "ls(a={[]: 1})",
    "twice the same": "ls(a=1, a=2)",
    "a division by nothing": "ls(a=1/0)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(CallError, match=r".") as caught:
        read_call(text)
    assert time.process_time() - begun < 0.5
    assert len(caught.value.message) < 300 and caught.value.code == "malformed" and caught.value.hint


def test_a_text_as_long_as_allowed_is_read() -> None:
    text = "echo(content='{}')"
    text = text.format("x" * (MAX_CALL_CHARACTERS - len(text) + 2))
    assert len(text) == MAX_CALL_CHARACTERS and len(read_call(text).keyword["content"]) > 65_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(a=-1)", -1),
        ("f(a=+1.5)", 1.5),
        ("f(a=not True)", False),
        ("f(a=~1)", -2),
        ("f(a=1+2*3)", 7),
        ("f(a=2**10)", 1024),
        ("f(a='a' 'b')", "ab"),
        ("f(a='ab'*2)", "abab"),
        ("f(a='a'+'b')", "ab"),
        ("f(a=(1, [2, {3}]))", (1, [2, {3}])),
        ("f(a={'k': None})", {"k": None}),
        ("f(a='\\d')", "\\d"),
        ("\nf (a=True,) # so", True),
        ("f(a=1+2j)", 1 + 2j),
        ("f(a=6 | 1)", 7),
        ("f(a={1, 2} - {2})", {1}),
    ],
)
def test_a_literal_is_what_python_says(text: str, value: object) -> None:
    assert read_call(text).keyword == {"a": value}


def test_positional_arguments_keep_their_places() -> None:
    call = read_call("diff('a', 'b', mode=1)")
    assert call.positional == ("a", "b") and call.keyword == {"mode": 1}


def test_a_call_can_be_read_twice_without_sharing_its_lists() -> None:
    first, second = read_call("mean(numbers=[1])"), read_call("mean(numbers=[1])")
    first.keyword["numbers"].append(2)
    assert second.keyword == {"numbers": [1]} == read_call("mean(numbers=[1])").keyword


def test_a_bare_word_says_what_python_would() -> None:
    with pytest.raises(CallError, match="name 'true' is not defined") as caught:
        read_call("ls(a=true)")
    assert "True" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("pwd()", "pwd()"),
        ("pwd ()", "pwd()"),
        ("echo(content='see (a) pwd (b) foo(c)')", "echo(content='see(a) box.pwd(b) foo(c)')"),
        ("foo.pwd (1)", "foo.box.pwd(1)"),
    ],
)
def test_the_official_executor_changes_texts_in_brackets(text: str, changed: str) -> None:
    assert rewritten(text, {"pwd": "box", "echo": "box"}) == changed


def test_the_called_name_is_the_first_word() -> None:
    assert [called_name(text) for text in ("ls()", " ls (", "(ls())", "ls", "1(")] == ["ls", "ls", "", "", ""]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kill(1)", "Function call kill is not allowed."),
        ("quit ()", "Function call quit is not allowed."),
        ("foo.remove()", "Function call remove is not allowed."),
        ("foo.kill.x()", "Function call kill is not allowed."),
        ("kill", "Function call kill is not allowed."),
        ("kill(", "Function call kill is not allowed."),
        ("xkill(1)", "name 'xkill' is not defined"),
        (" kill(1)", "name 'kill' is not defined"),
        ("foo(a=true)", "name 'foo' is not defined"),
        ("foo(", "'(' was never closed (<string>, line 1)"),
        ("ls", "name 'ls' is not defined"),
        ("", "invalid syntax (<string>, line 0)"),
        ("foo(a=1,a=2)", "keyword argument repeated: a (<string>, line 1)"),
    ],
)
def test_the_official_executor_refuses_with_these_words(text: str, told: str) -> None:
    assert Executor(make([]), "me").run([text]) == [f"Error during execution: {told}"]


def test_a_call_with_a_value_that_python_does_not_tell_has_no_text() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CallError, match="it is nested too deeply"):
        str(WrittenCall("f", (deep,)))
    with pytest.raises(CallError, match="Exceeds the limit"):
        str(WrittenCall("f", (), {"a": 10**5_000}))
