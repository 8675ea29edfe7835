"""Spoiled calls: needless, missing, wrong and premature ones."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.known import Known, grounded_calls
from fc_gym.types import JsonValue, ToolCall, general_path, leaves
from fc_synth.verify.plants.scene import Scene
from fc_synth.verify.play import Played, rows_of

__all__ = [
    "detour",
    "dropped_lookup",
    "dropped_write",
    "invented_identifier",
    "needless_lookup",
    "other_row",
    "other_value",
    "same_message",
    "something_more",
    "wrong_origin",
]

MOST = 16
"""Most calls of a look-up that are considered for a way round."""


def needless_lookup(scene: Scene) -> bool:
    """Make a look-up again that nobody needs, with its true result."""
    step = scene.pick([step for step in scene.play.steps if scene.domain.tools[step.call.name].reads_only])
    if step is None:
        return False
    result = scene.domain.execute(scene.play.end.fork().world, step.call)
    if result.ok:
        scene.insert(len(scene.row["messages"]) - 1, step.call.name, step.call.arguments, result.text)
    return result.ok


def something_more(scene: Scene) -> bool:
    """Change something more that nobody asked for, truly executed, at the end of the last turn."""
    for step in scene.shuffled(scene.play.steps, len(scene.play.steps)):
        state = scene.play.end.fork()
        result = scene.domain.execute(state.world, step.call)
        if result.ok and state.hash() != scene.play.end.hash():
            scene.insert(len(scene.row["messages"]) - 1, step.call.name, step.call.arguments, result.text)
            scene.row["meta"]["certificate"]["state_hash"] = state.hash()
            return True
    return False


def detour(scene: Scene) -> bool:
    """Replace a look-up by two others that show the same between them, so that none of them can be dropped."""
    for step in scene.shuffled([one for one in scene.play.steps if one.opened == one.position], 6):
        if not scene.domain.tools[step.call.name].reads_only:
            continue
        for first, second in _ways_round(scene, step):
            messages = [dict(one) for one in scene.row["messages"]]
            at = scene.drop(step.position)
            for call in (second, first):
                scene.insert(at, call.name, call.arguments, "")
            if scene.executed_anew():
                return True
            scene.row["messages"] = messages
    return False


def _ways_round(scene: Scene, step: Played) -> Iterator[tuple[ToolCall, ToolCall]]:
    """Yield pairs of look-ups that show what one showed and its turn uses, and neither of which does alone."""
    used = {
        (leaf.key, leaf.value)
        for other in scene.play.turns[step.turn].steps for leaf in rows_of(scene.domain, other.call)
        if (source := scene.play.shown.get((leaf.key, leaf.value))) and source.call == step.position
    }  # fmt: skip
    known = _known(scene, step.opened)
    shows = {call: _shown(scene, step, call) for call in _lookups(scene, known) if call != step.call}
    shows = {call: shown for call, shown in shows.items() if shown and not used <= shown}
    for first, some in list(shows.items())[:MOST]:
        if some & used:
            yield from ((first, second) for second, others in list(shows.items())[:MOST] if used <= some | others)
        more = known.copy()
        for key, value in sorted(some, key=str):
            more.tell(key, [value])
        for second in _lookups(scene, more):
            if second not in shows and second != step.call and used <= _shown(scene, step, second) | some:
                yield first, second


def _known(scene: Scene, position: int) -> Known:
    known = Known(scene.domain)
    for (key, value), source in scene.play.shown.items():
        if source.call < position and key in scene.domain.entities:
            known.tell(key, [value])
    return known


def _lookups(scene: Scene, known: Known) -> Iterator[ToolCall]:
    for tool in scene.domain.tools.values():
        if tool.reads_only:
            yield from grounded_calls(tool, known, MOST)


def _shown(scene: Scene, step: Played, call: ToolCall) -> set[tuple[str, JsonValue]]:
    result = scene.domain.execute(step.before.fork().world, call)
    if not result.ok:
        return set()
    returns = scene.domain.tools[call.name].returns
    found = ((returns.get(general_path(path), ""), leaf) for path, leaf, _ in leaves(result.value))
    return {(key, leaf) for key, leaf in found if key in scene.domain.entities and leaf is not None}


def other_row(scene: Scene) -> bool:
    """Name another shown row of the same kind in a call, that and all that follows executed anew."""
    occasions = [
        (step.position, leaf.parameter, value)
        for step in scene.play.steps for leaf in rows_of(scene.domain, step.call) if leaf.path == leaf.parameter
        for (key, value), source in scene.play.shown.items()
        if key == leaf.key and value != leaf.value and source.call < step.opened
    ]  # fmt: skip
    return _replaced(scene, occasions)


def other_value(scene: Scene) -> bool:
    """Give a call another number than was said, all executed anew."""
    occasions = [
        (step.position, name, value + 17)
        for step in scene.play.steps for name, value in step.call.arguments.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]  # fmt: skip
    return _replaced(scene, occasions)


def _replaced(scene: Scene, occasions: list[tuple[int, str, JsonValue]]) -> bool:
    for position, parameter, value in scene.shuffled(occasions, 12):
        arguments = scene.calls()[position]["arguments"]
        before, arguments[parameter] = arguments[parameter], value
        if scene.executed_anew():
            return True
        arguments[parameter] = before
    return False


def invented_identifier(scene: Scene) -> bool:
    """Use an identifier that exists nowhere."""
    step = scene.pick([step for step in scene.play.steps if rows_of(scene.domain, step.call)])
    if step is None:
        return False
    leaf = rows_of(scene.domain, step.call)[0]
    value = f"{str(leaf.value)[:-2]}QQ"
    arguments = scene.calls()[step.position]["arguments"]
    arguments[leaf.parameter] = [value] if isinstance(arguments[leaf.parameter], list) else value
    return True


def dropped_lookup(scene: Scene) -> bool:
    """Leave out a look-up that shows what a later call uses; nothing else changes."""
    steps = scene.play.steps
    feeding = {
        source.call
        for step in steps for leaf in rows_of(scene.domain, step.call)
        if (source := scene.play.shown.get((leaf.key, leaf.value)))
    }  # fmt: skip
    step = scene.pick(
        [one for one in steps if one.position in feeding and scene.domain.tools[one.call.name].reads_only]
    )
    if step is not None:
        scene.drop(step.position)
    return step is not None


def dropped_write(scene: Scene) -> bool:
    """Leave out a call that changes something."""
    step = scene.pick([step for step in scene.play.steps if not scene.domain.tools[step.call.name].reads_only])
    if step is not None:
        scene.drop(step.position)
    return step is not None


def same_message(scene: Scene) -> bool:
    """Put a look-up and the call that uses what it shows into one message."""
    for step in scene.shuffled(scene.play.steps, len(scene.play.steps)):
        before = scene.play.steps[step.opened - 1] if step.opened else step
        feeds = any(
            source.call == before.position
            for leaf in rows_of(scene.domain, step.call)
            if (source := scene.play.shown.get((leaf.key, leaf.value)))
        )
        if feeds and before.turn == step.turn and before.position < step.opened:
            first, second = scene.message_of(before.position)[0], scene.message_of(step.position)[0]
            first["tool_calls"] += second["tool_calls"]
            scene.row["messages"] = [one for one in scene.row["messages"] if one is not second]
            return True
    return False


def wrong_origin(scene: Scene) -> bool:
    """Claim another origin of an argument."""
    found = [
        source
        for turn in scene.row["meta"]["turns"] for layer in turn["layers"] for call in layer
        for source in call["sources"].values() if source["kind"] == "output"
    ]  # fmt: skip
    source = scene.pick(found)
    if source is not None:
        source["path"] = f"{source['path']}.x"
    return source is not None
