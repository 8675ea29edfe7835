"""What is compared: how many episodes at once, how long a prompt, how strict a constraint."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fc_agents.legal import LEVELS
from fc_gym.errors import TaskError

__all__ = ["Setting", "grid", "levels_in", "numbers_in", "padding"]

T = TypeVar("T")

_NOTE = "Note for the records, with nothing that matters here. "


@dataclass(frozen=True, slots=True)
class Setting:
    """One point of a sweep."""

    concurrency: int
    """Episodes at once."""
    prompt: int
    """Tokens, of about four letters each, by which the system message is longer than ours."""
    level: str
    """What a response may be, one of `fc_agents.legal.LEVELS`."""

    def __str__(self) -> str:
        return f"{self.level}, {self.concurrency} at once, prompt +{self.prompt}"


def grid(concurrency: Sequence[int], prompts: Sequence[int], levels: Sequence[str]) -> list[Setting]:
    """Return every combination; the concurrency changes fastest."""
    return [Setting(many, prompt, level) for prompt, level, many in itertools.product(prompts, levels, concurrency)]


def numbers_in(text: str, option: str, least: int) -> list[int]:
    """Read whole numbers, separated by commas.

    Args:
        text: What a user wrote.
        option: Where; for complaints.
        least: The smallest that is allowed.

    Raises:
        TaskError: If it is no such list.
    """
    found = _listed(text, option, int, "1,16,64")
    if min(found) < least:
        raise TaskError(f"{option} has {min(found)}; each number must be {least} or more")
    return found


def levels_in(text: str) -> list[str]:
    """Read levels of legality, separated by commas.

    Raises:
        TaskError: If there is no such level.
    """
    return _listed(text, "--level", _level, "free,tools")


def padding(tokens: int) -> str:
    """Return a text of about so many tokens, which says nothing.

    >>> padding(5)
    'Note for the records'
    """
    letters = 4 * tokens
    return (_NOTE * (letters // len(_NOTE) + 1))[:letters].rstrip()


def _level(word: str) -> str:
    if word not in LEVELS:
        raise TaskError(f"unknown level {word!r} in --level; have {', '.join(LEVELS)}")
    return word


def _listed(text: str, option: str, read: Callable[[str], T], example: str) -> list[T]:
    try:
        found = list(dict.fromkeys(read(one.strip()) for one in text.split(",") if one.strip()))
    except ValueError:
        raise TaskError(f"{option} is {text!r}, which is no list of whole numbers; write it like {example}") from None
    if not found:
        raise TaskError(f"{option} is empty; write it like {example}")
    return found
