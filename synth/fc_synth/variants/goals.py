"""Goals: what a turn should have come to, and proofs that it can or cannot be reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fc_gym.session import Session
from fc_synth.variants.course import Course
from fc_synth.variants.search import plan_to

__all__ = ["Proof", "Verdict", "Wanted", "judged", "unreachable", "wanted_after"]

Verdict = Literal["proved", "refuted", "unknown"]


class Proof(NamedTuple):
    """What was found of one claim."""

    name: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a turn should have come to."""

    state_hash: str
    texts: frozenset[str]
    """Results of look-ups that were asked for; one of them stands for all, if nothing is changed."""
    changes: int
    """Calls of the verified course that change something."""

    def reached(self, session: Session) -> bool:
        """Return True if a session has come to it."""
        return session.state.hash() == self.state_hash and all(text in session.seen for text in self.texts)


def wanted_after(course: Course, scene: int) -> Wanted:
    """Return what a scene of an executed dialogue comes to.

    Args:
        course: The executed dialogue.
        scene: The number of the scene.
    """
    asked = course.task.turns[scene]
    before, after = course.before[scene].state.hash(), course.reference.turns[scene].state_hash
    results = course.results(scene)
    domain = course.end.domain
    texts = frozenset(result.text for result in results[-1:] if before == after)
    changes = sum(not domain.tools[call.name].reads_only for layer in asked.gold for call in layer)
    return Wanted(after, texts, changes)


def unreachable(session: Session, wanted: Wanted, tools: Collection[str], name: str = "unsolvable") -> Proof:
    """Prove that no plan reaches what is wanted.

    Args:
        session: Where to begin.
        wanted: What is wanted.
        tools: The tools on offer.
        name: The name of the claim.
    """
    if wanted.reached(session):
        return Proof(name, "refuted", "it is so from the start")
    found = plan_to(session, wanted.reached, tools, writes=max(1, wanted.changes))
    if found.plan is not None:
        return Proof(name, "refuted", found.words)
    return Proof(name, "proved" if found.writes >= wanted.changes else "unknown", found.words)


def judged(name: str, held: bool, detail: str = "") -> Proof:
    """Return a claim that was decided."""
    return Proof(name, "proved" if held else "refuted", detail)
