"""The check that a domain can be talked about: descriptions, `Asks:`, `Says:` and `Names:`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked, Finding, Severity, distinct
from fc_gym.checks.slots import missing_slots, slot_values
from fc_gym.entity import Entity
from fc_gym.known import Known, candidates
from fc_gym.phrase import Phrase
from fc_gym.tool import Tool
from fc_gym.types import general_path, leaves

__all__ = ["NAME", "check"]

NAME = "texts"


def check(play: Play) -> Checked:
    """Look at every text, and at whether it holds in the recorded sessions."""
    tools = list(play.domain.tools.values())
    findings = [one for tool in tools for one in _described(play, tool)]
    if not play.domain.foreign:
        for tool in tools:
            findings += [*_spoken(play, tool), *_drawable(play, tool), *_told(play, tool)]
        for entity in play.domain.entities.values():
            findings += [*_shown(play, entity), *_unique(play, entity)]
    tried = sum(1 + len(tool.parameters) + len(tool.asks) + len(tool.says) for tool in tools)
    skipped = "Asks, Says and Names: a foreign class has none" if play.domain.foreign else ""
    return Checked(NAME, tried, distinct(findings), skipped)


def _described(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    severity: Severity = "warning" if play.domain.foreign else "error"
    where = play.where(tool.name)
    if not tool.description:
        yield "", Finding(NAME, where, "it has no description; begin its docstring with what it does", severity)
    for one in tool.parameters.values():
        if not one.description:
            message = f"{one.name} has no description; add the line `{one.name}: ...` under Args in the docstring"
            yield one.name, Finding(NAME, where, message, severity)


def _spoken(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    where = play.where(tool.name)
    for section, lines, use in (("Asks", tool.asks, "ask for it"), ("Says", tool.says, "tell its result")):
        if not lines:
            message = f"it has no {section}; add the section to its docstring, with 2 or more ways to {use}"
            yield section, Finding(NAME, where, message)
    for phrase in tool.asks:
        if phrase.text[:1].isupper() != (phrase.text[-1:] in ".?!") and phrase.text[-1:] not in "}]":
            message = (
                f"in Asks, {phrase.text!r} is neither a phrase such as `cancel {{order}}` nor a whole sentence; "
                "begin it with a small letter, or end it with a full stop or question mark"
            )
            yield phrase.text, Finding(NAME, where, message, "warning")
    for phrase in tool.says:
        if phrase.text[:1].islower() or phrase.text[-1:] not in ".?!":
            message = f"in Says, {phrase.text!r} is no whole sentence"
            message += "; begin it with a capital and end it with a full stop"
            yield phrase.text, Finding(NAME, where, message, "warning")


def _drawable(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    for one in tool.parameters.values():
        if not one.key and one.required and not candidates(tool, one, Known(play.domain)):
            message = f'{one.name} takes any text, and nobody can guess one; quote some: `such as "..." or "..."`'
            yield f"draw {one.name}", Finding(NAME, play.where(tool.name), message, "warning")


def _told(play: Play, tool: Tool) -> Iterator[tuple[str, Finding]]:
    accepted = [trial for trial in play.trials() if trial.ok and trial.call.name == tool.name and trial.result]
    results = [trial.result.value for trial in accepted if trial.result]
    where = play.where(tool.name)
    lost = {slot for phrase in tool.says for slot in _places(phrase) if _nowhere(slot, results)}
    for slot in sorted(lost):
        message = f"in Says, {{{slot}}} is no text or number in its results"
        message += "; write the path of one, such as {result.name}"
        yield slot, Finding(NAME, where, f"{message} ({accepted[0]})")
    for trial, value in zip(accepted, results, strict=True):
        gaps = [next(missing_slots(phrase, trial.call, value), "") for phrase in tool.says]
        if not lost and gaps and all(gaps):
            message = f"no line of Says can tell a result in which {{{gaps[0]}}} has no value"
            message += "; put it in [brackets] in one"
            yield "gap", Finding(NAME, where, f"{message} ({trial})")
            return


def _places(phrase: Phrase) -> list[str]:
    return [slot for slot in phrase.slots if slot.startswith("result")]


def _nowhere(slot: str, results: list[Any]) -> bool:
    return bool(results) and all(slot_values(slot, value) is None for value in results)


def _shown(play: Play, entity: Entity) -> Iterator[tuple[str, Finding]]:
    best: tuple[int, str, list[str]] | None = None
    for trial in play.trials():
        tool = play.domain.tools.get(trial.call.name)
        if tool is None or not trial.ok or trial.result is None or entity.key not in tool.gives:
            continue
        for path, leaf, around in leaves(trial.result.value):
            if tool.returns.get(general_path(path)) == entity.key and leaf is not None:
                lacks = [slot for slot in entity.slots if slot not in around]
                best = min(best or (len(lacks) + 1, "", []), (len(lacks), tool.name, lacks))
        if best and not best[2]:
            return
    if best:
        message = (
            f"it gives {entity.key} without {', '.join(best[2])}, and no other tool shows them, so nobody can tell "
            f"which {entity.noun} is meant; return the row, or repeat the fields of its Names under the same names"
        )
        yield entity.key, Finding(NAME, play.where(best[1]), message)


def _unique(play: Play, entity: Entity) -> Iterator[tuple[str, Finding]]:
    for seed in play.seeds:
        rows = entity.rows(play.domain.sample(seed).world)
        for head in entity.heads:
            for kind, message in _clashes(entity, head, rows):
                yield f"{kind} {entity.key}", Finding(NAME, play.where("sample"), f"{message} (seed {seed})")


def _clashes(entity: Entity, head: Phrase, rows: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    named: dict[str, str] = {}
    for key, row in rows.items():
        words = _words(entity, head, row)
        if words is None:
            place = f"in Names of {entity.row.__name__}, the head {head.text!r}"
            yield "head", f"{place} has an empty slot for {key}; fill it"
        elif words in named:
            twins = f"{named[words]} and {key} are both called {words!r}"
            yield "same", f"{twins}; let `sample` draw rows that Names tell apart"
        else:
            named[words] = key


def _words(entity: Entity, head: Phrase, row: object) -> str | None:
    values = {slot: _text(row, slot) for slot in entity.slots}
    if not all(values[slot] for slot in head.required):
        return None
    full = [one for one in entity.modifiers if all(values[slot] for slot in one.required)]
    return " ".join([head.fill(values), *(one.fill(values) for one in full)])


def _text(row: object, field: str) -> str:
    value = getattr(row, field)
    return "" if value is None else str(value)
