"""A prompt that does not go on where the turn before ended is found, at its place."""

from __future__ import annotations

import pytest
from fc_agents.models.prefix import PrefixBreak, PrefixWatch, prefix_break
from fc_agents.models.request import Completion
from hypothesis import assume, given
from hypothesis import strategies as st

IDS = st.lists(st.integers(0, 3), max_size=8).map(tuple)


def turn(prompt: tuple[int, ...], written: tuple[int, ...] = ()) -> Completion:
    return Completion("", prompt_ids=prompt, token_ids=written)


@given(IDS, IDS, IDS)
def test_a_prompt_that_goes_on_has_no_break(
    prompt: tuple[int, ...], written: tuple[int, ...], more: tuple[int, ...]
) -> None:
    assert prefix_break(turn(prompt, written), turn(prompt + written + more)) is None


@given(IDS, IDS, IDS)
def test_a_break_is_at_the_first_difference(
    one: tuple[int, ...], written: tuple[int, ...], other: tuple[int, ...]
) -> None:
    was = one + written
    assume(other[: len(was)] != was)
    found = prefix_break(turn(one, written), turn(other))
    assert found is not None and was[: found.position] == other[: found.position]
    assert found.was == was[found.position] and found.now == (*other, None)[found.position] != found.was
    assert found.part == ("prompt" if found.position < len(one) else "response")
    assert found.json() == {"position": found.position, "was": found.was, "now": found.now, "part": found.part}


def test_an_episode_is_watched_turn_by_turn() -> None:
    watch = PrefixWatch()
    assert watch.see(turn((1,), (2,))) is None and watch.see(turn((1, 2, 3), (4,))) is None
    assert watch.see(turn((1, 2, 3, 5), (6,))) == PrefixBreak(3, 4, 5, "response")
    assert watch.see(turn((1,), (6,))) == PrefixBreak(1, 2, None, "prompt")
    assert watch.see(Completion("")) is None and watch.see(turn((1,), (2,))) is None
    assert (watch.turns, watch.unknown, len(watch.breaks)) == (3, 1, 2)


def test_completions_without_ids_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match=r"has no token ids; ask for them with Sampling\(token_ids=True\)"):
        prefix_break(Completion(""), turn((1,)))
