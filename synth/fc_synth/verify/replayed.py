"""Form and replay: the row is written as it should be, and the world answers as the row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fc_gym.domain import Domain
from fc_gym.errors import CallError
from fc_gym.types import JsonValue
from fc_synth.verify.play import Play
from fc_synth.verify.record import Record, settled
from fc_synth.verify.talk import Talk

__all__ = ["form", "replay"]


def form(domain: Domain, talk: Talk, meta: Mapping[str, JsonValue]) -> Record:
    """Check that messages, calls and tools are well formed, and of this version of the domain."""
    against = list(talk.faults)
    if meta.get("fingerprint", domain.fingerprint) != domain.fingerprint:
        against.append(("", f"it was made with another version of {domain.name}"))
    against += _described(domain, talk)
    if not talk.turns:
        against.append(("", "no user speaks in it"))
    for number, turn in enumerate(talk.turns):
        if not turn.reply.strip():
            against.append((f"turn {number + 1}", "the assistant does not reply"))
    calls = 0
    for turn_number, position, call in talk.steps():
        calls += 1
        wrong = call.broken or _malformed(domain, call.name, call.arguments)
        if wrong:
            against.append((f"turn {turn_number + 1}, call {position + 1}", wrong))
    return settled("form", against, [], {"calls": calls, "turns": len(talk.turns)})


def replay(play: Play, claimed: str) -> Record:
    """Check that every tool message is what the tool says, and the final world the one that is claimed.

    Args:
        play: The row, executed.
        claimed: Hash of the final world, if the row claims one.
    """
    against = []
    for step in play.steps:
        if step.made.text is None:
            against.append((step.place, f"no message tells what came of {step.call.name}"))
        elif step.made.text != step.result.text:
            against.append((step.place, f"{step.call.name} says something else than its message"))
    if not against and claimed and play.end.hash() != claimed:
        against.append(("", "the final world is another than the row claims"))
    return settled("replay", against, [], {"messages": len(play.steps)})


def _described(domain: Domain, talk: Talk) -> Iterator[tuple[str, str]]:
    """Yield complaints about tools that the row describes otherwise than the domain does."""
    for spec in talk.tools:
        name = str(spec["name"])
        if name not in domain.tools:
            yield "", f"it offers {name}, which {domain.name} does not have"
        elif spec != domain.tools[name].spec()["function"]:
            yield "", f"it describes {name} otherwise than {domain.name} does"


def _malformed(domain: Domain, name: str, arguments: dict[str, JsonValue]) -> str:
    tool = domain.tools.get(name)
    if tool is None:
        return f"there is no tool {name!r}"
    try:
        if tool.arguments.accept(arguments) is None:
            tool.arguments.check(arguments)
    except CallError as error:
        return error.message
    return ""
