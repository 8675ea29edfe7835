"""Missing function: a tool is withheld until after the user has asked for what only it can do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_synth.variants.case import Case, Made, spoken_ask
from fc_synth.variants.script import Scene

__all__ = ["MissingFunction"]

LATER = (
    "I have given you access to what was missing. Please do it now.", "You have got the tool for it now; go ahead.",
    "That should be sorted out now, so please try again.", "You can do that from now on. Please go ahead.",
    "I have had it switched on for you. Now please do what I asked.",
)  # fmt: skip
THOUGHTS = (
    "None of the tools on offer does what the user asks. I say so and call nothing.",
    "I look through the tools: the one for this is not there. Nothing should be called.",
)
AGAIN = ("A tool was added that does it. I go on with the request. ", "Now the tool is there. ")


@dataclass(frozen=True)
class MissingFunction:
    """The operator."""

    name: str = "missing_function"
    phenomenon: str = ""
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with a tool withheld; None if no turn asks for one thing alone."""
        for number in case.easiest():
            scene, asked = case.scenes[number], case.requests(number)
            tool = scene.goals[0].name if len(asked) == 1 else ""
            earlier = {call.name for one in case.scenes[:number] for call in one.calls}
            if not tool or tool in earlier:
                continue
            rest = tuple(name for name in case.domain.names if name != tool)
            said = spoken_ask(asked[0])
            reply = (
                f"I cannot {said}: I have no tool for that."
                if said
                else "I am missing a tool for that, so I cannot do it."
            )
            withheld = Scene(
                scene.user, closing=case.one_of(THOUGHTS), reply=reply, told=scene.told, tools=rest, act="decline"
            )
            first = scene.layers[0]
            layers = (replace(first, thought=case.one_of(AGAIN) + first.thought), *scene.layers[1:])
            done = replace(scene, user=case.one_of(LATER), layers=layers, told={})
            before = tuple(replace(one, tools=rest) for one in case.numbered[:number])
            scenes = (*before, replace(withheld, of=number), done, *case.numbered[number + 1 :])
            script = replace(case.script, scenes=scenes)
            return Made(script, case.domain, {"withheld": tool, "turn": number}, {number + 1: (tool,)})
        return None
