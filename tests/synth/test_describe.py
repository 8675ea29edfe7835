"""Promises of descriptions: words that name one row, and are understood again as that row."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from fc_synth.describe import Description, describe, field_keys, fits, understood
from fc_synth.memory import unsaid
from fc_synth.spoken import joined, said
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.entity import Entity
from fc_gym.registration import load_domain
from fc_gym.tool import Parameter
from fc_gym.types import canonical, to_json

DOMAINS = ("shop", "calendar", "mail")
seeds = st.integers(0, 100_000)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def tables(name: str, seed: int) -> list[tuple[Entity, dict[Any, Any], str]]:
    """Return every table of a drawn world with its rows, and the current day."""
    domain = load_domain(name)
    world = domain.sample(seed).world
    return [(entity, dict(entity.rows(world)), world.today) for entity in domain.entities.values()]


def decoded(row: object) -> dict[str, Any]:
    """Return a row as a result shows it."""
    record: dict[str, Any] = json.loads(to_json(row))
    return record


def spoken(entity: Entity, row: object, today: str, slots: Any) -> list[str]:
    keys = field_keys(entity.row)
    return [said(getattr(row, slot), keys[slot], today) for slot in slots]


@settings(max_examples=45)
@given(st.sampled_from(DOMAINS), seeds)
def test_a_description_fits_exactly_its_row_when_it_is_read_again(name: str, seed: int) -> None:
    rng, named = np.random.default_rng(seed), 0
    for entity, rows, today in tables(name, seed):
        for key, row in rows.items():
            others = [other for one, other in rows.items() if one != key]
            words = describe(entity, row, others, (), today, rng)
            if words is None:
                continue
            read = understood(entity, words.text)
            assert read is not None
            assert read.fields == words.fields
            keys = field_keys(entity.row)
            assert [one for one, other in rows.items() if fits(read, decoded(other), keys, today)] == [key]
            named += 1
    assert named > 5


@settings(max_examples=45)
@given(st.sampled_from(DOMAINS), seeds)
def test_no_words_are_found_only_where_two_rows_are_alike_in_all_that_can_be_said(name: str, seed: int) -> None:
    for entity, rows, today in tables(name, seed):
        for key, row in rows.items():
            others = [other for one, other in rows.items() if one != key]
            if describe(entity, row, others, (), today, np.random.default_rng(seed)) is None:
                mine = spoken(entity, row, today, entity.slots)
                assert "" in mine or mine in [spoken(entity, other, today, entity.slots) for other in others]


@given(st.sampled_from(DOMAINS), seeds)
@settings(max_examples=20)
def test_rows_that_are_alike_in_words_cannot_be_told_apart(name: str, seed: int) -> None:
    for entity, rows, today in tables(name, seed):
        for row in list(rows.values())[:2]:
            assert describe(entity, row, [row], (), today, np.random.default_rng(0)) is None


@settings(max_examples=30)
@given(st.sampled_from(DOMAINS), seeds)
def test_no_modifier_is_added_that_rules_nothing_out(name: str, seed: int) -> None:
    for entity, rows, today in tables(name, seed):
        for key, row in rows.items():
            others = [other for one, other in rows.items() if one != key]
            words = describe(entity, row, others, (), today, np.random.default_rng(seed))
            if words is None:
                continue
            (head,) = [one for one in entity.heads if set(one.slots) <= set(words.fields)][:1]
            rivals = [
                other for other in others
                if spoken(entity, other, today, head.slots) == spoken(entity, row, today, head.slots)
            ]  # fmt: skip
            for modifier in entity.modifiers:
                slots = modifier.slots
                left = [one for one in rivals if spoken(entity, one, today, slots) == spoken(entity, row, today, slots)]
                used = set(slots) <= set(words.fields)
                assert used == (len(left) < len(rivals)), (words.text, slots)
                rivals = left if used else rivals
            assert not rivals


@settings(max_examples=30)
@given(st.sampled_from(DOMAINS), seeds, st.data())
def test_what_must_be_mentioned_is_mentioned(name: str, seed: int, data: st.DataObject) -> None:
    for entity, rows, today in tables(name, seed):
        must = data.draw(st.lists(st.sampled_from(entity.slots), max_size=2))
        for key, row in rows.items():
            others = [other for one, other in rows.items() if one != key]
            words = describe(entity, row, others, must, today, np.random.default_rng(seed))
            if words is not None:
                assert set(must) <= set(words.fields)
                assert all(said(getattr(row, one), field_keys(entity.row)[one], today) in words.text for one in must)


def test_a_field_that_no_words_can_mention_gives_no_description() -> None:
    entity, rows, today = tables("shop", 0)[0]
    row = next(iter(rows.values()))
    assert describe(entity, row, [], ["stock"], today, np.random.default_rng(0)) is None


def test_a_description_of_an_only_row_is_its_head() -> None:
    for entity, rows, today in tables("mail", 1):
        for row in rows.values():
            words = describe(entity, row, [], (), today, np.random.default_rng(0))
            assert words is not None
            assert words.text in [
                head.fill({slot: str(getattr(row, slot)) for slot in head.slots}) for head in entity.heads
            ]


@pytest.mark.parametrize("text", ["", "hello", "the conversation", "conversation about tea", "the conversation with"])
def test_words_of_another_kind_are_not_understood(text: str) -> None:
    assert understood(load_domain("mail").entities["ConversationId"], text) is None


def test_a_record_without_the_named_field_does_not_fit() -> None:
    words = Description("FileId", "the file a", {"name": "a"})
    assert fits(words, {"name": "a"}, {}, "")
    assert not fits(words, {"name": "b"}, {}, "")
    assert not fits(words, {"size": "a"}, {}, "")


DATE = Parameter("day", "", {"type": "string"}, True, key="Date")


@given(days, days)
def test_a_date_is_read_back_as_it_was_said_with_and_without_the_year(day: date, today: date) -> None:
    words = said(day.isoformat(), "Date", today.isoformat())
    assert (str(day.year) in words.split()) == (day.year != today.year)
    assert unsaid(words, DATE, today.isoformat()) == day.isoformat()
    assert unsaid(day.isoformat(), DATE, today.isoformat()) == day.isoformat()


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_is_read_back(value: int) -> None:
    assert unsaid(said(value), Parameter("n", "", {"type": "integer"}, True), "") == value


@given(st.integers(-(10**9), 10**9))
def test_an_amount_is_read_back(cents: int) -> None:
    assert unsaid(said(cents / 100), Parameter("n", "", {"type": "number"}, True), "") == cents / 100


@given(st.booleans())
def test_a_yes_or_no_is_read_back(value: bool) -> None:
    assert unsaid(said(value), Parameter("n", "", {"type": "boolean"}, True), "") is value


@given(st.text())
def test_plain_words_mean_themselves(words: str) -> None:
    assert unsaid(said(words), Parameter("n", "", {"type": "string"}, True), "2026-01-01") == words
    many = Parameter("n", "", {"type": "array", "items": {"type": "string"}}, True, many=True)
    assert unsaid(said(words), many, "2026-01-01") == words


@pytest.mark.parametrize(
    ("one", "words"),
    [(DATE, "some day"), (DATE, "31 February"), (Parameter("n", "", {"type": "integer"}, True), "many")],
)
def test_what_cannot_be_read_stays_as_it_was_said(one: Parameter, words: str) -> None:
    assert unsaid(words, one, "2026-01-01") == words


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1), max_size=4))
def test_a_list_is_said_with_a_last_and(texts: list[str]) -> None:
    words = joined(texts)
    assert [one for one in words.replace(" and ", ", ").split(", ") if one] == texts
    assert words.count(" and ") == (len(texts) > 1)
    assert said(texts) == words


def test_nothing_is_said_of_nothing() -> None:
    assert said(None) == ""
    assert said(None, "Date", "2026-01-01") == ""
    assert said("no day", "Date", "2026-01-01") == "no day"
    assert canonical(said(True)) == '"yes"'
