"""Implicit values: a plain value is said by what it follows from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fc_gym.types import JsonValue
from fc_synth.reading import Request
from fc_synth.variants.case import Case, Made, reword
from fc_synth.variants.script import Scene

__all__ = ["ImplicitValue", "implicit_words", "meant_by"]

NUMBERS = {2: "a couple of", 12: "a dozen", 6: "half a dozen"}
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS = {0: "today", 1: "tomorrow", 2: "the day after tomorrow", 7: "a week from today", 14: "two weeks from today"}


@dataclass(frozen=True)
class ImplicitValue:
    """The operator."""

    name: str = "implicit_value"
    phenomenon: str = "implicit_value"
    preserves: bool = True

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a value said implicitly; None if no day or number is said in it."""
        for number in case.drawn(len(case.scenes)):
            for request in case.requests(number):
                for name in case.value_words(request, number):
                    one = case.parameter(request, name)
                    value = case.scenes[number].goals[case.requests(number).index(request)].arguments[name]
                    words = implicit_words(value, one.key, case.today)
                    if words and request.text.count(request.words[name]) == 1 and not one.many:
                        scene = _reworded(case, number, request, request.words[name], words)
                        data = {"turn": number, "parameter": name, "words": words, "value": value, "key": one.key}
                        return Made(case.insert(number, scene, instead=1), case.domain, data)
        return None


def _reworded(case: Case, number: int, request: Request, plain: str, words: str) -> Scene:
    """Return a scene with a value said implicitly, in the reasoning as well."""
    scene = case.numbered[number]
    ahead = words in DAYS.values() or words.endswith("from today")
    old = f"on {plain}" if ahead and f"on {plain}" in request.text else plain
    first, *rest = scene.layers
    thought = first.thought.replace(plain, f"{words}, that is {plain},", 1)
    layers = (replace(first, thought=thought.replace(",.", ".")), *rest)
    return replace(scene, user=reword(scene.user, request, old, words), layers=layers)


def implicit_words(value: JsonValue, key: str, today: str) -> str:
    """Return words from which a day or a number follows; empty for anything else.

    >>> implicit_words("2026-03-05", "Date", "2026-03-02"), implicit_words(90.0, "", "")
    ('three days from today', 'half of 180')
    """
    if key == "Date" and today and isinstance(value, str):
        try:
            ahead = (date.fromisoformat(value) - date.fromisoformat(today)).days
        except ValueError:
            return ""
        return DAYS.get(ahead, f"{_COUNTS[ahead]} days from today" if 0 < ahead < len(_COUNTS) else "")
    if value in WEEK:
        return f"the day after {WEEK[WEEK.index(value) - 1]}"
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 2 or value != int(value):
        return ""
    whole = int(value)
    return NUMBERS.get(whole) or (f"twice {whole // 2}" if whole % 2 == 0 and whole % 10 else f"half of {2 * whole}")


def meant_by(text: str, today: str) -> list[tuple[str, JsonValue]]:
    """Return the implicit words in a text, each with the value that follows from them."""
    found: list[tuple[str, JsonValue]] = []
    for match in _IMPLICIT.finditer(text):
        words = match[0]
        low = words.lower()
        if low in _VALUES:
            found.append((words, _VALUES[low]))
        elif low.startswith(("twice", "half of")):
            number = int(low.split()[-1])
            found.append((words, 2 * number if low.startswith("twice") else number / 2))
        elif today:
            ahead = _AHEAD[low] if low in _AHEAD else _COUNTS.index(low.split()[0])
            found.append((words, (date.fromisoformat(today) + timedelta(days=ahead)).isoformat()))
    return found


_COUNTS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_AHEAD = {words: ahead for ahead, words in DAYS.items()}
_VALUES: dict[str, JsonValue] = {words: number for number, words in NUMBERS.items()} | {
    f"the day after {day.lower()}": WEEK[(place + 1) % 7] for place, day in enumerate(WEEK)
}
_IMPLICIT = re.compile(
    r"\b(?:half a dozen|a dozen|a couple of|twice \d+|half of \d+|the day after tomorrow|a week from today|"
    rf"two weeks from today|the day after (?:{'|'.join(WEEK)})|(?:{'|'.join(_COUNTS[1:])}) days from today|"
    r"tomorrow|today)\b"
)
