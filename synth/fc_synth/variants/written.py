"""Writing: an executed variant as a row of the same format as any dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from fc_gym.domain import Domain
from fc_gym.renamed import renamed
from fc_gym.types import JsonValue, to_json
from fc_synth.sample import FORMAT
from fc_synth.variants.case import Case, Made, calls_json
from fc_synth.variants.course import Course
from fc_synth.variants.script import Scene

__all__ = ["NOTICE", "written"]

NOTICE = "Another tool can be used from here on: {spec}"
"""What the system says when a tool is added."""


def written(case: Case, made: Made, course: Course, kind: str, name: str) -> dict[str, JsonValue]:
    """Return a variant as one row.

    Args:
        case: What it was made of.
        made: The variant.
        course: The executed variant.
        kind: The name of the operator.
        name: The row's id.
    """
    script = made.script
    domain = renamed(made.domain, script.names)
    messages: list[dict[str, JsonValue]] = [{"role": "system", "content": script.system}]
    turns, position = [], 0
    for number, scene in enumerate(script.scenes):
        for tool in made.notices.get(number, ()):
            messages.append({"role": "system", "content": NOTICE.format(spec=to_json(domain.tools[tool].spec()))})
        messages.append({"role": "user", "content": scene.user})
        position = _add_layers(messages, scene, course, number, position)
        messages.append({"role": "assistant", "reasoning_content": scene.closing, "content": scene.reply})
        turns.append(_turn(scene, course, number))
    clean = [{"user": one.user, "calls": calls_json(one.calls), "reply": one.reply} for one in case.scenes]
    meta: dict[str, JsonValue] = {
        "format": FORMAT, "domain": script.domain, "seed": script.seed, "fingerprint": made.domain.fingerprint,
    }  # fmt: skip
    meta |= {"start": script.start} if script.start is not None else {}
    meta |= {"faults": [asdict(fault) for fault in script.faults]} if script.faults else {}
    meta |= {"names": {new: asdict(alias) for new, alias in script.names.items()}} if script.names else {}
    meta |= {
        "turns": turns,
        "variant": {"kind": kind, "of": case.row["id"], "domain": case.domain.name, **made.data, "clean": clean},
        "certificate": {"replay": True, "observable": not course.unseen, "state_hash": course.end.state.hash()},
        "rejected": [],
        "refused": {},
    }
    return {"id": name, "messages": messages, "tools": _tools(domain, script.scenes), "meta": meta}


def _tools(domain: Domain, scenes: Sequence[Scene]) -> list[JsonValue]:
    """Return the descriptions of the tools that are on offer at first."""
    offered = scenes[0].tools if scenes[0].tools is not None else domain.names
    return [domain.tools[name].spec() for name in offered]


def _add_layers(messages: list[dict[str, JsonValue]], scene: Scene, course: Course, number: int, position: int) -> int:
    for layer, done in zip(scene.layers, course.layers[number], strict=True):
        names = [f"call_{position + index + 1}" for index in range(len(done))]
        calls: list[JsonValue] = [
            {"id": one, "type": "function", "function": {"name": ran.call.name, "arguments": dict(ran.call.arguments)}}
            for one, ran in zip(names, done, strict=True)
        ]
        messages.append({"role": "assistant", "reasoning_content": layer.thought, "content": "", "tool_calls": calls})
        for one, ran in zip(names, done, strict=True):
            told = {"role": "tool", "tool_call_id": one, "name": ran.call.name, "content": ran.result.text}
            messages.append(told)
        position += len(done)
    return position


def _turn(scene: Scene, course: Course, number: int) -> dict[str, JsonValue]:
    layers = [
        [
            {
                "name": ran.call.name,
                "arguments": dict(ran.call.arguments),
                "sources": {path: source.json() for path, source in ran.sources.items()},
            }
            for ran in layer
        ]
        for layer in course.layers[number]
    ]
    kept: Mapping[str, JsonValue] = {
        name: scene.about[name] for name in ("target", "advanced_tool") if name in scene.about and scene.asked
    }
    body: dict[str, JsonValue] = {
        "user": scene.user,
        "target": "",
        **kept,
        "asked": list(scene.asked),
        "layers": layers,
    }
    body |= {"answer": list(scene.answer), "told": {key: list(values) for key, values in scene.told.items()}}
    body |= {"attempts": [1] * len(layers), "of": scene.of}
    body |= {"tools": list(scene.tools)} if scene.tools is not None else {}
    return body | ({"act": scene.act} if scene.act else {})
