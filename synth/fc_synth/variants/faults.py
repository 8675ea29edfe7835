"""Faults: a tool goes wrong; with a repair that is carried out, or with none, so that it has to be reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fc_agents.trace import Executed

from fc_gym.fault import Fault
from fc_synth.variants.case import Case, Made, spoken_ask
from fc_synth.variants.course import course_of
from fc_synth.variants.repairs import REPAIRS
from fc_synth.variants.script import Layer
from fc_synth.variants.struck import places

__all__ = ["CAUSES", "FAILURES", "GIVEN_UP", "Failed", "Recovered"]


@dataclass(frozen=True)
class Recovered:
    """Faults with a proven repair."""

    name: str = "exception"
    phenomenon: str = "exception"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a fault and its repair; None if no call can be struck so."""
        kinds = [case.flavour] if case.flavour in REPAIRS else [list(REPAIRS)[one] for one in case.drawn(len(REPAIRS))]
        for kind in kinds:
            found = list(places(case))
            for position in case.drawn(len(found)):
                place = found[position]
                for made in REPAIRS[kind](case, place):
                    course = course_of(case.domain, made.script)
                    if course is not None and course.perfect and not course.unseen:
                        data = {"fault": kind, "turn": place.scene, "recoverable": True, **made.data}
                        return replace(made, data=data)
        return None


@dataclass(frozen=True)
class Failed:
    """Faults without any repair."""

    name: str = "failed"
    phenomenon: str = "failed"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue up to a turn that a fault makes impossible; None if there is always another way."""
        kind = case.flavour if case.flavour in FAILURES else FAILURES[int(case.rng.integers(len(FAILURES)))]
        for position in case.easiest():
            made = self._stopped(case, position, kind)
            if made is not None:
                return made
        return None

    def _stopped(self, case: Case, number: int, kind: str) -> Made | None:
        scene, asked = case.scenes[number], case.requests(number)
        if not asked or scene.asked[-1] != len(scene.calls) - 1:
            return None
        call = scene.calls[-1]
        met = sum(other.name == call.name for one in case.scenes[:number] for other in one.calls)
        met += sum(other.name == call.name for other in scene.calls[:-1])
        fault = Fault(kind, call.name, met, None)  # type: ignore[arg-type]
        again = (
            (Layer(f"{call.name} failed. I try it once more, since that may pass.", (call,)),)
            if kind == "transient"
            else ()
        )
        said, cause = spoken_ask(asked[-1]), CAUSES[kind].format(tool=call.name.replace("_", " "))
        failure = f"I could not {said}: {cause}." if said else f"That last step failed: {cause}."
        done = ""
        if len(asked) > 1:
            results = case.course.results(number)
            steps = [Executed(scene.calls[one], results[one], {}) for one in scene.asked[:-1]]
            done = case.reply(steps, [request.words for request in asked[:-1]])[0] + " "
        stopped = replace(
            scene, layers=(*scene.layers, *again), closing=GIVEN_UP, reply=f"{done}{failure}", answer=(), act="decline",
            of=number,
        )  # fmt: skip
        script = replace(case.script, scenes=(*case.numbered[:number], stopped), faults=(fault,))
        return Made(script, case.domain, {"fault": kind, "turn": number, "recoverable": False, "tool": call.name})


GIVEN_UP = "It cannot be done now, and there is no other way. I report it."
FAILURES = ("transient", "permission", "rate_limit")
"""Kinds of faults that can last."""
CAUSES: Mapping[str, str] = {
    "transient": "the service for it does not answer, not even at the second try",
    "permission": "I am not allowed to do that",
    "rate_limit": "the limit for it is used up for today",
}
