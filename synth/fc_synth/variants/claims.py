"""Claims: what each operator promises of its variants, beyond what all promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from fc_gym.registration import load_domain
from fc_gym.renamed import original, renamed
from fc_gym.session import Session
from fc_gym.types import ToolCall
from fc_synth.describe import understood
from fc_synth.reading import read_query
from fc_synth.spoken import said
from fc_synth.variants.ambiguous import rows_that_fit
from fc_synth.variants.confirmation import QUESTION
from fc_synth.variants.course import course_of
from fc_synth.variants.evidence import Evidence
from fc_synth.variants.follow_up import figures
from fc_synth.variants.goals import Proof, judged, unreachable, wanted_after
from fc_synth.variants.implicit import meant_by
from fc_synth.variants.pairs import apart
from fc_synth.variants.switching import MARKS

__all__ = ["CLAIMS", "Claim"]

Claim = Callable[[Evidence], Iterator[Proof]]


def _missing_function(found: Evidence) -> Iterator[Proof]:
    turn, tool = found.turn, found.data["withheld"]
    offered = [scene.tools if scene.tools is not None else found.domain.names for scene in found.script.scenes]
    away = all(tool not in one for one in offered[: turn + 1]) and all(tool in one for one in offered[turn + 1 :])
    yield judged("withheld", away and bool(offered[turn + 1 :]), f"{tool} is offered from turn {turn + 2} on")
    yield _no_call(found)
    wanted = wanted_after(found.course, turn + 1)
    yield unreachable(found.course.before[turn], wanted, offered[turn])
    plan = found.script.scenes[turn + 1].calls
    yield judged("restored", tool in {call.name for call in plan}, "reached by " + ", ".join(map(str, plan)))


def _missing_parameter(found: Evidence) -> Iterator[Proof]:
    turn, words = found.turn, found.data["words"]
    later = found.script.scenes[turn + 1].user
    left_out = words.lower() not in found.scene.user.lower() and words.lower() in later.lower()
    yield judged("left out", left_out, f"{words!r} is said in turn {turn + 2} only")
    yield _no_call(found)
    yield judged("asks", "?" in found.scene.reply, found.scene.reply)
    yield _open(found, turn + 1, found.data["parameter"])


def _long_context(found: Evidence) -> Iterator[Proof]:
    mine = [call for scene in found.script.scenes if scene.of is not None for call in scene.calls]
    yield judged("same calls", mine == found.clean_calls, "as in the clean dialogue")
    if found.data["form"] == "turns":
        more = len(found.script.scenes) - len(found.clean.layers)
        said = sum(len(scene.user) + len(scene.reply) for scene in found.script.scenes if scene.of is None)
        letters = said + sum(map(len, found.course.texts)) - sum(map(len, found.clean.texts))
        yield judged("longer", more == found.data["turns"] > 2, f"{more} turns and {letters} letters in front")
        return
    first, larger = found.clean.before[0].state.world, found.course.before[0].state.world
    entities = found.domain.entities.values()
    kept = all(
        one.rows(larger).get(key) == row for one in entities for key, row in one.rows(first).items()
    )  # fmt: skip
    added = sum(len(one.rows(larger)) - len(one.rows(first)) for one in entities)
    yield judged("padded", kept and added > 0, f"{added} rows more; none of the old ones is changed")
    before, after = (sum(map(len, one.texts)) for one in (found.clean, found.course))
    yield judged("longer", after > before, f"{after} letters of results instead of {before}")


def _irrelevance(found: Evidence) -> Iterator[Proof]:
    yield _no_call(found)
    name, _, tool = found.data["foreign"].partition(".")
    needs = load_domain(name).requirements[tool]
    alien = not needs & set(found.domain.entities) and tool not in found.domain.tools
    yield judged(
        "no tool serves it", alien and not read_query(found.domain, found.scene.user), f"it is for {tool} of {name}"
    )


def _distractors(found: Evidence) -> Iterator[Proof]:
    yield _same_calls(found)
    added = set(found.data["added"])
    beside = all(added <= set(scene.tools or ()) for scene in found.script.scenes) and not added & set(
        found.plain.tools
    )
    yield judged("beside", beside and bool(added), f"{len(added)} tools, {found.data['connected']} of them connected")
    unused = not added & {call.name for call in found.calls}
    yield judged("same results", unused and found.course.texts == found.clean.texts, "as in the clean dialogue")


def _renamed(found: Evidence) -> Iterator[Proof]:
    names = found.script.names
    back = [original(call, names) for call in found.calls]
    yield judged("mapped back", back == found.clean_calls, "every call is the clean call under its new name")
    other = renamed(found.domain, names)
    whole = len(other.tools) == len(found.domain.tools) and bool(names)
    yield judged("one to one", whole, f"{len(names)} tools")
    yield judged("same results", found.course.texts == found.clean.texts, "as in the clean dialogue")


def _goal_correction(found: Evidence) -> Iterator[Proof]:
    first, last = found.call("first"), found.call("last")
    changed = [name for name in last.arguments if last.arguments[name] != first.arguments.get(name)]
    one = first.name == last.name and len(changed) == 1
    yield judged("one detail", one, f"{', '.join(changed)} is changed")
    calls = found.scene.calls
    alone, other = (_after(found, found.turn, _swapped(calls, first, last, to)) for to in (last, first))
    counts = alone is not None and alone.state.hash() == found.course.end.state.hash()
    yield judged("last wish", counts and last in found.calls, "the end is as if only the last wish had been said")
    differs = other is not None and alone is not None and other.state.hash() != alone.state.hash()
    yield judged("it matters", differs, "the first wish alone ends otherwise")


def _switching(found: Evidence) -> Iterator[Proof]:
    yield _no_call(found)
    dropped = set(found.data["dropped"])
    yield judged("dropped", not dropped & {call.json() for call in found.calls}, "the first goal is never acted on")
    marked = found.script.scenes[found.turn + 1].user.startswith(MARKS)
    yield judged("switched", marked, "the next message takes it back")
    yield _open(found, found.turn, found.data["parameter"], found.data["dropped"])


def _over_fill(found: Evidence) -> Iterator[Proof]:
    yield _same_calls(found)
    extra = found.data["extra"]
    unused = not any(extra in call.json() for call in found.calls) and not any(
        extra in text for text in found.course.texts
    )
    yield judged("too many", extra in found.scene.user and unused, f"{extra} is said, and neither used nor shown")


def _minimal_pair(found: Evidence) -> Iterator[Proof]:
    words = [scene.user for scene in found.script.scenes]
    yield judged("same words", words == [one["user"] for one in found.data["clean"]], "every message of the user")
    start, other = found.clean.before[0].state.hash(), found.course.before[0].state.hash()
    yield judged("other start", start != other, "the start states differ")
    named = [tuple(place) for place in found.data["differs"]]
    have = apart([list(scene.calls) for scene in found.script.scenes], _by_turn(found))
    yield judged("exactly these calls differ", have == named, f"turn and position {named}")
    back = course_of(found.plain, replace(found.script, start=None))
    apart_ = back is None or not back.perfect or back.end.state.hash() != found.clean.end.state.hash()
    yield judged("not the other way", apart_, "in the clean start its calls do not come to the clean end")


def _exception(found: Evidence) -> Iterator[Proof]:
    yield from _struck(found)
    same = found.course.end.state.hash() == found.clean.end.state.hash()
    yield judged("repaired", same, "the world ends as without the fault")


def _failed(found: Evidence) -> Iterator[Proof]:
    yield from _struck(found)
    turn = found.turn
    rest = [name for name in found.domain.names if name != found.data["tool"]]
    lasting = all(fault.times is None and fault.tool == found.data["tool"] for fault in found.script.faults)
    yield judged("lasting", lasting and bool(found.script.faults), "the fault never ends")
    yield unreachable(found.course.before[turn], wanted_after(found.clean, turn), rest)
    yield judged("reported", found.scene.act == "decline", found.scene.reply)


def _follow_up(found: Evidence) -> Iterator[Proof]:
    yield _no_call(found)
    before = found.script.scenes[found.turn - 1]
    told = figures(before.reply, before.user)
    again = set(found.data["figures"]) == set(found.scene.answer) <= set(told) and bool(told)
    yield judged("told before", again, f"{', '.join(told)} stand in the answer before")


def _implicit_value(found: Evidence) -> Iterator[Proof]:
    yield _same_calls(found)
    words, value = found.data["words"], found.data["value"]
    today = str(getattr(found.course.before[found.turn].state.world, "today", ""))
    follows = (words, value) in meant_by(found.scene.user, today)
    yield judged("it follows", follows, f"{words!r} is {value}")
    plain = said(value, found.data["key"], today)
    yield judged("not said", plain not in found.scene.user.split(), f"{plain!r} is not in the message")


def _ambiguous(found: Evidence) -> Iterator[Proof]:
    data, turn = found.data, found.turn
    session = found.course.before[turn]
    today = str(getattr(session.state.world, "today", ""))
    entity = found.domain.entities[data["key"]]
    rows = rows_that_fit(entity, entity.rows(session.state.world), data["vague"], today)
    yield judged(
        "several fit",
        len(rows) > 1 and data["value"] in rows and rows == list(data["rows"]),
        f"{data['vague']!r}: {rows}",
    )
    described = understood(entity, data["words"]) is not None and data["words"] != data["vague"]
    yield judged("asks", described and "?" in found.scene.reply, found.scene.reply)
    yield _open(found, turn + 1, "")


def _stacking(found: Evidence) -> Iterator[Proof]:
    yield _same_calls(found)
    both = [call for one in found.clean.layers[found.turn : found.turn + 2] for layer in one for call in layer]
    joined = list(found.scene.calls) == [ran.call for ran in both]
    fewer = len(found.script.scenes) == len(found.clean.layers) - 1
    yield judged("two in one", joined and fewer, "the calls of two turns in one")


def _confirmation(found: Evidence) -> Iterator[Proof]:
    yield _same_calls(found)
    turn = found.turn
    still = found.course.before[turn].state.hash() == found.course.before[turn + 1].state.hash()
    yield judged("waits", still and found.scene.reply.startswith(QUESTION), "nothing is changed before the yes")


def _no_target(found: Evidence) -> Iterator[Proof]:
    yield _no_call(found)
    yield judged("no request", not read_query(found.domain, found.scene.user), "no tool is asked for")


def _no_call(found: Evidence) -> Proof:
    return judged("no call", not found.scene.calls, f"turn {found.turn + 1} is answered without a call")


def _same_calls(found: Evidence) -> Proof:
    return judged("same calls", found.calls == found.clean_calls, "as in the clean dialogue")


def _open(found: Evidence, turn: int, parameter: str, dropped: list[str] | None = None) -> Proof:
    """Prove that what was said leaves two calls open that come to different ends."""
    other = found.call("other")
    if dropped is None:
        scene = found.script.scenes[turn]
        (mine, *_) = [call for call in scene.goals if call.name == other.name]
        calls = scene.calls[: scene.calls.index(mine)]
    else:
        clean = [ran.call for layer in found.clean.layers[turn] for ran in layer]
        (mine, *_) = [call for call in clean if call.json() in dropped and call.name == other.name]
        calls = tuple(clean[: clean.index(mine)])
    differs = [name for name in mine.arguments if mine.arguments[name] != other.arguments.get(name)]
    first, second = _after(found, turn, (*calls, mine)), _after(found, turn, (*calls, other))
    held = first is not None and second is not None and len(differs) == 1 and parameter in ("", differs[0])
    apart_ = (
        first is not None
        and second is not None
        and (first.state.hash(), first.seen) != (second.state.hash(), second.seen)
    )
    return judged("it matters", held and apart_, f"{mine} and {other} both run and come to different ends")


def _after(found: Evidence, turn: int, calls: tuple[ToolCall, ...]) -> Session | None:
    """Return the session after calls in a turn; None if one of them is refused."""
    session = found.course.before[turn].fork()
    session.here = None
    return session if all(session.run([call])[0].refusal is None for call in calls) else None


def _swapped(calls: tuple[ToolCall, ...], first: ToolCall, last: ToolCall, to: ToolCall) -> tuple[ToolCall, ...]:
    return tuple(to if call in (first, last) else call for call in calls)


def _struck(found: Evidence) -> Iterator[Proof]:
    place = found.data["call"] if "call" in found.data else _first_apart(found)
    texts, clean = found.course.texts, found.clean.texts
    hit = place < len(texts) and texts[:place] == clean[:place] and texts[place] != clean[place]
    yield judged(
        "twin", hit and bool(found.script.faults), f"as without the fault up to call {place + 1}, which it strikes"
    )


def _first_apart(found: Evidence) -> int:
    pairs = zip(found.course.texts, found.clean.texts, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), len(found.course.texts))


def _by_turn(found: Evidence) -> list[list[ToolCall]]:
    return [[ran.call for layer in scene for ran in layer] for scene in found.clean.layers]


CLAIMS: Mapping[str, Claim] = {
    "missing_function": _missing_function,
    "missing_parameter": _missing_parameter,
    "long_context": _long_context,
    "irrelevance": _irrelevance,
    "distractors": _distractors,
    "renamed": _renamed,
    "goal_correction": _goal_correction,
    "switching": _switching,
    "over_fill": _over_fill,
    "minimal_pair": _minimal_pair,
    "exception": _exception,
    "failed": _failed,
    "follow_up": _follow_up,
    "implicit_value": _implicit_value,
    "ambiguous": _ambiguous,
    "stacking": _stacking,
    "confirmation": _confirmation,
    "no_target": _no_target,
}
"""By operator."""
