"""Goal correction: the user changes a detail, in the same breath or after the turn; the last wish counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fc_agents.trace import Executed

from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, ToolCall
from fc_synth.describe import describe
from fc_synth.reading import Request
from fc_synth.spoken import said
from fc_synth.variants.case import Case, Made
from fc_synth.variants.gap import other_values
from fc_synth.variants.script import Layer, Scene

__all__ = ["AFTER", "WITHIN", "Correction"]

WITHIN = (
    "No, wait: {words}, not {old}.",
    "Sorry, I meant {words}.",
    "Correction: {words}, not {old}.",
    "I mean {words}, sorry.",
)
AFTER = (
    "Sorry, that was wrong: I meant {words}, not {old}.", "I made a mistake: it should be {words} instead of {old}.",
    "I got that wrong. Please make it {words} rather than {old}.",
)  # fmt: skip
THOUGHTS = (
    "The user takes back {old}; what counts is {words}.",
    "First they said {old}, but the last word is {words}.",
)


@dataclass(frozen=True)
class Correction:
    """The operator."""

    name: str = "goal_correction"
    phenomenon: str = "goal_correction"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue up to a turn in which the user changes a detail; None if there is none to change."""
        for number in case.drawn(len(case.scenes)):
            requests = case.requests(number)
            scene = case.scenes[number]
            if len(requests) != 1 or scene.asked != (len(scene.calls) - 1,):
                continue
            request = requests[0]
            for name in (*case.value_words(request, number), *case.row_words(request)):
                made = self._changed(case, number, request, case.parameter(request, name))
                if made is not None:
                    return made
        return None

    def _changed(self, case: Case, number: int, request: Request, one: Parameter) -> Made | None:
        scene = case.scenes[number]
        call, old = scene.calls[-1], request.words[one.name]
        values = other_values(case, number, one, call.name)
        for position in case.drawn(len(values))[:6]:
            value = values[position]
            if value == call.arguments[one.name] or one.many:
                continue
            words = _words(case, number, one, value)
            other = ToolCall(call.name, {**call.arguments, one.name: value})
            if not words or words == old:
                continue
            made = self._after(case, number, request, one, other, words) or self._within(
                case, number, request, one, other, words
            )
            if made is not None:
                return made
        return None

    def _after(
        self, case: Case, number: int, request: Request, one: Parameter, other: ToolCall, words: str
    ) -> Made | None:
        """Return the form in which the turn is over: the new call must undo the old one, so that only it counts."""
        scene = case.scenes[number]
        session, alone = case.before(number), case.before(number)
        session.run(scene.calls)
        known = one.key not in case.domain.entities or session.known.source(one.key, other.arguments[one.name])
        result = session.run([other])[0]
        alone.run([*scene.calls[:-1], other])
        if result.refusal or not known or session.state.hash() != alone.state.hash():
            return None
        if case.before(number).state.hash() == session.state.hash():
            return None
        old = request.words[one.name]
        reply, must = case.reply([Executed(other, result, {})], [{**request.words, one.name: words}])
        thought = case.one_of(THOUGHTS).format(old=old, words=words)
        layer = Layer(f"{thought} I call {other.name} again.", (other,))
        user = case.one_of(AFTER).format(words=words, old=old)
        told = _told(case, number, one, other)
        again = Scene(user, (layer,), scene.closing, reply, must, told, (0,))
        scenes = (*case.numbered[: number + 1], again)
        return Made(replace(case.script, scenes=scenes), case.domain, _data(number, "after", scene.calls[-1], other))

    def _within(
        self, case: Case, number: int, request: Request, one: Parameter, other: ToolCall, words: str
    ) -> Made | None:
        """Return the form in which the user corrects the message at its end."""
        scene = case.scenes[number]
        session = case.before(number)
        session.run(scene.calls[:-1])
        known = one.key not in case.domain.entities or session.known.source(one.key, other.arguments[one.name])
        plain = session.fork()
        plain.run(scene.calls[-1:])
        result = session.run([other])[0]
        if result.refusal or not known or plain.state.hash() == session.state.hash():
            return None
        old = request.words[one.name]
        mended = case.one_of(WITHIN).format(words=words, old=old)
        reply, must = case.reply([Executed(other, result, {})], [{**request.words, one.name: words}])
        *first, last = scene.layers
        thought = f"{case.one_of(THOUGHTS).format(old=old, words=words)} Now I call {other.name}."
        layers = (*first, Layer(thought, (*last.calls[:-1], other)))
        user = f"{scene.user} {mended}"
        told = {**scene.told, **_told(case, number, one, other)}
        changed = replace(scene, user=user, layers=layers, reply=reply, answer=must, told=told, of=number)
        scenes = (*case.numbered[:number], changed)
        return Made(replace(case.script, scenes=scenes), case.domain, _data(number, "within", scene.calls[-1], other))


def _words(case: Case, number: int, one: Parameter, value: JsonValue) -> str:
    """Return words for a value; empty if there are none that tell it apart."""
    if one.key not in case.domain.entities:
        return said(value, one.key, case.today)
    entity = case.domain.entities[one.key]
    rows = entity.rows(case.before(number).state.world)
    if value not in rows:
        return ""
    others = [row for key, row in rows.items() if key != value]
    found = describe(entity, rows[value], others, (), case.today, case.rng)
    return found.text if found else ""


def _told(case: Case, number: int, one: Parameter, other: ToolCall) -> dict[str, tuple[JsonValue, ...]]:
    if one.key in case.domain.entities:
        return {}
    key = one.key or f"{other.name}.{one.name}"
    return {key: (*case.scenes[number].told.get(key, ()), other.arguments[one.name])}


def _data(number: int, form: str, first: ToolCall, last: ToolCall) -> dict[str, JsonValue]:
    calls = {"first": first, "last": last}
    kept = {name: {"name": call.name, "arguments": dict(call.arguments)} for name, call in calls.items()}
    return {"turn": number, "form": form, **kept}
