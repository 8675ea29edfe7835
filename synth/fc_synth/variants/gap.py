"""Gaps: details of a request that can be left out, with the question for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fc_gym.known import Known, candidates
from fc_gym.tool import Parameter
from fc_gym.types import JsonValue, ToolCall
from fc_synth.reading import Request
from fc_synth.variants.case import Case
from fc_synth.wording import capital

__all__ = ["Gap", "gaps", "other_values"]

GIVEN = ("It's {words}.", "I mean {words}.", "{capital}.", "Sorry, I forgot: {words}.", "{capital}, please.")


@dataclass(frozen=True)
class Gap:
    """One detail that the user leaves out."""

    request: Request
    parameter: str
    words: str
    """What the user would have said."""
    vague: str
    """What is said instead."""
    what: str
    """What is not known then, such as `which order it is`."""
    question: str
    filled: str
    """The message in which the user gives it."""
    told: Mapping[str, tuple[JsonValue, ...]]
    """What that message tells."""
    other: ToolCall
    """A call that the vague words allow as well, and that comes to something else."""

    def data(self, turn: int) -> dict[str, JsonValue]:
        """Return what the proof needs."""
        other = {"name": self.other.name, "arguments": dict(self.other.arguments)}
        return {"turn": turn, "parameter": self.parameter, "words": self.words, "other": other}


def gaps(case: Case, number: int) -> list[Gap]:
    """Return the details that one turn could leave out.

    Args:
        case: The dialogue.
        number: The turn.
    """
    found = []
    requests = case.requests(number)
    for position, request in enumerate(requests if len(requests) == 1 else ()):
        call = case.scenes[number].goals[position]
        rows = case.row_words(request)
        for name in (*rows, *case.value_words(request, number)):
            one = case.parameter(request, name)
            other = _other(case, number, call, one)
            if other is not None:
                found.append(
                    _row(case, request, one, other) if name in rows else _value(case, request, one, number, other)
                )
    return found


def other_values(case: Case, number: int, one: Parameter, tool: str) -> list[JsonValue]:
    """Return values that a parameter could take as well, of rows in the world or of its schema."""
    session = case.before(number)
    if one.key in case.domain.entities:
        return list(case.domain.entities[one.key].rows(session.state.world))
    plain = Parameter(one.name, one.description, one.schema, one.required, key="", many=one.many, examples=one.examples)
    told = case.course.before[number].known.values(one.key) if one.key else []
    return [*(seen.value for seen in told), *candidates(case.domain.tools[tool], plain, Known(case.domain))]


def _other(case: Case, number: int, call: ToolCall, one: Parameter) -> ToolCall | None:
    """Return a call with another value that comes to something else; None if there is none."""
    mine = call.arguments[one.name]
    scene = case.scenes[number]
    place = scene.calls.index(call)
    for value in other_values(case, number, one, call.name):
        if value == mine or value == [mine] or (isinstance(mine, list) and value in mine):
            continue
        given = [value] if one.many and not isinstance(value, list) else value
        other = ToolCall(call.name, {**call.arguments, one.name: given})
        session = case.before(number)
        session.run(scene.calls[:place])
        if session.run([other])[0].refusal is None:
            return other
    return None


def _row(case: Case, request: Request, one: Parameter, other: ToolCall) -> Gap:
    noun = case.domain.entities[one.key].noun
    words = request.words[one.name]
    plural = _plural(noun)
    question = case.one_of(
        (f"which {noun} do you mean?", f"can you tell me which {noun} it is?", f"which of the {plural} is it?")
    )
    return Gap(
        request,
        one.name,
        words,
        f"one of the {plural}",
        f"which {noun} it is",
        question,
        _given(case, words),
        {},
        other,
    )


def _plural(noun: str) -> str:
    if noun.endswith("person"):
        return f"{noun[:-6]}people"
    if noun[-1] == "y" and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun[-1] in "sxh" else f"{noun}s"


def _value(case: Case, request: Request, one: Parameter, number: int, other: ToolCall) -> Gap:
    words, name = request.words[one.name], one.name.replace("_", " ")
    keys = (one.key, f"{request.tool}.{one.name}")
    told = {key: values for key, values in case.scenes[number].told.items() if key in keys}
    vague = {"Date": "some day", "Time": "some time"}.get(one.key, f"a certain {name}")
    question = case.one_of(
        (f"what should the {name} be?", f"which {name} do you want?", f"could you tell me the {name}?")
    )
    return Gap(
        request, one.name, words, vague, f"what the {name} should be", question, _given(case, words), told, other
    )


def _given(case: Case, words: str) -> str:
    text = case.one_of(GIVEN).format(words=words, capital=capital(words))
    return text
