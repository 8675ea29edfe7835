from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.copies import copied

PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sets(st.integers()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


def changeable(value: Any) -> list[int]:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list | tuple) else []
    own = [id(value)] if isinstance(value, dict | list | set) else []
    return own + [one for part in inner for one in changeable(part)]


@given(PLAIN)
def test_a_copy_is_equal_and_shares_nothing_that_can_change(value: Any) -> None:
    twin = copied(value)
    assert twin == value and type(twin) is type(value)
    assert not set(changeable(twin)) & set(changeable(value))
