"""Reading: what a user's words ask for, by the grammar in which tools can be asked for.

The offline reasoner knows the user's message only through this. It can be wrong: several tools may fit the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fc_gym.domain import Domain
from fc_gym.keys import field_types, keys_in, plain_type
from fc_gym.phrase import Phrase
from fc_gym.tool import Parameter
from fc_synth.focus import references
from fc_synth.query import ask_phrases
from fc_synth.spoken import said
from fc_synth.wording import whole

__all__ = ["Request", "read_query"]

_BREAK = re.compile(r"(?<=[.?!:])\s+|(?<=[.?!]\")\s+")
_ASK = "the_whole_request"
_TAIL = r"(?:, please)?[.?!]*\s*$"
_DAY = r"\d{1,2} [A-Z][a-z]+(?: \d{4})?"
_SENTENCES = 4
"""Most sentences that one request may take, since what is quoted may hold several."""


@dataclass(frozen=True)
class Request:
    """One thing asked for."""

    tool: str
    words: dict[str, str]
    """Parameter to the words used for it."""
    text: str
    """The request in the user's words."""


def read_query(domain: Domain, text: str) -> list[Request]:
    """Return what a message asks for, in order; empty if nothing is understood.

    Of all ways to cut the message into requests, the one that explains most of its letters literally is taken.
    """
    edges = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    best: list[tuple[int, int, list[Request]]] = [(0, 0, [])]
    for end in range(1, len(edges)):
        choice = best[end - 1]
        for start in range(max(0, end - _SENTENCES), end):
            found = _request(domain, text[edges[start] : edges[end]])
            if found is not None:
                weight, request = found
                total, count, before = best[start]
                choice = max(choice, (total + weight, count + 1, [*before, request]), key=lambda one: one[:2])
        best.append(choice)
    return best[-1][2]


def _request(domain: Domain, piece: str) -> tuple[int, Request] | None:
    """Return the request that explains most of a piece, with the number of letters it explains."""
    found = None
    for tool, pattern, weight in _grammar(domain.fingerprint, domain):
        match = pattern.search(piece) if found is None or weight > found[0] else None
        if match:
            words = {name: value.strip() for name, value in match.groupdict().items() if value and name != _ASK}
            words = {name: value[1:-1] if value[:1] == value[-1:] == '"' else value for name, value in words.items()}
            end = piece.rstrip()[-1:] if whole(match[_ASK]) else ""
            found = (weight, Request(tool, words, match[_ASK] + (end if end in ".?!" else "")))
    return found


@lru_cache(maxsize=64)
def _grammar(fingerprint: str, domain: Domain) -> tuple[tuple[str, re.Pattern[str], int], ...]:
    return tuple(
        (name, _pattern(domain, name, variant), len(re.sub(r"\{[^{}]*\}", "", variant)))
        for name in domain.tools
        for phrase in ask_phrases(domain, name)
        for variant in _variants(phrase)
    )


def _variants(phrase: Phrase) -> list[str]:
    """Return the texts that a phrase becomes with and without its optional parts."""
    variants = [""]
    for piece, optional in phrase.parts:
        variants = [text + more for text in variants for more in ((piece, "") if optional else (piece,))]
    return variants


def _pattern(domain: Domain, tool: str, variant: str) -> re.Pattern[str]:
    text = variant.rstrip(".?!") if variant[:1].isupper() else variant
    body = ""
    seen: set[str] = set()
    for index, piece in enumerate(re.split(r"\{([^{}]*)\}", text)):
        if index % 2 == 0:
            body += re.escape(piece)
            continue
        inner = _slot(domain, domain.tools[tool].parameters[piece])
        body += f"(?:{inner})" if piece in seen else f"(?P<{piece}>{inner})"
        seen.add(piece)
    return re.compile(rf"(?:^|(?<=\W))(?P<{_ASK}>{body}){_TAIL}", re.IGNORECASE)


def _slot(domain: Domain, one: Parameter) -> str:
    """Return what the words for a parameter can look like."""
    schema = one.schema.get("items", one.schema)
    if one.key in domain.entities:
        row = "|".join(_row(domain, one.key))
        return f"(?:{row})(?: and (?:{row}))*" if one.many else row
    if "enum" in schema:
        return "|".join(re.escape(said(choice)) for choice in schema["enum"])
    if schema.get("type") in ("integer", "number"):
        return r"\d+(?:\.\d+)?"
    return _text(one.key)


def _row(domain: Domain, key: str) -> Iterator[str]:
    """Yield what the words for a row can look like: a reference, or a head with modifiers."""
    entity = domain.entities[key]
    types = field_types(entity.row)
    yield from (re.escape(words) for words in references(entity.noun))
    tail = "".join(f"(?: {_named(modifier, types)})?" for modifier in entity.modifiers)
    for head in entity.heads:
        yield _named(head, types) + tail


def _named(phrase: Phrase, types: Mapping[str, object]) -> str:
    pieces = re.split(r"\{([^{}]*)\}", phrase.text)
    return "".join(_field(types[piece]) if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))


def _field(type_: object) -> str:
    plain = plain_type(type_)
    if plain in (int, float):
        return r"\d+(?:\.\d+)?"
    return _text(next((key for _, key in keys_in(type_)), ""))


def _text(key: str) -> str:
    if key == "Date":
        return _DAY
    return r"\d\d:\d\d" if key == "Time" else r"(?:\"[^\"]+\"|[^\"].*?)"
