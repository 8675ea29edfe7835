"""Provenance: what each call uses had been shown or told before its message, and comes from where the row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fc_agents.trace import Leaf

from fc_gym.provenance import Source
from fc_gym.types import JsonValue
from fc_synth.verify.play import Play, Played, PlayedTurn, leaves_of, rows_of
from fc_synth.verify.record import Record, settled
from fc_synth.verify.words import holds

__all__ = ["claimed_sources", "invented", "observable", "sources"]


def observable(play: Play) -> Record:
    """Check that every row that a call names had been shown, or told, before its message was written."""
    against = []
    tally = {"rows": 0, "unseen": 0, "same message": 0}
    for step in play.steps:
        for leaf in rows_of(play.domain, step.call):
            tally["rows"] += 1
            if play.seen(leaf.key, leaf.value, step.opened) or _told(play, step, leaf):
                continue
            early = play.seen(leaf.key, leaf.value, step.position)
            tally["same message" if early else "unseen"] += 1
            why = "is shown only by a call of the same message" if early else "was not shown or told before"
            against.append((step.place, f"the {leaf.parameter} {leaf.value!r} of {step.call.name} {why}"))
    return settled("observable", against, [], tally)


def invented(play: Play) -> Record:
    """Check that every other value was said, shown, or is one that the tool itself offers."""
    against = []
    tally = {"values": 0, "invented": 0}
    for step in play.steps:
        for leaf in leaves_of(play.domain, step.call):
            if leaf.key in play.domain.entities:
                continue
            tally["values"] += 1
            if not _given(play, step, leaf):
                tally["invented"] += 1
                text = f"the {leaf.parameter} {leaf.value!r} of {step.call.name} was not said, shown or offered"
                against.append((step.place, text))
    return settled("no_invented", against, [], tally)


def sources(play: Play, meta: Mapping[str, Any]) -> Record:
    """Compare origins and layers that a row claims with those that follow from its messages.

    Args:
        play: The row, executed.
        meta: What the row claims.
    """
    claims = claimed_sources(meta)
    if not claims:
        return Record("sources", "unknown", "the row claims no origins")
    against = []
    tally = {"leaves": 0, "agree": 0}
    if [len(batch.calls) for turn in play.talk.turns for batch in turn.batches] != _layers(meta):
        against.append(("", "the layers that are claimed are not the messages with calls"))
    for step in play.steps:
        for leaf in leaves_of(play.domain, step.call):
            tally["leaves"] += 1
            claim = claims.get((step.position, leaf.path))
            if claim is None:
                against.append((step.place, f"no origin is claimed for the {leaf.path} of {step.call.name}"))
            elif wrong := _wrong(play, step, leaf, claim):
                against.append((step.place, f"the {leaf.path} of {step.call.name} {wrong}"))
            else:
                tally["agree"] += 1
    return settled("sources", against, [], tally)


def claimed_sources(meta: Mapping[str, Any]) -> dict[tuple[int, str], Source]:
    """Return the origins that a row claims, by position of the call and path of the leaf; empty if it claims none."""
    try:
        return {
            (position, path): Source.of(source)
            for position, call in enumerate(_calls(meta))
            for path, source in call["sources"].items()
        }
    except (KeyError, TypeError, AttributeError):
        return {}


def _calls(meta: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (call for turn in meta["turns"] for layer in turn["layers"] for call in layer)


def _layers(meta: Mapping[str, Any]) -> list[int]:
    return [len(layer) for turn in meta["turns"] for layer in turn["layers"]]


def _wrong(play: Play, step: Played, leaf: Leaf, claim: Source) -> str:
    """Say what is wrong with a claimed origin; empty if it holds."""
    if claim.kind == "output":
        if not 0 <= claim.call < step.opened:
            return "is said to come from a call that is not before its message"
        found = dict(play.steps[claim.call].leaves).get(claim.path)
        return "" if found == leaf.value else "is said to come from a result that does not show it"
    if claim.kind == "user" and leaf.key in play.domain.entities:
        return "" if _told(play, step, leaf) else "is said to come from the user, who never says it"
    turns = [turn.number for turn in play.turns[: step.turn + 1] if _says(play, turn, leaf)]
    if claim.kind == "user" and turns and claim.turn not in turns:
        return f"is said to come from the user in turn {claim.turn + 1}, who says it in turn {turns[-1] + 1}"
    return ""


def _says(play: Play, turn: PlayedTurn, leaf: Leaf) -> bool:
    return holds(turn.user, leaf.value, leaf.key, play.today)


def _told(play: Play, step: Played, leaf: Leaf) -> bool:
    return isinstance(leaf.value, str) and leaf.value.casefold() in play.heard(step.turn).casefold()


def _given(play: Play, step: Played, leaf: Leaf) -> bool:
    one = play.domain.tools[step.call.name].parameters.get(leaf.parameter)
    if one is None:
        return False
    schema = one.schema.get("items", one.schema)
    offered: list[JsonValue] = [*schema.get("enum", ()), schema.get("const"), one.default]
    if leaf.value in offered or isinstance(leaf.value, bool):
        return True
    key = one.key or ""
    if holds(play.heard(step.turn), leaf.value, key, play.today) or leaf.value == play.today:
        return True
    return any(value == leaf.value for other in play.steps[: step.opened] for _, value in other.leaves)
