"""Repairs: what helps against each kind of fault, if anything does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from fc_agents.trace import argument_leaves

from fc_gym.fault import Fault
from fc_gym.form import FORMS
from fc_gym.known import grounded_calls
from fc_gym.types import JsonValue, ToolCall
from fc_synth.variants.case import Case, Made
from fc_synth.variants.course import course_of
from fc_synth.variants.script import Layer
from fc_synth.variants.struck import Place, Renamed, Renewed, Rewritten, Same, struck

__all__ = ["REPAIRS"]

_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"


def _transient(case: Case, place: Place) -> Iterator[Made]:
    fault = Fault("transient", place.call.name, place.met)
    again = Layer(f"{place.call.name} does not answer. I call it again.", (place.call,))
    yield struck(case, place, [again], fault, Same())


def _rate_limit(case: Case, place: Place) -> Iterator[Made]:
    name = place.call.name
    for tool in case.domain.tools.values():
        if tool.reads_only and tool.name != name and not any(one.required for one in tool.parameters.values()):
            fault = Fault("rate_limit", name, place.met)
            other = ToolCall(tool.name, {})
            thought = f"The limit of {name} is reached until another call was made. I look something up first."
            again = [Layer(thought, (other,)), Layer(f"Now I can call {name} again.", (place.call,))]
            yield struck(case, place, again, fault, Same())


def _partial(case: Case, place: Place) -> Iterator[Made]:
    """Yield the repair if what is shown at first is not enough."""
    if case.domain.tools[place.call.name].reads_only:
        fault = Fault("partial", place.call.name, place.met)
        bare = course_of(case.domain, struck(case, place, [], fault, Same()).script)
        if bare is None or bare.unseen:
            again = Layer(f"{place.call.name} shows only a part. I call it again for the rest.", (place.call,))
            yield struck(case, place, [again], fault, Same())


def _permission(case: Case, place: Place) -> Iterator[Made]:
    """Yield repairs in which other tools show what the forbidden one would have shown."""
    if not case.domain.tools[place.call.name].reads_only:
        return
    session = case.before(place.scene)
    session.run(_calls_before(case, place))
    needed = _needed(case, place)
    for tool in case.domain.tools.values():
        if not tool.reads_only or tool.name == place.call.name or not needed:
            continue
        for call in grounded_calls(tool, session.known, 8):
            other = session.fork()
            other.run([call])
            if all(other.known.source(key, value) for key, value in needed):
                fault = Fault("permission", place.call.name, place.met, None)
                thought = f"{place.call.name} is forbidden, but {tool.name} can show it as well."
                yield struck(case, place, [Layer(thought, (call,))], fault, Same())


def _stale_key(case: Case, place: Place) -> Iterator[Made]:
    """Yield repairs in which the row is looked up again and has another identifier."""
    ran = case.course.layers[place.scene][place.layer][place.index]
    calls = [one.call for scene in case.course.layers for layer in scene for one in layer]
    for path, source in ran.sources.items():
        value = str(_leaf(place.call, path))
        opaque = source.kind == "output" and value[:3].isupper() and "-" in value
        if not opaque or not case.domain.tools[calls[source.call].name].reads_only or source.turn == place.scene:
            continue
        change = Renewed(value, _renewed(value, case))
        fault = Fault("stale_key", "", place.made, None, value=value, to=change.new)
        look = Layer(f"{value} is out of date. I look the row up again.", (calls[source.call],))
        again = Layer(f"It is {change.new} now. I call {place.call.name} with that.", (change.call(place.call),))
        made = struck(case, place, [look, again], fault, change)
        yield replace(made, data={**made.data, "old": value, "new": change.new})


def _schema_drift(case: Case, place: Place) -> Iterator[Made]:
    parameters = case.domain.tools[place.call.name].parameters
    for name in place.call.arguments:
        new = f"{name}_{'id' if parameters[name].key else 'value'}"
        if new not in parameters:
            fault = Fault("drift", place.call.name, place.met, None, parameter=name, to=new)
            change = Renamed(place.call.name, name, new)
            thought = f"{name} is called {new} now. I call {place.call.name} again with the new name."
            yield struck(case, place, [Layer(thought, (change.call(place.call),))], fault, change)


def _value_drift(case: Case, place: Place) -> Iterator[Made]:
    for name, value in place.call.arguments.items():
        one = case.domain.tools[place.call.name].parameters[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        form = "dotted" if one.key == "Date" else "text" if number else "capitals" if "enum" in one.schema else ""
        if form:
            fault = Fault("drift", place.call.name, place.met, None, parameter=name, form=form)
            change = Rewritten(place.call.name, name, form)
            thought = f"{name} has to be written in another form: {FORMS[form].says}. I call {place.call.name} again."
            yield struck(case, place, [Layer(thought, (change.call(place.call),))], fault, change)


REPAIRS: Mapping[str, Callable[[Case, Place], Iterator[Made]]] = {
    "transient": _transient,
    "rate_limit": _rate_limit,
    "permission": _permission,
    "stale_key": _stale_key,
    "partial": _partial,
    "schema_drift": _schema_drift,
    "value_drift": _value_drift,
}
"""Faults that can be repaired, by name."""


def _calls_before(case: Case, place: Place) -> list[ToolCall]:
    scene = case.scenes[place.scene]
    earlier = [call for layer in scene.layers[: place.layer] for call in layer.calls]
    return [*earlier, *scene.layers[place.layer].calls[: place.index]]


def _needed(case: Case, place: Place) -> list[tuple[str, JsonValue]]:
    """Return the rows that later calls know from the result at a place."""
    found: dict[tuple[str, JsonValue], None] = {}
    for ran in (ran for scene in case.course.layers for layer in scene for ran in layer):
        for leaf in argument_leaves(case.domain, ran.call):
            source = ran.sources.get(leaf.path)
            if source and source.kind == "output" and source.call == place.made:
                found[leaf.key, leaf.value] = None
    return list(found)


def _leaf(call: ToolCall, path: str) -> JsonValue:
    name, _, rest = path.partition("[")
    value = call.arguments[name]
    return value[int(rest.rstrip("]"))] if rest else value


def _renewed(value: str, case: Case) -> str:
    """Return another identifier of the same kind."""
    head, _, tail = value.partition("-")
    return f"{head}-{''.join(_LETTERS[int(case.rng.integers(len(_LETTERS)))] for _ in tail)}"
