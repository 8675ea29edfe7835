"""Distractor tools: tools of other domains stand beside those that are needed, connected ones first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_gym.catalogue import OWN
from fc_gym.domain import Domain
from fc_gym.errors import FcGymError
from fc_gym.registration import load_domain
from fc_synth.sample import system_text
from fc_synth.variants.case import Case, Made
from fc_synth.variants.course import course_of

__all__ = ["Distractors"]

MOST = 12
"""Tools that are put beside."""


@dataclass(frozen=True)
class Distractors:
    """The operator."""

    name: str = "distractors"
    phenomenon: str = ""
    preserves: bool = True

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with more tools on offer; None if no other domain goes with it."""
        if "+" in case.domain.name or case.script.start is not None or case.domain.name not in OWN:
            return None
        for other in _others(case):
            made = _beside(case, other)
            if made is not None:
                return made
        return None


def _others(case: Case) -> list[Domain]:
    """Return the other domains, those that share most kinds of rows first, equal ones in an order drawn by chance."""
    names = [name for name in OWN if name != case.domain.name]
    domains = [load_domain(names[position]) for position in case.drawn(len(names))]
    mine = set(case.domain.entities)
    return sorted(domains, key=lambda one: -len(mine & set(one.entities)))[:5]


def _beside(case: Case, other: Domain) -> Made | None:
    try:
        joined = load_domain(f"{case.domain.name}+{other.name}")
    except FcGymError:
        return None
    mine = set(case.domain.entities)
    others = [other.tools[other.names[position]] for position in case.drawn(len(other.names))]
    others.sort(key=lambda tool: -len((tool.needs | tool.gives) & mine))
    added = [tool.name for tool in others][:MOST]
    connected = sum(bool((tool.needs | tool.gives) & mine) for tool in others[:MOST])
    names = [*case.domain.names, *added]
    tools = tuple(names[position] for position in case.drawn(len(names)))
    scenes = tuple(replace(scene, tools=tools) for scene in case.numbered)
    system = system_text(joined, case.today)
    script = replace(case.script, domain=joined.name, scenes=scenes, system=system)
    course = course_of(joined, script)
    if course is None or course.texts != case.course.texts:
        return None
    return Made(script, joined, {"added": added, "connected": connected})
