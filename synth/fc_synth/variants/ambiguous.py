"""Ambiguity: the user's words fit several rows, and the assistant asks which one is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fc_gym.entity import Entity
from fc_gym.types import JsonValue, ToolCall
from fc_synth.describe import describe, field_keys
from fc_synth.spoken import joined, said
from fc_synth.variants.case import Case, Made, reword
from fc_synth.variants.cut import looks_first
from fc_synth.variants.script import Layer, Scene
from fc_synth.wording import capital, theirs, yours

__all__ = ["Ambiguous", "rows_that_fit"]

ASKS = ("I see more than one that fits: {choices}. Which one do you mean?", "That could be {choices}. Which one is it?")
GIVEN = ("I mean {words}.", "{capital}.", "{capital}, please.", "The right one is {words}.")
THOUGHT = "Several rows fit these words, so I must not choose. I ask."


@dataclass(frozen=True)
class Ambiguous:
    """The operator."""

    name: str = "ambiguous"
    phenomenon: str = "ambiguous"
    preserves: bool = False

    def make(self, case: Case) -> Made | None:
        """Return the dialogue with words that fit several rows; None if no shorter words would."""
        for number in case.drawn(len(case.scenes)):
            requests = case.requests(number)
            for place, request in enumerate(requests):
                for name in case.row_words(request):
                    made = self._vague(case, number, place, name)
                    if made is not None:
                        return made
        return None

    def _vague(self, case: Case, number: int, place: int, name: str) -> Made | None:
        scene, request = case.scenes[number], case.requests(number)[place]
        entity = case.domain.entities[case.parameter(request, name).key]
        value = scene.goals[place].arguments[name]
        world = case.before(number).state.world
        rows = entity.rows(world)
        words = request.words[name]
        if value not in rows:
            return None
        for vague in _shorter(entity, rows[value], case.today):
            rivals = rows_that_fit(entity, rows, vague, case.today)
            if vague == words or not 2 <= len(rivals) <= 5 or value not in rivals:
                continue
            described = [_described(case, entity, rows, one) for one in rivals]
            other = self._other(case, number, place, name, [one for one in rivals if one != value])
            if not all(described) or other is None:
                continue
            looks, acts = looks_first(case, scene)
            looks = tuple(_unaware(layer, words, vague) for layer in looks)
            choices = joined([yours(one) for one in described]).replace(" and ", " or ")
            ask = Scene(
                reword(scene.user, request, words, vague), looks, THOUGHT,
                capital(case.one_of(ASKS).format(choices=choices)), told=scene.told, act="ask", of=number,
            )  # fmt: skip
            given = case.one_of(GIVEN).format(words=words, capital=capital(words))
            shift = sum(len(layer.calls) for layer in looks)
            later = replace(scene, user=given, layers=acts, told={}, asked=tuple(one - shift for one in scene.asked))
            data: dict[str, JsonValue] = {
                "turn": number, "key": entity.key, "vague": vague, "words": words, "rows": list(rivals), "value": value,
                "other": {"name": other.name, "arguments": dict(other.arguments)},
            }  # fmt: skip
            return Made(case.insert(number, ask, later, instead=1), case.domain, data)
        return None

    def _other(self, case: Case, number: int, place: int, name: str, rivals: list[JsonValue]) -> ToolCall | None:
        """Return the call for another row that fits; None if all of them are refused."""
        scene = case.scenes[number]
        call = scene.goals[place]
        for value in rivals:
            session = case.before(number)
            session.run(scene.calls[: scene.asked[place]])
            other = ToolCall(call.name, {**call.arguments, name: value})
            if session.run([other])[0].refusal is None:
                return other
        return None


def _unaware(layer: Layer, words: str, vague: str) -> Layer:
    """Return a layer whose reasoning knows the vague words alone."""
    thought = layer.thought.replace(words, vague).replace(theirs(words), theirs(vague))
    return replace(layer, thought=thought.replace(capital(theirs(words)), capital(theirs(vague))))


def rows_that_fit(entity: Entity, rows: Mapping[str, object], words: str, today: str) -> list[JsonValue]:
    """Return the keys of the rows that words can mean, for words made of a head and modifiers."""
    return [key for key, row in rows.items() if words in _shorter(entity, row, today)]


def _shorter(entity: Entity, row: object, today: str) -> list[str]:
    """Return what a row can be called with one modifier at most, the shortest first."""
    keys = field_keys(entity.row)
    values = {slot: said(getattr(row, slot), keys[slot], today) for slot in entity.slots}
    found = []
    for head in entity.heads:
        for more in (None, *entity.modifiers):
            phrases = [head] if more is None else [head, more]
            if all(values.get(slot) for phrase in phrases for slot in phrase.slots):
                found.append(" ".join(phrase.fill(values) for phrase in phrases))
    return sorted(dict.fromkeys(found), key=len)


def _described(case: Case, entity: Entity, rows: Mapping[str, object], key: JsonValue) -> str:
    others = [row for one, row in rows.items() if one != key]
    found = describe(entity, rows[key], others, (), case.today, case.rng)
    return found.text if found else ""
