"""Reading: what a user's words ask for, by the grammar in which tools can be asked for.

The offline reasoner knows the user's message only through this. It can be wrong: several tools may fit the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fc_gym.domain import Domain
from fc_gym.phrase import Phrase
from fc_synth.query import ask_phrases

__all__ = ["Request", "read_query"]

_BREAK = re.compile(r"(?<=[.?!:])\s+")
_JOIN = re.compile(r"^(?:then|after that,|once that's done,|and then please|when you have done that,)\s+", re.I)


@dataclass(frozen=True)
class Request:
    """One thing asked for."""

    tool: str
    words: dict[str, str]
    """Parameter to the words used for it."""
    text: str
    """The request in the user's words."""


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    weight: int
    request: Request


def read_query(domain: Domain, text: str) -> list[Request]:
    """Return what a message asks for, in order; empty if nothing is understood.

    Where several readings overlap, the one that explains most of the words literally wins, then the longer one.
    """
    found = sorted(_matches(domain, text), key=lambda match: (-match.weight, match.start - match.end, match.start))
    chosen: list[_Match] = []
    for match in found:
        if all(match.end <= other.start or match.start >= other.end for other in chosen):
            chosen.append(match)
    return [match.request for match in sorted(chosen, key=lambda match: match.start)]


def _matches(domain: Domain, text: str) -> Iterator[_Match]:
    for start, end in _spans(text):
        piece = text[start:end]
        for tool, pattern, weight in _grammar(domain.fingerprint, domain):
            match = pattern.search(piece)
            if match:
                words = {name: value.strip() for name, value in match.groupdict().items() if value}
                yield _Match(start, end, weight, Request(tool, words, match[0].strip(" .?!")))


def _spans(text: str) -> list[tuple[int, int]]:
    """Return every run of up to three sentences, since what is quoted may hold more than one."""
    edges = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    spans = []
    for index, start in enumerate(edges[:-1]):
        for end in edges[index + 1 : index + 5]:
            spans.append((start, end))
    return spans


@lru_cache(maxsize=64)
def _grammar(fingerprint: str, domain: Domain) -> tuple[tuple[str, re.Pattern[str], int], ...]:
    return tuple(
        (tool, _pattern(variant), len(re.sub(r"\{[^{}]*\}", "", variant)))
        for tool in domain.tools
        for phrase in ask_phrases(domain, tool)
        for variant in _variants(phrase)
    )


def _variants(phrase: Phrase) -> list[str]:
    """Return the texts that a phrase becomes with and without its optional parts."""
    variants = [""]
    for piece, optional in phrase.parts:
        variants = [text + more for text in variants for more in ((piece, "") if optional else (piece,))]
    return variants


_TAIL = r"(?:, please| for me| as well|, too| next| too|, please,)?[.?!]*\s*$"


def _pattern(variant: str) -> re.Pattern[str]:
    whole = variant[:1].isupper()
    pieces = re.split(r"\{([^{}]*)\}", variant.rstrip(".?!") if whole else variant)
    seen: set[str] = set()
    body = ""
    for index, piece in enumerate(pieces):
        if index % 2 and piece not in seen:
            seen.add(piece)
            body += f"(?P<{piece}>.+?)"
        else:
            body += ".+?" if index % 2 else re.escape(piece)
    return re.compile(rf"(?:^|(?<=\W)){body}{_TAIL}", re.IGNORECASE)
