"""Promises of tools beside: as many as asked for, the confusing ones first, and no world is changed by it."""

from __future__ import annotations

import pytest
from fc_synth.beside import joined_with, narrowed
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.kept import graph_of
from fc_gym.registration import load_domain

AMONG = ("mail", "calendar", "drive")


@given(st.integers(1, 30))
def test_there_are_as_many_tools_beside_as_asked_for(count: int) -> None:
    mine = load_domain("mail")
    there, graph = joined_with("mail", count, AMONG)
    assert len(there.tools) == len(mine.tools) + count
    assert list(there.tools)[: len(mine.tools)] == list(mine.tools), "its own come first"
    assert graph.domain is there
    assert {edge.source for edge in graph.edges} | {edge.target for edge in graph.edges} <= there.tools.keys()


def test_more_tools_are_offered_beside_without_changing_what_was_joined_before() -> None:
    few, _ = joined_with("mail", 3, AMONG)
    before = list(few.tools)
    many, _ = joined_with("mail", 12, AMONG)
    assert list(few.tools) == before
    assert len(many.tools) == len(before) + 9
    assert len(load_domain("mail+drive").tools) == len(load_domain("mail").tools) + len(load_domain("drive").tools)


def test_what_takes_only_rows_that_are_at_hand_comes_first() -> None:
    mine = load_domain("mail")
    there, _ = joined_with("mail", 6, AMONG)
    strange = there.entities.keys() - mine.entities.keys()
    beside = [tool for name, tool in there.tools.items() if name not in mine.tools]
    assert not any(one.required and one.key in strange for tool in beside for one in tool.parameters.values())


def test_where_there_is_no_other_world_our_own_are_beside() -> None:
    there, _ = joined_with("mail", 2, ("mail",))
    assert len(there.tools) == len(load_domain("mail").tools) + 2


@pytest.mark.parametrize("reference", ["mail", "mail+drive"])
def test_narrowing_leaves_the_domain_as_it_was(reference: str) -> None:
    domain = load_domain(reference)
    names, mark = domain.names, domain.fingerprint
    other, graph = narrowed(domain, graph_of(domain), names[:4])
    assert (domain.names, domain.fingerprint) == (names, mark)
    assert other.names == names[:4]
    assert other.fingerprint != mark
    assert graph.measured.writes <= set(names[:4])
