"""Switching: the user gives up a goal half-way and goes on to another."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_agents.trace import argument_leaves

from fc_synth.variants.case import Case, Made
from fc_synth.variants.gap import gaps
from fc_synth.variants.under_fill import asking
from fc_synth.wording import whole

__all__ = ["MARKS", "Switching"]

MARKS = (
    "Never mind that.", "Forget about that for now.", "Actually, leave that.", "On second thoughts, drop that.",
    "Let's skip that one.",
)  # fmt: skip


@dataclass(frozen=True)
class Switching:
    """The operator."""

    name: str = "switching"
    phenomenon: str = "switching"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with one turn given up for the next; None if no turn can be."""
        for number in case.drawn(len(case.scenes) - 1):
            found = gaps(case, number)
            nouns = _nouns(case, number)
            later = case.scenes[number + 1 :]
            if (
                not found
                or not _alone(case, number)
                or any(noun in one.user.lower() for one in later for noun in nouns)
            ):
                continue
            gap = found[int(case.rng.integers(len(found)))]
            scene = case.scenes[number]
            told = {key: values for key, values in scene.told.items() if key not in gap.told}
            mark = case.one_of(MARKS)
            other = replace(case.numbered[number + 1], user=f"{mark} {_bare(case, number + 1)}")
            ask = asking(case, number, gap, told)
            scenes = (*case.numbered[:number], ask, other, *case.numbered[number + 2 :])
            data = {**gap.data(number), "dropped": [call.json() for call in scene.goals]}
            return Made(replace(case.script, scenes=scenes), case.domain, data)
        return None


def _nouns(case: Case, number: int) -> list[str]:
    """Return the words by which later messages would refer to a row that the turn is about."""
    scene = case.scenes[number]
    keys = {leaf.key for call in scene.goals for leaf in argument_leaves(case.domain, call)}
    keys |= {key for call in scene.goals for key in case.domain.tools[call.name].gives}
    return [f"that {entity.noun}" for key, entity in case.domain.entities.items() if key in keys]


def _alone(case: Case, number: int) -> bool:
    """Return True if nothing later uses what the turn showed."""
    calls = sum(len(scene.calls) for scene in case.scenes[:number])
    mine = range(calls, calls + len(case.scenes[number].calls))
    return not any(
        source.call in mine
        for scene in case.course.layers[number + 1 :]
        for layer in scene
        for ran in layer
        for source in ran.sources.values()
        if source.kind == "output"
    )


def _bare(case: Case, number: int) -> str:
    """Return what a turn asks for without the thanks in front, which would not follow."""
    text = case.scenes[number].user
    requests = case.requests(number)
    if not requests:
        return text
    first, *rest = requests
    opened = first.text if whole(first.text) else f"Please {first.text}."
    more = [one.text if whole(one.text) else f"Then {one.text}." for one in rest]
    return " ".join([opened, *more])
