from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.docstring import examples_in, read_docstring
from fc_gym.phrase import Phrase

words = st.text(alphabet="abc xyz,.", max_size=12)


@given(head=words, slot=st.sampled_from(["a", "result.b", "result[].c", "result#"]), tail=words, value=words)
def test_what_fills_a_slot_stands_between_what_was_around_it(head: str, slot: str, tail: str, value: str) -> None:
    assert Phrase(f"{head}{{{slot}}}{tail}").fill({slot: value}) == head + value + tail


@given(head=words, tail=words, value=words)
def test_an_optional_part_is_there_exactly_if_its_slot_has_a_value(head: str, tail: str, value: str) -> None:
    filled = Phrase(f"{head}[ ({{a}})]{tail}").fill({"a": value})
    assert filled == (f"{head} ({value}){tail}" if value else head + tail)


def test_each_of_in_a_slot_is_no_optional_part() -> None:
    phrase = Phrase("found {result#}[: {result[].name}]")
    assert phrase.required == ("result#",)
    assert phrase.slots == ("result#", "result[].name")


@pytest.mark.parametrize("text", ["{a", "a}", "[a", "a]", "[{a]"])
def test_a_bracket_without_a_partner_is_a_fault(text: str) -> None:
    assert Phrase(text).faulty


def test_a_missing_required_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="a"):
        Phrase("{a}").fill({})


def test_sections_of_a_docstring_are_told_apart() -> None:
    def tool(order: str, note: str) -> None:
        """Do it. Now.

        At once, that is.

        Args:
            order (str): What to do
                it to.
            note: Such as "x" or "y".

        Returns:
            Nothing.

        Asks:
            do it to {order}: {note}
        Says:
            Done.

        Consent:
            It hurts.
        """

    doc = read_docstring(tool)
    assert doc.description == "Do it. Now. At once, that is."
    assert doc.arguments == {"order": "What to do it to.", "note": 'Such as "x" or "y".'}
    assert doc.argument_types == {"order": "str"}
    assert (doc.returns, doc.asks, doc.says, doc.consent) == (
        "Nothing.",
        ("do it to {order}: {note}",),
        ("Done.",),
        "It hurts.",
    )
    assert examples_in(doc.arguments["note"]) == ()
    assert examples_in('a colour, such as "red", "blue" or "light green".') == ("red", "blue", "light green")
