"""No target: a message that asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from fc_synth.variants.case import Case, Made
from fc_synth.variants.script import Scene

__all__ = ["TALK", "NoTarget"]

TALK = (
    ("Give me a second, my phone is ringing.", "Of course, take your time."),
    ("I'm just getting a coffee, back in a minute.", "Enjoy your coffee. I'll be here."),
    ("What a day. Nothing but meetings since this morning.", "That sounds tiring. I'm here when you need something."),
    ("You're really quick, I must say.", "Thank you! I'm glad that it helps."),
    ("Hold on, someone is at the door.", "No problem, I'll wait."),
    ("It's raining cats and dogs here again.", "Then I hope you are somewhere dry."),
    ("Sorry, that message was meant for somebody else.", "No harm done."),
    ("Okay, let me think for a moment.", "Take all the time you need."),
    ("My colleague was right about you, this is handy.", "That is kind of you, thank you."),
    ("Sorry, I got distracted. Where was I? Ah, give me a moment.", "Sure, whenever you are ready."),
)
THOUGHT = "The user asks for nothing. No call is needed; a short answer will do."


@dataclass(frozen=True)
class NoTarget:
    """The operator."""

    name: str = "no_target"
    phenomenon: str = "no_target"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a message in it that asks for nothing."""
        place = int(case.rng.integers(1, len(case.scenes) + 1))
        user, reply = TALK[int(case.rng.integers(len(TALK)))]
        scene = Scene(user, closing=THOUGHT, reply=reply, act="inform")
        return Made(case.insert(place, scene), case.domain, {"turn": place})
