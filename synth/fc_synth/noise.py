"""Noise: what makes a request harder to read without changing what it asks for.

Each form takes requests that were put into words and returns them with more around them; none of them names a hidden
value, and the last thing said is always what is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fc_synth.wording import capital, one_of, whole

__all__ = ["KINDS", "Noisy", "Slot", "disturbed"]

KINDS = ("aside", "retracted", "corrected", "late", "scrambled")
"""The forms of noise: something beside the point, a wish that is taken back, a detail that is corrected, a detail that
comes only afterwards, and a second request that is said before the first."""

SHARES: Mapping[str, float] = {"aside": 0.7, "retracted": 0.45, "corrected": 0.7, "late": 0.55, "scrambled": 0.8}
"""How likely each form is at full noise, 0 to 1."""

CORRECTIONS = (
    "Sorry, I mean {right}.", "No, wait, I mean {right}.", "Actually no: {right}.", "Sorry, that should be {right}.",
    "Correction: {right}.",
)  # fmt: skip
LATE = ("I mean {right}.", "It's {right}.", "I'm talking about {right}.", "The one I mean is {right}.")
RETRACTED = (
    "I was also going to ask you to {ask}, but leave that for now.",
    "I nearly asked you to {ask}, but that can wait.",
    "No need to {ask}, by the way.",
    "You don't have to {ask} this time.",
)
SCRAMBLED = ("But before that, {ask}.", "First, though, {ask}.", "But do this first: {ask}.")


@dataclass(frozen=True)
class Slot:
    """Words for one argument, and what could be mistaken for them."""

    words: str
    wrong: tuple[str, ...] = ()
    """Words for other rows or values of the same kind."""
    vague: str = ""
    """Words that leave open which one is meant, such as `an order`; empty if there are none."""


@dataclass
class Noisy:
    """Requests with noise."""

    asks: list[str]
    mends: dict[int, str] = field(default_factory=dict)
    """What is said right after a request, by its position."""
    asides: int = 0
    kinds: tuple[str, ...] = ()
    """The forms that were used."""


def disturbed(
    asks: Sequence[str], slots: Sequence[Sequence[Slot]], others: Sequence[str], noise: float, rng: np.random.Generator
) -> Noisy:
    """Add noise to requests.

    Args:
        asks: The requests, in order.
        slots: The words in each of them.
        others: Requests that are not meant, for one that is taken back.
        noise: How much of it, 0 to 1.
        rng: The source of chance.
    """
    made = Noisy(list(asks))
    for kind in KINDS:
        if rng.random() < noise * SHARES[kind] and _FORMS[kind](made, slots, others, rng):
            made.kinds = (*made.kinds, kind)
    return made


def _aside(made: Noisy, slots: Sequence[Sequence[Slot]], others: Sequence[str], rng: np.random.Generator) -> bool:
    made.asides = 1 + int(rng.random() < 0.3)
    return True


def _retracted(made: Noisy, slots: Sequence[Sequence[Slot]], others: Sequence[str], rng: np.random.Generator) -> bool:
    if not others:
        return False
    made.mends[len(made.asks) - 1] = one_of(RETRACTED, rng).format(ask=one_of(others, rng))
    return True


def _corrected(made: Noisy, slots: Sequence[Sequence[Slot]], others: Sequence[str], rng: np.random.Generator) -> bool:
    places = [
        (number, slot)
        for number, ask in enumerate(made.asks)
        for slot in slots[number]
        if slot.wrong and ask.count(slot.words) == 1 and number not in made.mends
    ]
    if not places:
        return False
    number, slot = places[int(rng.integers(len(places)))]
    made.asks[number] = made.asks[number].replace(slot.words, one_of(slot.wrong, rng))
    made.mends[number] = one_of(CORRECTIONS, rng).format(right=slot.words)
    return True


def _late(made: Noisy, slots: Sequence[Sequence[Slot]], others: Sequence[str], rng: np.random.Generator) -> bool:
    places = [
        (number, slot)
        for number, ask in enumerate(made.asks)
        for slot in slots[number]
        if slot.vague and _last(ask, slot.words) and number not in made.mends
    ]
    if not places:
        return False
    number, slot = places[int(rng.integers(len(places)))]
    ask = made.asks[number].replace(slot.words, slot.vague)
    made.asks[number] = capital(ask) if whole(made.asks[number]) else ask
    made.mends[number] = one_of(LATE, rng).format(right=slot.words)
    return True


def _last(ask: str, words: str) -> bool:
    """Return True if a request ends with some words, so that nothing stands between them and what comes after."""
    return ask.count(words) == 1 and ask.rstrip(".?!").endswith(words)


def _scrambled(made: Noisy, slots: Sequence[Sequence[Slot]], others: Sequence[str], rng: np.random.Generator) -> bool:
    """Say the second of two requests first, if it does not refer to the first."""
    if len(made.asks) != 2 or made.mends or any(whole(ask) or "that " in ask for ask in made.asks):
        return False
    made.mends[0] = one_of(SCRAMBLED, rng).format(ask=made.asks[0])
    made.asks = [made.asks[1]]
    return True


_FORMS: Mapping[str, Callable[[Noisy, Sequence[Sequence[Slot]], Sequence[str], np.random.Generator], bool]] = {
    "aside": _aside,
    "retracted": _retracted,
    "corrected": _corrected,
    "late": _late,
    "scrambled": _scrambled,
}
