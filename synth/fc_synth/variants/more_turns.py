"""More turns: look-ups that matter to nothing later, and talk, in front of a dialogue."""

from __future__ import annotations

from dataclasses import replace

from fc_agents.trace import Executed

from fc_gym.tool import Tool
from fc_gym.types import ToolCall
from fc_synth.query import ask_phrases
from fc_synth.variants.case import Case, Made
from fc_synth.variants.no_target import TALK, THOUGHT
from fc_synth.variants.script import Layer, Scene
from fc_synth.wording import Wording, whole

__all__ = ["more_turns"]

TALKS = 4
"""Messages in between that ask for nothing."""


def more_turns(case: Case) -> Made | None:
    """Return the dialogue with turns in front of it; None if every look-up would matter to it.

    Args:
        case: The dialogue.
    """
    used = {call.name for scene in case.scenes for call in scene.calls}
    looks = [scene for tool in case.domain.tools.values() if tool.name not in used for scene in _look(case, tool)]
    if not looks:
        return None
    talks = [TALK[one] for one in case.drawn(len(TALK))[:TALKS]]
    added = looks + [Scene(user, closing=THOUGHT, reply=reply, act="inform") for user, reply in talks]
    # the first message is a request, so that the talk has something to follow
    order = [0, *(1 + one for one in case.drawn(len(added) - 1))]
    scenes = (*(added[one] for one in order), *case.numbered)
    data = {"form": "turns", "turns": len(added), "tools": [scene.calls[0].name for scene in looks]}
    return Made(replace(case.script, scenes=scenes), case.domain, data)


def _look(case: Case, tool: Tool) -> list[Scene]:
    """Return a turn that asks for a tool that shows no row that the dialogue needs; none if it cannot be asked for."""
    phrases = [phrase for phrase in ask_phrases(case.domain, tool.name) if not phrase.slots]
    if not tool.reads_only or not phrases or any(one.required for one in tool.parameters.values()):
        return []
    call = ToolCall(tool.name, {})
    session = case.before(0)
    result = session.run([call])[0]
    known = case.before(0).known
    needed = {
        (leaf_key, value)
        for scene in case.course.layers for layer in scene for ran in layer
        for leaf_key, value in _rows(case, ran.call)
    }  # fmt: skip
    shown = any(session.known.source(*one) and not known.source(*one) for one in needed)
    reply, must = case.reply([Executed(call, result, {})], [{}])
    if result.refusal is not None or shown or reply == "Done.":
        return []
    ask = phrases[int(case.rng.integers(len(phrases)))].text
    user = Wording(case.rng).request([ask], later=False) if not whole(ask) else ask
    layer = Layer(f"{tool.name} shows what the user asks for.", (call,))
    return [Scene(user, (layer,), "That is the answer.", reply, must, asked=(0,))]


def _rows(case: Case, call: ToolCall) -> list[tuple[str, object]]:
    parameters = case.domain.tools[call.name].parameters
    found: list[tuple[str, object]] = []
    for name, value in call.arguments.items():
        key = parameters[name].key
        if key in case.domain.entities:
            found += [(key, one) for one in (value if isinstance(value, list) else [value])]
    return found
