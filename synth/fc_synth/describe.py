"""Descriptions: how a person names a row without its identifier, and how such words are understood again.

The writer follows Dale and Reiter's incremental algorithm: a head, then one modifier after the other, each only if it
rules out rows that would otherwise fit too, until one row is left. The reader turns the same grammar round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fc_gym.entity import Entity
from fc_gym.keys import field_types, keys_in
from fc_gym.phrase import Phrase
from fc_gym.types import JsonValue
from fc_synth.spoken import said

__all__ = ["Description", "describe", "field_keys", "fits", "understood"]


@dataclass(frozen=True)
class Description:
    """Words for one row."""

    key: str
    """The key of the row, such as `OrderId`."""
    text: str
    """Such as `my order placed on 2 March`."""
    fields: Mapping[str, str]
    """What the words say of the row: field to spoken value."""


def describe(
    entity: Entity,
    row: object,
    others: Iterable[object],
    must: Sequence[str],
    today: str,
    rng: np.random.Generator,
) -> Description | None:
    """Name a row so that it is told apart from all others.

    Args:
        entity: The table it stands in.
        row: The row.
        others: The other rows.
        must: Fields that the words have to mention.
        today: The current day.
        rng: Chooses among heads.

    Returns:
        The shortest description in the author's order of preference; None if the words cannot tell it apart, cannot
        mention a field, or would say nothing of a field that is empty.
    """
    values = _spoken(entity, row, today)
    rivals = [_spoken(entity, other, today) for other in others]
    head = entity.heads[int(rng.integers(len(entity.heads)))]
    chosen: list[Phrase] = [head]
    for modifier in entity.modifiers:
        needed = any(slot in must for slot in modifier.slots)
        helps = any(_alike(chosen, rival, values) and not _alike([modifier], rival, values) for rival in rivals)
        if (needed or helps) and all(values.get(slot) for slot in modifier.slots):
            chosen.append(modifier)
    slots = {slot for phrase in chosen for slot in phrase.slots}
    if any(_alike(chosen, rival, values) for rival in rivals) or not set(must) <= slots:
        return None
    if not all(values.get(slot) for slot in slots):
        return None
    text = " ".join(phrase.fill(values) for phrase in chosen)
    return Description(entity.key, text, {slot: values[slot] for slot in sorted(slots)})


def understood(entity: Entity, text: str) -> Description | None:
    """Read the words for a row; None if they are none of the entity's."""
    for pattern in _patterns(entity):
        match = pattern.fullmatch(text.strip())
        if match:
            fields = {name.split("__")[0]: value for name, value in match.groupdict().items() if value is not None}
            return Description(entity.key, text, fields)
    return None


def fits(description: Description, record: Mapping[str, JsonValue], keys: Mapping[str, str], today: str) -> bool:
    """Return True if a record that a result shows is as described.

    Args:
        description: The words.
        record: An object in a result.
        keys: The key of each field of the row, empty if of none.
        today: The current day.
    """
    return all(
        name in record and said(record[name], keys.get(name, ""), today) == value
        for name, value in description.fields.items()
    )


@lru_cache(maxsize=256)
def field_keys(row: type) -> dict[str, str]:
    """Return the key of each field of a row, empty if of none."""
    return {name: next((key for _, key in keys_in(type_)), "") for name, type_ in field_types(row).items()}


def _spoken(entity: Entity, row: object, today: str) -> dict[str, str]:
    keys = field_keys(entity.row)
    return {slot: said(getattr(row, slot), keys[slot], today) for slot in entity.slots}


def _alike(phrases: Sequence[Phrase], one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one[slot] == other[slot] for phrase in phrases for slot in phrase.slots)


@lru_cache(maxsize=256)
def _patterns_of(heads: tuple[Phrase, ...], modifiers: tuple[Phrase, ...]) -> tuple[re.Pattern[str], ...]:
    tail = "".join(f"(?: {_regex(modifier)})?" for modifier in modifiers)
    return tuple(re.compile(_regex(head) + tail) for head in heads)


def _patterns(entity: Entity) -> tuple[re.Pattern[str], ...]:
    return _patterns_of(entity.heads, entity.modifiers)


def _regex(phrase: Phrase) -> str:
    pieces = re.split(r"\{([^{}]*)\}", phrase.text)
    return "".join(f"(?P<{one}>.+?)" if index % 2 else re.escape(one) for index, one in enumerate(pieces))
