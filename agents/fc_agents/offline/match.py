"""Matching by words: which tool and which row a message has most words in common with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fc_gym.domain import Domain
from fc_gym.types import JsonValue, to_json

__all__ = ["Matcher", "overlap", "sentences", "stems"]

_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
_END = re.compile(r"(?<=[.?!])\s+")
STEM = 5
"""Letters of a word that count."""
COMMON = frozenset({
    "the", "and", "you", "that", "for", "please", "could", "would", "then", "with", "from", "can", "this", "have",
    "also", "them", "now", "like", "need",
})  # fmt: skip
LEAST = 0.25
"""Weight of shared words from which on a sentence is taken to ask for a tool."""


def stems(text: str) -> list[str]:
    """Return the words of a text, shortened, without the commonest.

    >>> stems("Please cancel the orders!")
    ['cance', 'order']
    """
    return [word[:STEM] for word in _WORD.findall(text.casefold()) if word not in COMMON]


def sentences(text: str) -> list[str]:
    """Split a message at the ends of sentences."""
    return [one for one in _END.split(text) if one]


class Matcher:
    """Finds the tool that a sentence asks for by the words of tools' names, texts and ways of asking.

    Args:
        domain: The tools.
        offered: The names of those on offer.
    """

    def __init__(self, domain: Domain, offered: Sequence[str]) -> None:
        self.bags = {name: Counter(stems(_text(domain, name))) for name in offered}
        often = Counter(word for bag in self.bags.values() for word in bag)
        self.weights = {word: math.log(1 + len(self.bags) / count) for word, count in often.items()}

    def tool(self, sentence: str) -> str:
        """Return the tool with most in common with a sentence; empty if there is none."""
        words = set(stems(sentence))
        scores = {name: self._score(bag, words) for name, bag in self.bags.items()}
        best = max(scores, key=lambda name: scores[name], default="")
        return best if best and scores[best] >= LEAST else ""

    def tools(self, text: str) -> list[str]:
        """Return the tools that the sentences of a message ask for, in order."""
        return list(dict.fromkeys(found for one in sentences(text) if (found := self.tool(one))))

    def alike(self, one: str, other: str) -> float:
        """Return how much of what two tools say of themselves is the same, 0 to 1; rare words count more."""
        first, second = self.bags[one].keys(), self.bags[other].keys()
        both = sum(self.weights[word] for word in sorted(first & second))
        return both / sum(self.weights[word] for word in sorted(first | second))

    def _score(self, bag: Counter[str], words: Iterable[str]) -> float:
        shared = sum(self.weights[word] for word in words if word in bag)
        return shared / math.log(1 + len(self.bags)) / math.sqrt(len(bag))


def overlap(record: Mapping[str, JsonValue], words: Iterable[str]) -> int:
    """Return how many of some words an object in a result contains."""
    return len(set(stems(to_json(dict(record)))) & set(words))


def _text(domain: Domain, name: str) -> str:
    tool = domain.tools[name]
    texts = " ".join(one.description.split(", such as")[0] for one in tool.parameters.values())
    asks = re.sub(r"\{[^{}]*\}|[\[\]]", " ", " ".join(phrase.text for phrase in tool.asks))
    return f"{name.replace('_', ' ')} {tool.description} {texts} {asks}"
