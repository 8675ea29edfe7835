"""Minimal pairs: the same words in another start state, so that other calls are right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson
from fc_agents.trace import Executed

from fc_gym.domain import World
from fc_gym.state import State
from fc_gym.types import JsonValue, ToolCall, to_json
from fc_synth.variants.case import Case, Made
from fc_synth.variants.course import course_of
from fc_synth.variants.script import Layer, Scene

__all__ = ["MinimalPair"]

_OPAQUE = re.compile(r"[A-Z]{2,4}-[A-Z0-9]{3,}")


@dataclass(frozen=True)
class MinimalPair:
    """The operator."""

    name: str = "minimal_pair"
    phenomenon: str = ""
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue in another start state: one in which a step is not needed, or other rows are meant."""
        if case.script.start is not None:
            return None
        return next(_spared(case), None) or next(_swapped(case), None)


def _spared(case: Case) -> Iterator[Made]:
    """Yield the dialogue in states in which a preparation was made already."""
    for number in case.drawn(len(case.scenes)):
        scene = case.scenes[number]
        for place, call in enumerate(scene.calls):
            if place in scene.asked or case.domain.tools[call.name].reads_only or not case.requests(number):
                continue
            state = case.domain.sample(case.script.seed)
            if case.domain.execute(state.world, call).refusal is not None or _idle(case, state.fork(), call):
                continue
            changed = _without(case, number, place)
            script = case.insert(number, changed, instead=1)
            script = replace(script, start=orjson.loads(to_json(state.world)))
            course = course_of(case.domain, script)
            if course is None or course.unseen:
                continue
            results = course.results(number)
            steps = [Executed(changed.calls[one], results[one], {}) for one in changed.asked]
            reply, must = case.reply(steps, [request.words for request in case.requests(number)])
            told = replace(changed, reply=reply, answer=must)
            scenes = (*script.scenes[:number], told, *script.scenes[number + 1 :])
            made = Made(replace(script, scenes=scenes), case.domain, {"form": "spared", "differs": [[number, place]]})
            fresh = course_of(case.domain, made.script)
            if fresh is not None and fresh.perfect:
                yield made


def _idle(case: Case, state: State[World], call: ToolCall) -> bool:
    """Return True if a call that was made already can be made once more without any effect."""
    before = state.hash()
    return case.domain.execute(state.world, call).refusal is None and state.hash() == before


def _without(case: Case, number: int, place: int) -> Scene:
    """Return a scene without one of its calls."""
    scene = case.scenes[number]
    layers, first = [], 0
    for layer in scene.layers:
        inside = place - first
        if 0 <= inside < len(layer.calls):
            left = (*layer.calls[:inside], *layer.calls[inside + 1 :])
            names = " and ".join(dict.fromkeys(call.name for call in left))
            thought = f"As things stand nothing else has to come first. I call {names}."
            layers += [Layer(thought, left)] if left else []
        else:
            layers.append(layer)
        first += len(layer.calls)
    asked = tuple(one - (one > place) for one in scene.asked)
    return replace(scene, layers=tuple(layers), asked=asked, of=number)


def _swapped(case: Case) -> Iterator[Made]:
    """Yield the dialogue in states in which two rows have changed their identifiers."""
    world = case.domain.sample(case.script.seed).world
    text = to_json(world)
    pairs = []
    for key, entity in case.domain.entities.items():
        rows = [str(one) for one in entity.rows(world) if _OPAQUE.fullmatch(str(one))]
        used = [one for one in rows if any(f'"{one}"' in call.json() for scene in case.scenes for call in scene.calls)]
        pairs += [(key, one, other) for one in used for other in rows if one != other]
    for position in case.drawn(len(pairs))[:8]:
        _, one, other = pairs[position]
        start = orjson.loads(_exchanged(text, one, other))
        scenes = tuple(_renumbered(scene, one, other) for scene in case.numbered)
        differs = [
            [number, place]
            for number, scene in enumerate(scenes)
            for place, call in enumerate(scene.calls)
            if call != case.scenes[number].calls[place]
        ]
        script = replace(case.script, scenes=scenes, start=start)
        course = course_of(case.domain, script)
        if differs and course is not None and course.perfect and not course.unseen:
            yield Made(script, case.domain, {"form": "swapped", "rows": [one, other], "differs": differs})


def _exchanged(text: str, one: str, other: str) -> str:
    both = re.compile(f"{re.escape(one)}|{re.escape(other)}")
    return both.sub(lambda match: other if match[0] == one else one, text)


def _renumbered(scene: Scene, one: str, other: str) -> Scene:
    layers = tuple(
        Layer(
            _exchanged(layer.thought, one, other),
            tuple(ToolCall(call.name, _arguments(call.arguments, one, other)) for call in layer.calls),
        )
        for layer in scene.layers
    )
    return replace(scene, layers=layers, closing=_exchanged(scene.closing, one, other))


def _arguments(arguments: Mapping[str, JsonValue], one: str, other: str) -> dict[str, JsonValue]:
    return dict(orjson.loads(_exchanged(to_json(dict(arguments)), one, other)))
