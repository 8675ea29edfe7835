from __future__ import annotations

from datetime import date, timedelta

from fc_synth.variants.follow_up import figures
from fc_synth.variants.implicit import implicit_words, meant_by
from fc_synth.variants.pairs import apart
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.types import ToolCall

today = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(today=today, ahead=st.integers(0, 20))
def test_the_day_that_is_meant_is_the_day_that_was_put_in_words(today: date, ahead: int) -> None:
    day = (today + timedelta(days=ahead)).isoformat()
    words = implicit_words(day, "Date", today.isoformat())
    assert meant_by(f"Do it {words}, please.", today.isoformat()) == [(words, day)]


@given(number=st.integers(2, 10**6))
def test_the_number_that_is_meant_is_the_number_that_was_put_in_words(number: int) -> None:
    words = implicit_words(number, "", "")
    assert meant_by(f"Send {words} euros.", "") == [(words, number)]


@given(value=st.none() | st.booleans() | st.text(max_size=3) | st.integers(-5, 1))
def test_other_values_have_no_implicit_words(value: object) -> None:
    assert implicit_words(value, "", "") == ""


@given(figure=st.integers(0, 10**9))
def test_a_figure_of_a_reply_counts_unless_the_user_said_it(figure: int) -> None:
    assert figures(f"It costs {figure}.", "How much?") == [str(figure)]
    assert figures(f"It costs {figure}.", f"Is it {figure}?") == []


@given(names=st.lists(st.sampled_from("abc"), min_size=1, max_size=6), drop=st.integers(0, 5))
def test_a_call_that_was_left_out_is_found_where_leaving_it_out_gives_the_rest(names: list[str], drop: int) -> None:
    clean = [ToolCall(name) for name in names]
    place = drop % len(clean)
    mine = [*clean[:place], *clean[place + 1 :]]
    ((turn, found),) = apart([mine], [clean])
    assert [*clean[:found], *clean[found + 1 :]] == mine
    assert turn == 0


def test_changed_calls_are_found_by_turn_and_position() -> None:
    clean = [[ToolCall("a")], [ToolCall("b"), ToolCall("c")]]
    assert apart([[ToolCall("a")], [ToolCall("b"), ToolCall("d")]], clean) == [(1, 1)]
    assert apart([[ToolCall("a")], [ToolCall("x")]], clean) == [(1, 0), (1, 1)]
