"""The words around a request: how people open, join and close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["Wording", "capital", "one_of", "plural_mended", "theirs", "whole", "yours"]

OPENERS = (
    "Could you {ask}?", "Can you {ask}?", "Please {ask}.", "Would you {ask}, please?", "I need you to {ask}.",
    "I'd like you to {ask}.", "Could you please {ask}?", "Would you mind helping me? Please {ask}.",
    "Go ahead and {ask}, please.", "I want you to {ask}.", "Do me a favour and {ask}.", "Would you please {ask}?",
    "I'd be glad if you could {ask}.", "It would help me if you could {ask}.", "I was hoping you could {ask}.",
    "You could help me: {ask}, please.", "What I need is this: {ask}.", "Are you able to {ask}?",
    "I have to ask you to {ask}.", "Kindly {ask}.", "Let's start with this: {ask}.",
)  # fmt: skip
LATER_OPENERS = (
    "Could you also {ask}?", "Now {ask}, please.", "Next, {ask}.", "And now please {ask}.", "One more thing: {ask}.",
    "Can you also {ask}?", "While you're at it, {ask}.", "Now I need you to {ask}.", "Then please {ask}.",
    "Would you now {ask}?", "Next, please {ask}.", "And could you {ask}?", "Next I'd like you to {ask}.",
    "I also need you to {ask}.", "Please {ask} as well.", "There is something else: {ask}.",
    "Now for the next step: {ask}.",
    "Go on and {ask}, please.", "I'd also be glad if you could {ask}.",
)  # fmt: skip
LEADS = (
    "", "", "", "", "", "", "", "Hi!", "Hello!", "Hey!", "Good morning.", "I'm about to leave, so let's be quick.",
    "Sorry to bother you again.", "I only have a minute.", "I'm tidying up a few things today.",
    "I keep a list, and this is next on it.",
    "Something has come up.", "Good to have you here.", "I have a small thing to sort out.", "Hello again.",
    "Here is what I'm working on.", "I need a hand with something.", "This should be quick.", "I hope you can help.",
    "There is something I keep putting off.", "Right, let's get this done.", "I'm catching up on things.",
    "Maybe this is easy for you.",
)  # fmt: skip
ACKNOWLEDGED = (
    "", "", "", "Thanks.", "Great.", "Good.", "Perfect.", "Okay.", "All right.", "That helps.", "Thank you.",
    "Very good.", "Fine.", "Got it.", "Lovely.", "Noted.", "That's what I needed.", "Good to know.", "Right.",
    "Excellent.",
)  # fmt: skip
BRIDGES = (
    "", "", "", "One more thing.", "Something else.", "On to the next point.", "Moving on.", "There is this, too.",
    "While I have you, another thing.", "There is more.", "That brings me to something.", "And then there is this.",
)  # fmt: skip
"""What may come before a request that is a sentence of its own, later in a dialogue."""
TAILS = (
    "Thanks!", "Thank you.", "Thanks in advance.", "That would help me a lot.", "There is no rush.", "Take your time.",
    "I can't do it myself right now.", "I have been putting this off for days.", "My hands are full at the moment.",
    "I'm on the train and the connection is bad.", "I keep forgetting about it.", "It has been on my list for a while.",
    "I hope that is no trouble.", "Much appreciated.", "I'm in a meeting, so keep it short.",
    "I'm not at my desk today.", "I was asked about it just now.", "Someone is waiting for me to sort this out.",
    "It came up this morning.", "I'd be grateful.", "You would do me a favour.", "I'm a little behind with everything.",
    "I don't have the details in front of me.", "I'd like to have that off my mind.",
)  # fmt: skip
TAILED = (0.5, 0.3)
"""How often something is said after the request: in the first message, and later."""
JOINS = (
    "{first} Then {second}.", "{first} After that, {second}.", "{first} Once that's done, {second}.",
    "{first} And then please {second}.", "{first} When you have done that, {second}.", "{first} Next, {second}.",
    "{first} As a second step, {second}.", "{first} With that out of the way, {second}.",
    "{first} Afterwards, please {second}.",
)  # fmt: skip

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
        text = _led(one_of(ACKNOWLEDGED if later else LEADS, self.rng), text)
        tails = [one for one in TAILS if not (one.startswith("Thank") and text.startswith("Thank"))]
        return f"{text} {one_of(tails, self.rng)}" if self.rng.random() < TAILED[later] else text

    def _opened(self, ask: str, later: bool) -> str:
        if whole(ask):
            return _led(one_of(BRIDGES, self.rng) if later else "", _ended(ask))
        openers: tuple[str, ...] = LATER_OPENERS if later else OPENERS
        if len(ask) > PLAIN or not ask[-1].isalpha() or "," in ask:
            ends = ("{ask}.",) if ask[-1] == '"' else ("{ask}.", "{ask}?")
            openers = tuple(one for one in openers if one.endswith(ends))
        return capital(one_of(openers, self.rng).format(ask=ask))


def _led(lead: str, text: str) -> str:
    return f"{lead} {text}" if lead else text


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
