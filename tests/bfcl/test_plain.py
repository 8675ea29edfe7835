from __future__ import annotations

from keyword import kwlist

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fc_gym.bfcl.decode import read_parts, written
from fc_gym.bfcl.literals import MAX_CALL_CHARACTERS, parsed
from fc_gym.bfcl.plain import plain_parts
from fc_gym.errors import CallError

BLANKS = st.sampled_from(["", "", "", " ", "  ", "\t", "\n"])
NAMES = st.sampled_from([*kwlist, "__debug__", "__class__", "print", "match", "_", "é", "ﬁ", "a1", "1a", "a.b", ""])
WORDS = st.from_regex(r"[A-Za-z_][A-Za-z_0-9]{0,5}", fullmatch=True) | NAMES
LETTERS = st.characters() | st.sampled_from("'\"\\\n\r\0,=()[]{}# \u2028\x85\ud800\ud83d\ude00")
TEXTS = st.text(LETTERS, max_size=8)
NUMBERS = (
    st.integers().map(str)
    | st.floats().map(repr)
    | st.from_regex(r"[-+]?[0-9_]{1,20}(\.[0-9]{0,20})?(e[0-9])?[jL]?", fullmatch=True)
)
SCALARS = st.one_of(
    TEXTS.map(repr),
    st.builds("{0}{1}{0}".format, st.sampled_from(["'", '"', "'''"]), TEXTS),
    NUMBERS,
    st.sampled_from(["True", "False", "None", "true", "...", "- 1", "--1", "'a' 'b'", "f'a'", "b'a'", "1+1", "()"]),
)
LISTS = st.builds(
    "[{1}{0}{2}]".format,
    st.lists(st.builds("{1}{0}".format, SCALARS, BLANKS), max_size=3).map(",".join),
    BLANKS,
    BLANKS,
)
VALUES = SCALARS | LISTS | st.builds("[{}]".format, LISTS) | st.builds("{{'a': {}}}".format, SCALARS)
ARGUMENTS = st.builds(
    "{1}{0}{2}".format, VALUES | st.builds("{0}{2}={3}{1}".format, WORDS, VALUES, BLANKS, BLANKS), BLANKS, BLANKS
)
ENDS = st.sampled_from([")", ")", ")", ",)", ")\n", ") # so", ");", "", "))"])
CALLS = st.builds("{}({}{}".format, WORDS, st.lists(ARGUMENTS, max_size=4).map(",".join), ENDS)


def from_tree(text: str) -> str:
    """Read a call by its syntax tree; `repr` tells 1 from True and 0.0 from -0.0."""
    try:
        call = written(parsed(text))
    except CallError as error:
        return error.message
    return repr((call.name, call.positional, call.keyword))


@given(CALLS | st.text(LETTERS, max_size=20))
@example("f(a=1,a=2)")
@example("f(a=1,2)")
@example("f(if=1)")
@example("f('\ud800')")
@example("f(a='''b''')")
@example("f(,)")
@example("f( )")
@example("f(a=-0, b=-0.0, c=[-0.0, True])")
def test_a_plain_call_is_read_as_by_its_syntax_tree(text: str) -> None:
    plain = plain_parts(text)
    assert plain is None or repr(plain) == from_tree(text)


@given(
    st.from_regex(r"[a-z_]{1,8}[0-9]", fullmatch=True),
    st.dictionaries(
        st.from_regex(r"[A-Za-z_]{1,5}[0-9]", fullmatch=True),
        st.one_of(
            scalar := st.none()
            | st.booleans()
            | st.integers(-(10**17), 10**17)
            | st.floats(-1e6, 1e6).map(lambda number: round(number, 2))
            | st.text("aé€😀 ,=()[]#", max_size=5),
            st.lists(scalar, max_size=3),
        ),
        max_size=4,
    ),
)
def test_ordinary_calls_are_plain(name: str, keyword: dict[str, object]) -> None:
    text = f"{name}({', '.join(f'{word}={value!r}' for word, value in keyword.items())})"
    plain = plain_parts(text)
    assert plain is not None and repr(plain) == repr((name, (), keyword)) == from_tree(text)


@pytest.mark.parametrize(
    "text", ["f('\\d')", "f('a\nb')", "f(a={})", "f(a=[[]])", "f(a=1e3)", "f(a=1_0)", "f (1)", "f"]
)
def test_anything_else_is_left_to_the_syntax_tree(text: str) -> None:
    assert plain_parts(text) is None


def test_a_text_that_is_too_long_is_not_plain() -> None:
    text = f"f('{'x' * (MAX_CALL_CHARACTERS - 5)}')"
    assert len(text) == MAX_CALL_CHARACTERS and plain_parts(text) is not None
    assert plain_parts(text.replace("x", "xx", 1)) is None


@pytest.mark.parametrize("text", ["f([1])", "f(a=[1])", "f({})", "f(a={})"])
def test_what_a_tool_may_keep_and_change_is_read_anew(text: str) -> None:
    _, first, named = read_parts(text)
    [value] = [*first, *named.values()]
    value.clear()
    again = read_parts(text)
    assert repr(again) == from_tree(text)
