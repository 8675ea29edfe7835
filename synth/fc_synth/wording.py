"""The words around a request: how people open, join and close."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from fc_synth.style import PERSONAS, PLAIN, Persona, Style

__all__ = ["LATER_OPENERS", "Wording", "capital", "one_of", "plural_mended", "theirs", "whole", "yours"]

LATER_OPENERS = PLAIN.later

LONG = 60
"""Longest request, in letters, after which a "please" still sounds right."""


class Wording:
    """Puts requests into sentences, in the manner of one person who does not say the same thing twice.

    Args:
        rng: Chooses among the ways to say it.
        persona: Who speaks.
    """

    def __init__(self, rng: np.random.Generator, persona: Persona = PERSONAS[0]) -> None:
        self.rng, self.persona = rng, persona
        self.said: frozenset[str] = frozenset()
        """What was said around requests so far."""

    @property
    def style(self) -> Style:
        """The manner of the person."""
        return self.persona.style

    def copy(self) -> Wording:
        """Return an independent copy that draws from the same chance."""
        other = Wording(self.rng, self.persona)
        other.said = self.said
        return other

    def request(
        self, asks: Sequence[str], *, later: bool, asides: int = 0, mends: Mapping[int, str] | None = None
    ) -> str:
        """Return one message.

        Args:
            asks: Verb phrases or whole sentences, in order; at least one.
            later: True if it is not the first message of the dialogue.
            asides: How many things are said that ask for nothing.
            mends: Sentences that come right after a request, by its position.
        """
        mends = mends or {}
        parts = [self._opened(asks[0], later), *([mends[0]] if 0 in mends else [])]
        for number, ask in enumerate(asks[1:], start=1):
            parts.append(self._joined(ask, last=number == len(asks) - 1 > 1))
            parts += [mends[number]] if number in mends else []
        lead = self._maybe(self.style.thanks if later else self.style.leads, self.style.led)
        thanked = lead.startswith("Thank")
        tail = self._maybe([one for one in self.style.tails if not (thanked and one.startswith(("Thank", "Many")))],
                           self.style.tailed)  # fmt: skip
        idle = [self._fresh(self.persona.asides) for _ in range(min(asides, len(self.persona.asides)))]
        before = idle[: len(idle) - len(idle) // 2] if self.rng.random() < 0.6 else []
        after = [one for one in idle if one not in before]
        return " ".join(one for one in (lead, *before, *parts, *after, tail) if one)

    def _opened(self, ask: str, later: bool) -> str:
        if whole(ask):
            return _ended(ask)
        return _set(self._fresh(_fitting(self.style.later if later else self.style.openers, ask)), ask)

    def _joined(self, ask: str, *, last: bool) -> str:
        if whole(ask):
            return _ended(ask)
        return _set(self._fresh(_fitting(self.style.last if last else self.style.joins, ask)), ask)

    def _maybe(self, choices: Sequence[str], chance: float) -> str:
        """Say one of them by chance, if there is one that was not said before."""
        left = [one for one in choices if one not in self.said]
        if self.rng.random() >= chance or not left:
            return ""
        return self._fresh(left)

    def _fresh(self, choices: Sequence[str]) -> str:
        """Draw one that was not said before, as long as there is one, and remember it."""
        left = [one for one in choices if one not in self.said] or list(choices)
        chosen = one_of(left, self.rng)
        self.said |= {chosen}
        return chosen


def _fitting(choices: Sequence[str], ask: str) -> Sequence[str]:
    """Leave out what would follow a long request, or one that ends in quotes, badly."""
    if len(ask) <= LONG and ask[-1].isalpha() and "," not in ask:
        return choices
    ends = ("{ask}.",) if ask[-1] == '"' else ("{ask}.", "{ask}?")
    return [one for one in choices if one.endswith(ends)]


def _set(frame: str, ask: str) -> str:
    return capital(frame.format(ask=ask))


def _ended(sentence: str) -> str:
    """Give a sentence its full stop, if it has no end."""
    return sentence if sentence[-1] in ".?!" else f"{sentence}."


def whole(ask: str) -> bool:
    """Return True if a way of asking is a sentence of its own."""
    return ask[:1].isupper()


def one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    """Draw one text."""
    return choices[int(rng.integers(len(choices)))]


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


_YOURS = {"my": "your", "me": "you", "i": "you", "mine": "yours", "i'm": "you're"}
_THEIRS = {
    "my": "their",
    "me": "them",
    "i": "they",
    "mine": "theirs",
    "i'm": "they're",
    "am": "are",
    "we": "they",
    "our": "their",
}


def yours(text: str) -> str:
    """Turn the user's words about themselves into words to the user.

    >>> yours("my order placed on 2 March")
    'your order placed on 2 March'
    """
    return _swapped(text, _YOURS)


def theirs(text: str) -> str:
    """Turn the user's words about themselves into words about the user.

    >>> theirs("cancel my order and give me my money back")
    'cancel their order and give them their money back'
    """
    return _swapped(text, _THEIRS)


def _swapped(text: str, words: Mapping[str, str]) -> str:
    """Replace words, but not in what is quoted."""
    parts = text.split('"')
    for index in range(0, len(parts), 2):
        parts[index] = " ".join(words.get(word.lower(), word) for word in parts[index].split(" "))
    return '"'.join(parts)


def plural_mended(text: str) -> str:
    """Mend what a filled-in count of 1 does to a sentence.

    >>> plural_mended("There are 1 entries in your calendar.")
    'There is 1 entry in your calendar.'
    >>> plural_mended("There are 0 articles that fit. Documents I found: 0.")
    'There are no articles that fit. Documents I found: none.'
    """
    words = re.sub(r"(?<=: )0(?=[.:,]|$)", "none", re.sub(r"(?<=are )0(?= )", "no", text)).split(" ")
    for index, word in enumerate(words[:-1]):
        if word == "1":
            stop = 3 if index + 2 < len(words) and words[index + 1].rstrip("s,.:") == words[index + 1] else 2
            for later in range(index + 1, min(index + stop, len(words))):
                words[later] = _singular(words[later])
            if index and words[index - 1].lower() in ("are", "were"):
                words[index - 1] = "is" if words[index - 1].lower() == "are" else "was"
    return " ".join(words)


_KEEP = {"address", "as", "business", "has", "is", "this", "was", "its", "us", "plus", "across", "previous"}


def _singular(word: str) -> str:
    core = word.rstrip(".,:;!?")
    tail = word[len(core) :]
    if core.lower() in _KEEP or not core.endswith("s") or core.endswith("ss"):
        return word
    if core.endswith("ies"):
        return f"{core[:-3]}y{tail}"
    return f"{core[:-1]}{tail}"
