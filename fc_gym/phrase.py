"""Sentences with slots, as domain authors write them in `Asks:`, `Says:` and `Names:`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Phrase"]

_SLOT = re.compile(r"\{([^{}]*)\}")
_PART = re.compile(r"\[((?:[^\[\]{}]|\{[^{}]*\})*)\]")


@dataclass(frozen=True)
class Phrase:
    """A text with `{slots}` and `[optional parts]`, kept only if all their slots have a value.

    >>> Phrase("cancel {order}[ because {reason}]").fill({"order": "my order"})
    'cancel my order'
    """

    text: str

    @cached_property
    def parts(self) -> tuple[tuple[str, bool], ...]:
        """The pieces in order, each with whether it is optional."""
        pieces: list[tuple[str, bool]] = []
        end = 0
        for match in _PART.finditer(_shielded(self.text)):
            if match.start() > end:
                pieces.append((self.text[end : match.start()], False))
            pieces.append((self.text[match.start() + 1 : match.end() - 1], True))
            end = match.end()
        if end < len(self.text):
            pieces.append((self.text[end:], False))
        return tuple(pieces)

    @property
    def required(self) -> tuple[str, ...]:
        """The slots that must have a value."""
        return tuple(slot for piece, optional in self.parts if not optional for slot in _SLOT.findall(piece))

    @property
    def slots(self) -> tuple[str, ...]:
        """All slots, in order."""
        return tuple(slot for piece, _ in self.parts for slot in _SLOT.findall(piece))

    @property
    def faulty(self) -> str:
        """What is wrong with its brackets or braces; empty if nothing is."""
        bare = _SLOT.sub("", self.text)
        if "{" in bare or "}" in bare:
            return "a brace has no partner"
        rest = _PART.sub("", _shielded(self.text))
        return "a square bracket has no partner" if "[" in rest or "]" in rest else ""

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with its slots replaced.

        Args:
            values: Text per slot; a missing or empty one drops the optional part it stands in.

        Raises:
            KeyError: If a required slot has no value.
        """
        return "".join(
            _SLOT.sub(lambda match: values[match[1]], piece)
            for piece, optional in self.parts
            if not optional or all(values.get(slot) for slot in _SLOT.findall(piece))
        )


def _shielded(text: str) -> str:
    """Blank out the inside of slots, where `[]` means "of each"."""
    return _SLOT.sub(lambda match: "{" + "x" * len(match[1]) + "}", text)
