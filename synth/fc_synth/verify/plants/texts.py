"""Spoiled texts: what users, thoughts, replies and tools should not say."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.domain import World
from fc_gym.types import canonical
from fc_synth.verify.meaning import Asked, rows_meant
from fc_synth.verify.plants.scene import Row, Scene
from fc_synth.verify.play import rows_of

__all__ = [
    "ambiguous",
    "exchanged_thoughts",
    "foreseeing_thought",
    "invented_reply",
    "leaked_identifier",
    "leaked_result",
    "named_tool",
    "unreachable",
    "wrong_output",
]


def leaked_identifier(scene: Scene) -> bool:
    """Put the identifier of a row that is to be looked up into a query."""
    occasions = [
        (step.turn, str(leaf.value))
        for step in scene.play.steps for leaf in rows_of(scene.domain, step.call)
        if str(leaf.value).casefold() not in scene.play.heard(step.turn).casefold()
    ]  # fmt: skip
    picked = scene.pick(occasions)
    if picked:
        scene.say(picked[0], f"I think it is {picked[1]}.")
    return bool(picked)


def leaked_result(scene: Scene) -> bool:
    """Put an identifier that a call of this turn makes into its query."""
    worlds = [canonical(turn.start.world) for turn in scene.play.turns]
    occasions = [
        (source.turn, str(value))
        for (key, value), source in scene.play.shown.items()
        if key in scene.domain.entities and str(value) not in worlds[source.turn]
        and str(value).casefold() not in scene.play.heard(source.turn).casefold()
    ]  # fmt: skip
    picked = scene.pick(occasions)
    if picked:
        scene.say(picked[0], f"It will be {picked[1]}.")
    return bool(picked)


def named_tool(scene: Scene) -> bool:
    """Name a tool in a query."""
    step = scene.pick([step for step in scene.play.steps if "_" in step.call.name])
    if step:
        scene.say(step.turn, f"Use {step.call.name} for that.")
    return bool(step)


def ambiguous(scene: Scene) -> bool:
    """Say less of a row than is needed to tell it from the others."""
    occasions = [
        (turn.number, meant.words, shorter)
        for turn, requests in zip(scene.play.turns, scene.asked, strict=True)
        for one in requests for meant in one.meant
        if meant.row and len(meant.values) == 1 and turn.user.count(meant.words) == 1
        for shorter in _shortened(scene, turn.start.world, meant.words, one, meant.parameter)
    ]  # fmt: skip
    picked = scene.pick(occasions)
    if picked:
        message = scene.messages("user")[picked[0]]
        message["content"] = message["content"].replace(picked[1], picked[2])
    return bool(picked)


def unreachable(scene: Scene) -> bool:
    """Ask for one thing more that no call does."""
    one = scene.pick([one for requests in scene.asked for one in requests if one.step is not None])
    if one is None:
        return False
    text = one.request.text.rstrip(".?!")
    scene.say(len(scene.play.turns) - 1, f"{text}." if text[:1].isupper() else f"Then please {text}.")
    return True


def wrong_output(scene: Scene) -> bool:
    """Change a digit in a tool message."""
    message = scene.pick([one for one in scene.messages("tool") if any(sign.isdigit() for sign in one["content"])])
    if message is None:
        return False
    text = message["content"]
    at = next(index for index, sign in enumerate(text) if sign.isdigit())
    message["content"] = f"{text[:at]}{'1' if text[at] != '1' else '2'}{text[at + 1 :]}"
    return True


def exchanged_thoughts(scene: Scene) -> bool:
    """Exchange the thoughts of two messages that call different tools."""
    found = [one for one in scene.messages("assistant") if one.get("tool_calls")]
    pairs = [
        (one, other)
        for at, one in enumerate(found) for other in found[at + 1 :]
        if _names(one).isdisjoint(_names(other)) and _speaks(one) and _speaks(other)
    ]  # fmt: skip
    picked = scene.pick(pairs)
    if picked:
        one, other = picked
        one["reasoning_content"], other["reasoning_content"] = other["reasoning_content"], one["reasoning_content"]
    return bool(picked)


def foreseeing_thought(scene: Scene) -> bool:
    """Have a thought name an identifier before anything has shown it."""
    occasions = [
        (str(value), source.call)
        for (key, value), source in scene.play.shown.items()
        if key in scene.domain.entities and str(value).casefold() not in scene.play.heard(source.turn).casefold()
    ]
    picked = scene.pick(occasions)
    if picked:
        scene.message_of(picked[1])[0]["reasoning_content"] += f" It must be {picked[0]}."
    return bool(picked)


def invented_reply(scene: Scene) -> bool:
    """Tell the user a number that nothing has shown."""
    found = [one for one in scene.messages("assistant") if not one.get("tool_calls")]
    if found:
        found[-1]["content"] += " That comes to 98765 in all."
    return bool(found)


def _shortened(scene: Scene, world: World, words: str, one: Asked, parameter: str) -> Iterator[str]:
    """Yield beginnings of words for a row that fit several rows."""
    key = scene.domain.tools[one.request.tool].parameters[parameter].key
    pieces = words.split(" ")
    for length in range(1, len(pieces)):
        text = " ".join(pieces[:length])
        if len(rows_meant(scene.domain, world, key, text, scene.play.today)) > 1:
            yield text


def _names(message: Row) -> set[str]:
    return {call["function"]["name"] for call in message["tool_calls"]}


def _speaks(message: Row) -> bool:
    return any(name in message.get("reasoning_content", "") for name in _names(message))
