"""Under-fill: the user leaves out a needed detail, the assistant asks for it, the user gives it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_synth.variants.case import Case, Made, reword, sentence
from fc_synth.variants.gap import Gap, gaps
from fc_synth.variants.script import Scene

__all__ = ["THOUGHTS", "UnderFill", "asking"]

THOUGHTS = (
    "The user does not say {what}, and nothing tells me. I have to ask before I do anything.",
    "It is not said {what}. I must not guess, so I ask.",
)
AGAIN = ("Now I know {what}. ", "That answers {what}. ")


@dataclass(frozen=True)
class UnderFill:
    """The operator."""

    name: str = "missing_parameter"
    phenomenon: str = "under_fill"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a detail left out at first; None if none can be left out."""
        for number in case.drawn(len(case.scenes)):
            found = gaps(case, number)
            if found:
                gap = found[int(case.rng.integers(len(found)))]
                scene = case.scenes[number]
                first = scene.layers[0]
                layers = (
                    replace(first, thought=case.one_of(AGAIN).format(what=gap.what) + first.thought),
                    *scene.layers[1:],
                )
                told = {key: values for key, values in scene.told.items() if key not in gap.told}
                later = replace(scene, user=gap.filled, layers=layers, told=gap.told)
                script = case.insert(number, asking(case, number, gap, told), later, instead=1)
                return Made(script, case.domain, gap.data(number))
        return None


def asking(case: Case, number: int, gap: Gap, told: dict[str, tuple[object, ...]]) -> Scene:
    """Return the scene in which the assistant asks for what is left out.

    Args:
        case: The dialogue.
        number: The turn that is meant.
        gap: What is left out.
        told: What the user does say.
    """
    user = reword(case.scenes[number].user, gap.request, gap.words, gap.vague)
    thought = case.one_of(THOUGHTS).format(what=gap.what)
    return Scene(user, closing=thought, reply=sentence(gap.question), told=told, act="ask", of=number)
