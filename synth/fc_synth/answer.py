"""Closing answers: how the results of what was asked are told to the user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from fc_agents.trace import Executed

from fc_gym.domain import Domain
from fc_gym.phrase import Phrase
from fc_gym.types import JsonValue
from fc_synth.spoken import joined, said
from fc_synth.wording import capital, plural_mended, yours

__all__ = ["Answer", "answer", "result_words"]

LONG = 6
"""Longest list that may be told beside another."""
_PART = re.compile(r"([^.\[\]#]+)|(\[\])")


class Answer:
    """What is said to the user.

    Args:
        text: The whole reply.
        must: Texts in it that the user asked for, so that every good reply has to contain them.
    """

    def __init__(self, text: str, must: tuple[str, ...]) -> None:
        self.text, self.must = text, must


def answer(
    domain: Domain, steps: Sequence[Executed], words: Sequence[Mapping[str, str]], today: str, rng: np.random.Generator
) -> Answer:
    """Tell what came of the calls that were asked for.

    Args:
        domain: Gives the ways to tell a result.
        steps: The calls that were asked for, in order.
        words: For each, the words the user used for its arguments.
        today: The current day.
        rng: Chooses among the ways to say it.
    """
    texts: list[str] = []
    must: list[str] = []
    for step, given in zip(steps, words, strict=True):
        values = {name: yours(text) for name, text in given.items()}
        tool = domain.tools[step.call.name]
        phrases = _telling(domain, step, tool.says, today) or [Phrase("Done.")]
        order = [phrases[int(position)] for position in rng.permutation(len(phrases))]
        order.sort(key=lambda phrase: _first(phrase.text) in {_first(text) for text in texts})
        for phrase in order:
            slots = [slot for slot in phrase.slots if slot not in values]
            once = sum("[]" in slot for slot in slots) == 1
            results = {slot: result_words(domain, step, slot, today, once=once) for slot in slots}
            filled = {**values, **results}
            if all(filled.get(slot) for slot in phrase.required):
                texts.append(capital(plural_mended(phrase.fill(filled))))
                if tool.reads_only:
                    must += [
                        text
                        for slot in results
                        if "#" not in slot
                        for text in _each(domain, step, slot, today)
                        if text and text in texts[-1]
                    ]
                break
    return Answer(" ".join(dict.fromkeys(texts)) or "Done.", tuple(dict.fromkeys(must)))


def _telling(domain: Domain, step: Executed, says: Sequence[Phrase], today: str) -> list[Phrase]:
    """Return the ways to tell a result that leave out no list that another one tells; all, if each leaves one out.

    A phrase without the guests, say, is for an event that has none. Two long lists side by side are told only if there
    is no other way.
    """
    lists = {slot: len(_each(domain, step, slot, today)) for phrase in says for slot in phrase.slots if "[]" in slot}
    if max(lists.values(), default=0) > LONG:
        return [phrase for phrase in says if len(lists.keys() & set(phrase.slots)) <= 1] or list(says)
    told = {slot for slot, count in lists.items() if count}
    return [phrase for phrase in says if told <= set(phrase.slots)] or list(says)


def result_words(domain: Domain, step: Executed, slot: str, today: str, *, once: bool = False) -> str:
    """Return the words for a slot such as `result[].name` or `result#`; empty if the result has nothing there.

    Args:
        domain: Gives the keys of what the result holds.
        step: The call with its result.
        slot: The slot.
        today: The current day.
        once: Say what is the same of several things only once.
    """
    if "#" in slot:
        value = _value(step, slot.replace("#", ""))[0]
        return str(len(value)) if isinstance(value, list | dict) else ""
    texts = _each(domain, step, slot, today)
    return joined(list(dict.fromkeys(texts)) if once else texts)


def _each(domain: Domain, step: Executed, slot: str, today: str) -> list[str]:
    """Return the words for each value of a slot; none if the result has nothing there."""
    value, path = _value(step, slot)
    key = domain.tools[step.call.name].returns.get(path, "")
    if isinstance(value, list):
        return [said(one, key, today) for one in value if one is not None]
    return [] if isinstance(value, dict) or value is None else [said(value, key, today)]


def _value(step: Executed, slot: str) -> tuple[JsonValue, str]:
    """Return what a slot stands for in a result, and its path."""
    value, path = step.result.value, ""
    for name, each in _PART.findall(slot.removeprefix("result")):
        if each:
            path += "[]"
        else:
            path += f".{name}" if path else name
            value = _inside(value, name)
    return value, path


def _first(text: str) -> str:
    return text.split(" ")[0]


def _inside(value: JsonValue, name: str) -> JsonValue:
    if isinstance(value, list):
        return [_inside(one, name) for one in value]
    return value.get(name) if isinstance(value, dict) else None
