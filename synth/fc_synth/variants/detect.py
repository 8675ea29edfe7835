"""Detectors: which phenomena a row shows, told from its messages alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from fc_gym.act import does
from fc_gym.domain import Domain
from fc_gym.types import JsonValue, leaves
from fc_synth.reading import read_query
from fc_synth.variants.confirmation import QUESTION
from fc_synth.variants.follow_up import figures
from fc_synth.variants.implicit import meant_by
from fc_synth.variants.script import Row
from fc_synth.variants.switching import MARKS

__all__ = ["PHENOMENA", "detected"]

_MENDED = re.compile(
    r"no, wait: |sorry, i meant |correction: |\bi mean .*, sorry\.|that was wrong: |i made a mistake: |"
    r"i got that wrong",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.-])\d{4,}(?![\w-])")


@dataclass(frozen=True)
class _Turn:
    """One turn as the messages show it."""

    domain: Domain
    user: str
    calls: tuple[JsonValue, ...]
    results: tuple[str, ...]
    reply: str
    added: bool
    """True if tools are added right after it."""
    before: str
    """The reply before; empty in the first turn."""
    after: str
    """What the user says next; empty in the last turn."""
    earlier: str
    """The message of the user before."""
    shown: str
    """All results of the dialogue, as one text."""
    today: str

    @property
    def asks(self) -> bool:
        return "?" in self.reply

    @property
    def declines(self) -> bool:
        return does(self.reply, "decline")

    @property
    def broken(self) -> list[bool]:
        """For each result, whether it is a refusal."""
        return [text.startswith('{"error":') for text in self.results]


def _failed(turn: _Turn) -> bool:
    return bool(turn.results) and turn.broken[-1] and turn.declines


def _exception(turn: _Turn) -> bool:
    cut = any("could not be loaded; call again" in text for text in turn.results)
    return (any(turn.broken) or cut) and not _failed(turn)


def _unsupported(turn: _Turn) -> bool:
    return not turn.calls and turn.declines and not turn.added


def _missing_function(turn: _Turn) -> bool:
    return not turn.calls and turn.declines and turn.added


def _confirmation(turn: _Turn) -> bool:
    return turn.reply.startswith(QUESTION) and turn.asks


def _ambiguous(turn: _Turn) -> bool:
    several = re.search(r"(?:more than one|that could be).* or ", turn.reply, re.IGNORECASE)
    return turn.asks and several is not None and not _confirmation(turn)


def _taken_back(text: str) -> bool:
    return text.startswith(MARKS)


def _under_fill(turn: _Turn) -> bool:
    return (
        turn.asks
        and not turn.calls
        and not _confirmation(turn)
        and not _ambiguous(turn)
        and not _taken_back(turn.after)
    )


def _switching(turn: _Turn) -> bool:
    return "?" in turn.before and _taken_back(turn.user)


def _goal_correction(turn: _Turn) -> bool:
    return _MENDED.search(turn.user) is not None


def _over_fill(turn: _Turn) -> bool:
    if _goal_correction(turn):
        return False
    used = orjson.dumps(turn.calls).decode() + turn.shown
    implicit = " ".join(words for words, _ in meant_by(turn.user, turn.today))
    return any(number not in used and number not in implicit for number in _NUMBER.findall(turn.user))


def _follow_up(turn: _Turn) -> bool:
    told = figures(turn.before, turn.earlier)
    again = set(told) <= set(figures(turn.reply, turn.user)) and bool(told)
    return not turn.calls and again and not turn.asks and not turn.declines


def _no_target(turn: _Turn) -> bool:
    quiet = not turn.calls and not turn.asks and not turn.declines and not _follow_up(turn)
    return quiet and not read_query(turn.domain, turn.user)


def _implicit_value(turn: _Turn) -> bool:
    used = [leaf for call in turn.calls for _, leaf, _ in leaves(call["arguments"])]
    return any(value in used for _, value in meant_by(turn.user, turn.today))


def _stacking(turn: _Turn) -> bool:
    return len(read_query(turn.domain, turn.user)) > 1


PHENOMENA: Mapping[str, Callable[[_Turn], bool]] = {
    "goal_not_supported": _unsupported,
    "over_fill": _over_fill,
    "under_fill": _under_fill,
    "follow_up": _follow_up,
    "implicit_value": _implicit_value,
    "ambiguous": _ambiguous,
    "goal_correction": _goal_correction,
    "stacking": _stacking,
    "confirmation": _confirmation,
    "switching": _switching,
    "no_target": _no_target,
    "exception": _exception,
    "failed": _failed,
    "missing_function": _missing_function,
}
"""The thirteen phenomena of CONFETTI (2506.01859) and the withheld tool, each with what tells it in a turn."""


def detected(domain: Domain, row: Row) -> list[str]:
    """Return the phenomena that a row shows.

    Args:
        domain: The row's domain.
        row: The row; only its messages are looked at.
    """
    turns = list(_turns(domain, row["messages"]))
    return [name for name, shows in PHENOMENA.items() if any(map(shows, turns))]


def _turns(domain: Domain, messages: Sequence[JsonValue]) -> Iterator[_Turn]:
    shown = "\n".join(message["content"] for message in messages if message["role"] == "tool")
    today = _today(messages[0]["content"])
    starts = [place for place, message in enumerate(messages) if message["role"] == "user"]
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        mine = messages[start:end]
        spoken = [one for one in mine if one["role"] in ("assistant", "tool")]
        past = [one for one in messages[:start] if one["role"] in ("user", "assistant")]
        earlier = [one["content"] for one in past if one["role"] == "user"]
        yield _Turn(
            domain,
            mine[0]["content"],
            tuple(call["function"] for one in spoken for call in one.get("tool_calls", ())),
            tuple(one["content"] for one in spoken if one["role"] == "tool"),
            spoken[-1]["content"],
            mine[-1]["role"] == "system",
            past[-1]["content"] if past else "",
            messages[end]["content"] if end < len(messages) else "",
            earlier[-1] if earlier else "",
            shown,
            today,
        )


def _today(system: str) -> str:
    """Read the day that a system message gives; empty if it gives none."""
    found = re.search(r"Today is \w+, (\d{1,2} \w+ \d{4})", system)
    return datetime.strptime(found[1], "%d %B %Y").date().isoformat() if found else ""
