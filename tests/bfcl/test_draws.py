from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.draws import Draws


@given(st.integers(), st.lists(st.booleans(), max_size=5))
def test_what_is_drawn_is_what_a_seeded_generator_draws(seed: int, whole: list[bool]) -> None:
    draws, source = Draws(seed), random.Random(seed)
    for one in whole:
        if one:
            assert draws.randint(1, 99) == source.randint(1, 99)
        else:
            assert draws.uniform(-10, 40) == source.uniform(-10, 40)


def test_a_config_may_have_a_seed_of_its_own() -> None:
    assert Draws.configured({}, 1).randint(0, 10**9) == random.Random(1).randint(0, 10**9)
    assert Draws.configured({"random_seed": 2}, 1).randint(0, 10**9) == random.Random(2).randint(0, 10**9)


def test_a_config_with_a_seed_that_is_none_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(TypeError, match="seed"):
        Draws.configured({"random_seed": []}, 1)


def test_a_copy_goes_on_alone_from_where_it_was_made() -> None:
    draws = Draws(3)
    draws.randint(0, 9)
    twin = copy.deepcopy(draws)
    assert [twin.randint(0, 10**9) for _ in range(3)] == [draws.randint(0, 10**9) for _ in range(3)]
