"""Confirmation: the user wants to be asked before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_synth.spoken import joined
from fc_synth.variants.case import Case, Made, spoken_ask
from fc_synth.variants.cut import looks_first
from fc_synth.variants.script import Scene

__all__ = ["BEFORE", "QUESTION", "Confirmation"]

BEFORE = (
    "But ask me before you change anything.", "Check with me before you go through with it.",
    "Before you do it, tell me what you are about to do and wait for my yes.", "Wait for my go-ahead before you act.",
)  # fmt: skip
QUESTION = "Shall I"
YES = ("Yes, go ahead.", "Yes, please.", "Go ahead.", "That is right, do it.", "Yes, that's what I want.")
THOUGHT = "I know what to do, but the user wants to be asked first. I change nothing yet."


@dataclass(frozen=True)
class Confirmation:
    """The operator."""

    name: str = "confirmation"
    phenomenon: str = "confirmation"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with one turn confirmed first; None if nothing in it changes anything."""
        for number in case.drawn(len(case.scenes)):
            scene, asked = case.scenes[number], case.requests(number)
            looks, acts = looks_first(case, scene)
            asks = [spoken_ask(one) for one in asked]
            changes = all(not case.domain.tools[call.name].reads_only for call in scene.goals)
            if not asked or not changes or not all(asks):
                continue
            ask = Scene(
                f"{scene.user} {case.one_of(BEFORE)}", looks, THOUGHT, f"{QUESTION} {joined(asks)}?", told=scene.told,
                act="ask", of=number,
            )  # fmt: skip
            shift = sum(len(layer.calls) for layer in looks)
            moved = tuple(place - shift for place in scene.asked)
            later = replace(scene, user=case.one_of(YES), layers=acts, told={}, asked=moved)
            return Made(case.insert(number, ask, later, instead=1), case.domain, {"turn": number})
        return None
