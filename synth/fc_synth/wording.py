"""The words around a request: how people open, join and close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["Wording", "capital", "one_of", "plural_mended", "theirs", "whole", "yours"]

OPENERS = (
    "Could you {ask}?", "Can you {ask}?", "Please {ask}.", "Would you {ask}, please?", "I need you to {ask}.",
    "I'd like you to {ask}.", "Could you please {ask}?", "Would you mind helping me? Please {ask}.",
    "Go ahead and {ask}, please.", "I want you to {ask}.", "Do me a favour and {ask}.", "Would you please {ask}?",
    "I'd be glad if you could {ask}.", "It would help me if you could {ask}.",
)  # fmt: skip
LATER_OPENERS = (
    "Thanks. Could you also {ask}?", "Great, now {ask}, please.", "Good. Next, {ask}.", "And now please {ask}.",
    "One more thing: {ask}.", "Perfect. Can you also {ask}?", "While you're at it, {ask}.",
    "Now I need you to {ask}.", "Okay, then please {ask}.", "All right. Would you now {ask}?",
    "That helps. Next, please {ask}.", "Thank you. Now {ask}, please.", "Good, and could you {ask}?",
    "Next I'd like you to {ask}.",
)  # fmt: skip
LEADS = (
    "", "", "", "", "", "", "Hi!", "Hello,", "Hey,", "Good morning.", "I'm about to leave, so quickly:",
    "Sorry to bother you again.", "I only have a minute.", "I'm tidying up a few things today.",
    "Before I forget:", "Something has come up.",
)  # fmt: skip
JOINS = ("{first} Then {second}.", "{first} After that, {second}.", "{first} Once that's done, {second}.",
         "{first} And then please {second}.", "{first} When you have done that, {second}.")  # fmt: skip

PLAIN = 60
"""Longest request, in letters, after which a "please" still sounds right."""


class Wording:
    """Puts requests into sentences.

    Args:
        rng: Chooses among the ways to say it.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def request(self, asks: Sequence[str], *, later: bool) -> str:
        """Return one message.

        Args:
            asks: Verb phrases or whole sentences, in order; at least one.
            later: True if it is not the first message of the dialogue.
        """
        text = self._opened(asks[0], later)
        for ask in asks[1:]:
            text = f"{text} {_ended(ask)}" if whole(ask) else one_of(JOINS, self.rng).format(first=text, second=ask)
        lead = "" if later else one_of(LEADS, self.rng)
        return f"{lead} {text}" if lead and lead[-1] in ".!:" else self._led(lead, text)

    def _opened(self, ask: str, later: bool) -> str:
        if whole(ask):
            return _ended(ask)
        openers: tuple[str, ...] = LATER_OPENERS if later else OPENERS
        if len(ask) > PLAIN or not ask[-1].isalpha() or "," in ask:
            ends = ("{ask}.",) if ask[-1] == '"' else ("{ask}.", "{ask}?")
            openers = tuple(one for one in openers if one.endswith(ends))
        return capital(one_of(openers, self.rng).format(ask=ask))

    def _led(self, lead: str, text: str) -> str:
        if not lead:
            return text
        return f"{lead} {text if text.startswith(('I ', 'I’', chr(73) + chr(39))) else text[0].lower() + text[1:]}"


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
    """
    words = text.split(" ")
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
