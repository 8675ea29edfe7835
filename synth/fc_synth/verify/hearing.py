"""Hearing: what a message asks for in the end, where people correct themselves, come late with a detail, or take back.

Only the message itself is read: each mend is told by its words, and applied to the request right before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fc_gym.domain import Domain
from fc_synth.noise import CORRECTIONS, LATE, RETRACTED, SCRAMBLED
from fc_synth.reading import Request, read_query

__all__ = ["Heard", "hear"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing asked for."""

    request: Request
    mend: str = ""
    """Words that replace those of one of its parameters; empty if nothing is mended."""


def hear(domain: Domain, text: str) -> list[Heard]:
    """Return what a message asks for, in the order in which it is to be done; empty if nothing is understood.

    Args:
        domain: Gives the ways to ask.
        text: The message.
    """
    found: list[Heard] = []
    at = 0
    for match in _MEND.finditer(text):
        piece = text[at : match.start()]
        if match["late"]:
            named = _named(domain, piece, match["late"].strip())
            if named is None:  # nothing was left open, so it is said of something else
                continue
            found += [Heard(one) for one in named]
        else:
            found += [Heard(one) for one in _read(domain, piece)]
        at = match.end()
        if match["right"] and found:
            found[-1] = Heard(found[-1].request, match["right"].strip())
        elif match["first"]:
            first = [Heard(one) for one in _read(domain, f"Please {match['first']}.")]
            found[-1:] = [*first, *found[-1:]]
    return [*found, *(Heard(one) for one in _read(domain, text[at:]))]


def _named(domain: Domain, piece: str, right: str) -> list[Request] | None:
    """Read a piece in which a row was left open, as `an order`, with the words that came for it; None if none was."""
    nouns = "|".join(re.escape(entity.noun) for entity in domain.entities.values())
    for match in reversed(list(re.finditer(rf"\b[Aa]n? (?:{nouns})\b", piece))):
        found = _read(domain, f"{piece[: match.start()]}{right}{piece[match.end() :]}")
        if found and right in found[-1].words.values():
            return found
    return None


def _read(domain: Domain, text: str) -> list[Request]:
    """Read a text without mends; words that begin in one sentence and end in another are read sentence by sentence."""
    found = read_query(domain, text)
    for words in (words for request in found for words in request.words.values()):
        split = _BREAK.search(words)
        if split is not None and '"' not in text:
            at = text.index(words) + split.end()
            return [*_read(domain, text[:at]), *_read(domain, text[at:])]
    return found


def _pattern() -> re.Pattern[str]:
    groups = (("right", CORRECTIONS), ("late", LATE), ("first", SCRAMBLED), ("", RETRACTED))
    return re.compile(rf"(?:^|(?<=[.?!\"])\s+)(?:{'|'.join(_group(*one) for one in groups)})(?=\s|$)")


def _group(name: str, templates: Sequence[str]) -> str:
    """Return a pattern for texts of a form: what differs in front, one group for the slot, what differs behind."""
    parts = [re.split(r"\{[a-z]+\}", text) for text in templates]
    fronts = "|".join(dict.fromkeys(re.escape(front) for front, _ in parts))
    ends = "|".join(dict.fromkeys(re.escape(end) for _, end in parts))
    return rf"(?:{fronts}){f'(?P<{name}>.+?)' if name else '.+?'}(?:{ends})"


_MEND = _pattern()
_BREAK = re.compile(r"[.?!]\s+(?=[A-Z])")
