"""Necessity: why each call cannot be dropped, found by dropping it and playing on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from fc_gym.provenance import Source
from fc_gym.types import JsonValue, ToolCall, general_path, leaves
from fc_synth.verify.meaning import Asked
from fc_synth.verify.play import Play, Played, rows_of
from fc_synth.verify.record import Record, settled
from fc_synth.verify.words import holds

__all__ = ["necessary", "reasons"]


def necessary(play: Play, asked: Sequence[Sequence[Asked]]) -> Record:
    """Check that no call could be left out.

    Args:
        play: The row, executed.
        asked: What is asked for in each turn.
    """
    against, open_ = [], []
    wanted = {one.step.position for requests in asked for one in requests if one.step is not None}
    found = reasons(play, wanted, [bool(requests) for requests in asked])
    for step, why in zip(play.steps, found, strict=True):
        if why == "unnecessary":
            against.append((step.place, f"without {step.call.name} everything else is the same"))
        elif why == "unasked":
            against.append((step.place, f"{step.call.name} changes something that nobody asked for"))
        elif why == "state" and not asked[step.turn]:
            open_.append((step.place, f"{step.call.name} changes something; whether it is asked for cannot be read"))
    return settled("necessary", against, open_, Counter(found))


def reasons(play: Play, wanted: Set[int], read: Sequence[bool]) -> list[str]:
    """Return for each call why it is made.

    `asked`, `feeds`, `enables` and `answer` are reasons, `state` is one where the words cannot be read; `unasked` and
    `unnecessary` are none.

    Args:
        play: The row, executed.
        wanted: Positions of the calls that were asked for.
        read: For each turn, whether all that it asks for is known.
    """
    return [
        "asked" if step.position in wanted else _without(play, step, complete=read[step.turn]) for step in play.steps
    ]


def _without(play: Play, dropped: Played, *, complete: bool) -> str:
    why, state_hash = _play_on(play, dropped)
    if why:
        return why
    if _answers(play, dropped):
        return "answer"
    if state_hash == play.end.hash():
        return "unnecessary"
    return "unasked" if complete else "state"


def _play_on(play: Play, dropped: Played) -> tuple[str, str]:
    """Play the rest without one call; return why that fails, or the hash of the final world."""
    state, steps = dropped.before.fork(), play.steps
    results: dict[int, Mapping[str, JsonValue]] = {}
    shown = {pair: source for pair, source in play.shown.items() if source.call < dropped.position}
    for step in steps[dropped.position + 1 :]:
        call = _rebound(play, step, dropped, results)
        if any(_unseen(play, leaf.key, leaf.value, shown, call, step) for leaf in rows_of(play.domain, call)):
            return "feeds", ""
        result = play.domain.execute(state.world, call)
        if not result.ok:
            if step.result.ok:
                return "enables", ""
            continue
        results[step.position] = {path: leaf for path, leaf, _ in leaves(result.value)}
        returns = play.domain.tools[call.name].returns
        for path, leaf in results[step.position].items():
            key = returns.get(general_path(path))
            if key and leaf is not None:
                shown.setdefault((key, leaf), Source("output", step.turn, step.position, path))
    return "", state.hash()


def _unseen(
    play: Play, key: str, value: JsonValue, shown: Mapping[tuple[str, JsonValue], Source], call: ToolCall, step: Played
) -> bool:
    if (key, value) in shown:
        return False
    return call.arguments == step.call.arguments and (key, value) in play.shown


def _rebound(play: Play, step: Played, dropped: Played, results: Mapping[int, Mapping[str, JsonValue]]) -> ToolCall:
    """Give a call the identifiers that the results before it have now, where other rows were made than before."""
    arguments = dict(step.call.arguments)
    for leaf in rows_of(play.domain, step.call):
        source = play.shown.get((leaf.key, leaf.value))
        if source is None or source.call <= dropped.position or source.call not in results:
            continue
        now = results[source.call].get(source.path, leaf.value)
        if now != leaf.value and leaf.path == leaf.parameter:
            arguments[leaf.parameter] = now
    return ToolCall(step.call.name, arguments)


def _answers(play: Play, step: Played) -> bool:
    """Return True if the reply tells something that only the result of this look-up shows."""
    turn, tool = play.turns[step.turn], play.domain.tools.get(step.call.name)
    if not turn.reply or not step.result.ok or tool is None or not tool.reads_only:
        return False
    before = play.heard(step.turn)
    so_far = play.steps[: turn.first + len(turn.steps)]
    others = {value for other in so_far if other is not step for _, value in other.leaves}
    given = {leaf for other in turn.steps for _, leaf, _ in leaves(dict(other.call.arguments))}
    for path, value in step.leaves:
        key = tool.returns.get(general_path(path), "")
        fresh = _telling(value) and value not in others and value not in given
        if fresh and holds(turn.reply, value, key, play.today) and not holds(before, value, key, play.today):
            return True
    return False


def _telling(value: JsonValue) -> bool:
    """Return True for a value that hardly stands in a reply by chance: not for small numbers and plain words."""
    if isinstance(value, str):
        return len(value) > 2 and not value.islower()
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10
